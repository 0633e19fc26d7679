//! Blobs that AWS KMS itself has made: they parse into the right fields, and this crate's blobs have the same bytes
//! around those fields. Only AWS can open them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms_reencrypt::blob::{BlobVersion, CiphertextBlob, Resemblance};
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms};

#[test]
fn real_blobs_parse_and_ours_have_the_same_structure() {
    let kms = Kms::new(Keyring::new("111122223333", "us-east-2").unwrap());
    let key = kms
        .provider()
        .create_key(KeySpec::SymmetricDefault)
        .unwrap();
    let rows = blobs(include_str!("vectors/real-blobs.tsv"));
    let (altered, real) = rows.split_last().unwrap();
    let samples = blobs(include_str!("vectors/api-page-samples.tsv"));
    assert_eq!((real.len(), samples.len()), (24, 2));
    let mut versions = [0; 2];
    for bytes in real.iter().chain(&samples) {
        let fields = Fields::at_their_places(bytes);
        let blob = CiphertextBlob::parse(bytes).unwrap();
        assert_eq!(blob.version(), fields.version);
        assert_eq!(blob.origin(), bytes[2]);
        assert_eq!(blob.key_material_id().as_bytes(), fields.key_material_id);
        assert_eq!(
            blob.derivation_nonce().map(<[u8; 16]>::as_slice),
            fields.nonce
        );
        assert_eq!(blob.header(), fields.header);
        assert_eq!(blob.iv(), fields.iv);
        assert_eq!(blob.ciphertext(), fields.ciphertext);
        assert_eq!(blob.tag(), fields.tag);
        let plaintext = vec![7; fields.ciphertext.len() - 11];
        let request = EncryptRequest::builder().key_id(key).plaintext(plaintext);
        let ours = kms.encrypt(&request.build().unwrap()).unwrap();
        let ours = Fields::at_their_places(ours.ciphertext_blob());
        assert_eq!(ours.structure, fields.structure);

        let Resemblance::SymmetricBlob { plaintext_len, .. } =
            CiphertextBlob::inspect(bytes).resemblance
        else {
            panic!("a real blob looks like something else");
        };
        assert_eq!(plaintext_len, Some(fields.ciphertext.len() - 11));
        versions[usize::from(fields.version == BlobVersion::V2)] += 1;
    }
    assert_eq!(versions, [15, 11]);

    assert!(CiphertextBlob::parse(altered).is_err());
}

#[test]
fn real_blobs_are_of_keys_that_are_not_here() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    let rows = blobs(include_str!("vectors/real-blobs.tsv"));
    let (altered, real) = rows.split_last().unwrap();
    let samples = blobs(include_str!("vectors/api-page-samples.tsv"));
    for bytes in real.iter().chain(&samples) {
        let request = DecryptRequest::builder().ciphertext_blob(bytes.clone());
        let error = kms.decrypt(&request.clone().build().unwrap()).unwrap_err();
        assert_eq!(error.code(), "AccessDeniedException");
        let error = kms.decrypt(&request.key_id(key).build().unwrap());
        assert_eq!(error.unwrap_err().code(), "IncorrectKeyException");
    }
    let request = DecryptRequest::builder().ciphertext_blob(altered.clone());
    let error = kms.decrypt(&request.build().unwrap()).unwrap_err();
    assert_eq!(error.code(), "InvalidCiphertextException");
}

/// The fields of a blob, taken from their offsets without parsing.
struct Fields<'a> {
    version: BlobVersion,
    header: &'a [u8],
    key_material_id: &'a [u8],
    nonce: Option<&'a [u8]>,
    iv: &'a [u8],
    ciphertext: &'a [u8],
    tag: &'a [u8],
    /// What is left of the `ContentInfo` and its length without IV, ciphertext and tag.
    structure: Vec<u8>,
}

impl<'a> Fields<'a> {
    fn at_their_places(bytes: &'a [u8]) -> Self {
        let (version, header_len) = match bytes[1] {
            1 => (BlobVersion::V1, 37),
            _ => (BlobVersion::V2, 54),
        };
        // The parameters of AES-GCM: SEQUENCE (17), OCTET STRING (12), and behind the IV, INTEGER 16 and a tag of [0].
        let parameters = [0x30, 0x11, 0x04, 0x0c];
        let at = bytes.windows(4).position(|window| window == parameters);
        let (before_iv, behind) = bytes.split_at(at.unwrap() + 4);
        let (iv, behind) = behind.split_at(12);
        assert_eq!(behind[..4], [0x02, 0x01, 0x10, 0x80]);
        let len_of_len = match behind[4] {
            0x81 => 2,
            0x82 => 3,
            _ => 1,
        };
        let (between, sealed) = behind.split_at(4 + len_of_len);
        let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
        Self {
            version,
            header: &bytes[..header_len],
            key_material_id: &bytes[5..37],
            nonce: (header_len == 54).then(|| &bytes[38..54]),
            iv,
            ciphertext,
            tag,
            structure: [&before_iv[header_len..], between].concat(),
        }
    }
}

fn blobs(table: &str) -> Vec<Vec<u8>> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        STANDARD
            .decode(line.split('\t').next_back().unwrap())
            .unwrap()
    })
    .collect()
}

//! Bad ciphertexts of every kind get the right refusal, never a panic and never a plaintext.
//!
//! A blob with an altered key material id names a key that does not exist: `AccessDeniedException`, or
//! `IncorrectKeyException` if the request names the key. Any other fault is `InvalidCiphertextException`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Keys, chinese_ring};
use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionContext, KeyArn, KeyOrigin, KeySpec, Keyring, Kms,
    ReEncryptRequest,
};

/// The position of the key material id in a blob.
const KEY_MATERIAL_ID: Range<usize> = 5..37;

const INVALID: &str = "InvalidCiphertextException";
const DENIED: &str = "AccessDeniedException";
const INCORRECT: &str = "IncorrectKeyException";

#[test]
fn a_blob_that_is_cut_off_anywhere() {
    let world = World::new();
    for blob in world.blobs() {
        for len in 1..blob.len() {
            world.refuses(&blob[..len], INVALID, INVALID);
        }
        for from in 1..blob.len() {
            world.refuses(&blob[from..], INVALID, INVALID);
        }
    }
}

#[test]
fn a_blob_with_any_bit_flipped() {
    let world = World::new();
    for blob in world.blobs() {
        for bit in 0..blob.len() * 8 {
            let flipped = flipped(&blob, bit);
            if KEY_MATERIAL_ID.contains(&(bit / 8)) {
                world.refuses(&flipped, DENIED, INCORRECT);
            } else {
                world.refuses(&flipped, INVALID, INVALID);
            }
        }
    }
}

#[test]
fn a_blob_with_a_byte_too_many_anywhere() {
    let world = World::new();
    for blob in world.blobs() {
        for at in 0..=blob.len() {
            for byte in [0x00, 0x01, 0xff] {
                let mut longer = blob.clone();
                longer.insert(at, byte);
                world.refuses(&longer, INVALID, INVALID);
            }
        }
        let padded = [blob.as_slice(), &[0; 1000]].concat();
        world.refuses(&padded, INVALID, INVALID);
        let twice = [blob.as_slice(), &blob].concat();
        world.refuses(&twice, INVALID, INVALID);
    }
}

#[test]
fn a_blob_whose_lengths_lie() {
    let world = World::new();
    for blob in world.blobs() {
        let right = u32::from_be_bytes(blob[54..58].try_into().unwrap());
        for wrong in [0, 1, right - 1, right + 1, right << 8, u32::MAX] {
            let mut lying = blob.clone();
            lying[54..58].copy_from_slice(&wrong.to_be_bytes());
            world.refuses(&lying, INVALID, INVALID);
        }
    }
}

#[test]
fn a_blob_in_other_encodings_of_the_same_content() {
    let world = World::new();
    for blob in world.blobs() {
        let (_, iv, sealed) = parts(&blob);
        let same = |level, length| encode(&blob, iv, sealed, level, length);
        assert!(same(0, Length::Minimal) == blob, "this test's own encoder");
        for level in 0..5 {
            for length in [Length::OneMore, Length::TwoMore, Length::Indefinite] {
                world.refuses(&same(level, length), INVALID, INVALID);
            }
            for trailing in [&b"\0"[..], b"\x05\x00", b"\x30\x00"] {
                let longer = same(level, Length::MinimalWithTrailing(trailing));
                world.refuses(&longer, INVALID, INVALID);
            }
        }
        // No ciphertext, and no whole tag.
        for len in [0, 1, 15, 16, 26, 27] {
            let cut = encode(&blob, iv, &sealed[..len], 0, Length::Minimal);
            world.refuses(&cut, INVALID, INVALID);
        }
    }
}

#[test]
fn things_that_people_take_for_a_blob() {
    let world = World::new();
    let blob = &world.blobs()[0];
    let body = [0x5a; 300];
    for not_a_blob in [
        STANDARD.encode(blob).into_bytes(),
        STANDARD.encode(STANDARD.encode(blob)).into_bytes(),
        // AWS Encryption SDK: message version 1 with its type, message version 2 with an algorithm suite.
        [&[0x01, 0x80, 0x03, 0x78], &body[..]].concat(),
        [&[0x02, 0x05, 0x78], &body[..]].concat(),
        b"hello".to_vec(),
        vec![0; 184],
        vec![0xff; 184],
        vec![0x01; 6144],
        blob.iter().rev().copied().collect(),
        format!("{blob:02x?}").into_bytes(),
    ] {
        world.refuses(&not_a_blob, INVALID, INVALID);
    }
    // A blob of version 1 could be AWS's. This crate never writes one.
    let version_1 = [&[1, 1], &blob[2..37], &blob[54..]].concat();
    world.refuses(&version_1, DENIED, INCORRECT);
}

#[test]
fn bytes_at_random() {
    let world = World::new();
    let blob = &world.blobs()[0];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for _ in 0..3000 {
        let len = usize::try_from(next() % 300).unwrap() + 1;
        let garbage: Vec<u8> = (0..len).map(|_| next().to_be_bytes()[0]).collect();
        world.refuses(&garbage, INVALID, INVALID);
        // After a valid beginning the parser gets further.
        let keep = usize::try_from(next()).unwrap() % blob.len();
        let spliced = [&blob[..keep], &garbage].concat();
        assert_ne!(spliced, *blob);
        if keep >= KEY_MATERIAL_ID.end {
            world.refuses(&spliced, INVALID, INVALID);
        } else {
            world.refused(&spliced);
        }
    }
}

#[test]
fn the_ciphertext_of_another_key() {
    let world = World::new();
    let encrypt = EncryptRequest::builder()
        .key_id(world.other)
        .plaintext(b"-");
    let blob = world.kms.encrypt(&encrypt.build().unwrap()).unwrap();
    let named = world.codes(blob.ciphertext_blob(), Some(world.key));
    assert_eq!(named, [INCORRECT, INCORRECT]);

    // The header of one key and the body of another.
    let ours = &world.blobs()[0];
    for at in [5, 37, 54, 58] {
        let moved = [&ours[..at], &blob.ciphertext_blob()[at..]].concat();
        if at == 5 {
            assert_eq!(world.codes(&moved, Some(world.key)), [INCORRECT, INCORRECT]);
        } else {
            world.refuses(&moved, INVALID, INVALID);
        }
    }
}

#[test]
fn another_context() {
    let world = World::new();
    let made_with = [("tenant", "blue"), ("Case", "Matters"), ("empty", "")];
    let encrypt = made_with.iter().fold(
        EncryptRequest::builder().key_id(world.key).plaintext(b"-"),
        |encrypt, (key, value)| encrypt.encryption_context(*key, *value),
    );
    let response = world.kms.encrypt(&encrypt.build().unwrap()).unwrap();
    let blob = response.into_ciphertext_blob();
    let opens = |pairs: &[(&str, &str)]| {
        let re_encrypt = pairs.iter().fold(
            ReEncryptRequest::builder()
                .ciphertext_blob(blob.clone())
                .destination_key_id(world.other),
            |re_encrypt, (key, value)| re_encrypt.source_encryption_context(*key, *value),
        );
        let result = world.kms.re_encrypt(&re_encrypt.build().unwrap());
        if let Err(error) = &result {
            assert_eq!(error.code(), INVALID);
        }
        result.is_ok()
    };
    let [a, b, c] = made_with;
    for order in [
        [a, b, c],
        [a, c, b],
        [b, a, c],
        [b, c, a],
        [c, a, b],
        [c, b, a],
    ] {
        assert!(opens(&order), "{order:?}");
    }
    for other in [
        &[][..],
        &[a, b],
        &[a, c],
        &[b, c],
        &[a, b, c, ("", "")],
        &[a, b, c, ("more", "of it")],
        &[("Tenant", "blue"), b, c],
        &[("tenant", "Blue"), b, c],
        &[("tenantb", "lue"), b, c],
        &[("tenan", "tblue"), b, c],
        &[("blue", "tenant"), b, c],
        &[("tenant", "Matters"), ("Case", "blue"), c],
        &[a, b, ("empt", "y")],
        &[a, b, ("empty", "\0")],
        &[("tenant ", "blue"), b, c],
    ] {
        assert!(!opens(other), "{other:?}");
    }
    // A context is not equivalent to a shorter one.
    let encoded = EncryptionContext::from(made_with);
    let text = String::from_utf8(encoded.as_bytes().to_vec()).unwrap();
    assert!(!opens(&[(&text, "")]));
}

#[test]
fn a_header_that_is_moved_between_keys_of_equal_material() {
    let world = World::new();
    let twin = || {
        let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
        let key = world.keyring.create_key(external).unwrap();
        let material = ImportedMaterial::new([7; 32]);
        world.keyring.import_key_material(key, material).unwrap();
        key
    };
    let (one, other) = (twin(), twin());
    let blob_of = |key: KeyArn| {
        let encrypt = EncryptRequest::builder().key_id(key).plaintext(b"hello");
        let response = world.kms.encrypt(&encrypt.build().unwrap()).unwrap();
        response.into_ciphertext_blob()
    };
    let (of_one, of_other) = (blob_of(one), blob_of(other));
    // The material id alone, and everything up to the nonce: both keys would derive the same message key.
    let mut moved = of_one.clone();
    moved[KEY_MATERIAL_ID].copy_from_slice(&of_other[KEY_MATERIAL_ID]);
    for moved in [moved, [&of_other[..37], &of_one[37..]].concat()] {
        assert_eq!(world.codes(&moved, None), [INVALID, INVALID]);
        assert_eq!(world.codes(&moved, Some(other)), [INVALID, INVALID]);
        assert_eq!(world.codes(&moved, Some(one)), [INCORRECT, INCORRECT]);
    }
}

#[test]
fn an_asymmetric_ciphertext_that_is_cut_off_or_altered() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let kms = Kms::new(keyring);
    let archive = keys.of(KeySpec::SymmetricDefault);
    for (spec, algorithm, every_bit) in [
        (KeySpec::Rsa2048, "RSAES_OAEP_SHA_1", false),
        (KeySpec::Rsa2048, "RSAES_OAEP_SHA_256", false),
        (KeySpec::Sm2, "SM2PKE", true),
    ] {
        let key = keys.of(spec);
        let encrypt = EncryptRequest::builder()
            .key_id(key)
            .plaintext(b"hello")
            .encryption_algorithm(algorithm);
        let ciphertext = kms.encrypt(&encrypt.build().unwrap()).unwrap();
        let ciphertext = ciphertext.into_ciphertext_blob();
        let refused = |bytes: &[u8]| {
            let request = ReEncryptRequest::builder()
                .ciphertext_blob(bytes)
                .source_key_id(key)
                .source_encryption_algorithm(algorithm)
                .destination_key_id(archive);
            let error = kms.re_encrypt(&request.build().unwrap()).unwrap_err();
            assert_eq!(error.code(), INVALID, "{algorithm}");
            assert_eq!(error.to_string(), "");
        };
        (1..ciphertext.len()).for_each(|len| refused(&ciphertext[..len]));
        let bits = if every_bit { 1 } else { 8 };
        (0..ciphertext.len() * 8)
            .step_by(bits)
            // A flip in another place of each byte.
            .map(|bit| if every_bit { bit } else { bit + bit / 8 % 8 })
            .for_each(|bit| refused(&flipped(&ciphertext, bit)));
        for byte in [0, 0xff] {
            refused(&[&ciphertext, &[byte][..]].concat());
            refused(&[&[byte][..], &ciphertext].concat());
            refused(&vec![byte; ciphertext.len()]);
        }
    }
}

/// Two keys, and blobs of the first: without and with a context, short and with long forms in their DER.
struct World {
    keyring: Keyring,
    kms: Kms<Keyring>,
    key: KeyArn,
    other: KeyArn,
}

impl World {
    fn new() -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let create = || keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        Self {
            key: create(),
            other: create(),
            kms: Kms::new(keyring.clone()),
            keyring,
        }
    }

    fn blobs(&self) -> [Vec<u8>; 3] {
        [5, 32, 300].map(|len| {
            let encrypt = EncryptRequest::builder()
                .key_id(self.key)
                .plaintext(vec![7; len]);
            let response = self.kms.encrypt(&encrypt.build().unwrap()).unwrap();
            response.into_ciphertext_blob()
        })
    }

    /// By ReEncrypt and by Decrypt, without and with the key named.
    #[track_caller]
    fn refuses(&self, bytes: &[u8], unnamed: &str, named: &str) {
        assert_eq!(self.codes(bytes, None), [unnamed, unnamed]);
        assert_eq!(self.codes(bytes, Some(self.key)), [named, named]);
    }

    /// By any exception.
    #[track_caller]
    fn refused(&self, bytes: &[u8]) {
        for code in self.codes(bytes, None) {
            assert!([INVALID, DENIED].contains(&code), "{code}");
        }
        for code in self.codes(bytes, Some(self.key)) {
            assert!([INVALID, INCORRECT].contains(&code), "{code}");
        }
    }

    #[track_caller]
    fn codes(&self, bytes: &[u8], key: Option<KeyArn>) -> [&'static str; 2] {
        let mut re_encrypt = ReEncryptRequest::builder()
            .ciphertext_blob(bytes)
            .destination_key_id(self.other);
        let mut decrypt = DecryptRequest::builder().ciphertext_blob(bytes);
        if let Some(key) = key {
            re_encrypt = re_encrypt.source_key_id(key);
            decrypt = decrypt.key_id(key);
        }
        let moved = self.kms.re_encrypt(&re_encrypt.build().unwrap());
        let opened = self.kms.decrypt(&decrypt.build().unwrap());
        [moved.unwrap_err(), opened.unwrap_err()].map(|error| error.code())
    }
}

/// How a length is written, where the canonical form is the shortest.
#[derive(Clone, Copy, PartialEq)]
enum Length<'a> {
    Indefinite,
    Minimal,
    MinimalWithTrailing(&'a [u8]),
    OneMore,
    TwoMore,
}

/// A blob's header, IV, and ciphertext with tag.
fn parts(blob: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let at = blob.windows(4).position(|w| w == [0x30, 0x11, 0x04, 0x0c]);
    let (_, behind) = blob.split_at(at.unwrap() + 4);
    let len_of_len = match behind[16] {
        0x81 => 2,
        0x82 => 3,
        _ => 1,
    };
    (&blob[..54], &behind[..12], &behind[16 + len_of_len..])
}

/// The blob again, with one of its five nested lengths written in another way.
fn encode(blob: &[u8], iv: &[u8], sealed: &[u8], odd: usize, length: Length<'_>) -> Vec<u8> {
    let how = |level| match level == odd {
        true => length,
        false => Length::Minimal,
    };
    let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    let gcm = b"\x30\x1e\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e\x30\x11\x04\x0c";
    let sealed = element(0x80, sealed, how(4));
    let content = [&data[..], gcm, iv, b"\x02\x01\x10", &sealed].concat();
    let content = element(0x30, &content, how(3));
    let encrypted_data = element(0x30, &[b"\x02\x01\x00", &content[..]].concat(), how(2));
    let explicit = element(0xa0, &encrypted_data, how(1));
    let encrypted = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
    let content_info = element(0x30, &[encrypted, &explicit[..]].concat(), how(0));
    let len = u32::try_from(content_info.len()).unwrap().to_be_bytes();
    [&blob[..54], &len, &content_info].concat()
}

fn element(tag: u8, content: &[u8], length: Length<'_>) -> Vec<u8> {
    let trailing = match length {
        Length::MinimalWithTrailing(trailing) => trailing,
        // End of contents.
        Length::Indefinite => &[0, 0],
        _ => &[],
    };
    let counted = match length {
        Length::Indefinite => content.len(),
        _ => content.len() + trailing.len(),
    };
    let bytes = u32::try_from(counted).unwrap().to_be_bytes();
    let minimal: &[u8] = match counted {
        ..0x80 => &bytes[3..],
        0x80..0x100 => &[&[0x81], &bytes[3..]].concat(),
        _ => &[&[0x82], &bytes[2..]].concat(),
    };
    let len_of_len = match counted {
        ..0x80 => 0,
        0x80..0x100 => 1,
        _ => 2,
    };
    let longer = |more: usize| {
        let count = len_of_len + more;
        [&[0x80 | u8::try_from(count).unwrap()], &bytes[4 - count..]].concat()
    };
    let len = match length {
        Length::Minimal | Length::MinimalWithTrailing(_) => minimal.to_vec(),
        Length::OneMore => longer(1),
        Length::TwoMore => longer(2),
        Length::Indefinite => vec![0x80],
    };
    [&[tag], &len[..], content, trailing].concat()
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

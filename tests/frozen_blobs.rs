//! Blobs that another program made from the description of the format alone. Every release of this crate has to write
//! the same bytes and to open them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::random::{RandomSource, RandomnessUnavailable};
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms, ReEncryptRequest};

#[test]
fn the_crate_writes_the_frozen_bytes_and_opens_them() {
    let mut blobs = 0;
    for line in include_str!("vectors/frozen-blobs.tsv").lines().skip(1) {
        let vector = Vector::parse(line);
        let nonces = Replay::default();
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let key = keyring.create_key(vector.key()).unwrap();
        let other = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let metadata = keyring.describe_key(key).unwrap();
        let current = metadata.current_key_material_id().unwrap();
        assert_eq!(current.to_string(), vector.key_material_id, "{line:.80}");
        let kms = Kms::new(keyring);
        let frozen = kms.clone().with_random_source(nonces.clone());
        let context = || Some(vector.context.iter().cloned().collect());
        let plaintext: Vec<u8> = (0..vector.plaintext_len)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();

        nonces.will_be(&vector.nonces);
        let encrypt = EncryptRequest::builder()
            .key_id(key)
            .plaintext(&plaintext)
            .set_encryption_context(context());
        let encrypted = frozen.encrypt(&encrypt.build().unwrap()).unwrap();
        assert!(encrypted.ciphertext_blob() == vector.blob, "{line:.80}");

        // ReEncrypt makes the same bytes, although it seals in another buffer.
        let elsewhere = EncryptRequest::builder()
            .key_id(other)
            .plaintext(&plaintext);
        let elsewhere = kms.encrypt(&elsewhere.build().unwrap()).unwrap();
        nonces.will_be(&vector.nonces);
        let re_encrypt = ReEncryptRequest::builder()
            .ciphertext_blob(elsewhere.into_ciphertext_blob())
            .destination_key_id(key)
            .set_destination_encryption_context(context());
        let moved = frozen.re_encrypt(&re_encrypt.build().unwrap()).unwrap();
        assert!(moved.ciphertext_blob() == vector.blob, "{line:.80}");

        let decrypt = DecryptRequest::builder()
            .ciphertext_blob(vector.blob.clone())
            .set_encryption_context(context());
        let decrypted = kms.decrypt(&decrypt.build().unwrap()).unwrap();
        assert_eq!(decrypted.plaintext().expose(), plaintext, "{line:.80}");
        assert_eq!(decrypted.key_material_id(), Some(current));
        blobs += 1;
    }
    assert_eq!(blobs, 34);
}

/// A line of the table.
struct Vector {
    material: [u8; 32],
    key_id: String,
    key_material_id: String,
    nonces: Vec<u8>,
    context: Vec<(String, String)>,
    plaintext_len: usize,
    blob: Vec<u8>,
}

impl Vector {
    fn parse(line: &str) -> Self {
        let columns: Vec<&str> = line.split('\t').collect();
        let [
            material,
            key_id,
            key_material_id,
            nonce,
            iv,
            context,
            len,
            blob,
        ] = columns[..]
        else {
            panic!("not eight columns: {line}");
        };
        let text = |hex: &str| String::from_utf8(unhex(hex)).unwrap();
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (text(key), text(value))
        };
        Self {
            material: unhex(material).try_into().unwrap(),
            key_id: key_id.to_owned(),
            key_material_id: key_material_id.to_owned(),
            nonces: [unhex(nonce), unhex(iv)].concat(),
            context: match context {
                "-" => Vec::new(),
                pairs => pairs.split(',').map(pair).collect(),
            },
            plaintext_len: len.parse().unwrap(),
            blob: STANDARD.decode(blob).unwrap(),
        }
    }

    fn key(&self) -> NewKey {
        NewKey::new(KeySpec::SymmetricDefault)
            .key_id(self.key_id.parse().unwrap())
            .symmetric_material(self.material)
    }
}

/// A random source that returns given bytes, once.
#[derive(Clone, Debug, Default)]
struct Replay(Arc<Mutex<Vec<u8>>>);

impl Replay {
    fn will_be(&self, bytes: &[u8]) {
        *self.0.lock().unwrap() = bytes.to_vec();
    }
}

impl RandomSource for Replay {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        let mut bytes = self.0.lock().unwrap();
        if bytes.len() != destination.len() {
            return Err(RandomnessUnavailable::new());
        }
        destination.copy_from_slice(&bytes);
        bytes.clear();
        Ok(())
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

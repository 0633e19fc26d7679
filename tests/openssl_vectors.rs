//! Ciphertexts that OpenSSL made with only the public key: `Decrypt` opens them, and `ReEncrypt` moves them to another
//! key.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Keys, chinese_ring};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{
    DecryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Kms, KmsError, Plaintext,
    ReEncryptRequest,
};

#[test]
fn ciphertexts_of_openssl_open_and_move_on() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let kms = Kms::new(keyring);
    let archive = keys.of(KeySpec::SymmetricDefault);
    let vectors = vectors();
    assert_eq!(vectors.len(), 24);
    for (line, vector) in vectors.iter().enumerate() {
        let key = keys.of(vector.spec);
        let opened = decrypt(&kms, key, vector.algorithm, &vector.ciphertext).unwrap();
        assert_eq!(opened.expose(), vector.plaintext, "line {line}");

        let moved = re_encrypt(&kms, key, vector.algorithm, &vector.ciphertext, archive).unwrap();
        let opened = decrypt(&kms, archive, EncryptionAlgorithm::default(), &moved).unwrap();
        assert_eq!(opened.expose(), vector.plaintext, "line {line}");
    }
}

#[test]
fn ciphertexts_of_openssl_open_by_their_own_key_and_algorithm_only() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let archive = keys.of(KeySpec::SymmetricDefault);
    let other = |spec: KeySpec, pem: &str| {
        keyring
            .create_key(NewKey::from(spec).pkcs8_pem(pem))
            .unwrap()
    };
    let other_rsa = other(
        KeySpec::Rsa2048,
        include_str!("../src/testing/keys/rsa_2048_other.pem"),
    );
    let other_sm2 = other(
        KeySpec::Sm2,
        include_str!("../src/testing/keys/sm2_other.pem"),
    );
    let kms = Kms::new(keyring.clone());
    let refused = |key, algorithm, ciphertext: &[u8]| {
        let error = decrypt(&kms, key, algorithm, ciphertext).unwrap_err();
        assert_eq!(error, KmsError::InvalidCiphertext);
        let error = re_encrypt(&kms, key, algorithm, ciphertext, archive).unwrap_err();
        assert_eq!(error, KmsError::InvalidCiphertext);
    };
    let mut refusals = 0;
    for Vector {
        algorithm,
        spec,
        ciphertext,
        ..
    } in vectors()
    {
        let key = keys.of(spec);
        let stranger = match spec {
            KeySpec::Sm2 => Some(other_sm2),
            KeySpec::Rsa2048 => Some(other_rsa),
            _ => None,
        };
        if let Some(stranger) = stranger {
            refused(stranger, algorithm, &ciphertext);
            refusals += 1;
        }
        let other_hash = match algorithm {
            EncryptionAlgorithm::RsaesOaepSha1 => Some(EncryptionAlgorithm::RsaesOaepSha256),
            EncryptionAlgorithm::RsaesOaepSha256 => Some(EncryptionAlgorithm::RsaesOaepSha1),
            _ => None,
        };
        if let Some(other_hash) = other_hash {
            refused(key, other_hash, &ciphertext);
            refusals += 1;
        }
        // Without the algorithm the ciphertext is parsed as a symmetric blob, which it is not.
        refused(key, EncryptionAlgorithm::default(), &ciphertext);
        refusals += 1;
    }
    assert_eq!(refusals, 12 + 18 + 24);
}

fn decrypt<P: kms_reencrypt::provider::KeyProvider>(
    kms: &Kms<P>,
    key: KeyArn,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
) -> Result<Plaintext, KmsError> {
    let request = DecryptRequest::builder()
        .ciphertext_blob(ciphertext)
        .key_id(key)
        .encryption_algorithm(algorithm);
    Ok(kms.decrypt(&request.build()?)?.into_plaintext())
}

fn re_encrypt<P: kms_reencrypt::provider::KeyProvider>(
    kms: &Kms<P>,
    key: KeyArn,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
    destination: KeyArn,
) -> Result<Vec<u8>, KmsError> {
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(ciphertext)
        .source_key_id(key)
        .source_encryption_algorithm(algorithm)
        .destination_key_id(destination);
    Ok(kms.re_encrypt(&request.build()?)?.into_ciphertext_blob())
}

/// A line of `openssl.tsv`.
struct Vector {
    algorithm: EncryptionAlgorithm,
    spec: KeySpec,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
}

fn vectors() -> Vec<Vector> {
    let lines = include_str!("../src/testing/keys/openssl.tsv")
        .lines()
        .skip(1);
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [algorithm, spec, plaintext, ciphertext] = columns[..] else {
                panic!("not four columns: {line}");
            };
            Vector {
                algorithm: algorithm.parse().unwrap(),
                spec: spec.parse().unwrap(),
                plaintext: unhex(plaintext),
                ciphertext: STANDARD.decode(ciphertext).unwrap(),
            }
        })
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

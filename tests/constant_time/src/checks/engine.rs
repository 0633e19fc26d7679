//! Whole operations, with a secret that only a key may know and with a secret plaintext.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::random::{OsRandom, Random};
use kms_reencrypt::{
    EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms, ReEncryptRequest,
};

use super::fixtures::{RSA_2048, SM2, hidden_sm2_der, sm2};
use super::sm2::VERDICT;
use super::{Check, Expected};
use crate::memcheck;

const MESSAGE: [u8; 40] = [7; 40];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "encrypt",
        run: encrypt,
        expected: Expected::Only(&[]),
    },
    Check {
        name: "re-encrypt",
        run: re_encrypt,
        expected: Expected::Only(&[VERDICT]),
    },
];

struct Ring {
    kms: Kms<Keyring>,
    keys: [(KeyArn, EncryptionAlgorithm); 3],
}

fn ring() -> Ring {
    let keyring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
    let create = |key: NewKey| keyring.create_key(key).expect("a key");
    let keys = [
        (
            create(NewKey::from(KeySpec::SymmetricDefault)),
            EncryptionAlgorithm::SymmetricDefault,
        ),
        (
            create(NewKey::from(KeySpec::Rsa2048).pkcs8_pem(RSA_2048)),
            EncryptionAlgorithm::RsaesOaepSha256,
        ),
        (
            create(NewKey::from(KeySpec::Sm2).pkcs8_pem(SM2)),
            EncryptionAlgorithm::Sm2Pke,
        ),
    ];
    Ring {
        kms: Kms::new(keyring),
        keys,
    }
}

fn encrypt() {
    let Ring { kms, keys } = ring();
    let mut message = MESSAGE.to_vec();
    memcheck::hide(&mut message);
    for (key, algorithm) in keys {
        let request = EncryptRequest::builder()
            .key_id(key)
            .encryption_algorithm(algorithm)
            .plaintext(&message)
            .build()
            .expect("a request");
        let blob = kms.encrypt(&request).expect("encrypted");
        let last = blob.ciphertext_blob().last_chunk::<16>().expect("longer");
        assert!(memcheck::are_hidden(last));
    }
}

/// From a key pair whose private key is hidden to keys of every kind.
fn re_encrypt() {
    let ciphertext = sm2().encrypt(
        EncryptionAlgorithm::Sm2Pke,
        &MESSAGE,
        Random::new(&OsRandom),
    );
    let ciphertext = ciphertext.expect("encrypted");
    let Ring { kms, keys } = ring();
    let der = hidden_sm2_der();
    let source = memcheck::unreported(|| {
        let key = NewKey::from(KeySpec::Sm2).pkcs8_der(der);
        kms.provider().create_key(key).expect("a key")
    });
    for (key, algorithm) in keys {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(ciphertext.clone())
            .source_key_id(source)
            .source_encryption_algorithm(EncryptionAlgorithm::Sm2Pke)
            .destination_key_id(key)
            .destination_encryption_algorithm(algorithm)
            .build()
            .expect("a request");
        let moved = kms.re_encrypt(&request).expect("moved");
        let last = moved.ciphertext_blob().last_chunk::<16>().expect("longer");
        assert!(memcheck::are_hidden(last));
    }
}

//! Fixtures of many tests: rings with fixed keys, since generating RSA keys takes too long without optimization.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::HashMap;

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeyArn, KeySpec, KeyUsage, Keyring};

/// A ring in a Region of China, where all kinds of keys exist, SM2 among them.
pub(crate) fn chinese_ring() -> Keyring {
    Keyring::new("111122223333", "cn-north-1").unwrap()
}

/// The private key that the tests use for an asymmetric spec. Insecure: it stands in the repository.
pub(crate) fn fixed_pem(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa2048 => include_str!("../../src/testing/keys/rsa_2048.pem"),
        KeySpec::Rsa3072 => include_str!("../../src/testing/keys/rsa_3072.pem"),
        KeySpec::Rsa4096 => include_str!("../../src/testing/keys/rsa_4096.pem"),
        KeySpec::Sm2 => include_str!("../../src/testing/keys/sm2.pem"),
        other => panic!("no fixed key for {other}"),
    }
}

/// A key that encrypts and decrypts, with a fixed private key if it is asymmetric.
pub(crate) fn encrypting(spec: KeySpec) -> NewKey {
    let key = NewKey::new(spec).key_usage(KeyUsage::EncryptDecrypt);
    match spec {
        KeySpec::SymmetricDefault => key,
        spec => key.pkcs8_pem(fixed_pem(spec)),
    }
}

/// One encrypting key of each spec that encrypts.
pub(crate) struct Keys(HashMap<KeySpec, KeyArn>);

impl Keys {
    pub(crate) fn import(keyring: &Keyring) -> Self {
        let specs = KeySpec::ALL
            .iter()
            .filter(|spec| !spec.encryption_algorithms().is_empty());
        Self(
            specs
                .map(|spec| (*spec, keyring.create_key(encrypting(*spec)).unwrap()))
                .collect(),
        )
    }

    pub(crate) fn of(&self, spec: KeySpec) -> KeyArn {
        *self.0.get(&spec).expect("a spec that encrypts")
    }
}

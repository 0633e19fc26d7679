//! Rings, and requests over them.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{
    EncryptRequest, EncryptionContext, KeyArn, KeySpec, Keyring, Kms, ReEncryptRequest,
    ReEncryptRequestBuilder,
};

/// A ring in a Region of China, where all kinds of keys exist.
pub fn ring() -> Keyring {
    Keyring::new("111122223333", "cn-north-1").expect("an account and a Region")
}

/// A new symmetric key.
pub fn symmetric(ring: &Keyring) -> KeyArn {
    ring.create_key(KeySpec::SymmetricDefault).expect("a key")
}

/// The fixed key of the tests for an asymmetric spec.
pub fn asymmetric(ring: &Keyring, spec: KeySpec) -> KeyArn {
    ring.create_key(NewKey::from(spec).pkcs8_pem(fixed_pem(spec)))
        .expect("a fixed key")
}

pub fn fixed_pem(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa2048 => include_str!("../../src/testing/keys/rsa_2048.pem"),
        KeySpec::Rsa3072 => include_str!("../../src/testing/keys/rsa_3072.pem"),
        KeySpec::Rsa4096 => include_str!("../../src/testing/keys/rsa_4096.pem"),
        KeySpec::Sm2 => include_str!("../../src/testing/keys/sm2.pem"),
        other => panic!("no fixed key for {other}"),
    }
}

/// A context of this many pairs, like those of typical requests: a short name and a UUID or so.
pub fn context(pairs: usize) -> Vec<(String, String)> {
    (0..pairs)
        .map(|pair| (format!("pair-{pair}"), format!("{pair:036}")))
        .collect()
}

/// How long that context is when it is authenticated.
pub fn context_len(pairs: usize) -> usize {
    EncryptionContext::from_iter(context(pairs))
        .as_bytes()
        .len()
}

/// A ciphertext of `len` bytes under a key.
pub fn encrypted(
    kms: &Kms<Keyring>,
    key: KeyArn,
    algorithm: &str,
    len: usize,
    pairs: usize,
) -> Vec<u8> {
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext(vec![7; len])
        .encryption_algorithm(algorithm)
        .set_encryption_context(Some(context(pairs).into_iter().collect()))
        .build()
        .expect("a request");
    kms.encrypt(&request)
        .expect("a ciphertext")
        .into_ciphertext_blob()
}

/// A request to move a blob of `len` bytes and this many pairs of context to another symmetric key.
pub fn symmetric_request(
    kms: &Kms<Keyring>,
    source: KeyArn,
    destination: KeyArn,
    len: usize,
    pairs: usize,
) -> ReEncryptRequestBuilder {
    ReEncryptRequest::builder()
        .ciphertext_blob(encrypted(kms, source, "SYMMETRIC_DEFAULT", len, pairs))
        .set_source_encryption_context(Some(context(pairs).into_iter().collect()))
        .destination_key_id(destination)
        .set_destination_encryption_context(Some(context(pairs).into_iter().collect()))
}

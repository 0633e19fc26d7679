//! Rings, and requests that two `Kms` are asked alike.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::testing::insecure_key;
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms, KmsError,
    Plaintext, ReEncryptRequest,
};

pub(crate) const RSA_SPECS: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];

/// A ring in a Region of China, where all kinds of keys exist.
pub(crate) fn ring() -> Keyring {
    Keyring::new("111122223333", "cn-north-1").unwrap()
}

/// A new key, which is one of the fixed keys if it is asymmetric.
pub(crate) fn key(ring: &Keyring, spec: KeySpec) -> KeyArn {
    match spec {
        KeySpec::SymmetricDefault => ring.create_key(spec).unwrap(),
        spec => ring.create_key(insecure_key(spec)).unwrap(),
    }
}

/// The algorithms of RSA keys.
pub(crate) fn oaep() -> impl Iterator<Item = EncryptionAlgorithm> {
    KeySpec::Rsa2048.encryption_algorithms().iter().copied()
}

pub(crate) fn encrypt<P: KeyProvider>(
    kms: &Kms<P>,
    (key, algorithm): (KeyArn, EncryptionAlgorithm),
    plaintext: &[u8],
    context: &[(String, String)],
) -> Result<Vec<u8>, KmsError> {
    let request = EncryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(algorithm)
        .plaintext(plaintext)
        .set_encryption_context(Some(context.iter().cloned().collect()));
    Ok(kms.encrypt(&request.build()?)?.into_ciphertext_blob())
}

pub(crate) fn decrypt<P: KeyProvider>(
    kms: &Kms<P>,
    (key, algorithm): (KeyArn, EncryptionAlgorithm),
    ciphertext: &[u8],
    context: &[(String, String)],
) -> Result<Plaintext, KmsError> {
    let request = DecryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(algorithm)
        .ciphertext_blob(ciphertext)
        .set_encryption_context(Some(context.iter().cloned().collect()));
    Ok(kms.decrypt(&request.build()?)?.into_plaintext())
}

pub(crate) fn re_encrypt<P: KeyProvider>(
    kms: &Kms<P>,
    (source, source_algorithm): (KeyArn, EncryptionAlgorithm),
    (destination, destination_algorithm): (KeyArn, EncryptionAlgorithm),
    ciphertext: &[u8],
) -> Result<Vec<u8>, KmsError> {
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(ciphertext)
        .source_key_id(source)
        .source_encryption_algorithm(source_algorithm)
        .destination_key_id(destination)
        .destination_encryption_algorithm(destination_algorithm);
    Ok(kms.re_encrypt(&request.build()?)?.into_ciphertext_blob())
}

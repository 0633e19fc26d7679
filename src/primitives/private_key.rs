//! PKCS#8: the form in which private keys come in, and why one does not.

use rsa::pkcs8::PrivateKeyInfoRef;
use rsa::pkcs8::der::{Decode, SecretDocument};

use crate::key::KeySpec;
use crate::random::RandomnessUnavailable;

/// Why bytes are not a private key that can be used. It says nothing about the secret in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrivateKey {
    /// Another kind of key: another algorithm, another curve, or RSA only for PSS signatures.
    #[error("the private key is for another algorithm or curve")]
    Algorithm,
    /// Not PKCS#8: malformed, encrypted, a public key, or one of the older forms (PKCS#1, SEC 1).
    #[error("not an unencrypted PKCS#8 private key")]
    Encoding,
    /// The numbers contradict each other: the private half does not undo what the public half does.
    #[error("the parts of the private key do not belong together")]
    Inconsistent,
    /// No RSA key of KMS has such a modulus.
    #[error("an RSA modulus has 2048, 3072 or 4096 bits")]
    ModulusSize,
    /// More than two primes.
    #[error("an RSA key has two primes")]
    MultiPrime,
    /// Keys of this spec don't encrypt with a public key.
    #[error("a key of spec {0} is no key pair that encrypts")]
    NoKeyPair(KeySpec),
    /// A public exponent that is even, or below 3, or above 33 bits: so large a one makes every encryption expensive.
    #[error("the public exponent is odd and between 3 and 2^33 - 1")]
    PublicExponent,
    /// A key of another spec than the one that was asked for.
    #[error("the private key is of spec {actual}, not {expected}")]
    Spec {
        /// What was asked for.
        expected: KeySpec,
        /// What the key is.
        actual: KeySpec,
    },
    /// Whether the parts belong together could not be tried out.
    #[error("the private key could not be tried out: {0}")]
    Untested(RandomnessUnavailable),
}

/// The DER in a PEM text, wiped on drop.
pub(crate) fn der_of_pem(pem: &str) -> Result<SecretDocument, InvalidPrivateKey> {
    let (label, der) = SecretDocument::from_pem(pem).map_err(|_| InvalidPrivateKey::Encoding)?;
    if label == "PRIVATE KEY" {
        Ok(der)
    } else {
        Err(InvalidPrivateKey::Encoding)
    }
}

/// The outer layer of PKCS#8: which algorithm, and the key's own encoding.
pub(crate) fn private_key_info(der: &[u8]) -> Result<PrivateKeyInfoRef<'_>, InvalidPrivateKey> {
    PrivateKeyInfoRef::from_der(der).map_err(|_| InvalidPrivateKey::Encoding)
}

//! The parsing of private keys in PKCS#8, and [`InvalidPrivateKey`].

use rsa::pkcs8::PrivateKeyInfoRef;
#[cfg(all(feature = "testing", feature = "json"))]
use rsa::pkcs8::SubjectPublicKeyInfoRef;
use rsa::pkcs8::der::{Decode, SecretDocument};

use crate::key::KeySpec;
use crate::random::RandomnessUnavailable;

/// Why a private key was refused. The error reveals nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrivateKey {
    /// A key for something else: another algorithm, another curve, or an RSA key only for PSS signatures.
    #[error("the private key is for another algorithm or curve")]
    Algorithm,
    /// Not PKCS#8: malformed, encrypted, a public key, or one of the older forms (PKCS#1, SEC 1).
    #[error("not an unencrypted PKCS#8 private key")]
    Encoding,
    /// The numbers contradict each other: the private key does not invert the public key.
    #[error("the parts of the private key do not match")]
    Inconsistent,
    /// A modulus of a size that no RSA key of KMS has.
    #[error("the RSA modulus must have 2048, 3072 or 4096 bits")]
    ModulusSize,
    /// More than two primes.
    #[error("the RSA key must have two primes")]
    MultiPrime,
    /// Keys of this spec are not pairs, or this build has no pairs of the spec: those of curves other than SM2 need the
    /// feature `data-key-pairs`.
    #[error("this build has no key pairs of spec {0}")]
    NoKeyPair(KeySpec),
    /// A public exponent that is even, below 3 or longer than 33 bits. A larger one would make every encryption
    /// expensive.
    #[error("the public exponent must be odd and between 3 and 2^33 - 1")]
    PublicExponent,
    /// A key of another spec than the requested one.
    #[error("the private key is of spec {actual}, not {expected}")]
    Spec {
        /// The requested spec.
        expected: KeySpec,
        /// The spec of the key.
        actual: KeySpec,
    },
    /// It could not be tested whether the parts match.
    #[error("the private key could not be tested: {0}")]
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

/// Whether these bytes are the DER of a `SubjectPublicKeyInfo`.
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) fn is_public_key(der: &[u8]) -> bool {
    SubjectPublicKeyInfoRef::from_der(der).is_ok()
}

/// The outer layer of PKCS#8: the algorithm, and the encoded key.
pub(crate) fn private_key_info(der: &[u8]) -> Result<PrivateKeyInfoRef<'_>, InvalidPrivateKey> {
    PrivateKeyInfoRef::from_der(der).map_err(|_| InvalidPrivateKey::Encoding)
}

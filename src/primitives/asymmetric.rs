//! [`AsymmetricKey`]: the interface that every kind of key pair implements.

use core::fmt;

use zeroize::Zeroizing;

use super::private_key::InvalidPrivateKey;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

/// Encrypts with a public key and decrypts with its private key.
pub(crate) trait Cipher {
    /// Encrypts with the public key.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the random source fails, if the key does not support the algorithm, or if the
    /// plaintext is empty or too long.
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError>;

    /// Decrypts with the private key. `random` is for blinding, where the arithmetic needs it.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`] if the ciphertext does not open; [`KeyActionError::Provider`] if the random source
    /// fails, or if the key does not support the algorithm.
    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError>;
}

/// A private key that can be generated, imported and exported.
pub(crate) trait PrivateKey {
    /// A new key.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the random source fails, or if the spec is of another kind.
    fn generate(spec: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError>
    where
        Self: Sized;

    /// A key of this spec from PKCS#8 in DER. Its numbers are checked for consistency.
    ///
    /// # Errors
    ///
    /// [`InvalidPrivateKey`] with the reason.
    fn from_pkcs8_der(spec: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey>
    where
        Self: Sized;

    /// The private key as PKCS#8 in DER.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if it cannot be encoded.
    fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError>;

    /// The public key as `SubjectPublicKeyInfo` in DER: what `GetPublicKey` answers.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if it cannot be encoded.
    fn public_key_der(&self) -> Result<Vec<u8>, KeyActionError>;
}

/// A key pair of some kind. It prints no secret, and is wiped when it is dropped.
pub(crate) trait AsymmetricKey: Cipher + PrivateKey + fmt::Debug + Send + Sync {}

impl<K: Cipher + PrivateKey + fmt::Debug + Send + Sync> AsymmetricKey for K {}

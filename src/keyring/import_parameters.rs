//! `GetParametersForImport`, and the unwrapping of key material.

use core::time::Duration;
use std::time::SystemTime;

use crate::access::Action;
use crate::error::{KmsError, UnsupportedOperationError, ValidationError};
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeySpec};
use crate::primitives::MATERIAL_LEN;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::key_wrap;
use crate::provider::KeyActionError;
use crate::secret::{Plaintext, boxed};

use super::import_token::ImportToken;
use super::imported_mac::ImportedMac;
use super::imported_material::ImportedMaterial;
use super::key::unsupported_kind_of_key;
use super::ring::Keyring;
use super::wrapping::{WrappingAlgorithm, WrappingKeySpec};

/// The period in which import parameters are valid (API reference).
const VALIDITY: Duration = Duration::from_secs(24 * 60 * 60);

/// The response of `GetParametersForImport`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportParameters {
    /// `KeyId`
    pub key_id: KeyArn,
    /// `ImportToken`: belongs to the key, to the wrapping algorithm and to the public key of the same answer. Only the ring
    /// that issued it accepts it.
    pub import_token: Vec<u8>,
    /// `PublicKey`: the public key to wrap the material with, as the DER of an X.509 `SubjectPublicKeyInfo`. Every call
    /// makes a new one.
    pub public_key: Vec<u8>,
    /// `ParametersValidTo`: 24 hours from now; `None` if the ring has no clock.
    pub parameters_valid_to: Option<SystemTime>,
}

/// Key material that is wrapped, as other programs send it. [`import_key_material`](Keyring::import_key_material)
/// accepts it unwrapped.
impl Keyring {
    /// Returns a public key and a token for importing key material: `GetParametersForImport`.
    ///
    /// Every call makes a key pair, and its token belongs to that pair. In an unoptimized build, an RSA pair takes
    /// seconds, up to a minute for `RSA_4096`. In tests, use `testing::seeded_random` as the ring's random source,
    /// which has RSA keys ready.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending
    ///   deletion.
    /// - [`KmsError::UnsupportedOperation`] if the key has an origin other than `EXTERNAL`, or is an ML-DSA or ML-KEM
    ///   key; for `RSAES_PKCS1_V1_5`, which AWS no longer supports; for SM2 outside of China, and for
    ///   `RSA_AES_KEY_WRAP_SHA_1` and `RSA_AES_KEY_WRAP_SHA_256` in China.
    /// - [`KmsError::Validation`] if the wrapping algorithm does not support the wrapping key spec, or the material of
    ///   keys of this spec: RSA private keys are too long for RSAES_OAEP.
    /// - [`KmsError::KmsInternal`] if the random source fails.
    pub fn parameters_for_import(
        &self,
        key: impl Into<KeyIdentifier>,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Result<ImportParameters, KmsError> {
        let (key_id, key_spec) = self.importing(Action::GetParametersForImport, &key.into())?;
        if algorithm == WrappingAlgorithm::RsaesPkcs1V15 {
            let error = UnsupportedOperationError::WrappingAlgorithm;
            return Err(KmsError::UnsupportedOperation(error));
        }
        let mismatch =
            || ValidationError::wrapping(algorithm.as_str(), spec.as_str(), key_spec).into();
        if !algorithm.is_for(spec) {
            return Err(mismatch());
        }
        // GUESS 28 for the exception.
        if !algorithm.is_in(key_id.region()) {
            return Err(unsupported_kind_of_key());
        }
        if !algorithm.wraps(key_spec, spec) {
            return Err(mismatch());
        }
        let pair = KeyPair::generate(spec.key_spec(), self.random()).map_err(KmsError::internal)?;
        let parameters_valid_to = self.now().and_then(|now| now.checked_add(VALIDITY));
        let public_key = pair.public_key().to_vec();
        let token = ImportToken {
            key_id,
            algorithm,
            spec,
            valid_to: parameters_valid_to,
            pair,
        };
        let token_key = self.token_key().get(self.random())?;
        Ok(ImportParameters {
            key_id,
            import_token: token.seal(&token_key, self.random())?,
            public_key,
            parameters_valid_to,
        })
    }

    /// Unwraps key material that was wrapped with [`parameters_for_import`](Self::parameters_for_import): 32 bytes for
    /// a symmetric encryption key, the bytes of an HMAC key, and for an asymmetric key its private key as the DER of a
    /// PKCS#8 `PrivateKeyInfo`. The result can then be [imported](Self::import_key_material).
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] depending on the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key has an origin other than `EXTERNAL`, is an ML-DSA or ML-KEM key,
    ///   or is pending deletion.
    /// - [`KmsError::InvalidImportToken`] if the token is for another key or not from this ring;
    ///   [`KmsError::ExpiredImportToken`] if it has expired.
    /// - [`KmsError::Validation`] if the wrapped material has a length that the wrapping algorithm cannot produce.
    /// - [`KmsError::InvalidCiphertext`] if the material was not wrapped as the token says, or was wrapped for the
    ///   public key of another token; [`KmsError::IncorrectKeyMaterial`] if the material of a symmetric key does not
    ///   have 32 bytes.
    pub fn unwrap_key_material(
        &self,
        key: impl Into<KeyIdentifier>,
        import_token: &[u8],
        encrypted_key_material: &[u8],
    ) -> Result<ImportedMaterial, KmsError> {
        let (key_id, key_spec) = self.importing(Action::ImportKeyMaterial, &key.into())?;
        let token_key = self.token_key().get(self.random())?;
        let token = ImportToken::open(import_token, &token_key)
            .filter(|token| token.key_id == key_id)
            .ok_or(KmsError::InvalidImportToken)?;
        let expired = self.now().zip(token.valid_to);
        if expired.is_some_and(|(now, valid_to)| valid_to <= now) {
            return Err(KmsError::ExpiredImportToken);
        }
        if !token
            .algorithm
            .fits(token.spec, encrypted_key_material.len())
        {
            return Err(ValidationError::WrappedLength.into());
        }
        let plaintext = self
            .unwrap(&token.pair, token.algorithm, encrypted_key_material)
            .map_err(|error| match error {
                KeyActionError::Rejected => KmsError::InvalidCiphertext,
                error @ KeyActionError::Provider(_) => KmsError::internal(error),
            })?;
        if ImportedMac::lengths(key_spec).is_some() {
            return Ok(ImportedMaterial::mac_key(plaintext.expose()));
        }
        if key_spec != KeySpec::SymmetricDefault {
            return Ok(ImportedMaterial::pkcs8_der(plaintext.expose()));
        }
        let bytes: &[u8; MATERIAL_LEN] = plaintext
            .expose()
            .try_into()
            .map_err(|_| KmsError::IncorrectKeyMaterial)?;
        Ok(ImportedMaterial::of(boxed(bytes)))
    }

    /// The ARN and spec of a key that imports its material.
    fn importing(
        &self,
        operation: Action,
        key: &KeyIdentifier,
    ) -> Result<(KeyArn, KeySpec), KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, key)?;
        key.require(operation)?;
        if !key.takes_imports() {
            return Err(unsupported_kind_of_key());
        }
        Ok((*key.metadata.arn(), key.metadata.key_spec()))
    }

    fn unwrap(
        &self,
        pair: &KeyPair,
        algorithm: WrappingAlgorithm,
        wrapped: &[u8],
    ) -> Result<Plaintext, KeyActionError> {
        let decrypt = |algorithm, ciphertext| pair.decrypt(algorithm, ciphertext, self.random());
        // The wrapped key material follows the AES key that it is wrapped under.
        let key_wrap = |algorithm| {
            let (wrapped_key, wrapped) = pair
                .key_spec()
                .modulus_len()
                .and_then(|len| wrapped.split_at_checked(len))
                .ok_or(KeyActionError::Rejected)?;
            let key = decrypt(algorithm, wrapped_key)?;
            key_wrap::unwrap(key.expose(), wrapped).ok_or(KeyActionError::Rejected)
        };
        match algorithm {
            WrappingAlgorithm::RsaesOaepSha1 => {
                decrypt(EncryptionAlgorithm::RsaesOaepSha1, wrapped)
            }
            WrappingAlgorithm::RsaesOaepSha256 => {
                decrypt(EncryptionAlgorithm::RsaesOaepSha256, wrapped)
            }
            WrappingAlgorithm::RsaAesKeyWrapSha1 => key_wrap(EncryptionAlgorithm::RsaesOaepSha1),
            WrappingAlgorithm::RsaAesKeyWrapSha256 => {
                key_wrap(EncryptionAlgorithm::RsaesOaepSha256)
            }
            WrappingAlgorithm::Sm2Pke => decrypt(EncryptionAlgorithm::Sm2Pke, wrapped),
            // No token has this algorithm.
            WrappingAlgorithm::RsaesPkcs1V15 => Err(KeyActionError::Rejected),
        }
    }
}

//! `GetParametersForImport`, and the unwrapping of key material.

use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::access::Action;
use crate::error::{KmsError, UnsupportedOperationError, ValidationError};
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, model_enum};
use crate::primitives::MATERIAL_LEN;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::key_wrap;
use crate::provider::KeyActionError;
use crate::secret::{Plaintext, boxed};

use super::imported_material::ImportedMaterial;
use super::key::unsupported_kind_of_key;
use super::ring::Keyring;
use super::wrapping_keys::WrappingKeySpec;

/// The period in which import parameters are valid (API reference).
const VALIDITY: Duration = Duration::from_secs(24 * 60 * 60);

/// The bytes of an import token's authenticator.
const TAG_LEN: usize = 32;

model_enum! {
    /// The algorithm by which key material is wrapped: `WrappingAlgorithm`.
    WrappingAlgorithm {
        RsaesPkcs1V15 = "RSAES_PKCS1_V1_5",
        RsaesOaepSha1 = "RSAES_OAEP_SHA_1",
        RsaesOaepSha256 = "RSAES_OAEP_SHA_256",
        RsaAesKeyWrapSha1 = "RSA_AES_KEY_WRAP_SHA_1",
        RsaAesKeyWrapSha256 = "RSA_AES_KEY_WRAP_SHA_256",
        Sm2Pke = "SM2PKE",
    }
}

/// The response of `GetParametersForImport`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportParameters {
    /// `KeyId`
    pub key_id: KeyArn,
    /// `ImportToken`: contains the key and the wrapping algorithm. Only the ring that issued it accepts it.
    pub import_token: Vec<u8>,
    /// `PublicKey`: the public key to wrap the material with, as the DER of an X.509 `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// `ParametersValidTo`: 24 hours from now; `None` if the ring has no clock.
    pub parameters_valid_to: Option<SystemTime>,
}

/// Key material that is wrapped, as other programs send it. [`import_key_material`](Keyring::import_key_material)
/// accepts it unwrapped.
impl Keyring {
    /// Returns a public key and a token for importing key material: `GetParametersForImport`.
    ///
    /// The ring generates one key pair per spec, when it is first needed. For `RSA_4096` that takes seconds, without
    /// optimization up to a minute.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`]; [`KmsError::KmsInvalidState`] if the key is pending deletion.
    /// - [`KmsError::UnsupportedOperation`] if the key is not a symmetric one with the origin `EXTERNAL`; for
    ///   `RSAES_PKCS1_V1_5`, which AWS no longer supports; for SM2 outside of China.
    /// - [`KmsError::Validation`] if the wrapping algorithm does not support the wrapping key spec.
    /// - [`KmsError::KmsInternal`] if the random source fails.
    pub fn parameters_for_import(
        &self,
        key: impl Into<KeyIdentifier>,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Result<ImportParameters, KmsError> {
        let key_id = self.awaiting_import(Action::GetParametersForImport, &key.into())?;
        if algorithm == WrappingAlgorithm::RsaesPkcs1V15 {
            let error = UnsupportedOperationError::WrappingAlgorithm;
            return Err(KmsError::UnsupportedOperation(error));
        }
        if (algorithm == WrappingAlgorithm::Sm2Pke) != (spec == WrappingKeySpec::Sm2) {
            return Err(ValidationError::WrappingAlgorithm.into());
        }
        if spec == WrappingKeySpec::Sm2 && !key_id.region().is_in_china() {
            return Err(unsupported_kind_of_key());
        }
        let public_key = self.wrapping_key(spec)?.public_key().to_vec();
        let parameters_valid_to = self.now().and_then(|now| now.checked_add(VALIDITY));
        let token = Token {
            key_id,
            algorithm,
            spec,
            valid_to: parameters_valid_to,
        };
        Ok(ImportParameters {
            key_id,
            import_token: token.seal(self.token_mac()?),
            public_key,
            parameters_valid_to,
        })
    }

    /// Unwraps key material that was wrapped with [`parameters_for_import`](Self::parameters_for_import). The result
    /// can be [imported](Self::import_key_material).
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`]; [`KmsError::KmsInvalidState`] depending on the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key is not a symmetric one with the origin `EXTERNAL`, or is pending
    ///   deletion.
    /// - [`KmsError::InvalidImportToken`] if the token is for another key or not from this ring;
    ///   [`KmsError::ExpiredImportToken`] if it has expired.
    /// - [`KmsError::InvalidCiphertext`] if the material was not wrapped as the token says;
    ///   [`KmsError::IncorrectKeyMaterial`] if it does not have 32 bytes.
    pub fn unwrap_key_material(
        &self,
        key: impl Into<KeyIdentifier>,
        import_token: &[u8],
        encrypted_key_material: &[u8],
    ) -> Result<ImportedMaterial, KmsError> {
        let key_id = self.awaiting_import(Action::ImportKeyMaterial, &key.into())?;
        let token = Token::open(import_token, self.token_mac()?)
            .filter(|token| token.key_id == key_id)
            .ok_or(KmsError::InvalidImportToken)?;
        let expired = self.now().zip(token.valid_to);
        if expired.is_some_and(|(now, valid_to)| valid_to <= now) {
            return Err(KmsError::ExpiredImportToken);
        }
        let pair = self.wrapping_key(token.spec)?;
        let plaintext = self
            .unwrap(&pair, token.algorithm, encrypted_key_material)
            .map_err(|error| match error {
                KeyActionError::Rejected => KmsError::InvalidCiphertext,
                error @ KeyActionError::Provider(_) => KmsError::internal(error),
            })?;
        let bytes: &[u8; MATERIAL_LEN] = plaintext
            .expose()
            .try_into()
            .map_err(|_| KmsError::IncorrectKeyMaterial)?;
        Ok(ImportedMaterial::of(boxed(bytes)))
    }

    /// The ARN of a key that imports its material.
    fn awaiting_import(&self, operation: Action, key: &KeyIdentifier) -> Result<KeyArn, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, key)?;
        key.require(operation)?;
        key.materials()
            .map(|_| *key.metadata.arn())
            .ok_or_else(unsupported_kind_of_key)
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

    fn wrapping_key(&self, spec: WrappingKeySpec) -> Result<Arc<KeyPair>, KmsError> {
        self.wrapping_keys().pair(spec, self.random())
    }

    fn token_mac(&self) -> Result<Hmac<Sha256>, KmsError> {
        let key = self.wrapping_keys().token_key(self.random())?;
        Hmac::new_from_slice(key.as_slice()).map_err(KmsError::internal)
    }
}

/// The content of an import token, which is authenticated and not secret.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    key_id: KeyArn,
    algorithm: WrappingAlgorithm,
    spec: WrappingKeySpec,
    valid_to: Option<SystemTime>,
}

impl Token {
    /// The authenticator, then the parts as text, separated by spaces.
    fn seal(&self, mac: Hmac<Sha256>) -> Vec<u8> {
        let Self {
            key_id,
            algorithm,
            spec,
            valid_to,
        } = self;
        let valid_to = valid_to
            .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map_or_else(|| "-".to_owned(), |since| since.as_millis().to_string());
        let text = format!("{key_id} {algorithm} {spec} {valid_to}");
        let tag = mac.chain_update(&text).finalize().into_bytes();
        [tag.as_slice(), text.as_bytes()].concat()
    }

    /// Parses a token, if it was sealed with the same key.
    fn open(bytes: &[u8], mac: Hmac<Sha256>) -> Option<Self> {
        let (tag, text) = bytes.split_at_checked(TAG_LEN)?;
        mac.chain_update(text).verify_slice(tag).ok()?;
        let mut parts = core::str::from_utf8(text).ok()?.split(' ');
        let mut part = || parts.next();
        Some(Self {
            key_id: part()?.parse().ok()?,
            algorithm: part()?.parse().ok()?,
            spec: part()?.parse().ok()?,
            valid_to: match part()? {
                "-" => None,
                millis => {
                    let since = Duration::from_millis(millis.parse().ok()?);
                    Some(SystemTime::UNIX_EPOCH.checked_add(since)?)
                }
            },
        })
    }
}

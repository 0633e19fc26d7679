//! The one joint: where keys come from ([`KeyProvider`]) and what a key can do ([`KmsKey`]).
//!
//! # Writing a provider
//!
//! A provider answers from a [`KeyView`]: its keys as they are at one moment. The engine asks for a view once per
//! operation and looks both keys, all aliases and all grants up in that view, so no operation sees one key before a
//! change and the other after it. Handing the view to a closure instead of returning it lets a provider keep whatever
//! it needs for that time (a lock, a snapshot, a session with an HSM) without counting references to its keys: two
//! threads on one hot key then do not wait for each other's cache lines.
//!
//! Most providers are their own view:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use kms_reencrypt::access::GrantId;
//! use kms_reencrypt::key::{AliasArn, KeyMaterialId};
//! use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey};
//! use kms_reencrypt::{KeyArn, Place, Region};
//!
//! #[derive(Debug)]
//! struct Fixed {
//!     home: Place,
//!     keys: HashMap<KeyArn, Box<dyn KmsKey>>,
//! }
//!
//! impl KeyProvider for Fixed {
//!     fn home(&self) -> Place {
//!         self.home
//!     }
//!
//!     fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
//!         visit(self);
//!         Ok(())
//!     }
//! }
//!
//! impl KeyView for Fixed {
//!     fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
//!         let key = self.keys.get(arn).ok_or(KeyProviderError::NotFound)?;
//!         Ok(KeyRef::Borrowed(key.as_ref()))
//!     }
//!
//!     fn key_with_material(
//!         &self,
//!         region: &Region,
//!         id: &KeyMaterialId,
//!     ) -> Result<KeyRef<'_>, KeyProviderError> {
//!         self.keys
//!             .values()
//!             .find(|key| key.metadata().arn().region() == region && key.has_material(id))
//!             .map(|key| KeyRef::Borrowed(key.as_ref()))
//!             .ok_or(KeyProviderError::NotFound)
//!     }
//!
//!     fn alias_target(&self, _alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
//!         Err(KeyProviderError::NotFound)
//!     }
//! }
//! ```

use core::fmt;
use core::ops::Deref;
use std::sync::Arc;

use crate::access::{Grant, GrantId, KeyPolicy};
use crate::error::InfrastructureError;
use crate::key::{
    AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyMetadata, Place, Region,
};
use crate::random::Random;
use crate::secret::Plaintext;

/// Where keys come from.
pub trait KeyProvider: Send + Sync {
    /// The account and Region in which a [`Kms`](crate::Kms) over this provider acts unless it is told otherwise.
    fn home(&self) -> Place;

    /// Calls `visit` once with the keys as they are at one moment.
    ///
    /// The implementer's duty: what the view answers must not change while `visit` runs. A provider that holds a lock
    /// meanwhile makes its writers wait for the cryptography of every running operation; one that hands out a snapshot
    /// does not.
    ///
    /// # Errors
    ///
    /// Any [`KeyProviderError`] but `NotFound`, if no view is to be had. Calling `visit` and then failing counts as
    /// failing.
    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError>;
}

impl<P: KeyProvider + ?Sized> KeyProvider for Arc<P> {
    fn home(&self) -> Place {
        (**self).home()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        (**self).view(visit)
    }
}

/// The keys of a provider at one moment.
///
/// A view knows nothing of callers: it is asked with whole ARNs, and what the caller may do with the key that comes back
/// is decided by the engine.
pub trait KeyView {
    /// The key with this ARN.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if there is none; another one if that cannot be told now.
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError>;

    /// The key that has, or once had, this material, in this Region. `id` comes out of a ciphertext: it is hostile.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if there is none; another one if that cannot be told now.
    fn key_with_material(
        &self,
        region: &Region,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError>;

    /// The key that an alias points to.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if there is no such alias; another one if that cannot be told now.
    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError>;

    /// The grant that a token stands for. A provider without grants knows no token.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if the token is none of this provider's.
    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        let _ = token;
        Err(KeyProviderError::NotFound)
    }
}

/// A key that a view found: borrowed from the view, or made for the occasion.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyRef<'v> {
    /// A key that lives in the view.
    Borrowed(&'v dyn KmsKey),
    /// A key that was made for this look-up.
    Owned(Box<dyn KmsKey + 'v>),
}

impl<'v> Deref for KeyRef<'v> {
    type Target = dyn KmsKey + 'v;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Borrowed(key) => *key,
            Self::Owned(key) => &**key,
        }
    }
}

/// A key: a snapshot that describes itself and acts. It never hands out its secret.
///
/// # The implementer's duty
///
/// Whatever comes in as ciphertext, nonce, tag or material id is under an attacker's control. An implementation must
/// not panic on it, must say no more than [`KeyActionError::Rejected`] when it does not open, must take the same path
/// whatever was wrong with it, and must compare authenticators in constant time. `Debug` must not print secrets. The
/// engine asks only after it has proven that caller, key state, key usage and algorithm allow it.
pub trait KmsKey: fmt::Debug + Send + Sync {
    /// What the key is: its ARN, spec, usage, state and current material.
    fn metadata(&self) -> &KeyMetadata;

    /// The key policy. The default is the one that AWS gives a key made by API: the account decides.
    fn policy(&self) -> &KeyPolicy {
        KeyPolicy::account_decides()
    }

    /// The grants on the key.
    fn grants(&self) -> &[Grant] {
        &[]
    }

    /// The aliases that point to the key, for `kms:ResourceAliases`.
    fn aliases(&self) -> &[AliasName] {
        &[]
    }

    /// The key's tags, for `aws:ResourceTag/…`.
    fn tags(&self) -> &[(String, String)] {
        &[]
    }

    /// Whether a symmetric key has, or once had, this material: whether a ciphertext that names it is the key's own.
    fn has_material(&self, id: &KeyMaterialId) -> bool {
        let _ = id;
        false
    }

    /// Encrypts `in_out` in place with AES-256-GCM under the current material and returns the tag.
    ///
    /// The message key is the first block of SP 800-108r1's KDF in counter mode over HMAC-SHA-256, with the label
    /// `kms-reencrypt:SYMMETRIC_DEFAULT` and `nonces.derivation` as the context.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the key cannot act now.
    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        let _ = (nonces, aad, in_out);
        Err(KeyActionError::not_implemented("seal"))
    }

    /// Decrypts `in_out` in place with AES-256-GCM under the material `id`, if the tag is right.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`], with `in_out` left as it came, if the tag is wrong or the material is not there;
    /// [`KeyActionError::Provider`] if the key cannot act now.
    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        let _ = (id, nonces, aad, in_out, tag);
        Err(KeyActionError::not_implemented("open"))
    }

    /// Encrypts with the public key. The engine has checked the length of the plaintext.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the key cannot act now.
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        let _ = (algorithm, plaintext, random);
        Err(KeyActionError::not_implemented("encrypt"))
    }

    /// Decrypts with the private key. `random` is for blinding.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`] if the ciphertext does not open, for whatever reason; [`KeyActionError::Provider`]
    /// if the key cannot act now.
    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        let _ = (algorithm, ciphertext, random);
        Err(KeyActionError::not_implemented("decrypt"))
    }
}

/// The two nonces of a symmetric message, drawn at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the format has these two")]
pub struct MessageNonces {
    /// N: makes the message key.
    pub derivation: [u8; 16],
    /// The initialization vector of AES-GCM.
    pub iv: [u8; 12],
}

impl MessageNonces {
    /// Both out of one draw of randomness.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 28]) -> Self {
        let mut nonces = Self {
            derivation: [0; 16],
            iv: [0; 12],
        };
        let (derivation, iv) = bytes.split_at(nonces.derivation.len());
        nonces.derivation.copy_from_slice(derivation);
        nonces.iv.copy_from_slice(iv);
        nonces
    }
}

/// Why a provider gave no key, or a key did not act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProviderError {
    /// Something that the provider depends on timed out: `DependencyTimeoutException`.
    #[error("{0}")]
    DependencyTimeout(InfrastructureError),
    /// The provider failed: `KMSInternalException`.
    #[error("{0}")]
    Internal(InfrastructureError),
    /// The custom key store behind the key failed: `KMSInvalidStateException` with the store's message.
    #[error("{0}")]
    KeyStore(String),
    /// The key cannot be reached now: `KeyUnavailableException`.
    #[error("{0}")]
    KeyUnavailable(InfrastructureError),
    /// There is no such key, alias or token.
    #[error("not found")]
    NotFound,
    /// Too many requests: `ThrottlingException`.
    #[error("throttled")]
    Throttled,
}

/// Why a key did not act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyActionError {
    /// The key, or what it depends on, failed.
    #[error(transparent)]
    Provider(#[from] KeyProviderError),
    /// The ciphertext does not open. There is no more to say: see [`KmsKey`].
    #[error("rejected")]
    Rejected,
}

impl KeyActionError {
    /// A provider's key was asked for something that its metadata promise and that it does not do.
    fn not_implemented(method: &str) -> Self {
        let message = format!("the key does not implement KmsKey::{method}");
        KeyProviderError::Internal(InfrastructureError::new(message)).into()
    }
}

impl From<crate::random::RandomnessUnavailable> for KeyActionError {
    fn from(error: crate::random::RandomnessUnavailable) -> Self {
        let failure = InfrastructureError::new(error.to_string()).with_source(error);
        KeyProviderError::Internal(failure).into()
    }
}

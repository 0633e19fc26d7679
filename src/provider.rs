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
//! # A key
//!
//! A key describes itself and acts. It can leave the cryptography to [`primitives`](crate::primitives); this is all of a
//! symmetric key:
//!
//! ```
//! use std::sync::Arc;
//!
//! use kms_reencrypt::primitives::SymmetricMaterial;
//! use kms_reencrypt::provider::{KeyActionError, KmsKey, MessageNonces};
//! use kms_reencrypt::{KeyArn, KeyMaterialId, KeyMetadata, KeySpec, KeyUsage};
//!
//! #[derive(Debug)]
//! struct SecretKey {
//!     metadata: KeyMetadata,
//!     material: Arc<SymmetricMaterial>,
//! }
//!
//! impl SecretKey {
//!     fn new(arn: KeyArn, secret: &[u8; 32]) -> Self {
//!         let material = SymmetricMaterial::new(arn.key_id(), secret);
//!         let metadata =
//!             KeyMetadata::builder(arn, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt)
//!                 .current_key_material_id(Some(*material.id()))
//!                 .build();
//!         Self { metadata, material }
//!     }
//! }
//!
//! impl KmsKey for SecretKey {
//!     fn metadata(&self) -> &KeyMetadata {
//!         &self.metadata
//!     }
//!
//!     fn has_material(&self, id: &KeyMaterialId) -> bool {
//!         id == self.material.id()
//!     }
//!
//!     fn seal(
//!         &self,
//!         nonces: &MessageNonces,
//!         aad: &[u8],
//!         in_out: &mut [u8],
//!     ) -> Result<[u8; 16], KeyActionError> {
//!         self.material.seal(nonces, aad, in_out)
//!     }
//!
//!     fn open(
//!         &self,
//!         id: &KeyMaterialId,
//!         nonces: &MessageNonces,
//!         aad: &[u8],
//!         in_out: &mut [u8],
//!         tag: &[u8; 16],
//!     ) -> Result<(), KeyActionError> {
//!         if !self.has_material(id) {
//!             return Err(KeyActionError::Rejected);
//!         }
//!         self.material.open(nonces, aad, in_out, tag)
//!     }
//! }
//!
//! let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
//! let key = SecretKey::new(arn.parse()?, b"32 bytes that nobody else knows.");
//! let nonces = MessageNonces::from_bytes(&[1; 28]);
//! let mut message = *b"attack at dawn";
//! let tag = key.seal(&nonces, b"additional data", &mut message)?;
//! let id = *key.material.id();
//! key.open(&id, &nonces, b"additional data", &mut message, &tag)?;
//! assert_eq!(&message, b"attack at dawn");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The conformance suites of the feature `testing` check a key and its provider as an attacker would.
//!
//! # A provider
//!
//! Most providers are their own view. `examples/provider.rs` is a whole one, with the key above; it re-encrypts.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use kms_reencrypt::access::GrantId;
//! use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey};
//! use kms_reencrypt::{AliasArn, KeyArn, KeyMaterialId, Place};
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
//!         place: &Place,
//!         id: &KeyMaterialId,
//!     ) -> Result<KeyRef<'_>, KeyProviderError> {
//!         self.keys
//!             .values()
//!             .find(|key| key.metadata().arn().region() == &place.region && key.has_material(id))
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
use std::time::SystemTime;

use crate::access::{Grant, GrantId, KeyPolicy};
use crate::error::InfrastructureError;
use crate::key::{
    AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyMetadata, KeySpec, Place,
};
use crate::random::Random;
use crate::secret::Plaintext;

/// Where keys come from.
pub trait KeyProvider: Send + Sync {
    /// The account and Region in which a [`Kms`](crate::Kms) over this provider acts unless it is told otherwise.
    fn home(&self) -> Place;

    /// What time it is, for `aws:CurrentTime` in policies. Without an answer the system's time counts.
    fn now(&self) -> Option<SystemTime> {
        None
    }

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

    fn now(&self) -> Option<SystemTime> {
        (**self).now()
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

    /// The key that has, or once had, this material, in the Region of this place; where several accounts have one, that of
    /// the place's account. `id` comes out of a ciphertext: it is hostile.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if there is none; another one if that cannot be told now.
    fn key_with_material(
        &self,
        place: &Place,
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
///
/// # An algorithm that the key does not have
///
/// The engine never asks for one. An implementation that is asked all the same, by a test or by code of your own, answers
/// [`KeyActionError::unsupported`], not [`KeyActionError::Rejected`]: the request is wrong, not the ciphertext. The methods
/// that are not implemented here fail in the same way.
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

    /// The public key of an RSA or SM2 key, as the DER of an X.509 `SubjectPublicKeyInfo`: what `GetPublicKey` answers.
    /// `None` for other keys.
    ///
    /// It describes the key, as the metadata do, and never changes: a key in an HSM fetches it once and keeps it.
    fn public_key(&self) -> Option<&[u8]> {
        None
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
    /// [`KeyActionError::Provider`] if the key cannot act now, or if it does not have the algorithm.
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
    /// if the key cannot act now, or if it does not have the algorithm.
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
    #[error(transparent)]
    DependencyTimeout(InfrastructureError),
    /// The provider failed: `KMSInternalException`.
    #[error(transparent)]
    Internal(InfrastructureError),
    /// The custom key store behind the key failed: `KMSInvalidStateException` with the store's message.
    #[error("{0}")]
    KeyStore(String),
    /// The key cannot be reached now: `KeyUnavailableException`.
    #[error(transparent)]
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
    /// What a key answers to an algorithm that it does not have: `KMSInternalException`. The engine asks for none.
    #[must_use]
    pub fn unsupported(spec: KeySpec, algorithm: EncryptionAlgorithm) -> Self {
        let message = format!("a key of spec {spec} was asked for {algorithm}");
        KeyProviderError::Internal(InfrastructureError::new(message)).into()
    }

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

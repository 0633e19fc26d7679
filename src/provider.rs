//! The interface to the keys: a [`KeyProvider`] finds them, and a [`KmsKey`] describes itself, encrypts and decrypts.
//!
//! # Writing a provider
//!
//! A provider answers from a [`KeyView`]: its keys as they are at one moment. The engine asks for a view once per
//! operation and looks both keys, all aliases and all grants up in that view, so no operation sees one key before a
//! change and the other after it.
//!
//! A provider hands the view to a closure instead of returning it. So it can hold what it needs for that time (a lock,
//! a snapshot, a session with an HSM) without counting references to its keys, and threads that use the same key do not
//! contend for the cache line of a reference count.
//!
//! # A key
//!
//! A key describes itself, encrypts and decrypts. It can leave the cryptography to [`primitives`](crate::primitives).
//! This is a complete symmetric key:
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
//! If your provider uses the keys of a ring and replaces only the arithmetic,
//! [`Keyring::view_keys`](crate::Keyring::view_keys) lends it the key material.
//!
//! # A provider
//!
//! Most providers are their own view, as this one is. `examples/provider.rs` has a complete program, with the key
//! above.
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
//!         let region = &place.region;
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

mod last_usage;

pub(crate) use last_usage::PendingUse;
pub use last_usage::{KeyLastUsageData, LastUsage};

use core::fmt;
use core::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use crate::access::{GrantId, Grants, KeyPolicy, NO_GRANTS};
use crate::error::InfrastructureError;
use crate::key::{
    AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyMetadata, KeySpec, Place,
};
use crate::operation::Operation;
use crate::random::Random;
use crate::secret::Plaintext;

/// A source of keys, such as a [`Keyring`](crate::Keyring), a file or an HSM.
pub trait KeyProvider: Send + Sync {
    /// The account and Region in which a new [`Kms`](crate::Kms) over this provider acts.
    fn home(&self) -> Place;

    /// The current time, for `aws:CurrentTime` in policies. If it is `None`, the system's time is used.
    fn now(&self) -> Option<SystemTime> {
        None
    }

    /// Calls `visit` once with the keys as they are at one moment.
    ///
    /// An implementation must guarantee that the view's answers do not change while `visit` runs. If it holds a lock
    /// during that time, its writers wait for the cryptography of every running operation, which can take seconds when
    /// `GenerateDataKeyPair` searches for primes. If it hands out a snapshot, they don't wait.
    ///
    /// # Errors
    ///
    /// Any [`KeyProviderError`] except `NotFound`, if it cannot produce a view. If it calls `visit` and then returns an
    /// error, the operation fails with that error.
    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError>;

    /// The same for a provider that wants to know which operation looks at its keys. [`Kms`](crate::Kms) calls this method.
    ///
    /// A provider that wraps another one passes the operation on.
    ///
    /// # Errors
    ///
    /// As for [`view`](Self::view).
    #[inline]
    fn view_for(
        &self,
        operation: Operation,
        visit: &mut dyn FnMut(&dyn KeyView),
    ) -> Result<(), KeyProviderError> {
        let _ = operation;
        self.view(visit)
    }

    /// Creates the AWS managed key of an alias of an AWS service (`alias/aws/…`), if AWS predefines the alias and it
    /// has no key yet. [`Kms`](crate::Kms) calls this method when a `DescribeKey` names such an alias in the caller's
    /// account and Region, before it looks up the key: AWS creates these keys in no other operation. By default the
    /// method does nothing.
    ///
    /// A provider that wraps another one passes the call on.
    ///
    /// # Errors
    ///
    /// Any [`KeyProviderError`] except `NotFound`, if the key cannot be created.
    fn associate_predefined_alias(&self, alias: &AliasArn) -> Result<(), KeyProviderError> {
        let _ = alias;
        Ok(())
    }
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

    fn view_for(
        &self,
        operation: Operation,
        visit: &mut dyn FnMut(&dyn KeyView),
    ) -> Result<(), KeyProviderError> {
        (**self).view_for(operation, visit)
    }

    fn associate_predefined_alias(&self, alias: &AliasArn) -> Result<(), KeyProviderError> {
        (**self).associate_predefined_alias(alias)
    }
}

/// The keys of a provider at one moment.
///
/// A view does not know the caller. The engine asks it with complete ARNs, and decides what the caller may do with the
/// key that it returns.
pub trait KeyView {
    /// The key with this ARN.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if no key matches; any other error if the view cannot answer now.
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError>;

    /// The key that has, or once had, this material, in the Region of this place. If several accounts have such a key,
    /// it is that of the place's account. `id` comes from a ciphertext, so an attacker may have chosen it.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if no key matches; any other error if the view cannot answer now.
    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError>;

    /// The key that an alias points to.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if the alias does not exist; any other error if the view cannot answer now.
    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError>;

    /// The grant that a token stands for. By default every token is unknown.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if this provider did not issue the token; any other error if the view cannot
    /// answer now.
    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        let _ = token;
        Err(KeyProviderError::NotFound)
    }
}

/// A key that a view found: borrowed from the view, or made for this look-up.
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

/// A key: it describes itself as it is at one moment, encrypts and decrypts. It never hands out its secret.
///
/// # What an implementation must guarantee
///
/// An attacker controls every ciphertext, nonce, tag and material id. An implementation must not panic on them. If a
/// ciphertext does not open, it must return [`KeyActionError::Rejected`] and nothing more specific, and must take the
/// same path whatever the fault is. It must compare authenticators in constant time, and `Debug` must not print
/// secrets.
///
/// The engine calls a key only after it has proven that the caller, the key's state and usage, and the algorithm allow
/// it.
///
/// # Unsupported algorithms
///
/// The engine never asks a key for an algorithm that its spec does not support, but a test or your own code may. The
/// key then returns [`KeyActionError::unsupported`] and not [`KeyActionError::Rejected`], because the request is wrong
/// and not the ciphertext. The default methods of this trait fail in the same way.
pub trait KmsKey: fmt::Debug + Send + Sync {
    /// What the key is: its ARN, spec, usage, state and current material.
    fn metadata(&self) -> &KeyMetadata;

    /// The key policy. The default is the one that AWS gives a key that is created through the API: the account
    /// decides.
    fn policy(&self) -> &KeyPolicy {
        KeyPolicy::account_decides()
    }

    /// The grants on the key: a list, or something that finds the grants for a caller faster.
    fn grants(&self) -> &dyn Grants {
        NO_GRANTS
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
    /// It describes the key, as the metadata do, and never changes, so a key in an HSM can fetch it once and keep it.
    fn public_key(&self) -> Option<&[u8]> {
        None
    }

    /// Whether a symmetric key has, or once had, this material. If so, the key made the ciphertexts that name it.
    fn has_material(&self, id: &KeyMaterialId) -> bool {
        let _ = id;
        false
    }

    /// Where the engine records successful cryptographic operations with the key, which `GetKeyLastUsage` reports. By
    /// default nothing is recorded.
    fn last_usage(&self) -> Option<&LastUsage> {
        None
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

    /// Decrypts `in_out` in place with AES-256-GCM under the material `id`, after it has verified the tag.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`], with `in_out` unchanged, if the tag is wrong or the key does not have the
    /// material; [`KeyActionError::Provider`] if the key cannot act now.
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
    /// [`KeyActionError::Provider`] if the key cannot act now, or does not support the algorithm.
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
    /// [`KeyActionError::Rejected`] if the ciphertext does not open, whatever the reason; [`KeyActionError::Provider`]
    /// if the key cannot act now, or does not support the algorithm.
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
    /// The nonce N, from which the message key is derived.
    pub derivation: [u8; 16],
    /// The initialization vector of AES-GCM.
    pub iv: [u8; 12],
}

impl MessageNonces {
    /// Splits one draw of 28 random bytes into both nonces.
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

/// Why a provider could not return a key, or a key could not act.
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
    /// The key, alias or token does not exist.
    #[error("not found")]
    NotFound,
    /// Too many requests: `ThrottlingException`.
    #[error("throttled")]
    Throttled,
}

/// Why a key could not encrypt or decrypt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyActionError {
    /// The key, or what it depends on, failed.
    #[error(transparent)]
    Provider(#[from] KeyProviderError),
    /// The ciphertext does not open. The error deliberately says no more: see [`KmsKey`].
    #[error("rejected")]
    Rejected,
}

impl KeyActionError {
    /// The error for an algorithm that the spec of the key does not support. A request ends with
    /// `KMSInternalException`, but the engine never asks for such an algorithm.
    #[must_use]
    pub fn unsupported(spec: KeySpec, algorithm: EncryptionAlgorithm) -> Self {
        let message = format!("a key of spec {spec} was asked for {algorithm}");
        KeyProviderError::Internal(InfrastructureError::new(message)).into()
    }

    /// The error of a key that does not implement what its metadata promise.
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

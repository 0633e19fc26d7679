//! [`SoftwareKey`]: a key of the ring, as it is at one moment.

use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use crate::access::{GrantId, Grants, KeyPolicy};
use crate::error::{KmsError, UnsupportedOperationError};
use crate::key::{
    AliasName, EncryptionAlgorithm, KeyMaterialId, KeyMetadata, KeyMetadataBuilder, KeyUsage,
    MultiRegionKeyType,
};
use crate::primitives::key_pair::KeyPair;
use crate::provider::{KeyActionError, KmsKey, LastUsage, MessageNonces};
use crate::random::Random;
use crate::secret::Plaintext;

use super::deferred_pair::DeferredPair;
use super::grant_set::GrantSet;
use super::imported_mac::ImportedMac;
use super::imported_pair::ImportedPair;
use super::materials::{Expiry, Materials};
use super::rotation_schedule::RotationSchedule;

/// A key of the ring. While readers hold it, it is not changed in place: a changed copy replaces it, and both share the
/// secret.
#[derive(Clone, Debug)]
pub(crate) struct SoftwareKey {
    pub(crate) metadata: KeyMetadata,
    pub(crate) policy: Arc<KeyPolicy>,
    pub(crate) grants: GrantSet,
    pub(crate) aliases: Arc<[AliasName]>,
    pub(crate) tags: Arc<[(String, String)]>,
    pub(super) secret: Secret,
    /// Grants that were retired or revoked, and still count until the ring settles.
    pub(super) departed_grants: Arc<[GrantId]>,
    /// Whether requests see the key. They may not see a new one until the ring settles.
    pub(super) visible: bool,
    /// Whether `DisableKey` came after the last `EnableKey`, even while another state hides that.
    pub(super) disabled: bool,
    /// Automatic rotation, if it is enabled. Related keys share it, and it rotates the primary.
    pub(super) rotation: Option<RotationSchedule>,
    /// The last use of the key. All copies of a key share it.
    pub(super) last_usage: Arc<LastUsage>,
}

/// The secret of a key.
#[derive(Clone, Debug)]
pub(super) enum Secret {
    /// No secret: a key for MACs, or a key of a spec for which this build has no key pairs. Such keys exist so that
    /// operations can refuse them as AWS does.
    None,
    ImportedMac(ImportedMac),
    KeyPair(Arc<KeyPair>),
    Deferred(Arc<DeferredPair>),
    Imported(ImportedPair),
    Symmetric(Materials),
}

impl SoftwareKey {
    /// A key without aliases and grants, whose state follows from its metadata and its secret.
    pub(super) fn new(
        metadata: KeyMetadata,
        policy: Arc<KeyPolicy>,
        tags: Arc<[(String, String)]>,
        secret: Secret,
    ) -> Self {
        let mut key = Self {
            metadata,
            policy,
            grants: GrantSet::default(),
            aliases: Arc::default(),
            tags,
            secret,
            departed_grants: Arc::default(),
            visible: true,
            disabled: false,
            rotation: None,
            last_usage: Arc::default(),
        };
        key.settle();
        key
    }

    /// Changes the metadata.
    pub(super) fn describe(
        &mut self,
        change: impl FnOnce(KeyMetadataBuilder) -> KeyMetadataBuilder,
    ) {
        self.metadata = change(self.metadata.clone().into_builder()).build();
    }

    /// The key pair, which may have to be generated first.
    pub(super) fn key_pair(&self) -> Option<&KeyPair> {
        match &self.secret {
            Secret::KeyPair(pair) => Some(pair),
            Secret::Deferred(deferred) => deferred.pair(),
            Secret::Imported(imported) => imported.pair(),
            Secret::ImportedMac(_) | Secret::None | Secret::Symmetric(_) => None,
        }
    }

    /// Whether it is the replica of a multi-Region key.
    pub(super) fn is_replica(&self) -> bool {
        self.metadata
            .multi_region()
            .is_some_and(|configuration| configuration.key_type == MultiRegionKeyType::Replica)
    }

    /// The materials of a symmetric key.
    pub(super) const fn materials(&self) -> Option<&Materials> {
        match &self.secret {
            Secret::Symmetric(materials) => Some(materials),
            _ => None,
        }
    }

    /// The materials of a symmetric key, to be changed. The caller then has to call [`settle`](Self::settle).
    pub(super) const fn materials_mut(&mut self) -> Option<&mut Materials> {
        match &mut self.secret {
            Secret::Symmetric(materials) => Some(materials),
            _ => None,
        }
    }

    /// The expiry of the material that the key acts with.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        match &self.secret {
            Secret::Symmetric(materials) => materials.expiry(),
            Secret::Imported(imported) => imported.expiry(),
            Secret::ImportedMac(imported) => imported.expiry(),
            _ => None,
        }
    }

    /// The first moment at which a material that is present expires.
    pub(super) fn next_expiry(&self) -> Option<SystemTime> {
        match &self.secret {
            Secret::Symmetric(materials) => materials.next_expiry(),
            Secret::Imported(_) | Secret::ImportedMac(_) => {
                self.expiry().and_then(Expiry::valid_to)
            }
            _ => None,
        }
    }

    /// Removes material that has expired. The caller then has to call [`settle`](Self::settle).
    pub(super) fn expire(&mut self, now: SystemTime) {
        let replica = self.is_replica();
        match &mut self.secret {
            Secret::Symmetric(materials) => materials.expire(now, replica),
            Secret::Imported(imported) => imported.expire(now),
            Secret::ImportedMac(imported) => imported.expire(now),
            _ => {}
        }
    }

    /// Whether material can be imported into a key of this kind, whatever its origin.
    pub(super) const fn takes_imports(&self) -> bool {
        matches!(
            self.secret,
            Secret::Symmetric(_) | Secret::Imported(_) | Secret::ImportedMac(_)
        )
    }

    fn unsupported(&self, algorithm: EncryptionAlgorithm) -> KeyActionError {
        KeyActionError::unsupported(self.metadata.key_spec(), algorithm)
    }

    /// Whether the key has all the material that it needs. A key that is not for encryption needs none.
    pub(super) fn complete(&self) -> bool {
        match &self.secret {
            Secret::None => self.metadata.key_usage() != KeyUsage::EncryptDecrypt,
            Secret::KeyPair(_) | Secret::Deferred(_) => true,
            Secret::Imported(imported) => imported.pair().is_some(),
            Secret::ImportedMac(imported) => imported.is_present(),
            Secret::Symmetric(materials) => materials.complete(),
        }
    }
}

impl KmsKey for SoftwareKey {
    fn metadata(&self) -> &KeyMetadata {
        &self.metadata
    }

    fn policy(&self) -> &KeyPolicy {
        &self.policy
    }

    fn grants(&self) -> &dyn Grants {
        &self.grants
    }

    fn aliases(&self) -> &[AliasName] {
        &self.aliases
    }

    fn tags(&self) -> &[(String, String)] {
        &self.tags
    }

    fn public_key(&self) -> Option<&[u8]> {
        match &self.secret {
            Secret::Imported(imported) => imported.public_key(),
            _ => self.key_pair().map(KeyPair::public_key),
        }
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        self.materials().is_some_and(|materials| materials.has(id))
    }

    fn last_usage(&self) -> Option<&LastUsage> {
        Some(&self.last_usage)
    }

    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        self.materials()
            .and_then(Materials::current)
            .ok_or_else(|| self.unsupported(EncryptionAlgorithm::SymmetricDefault))?
            .seal(nonces, aad, in_out)
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        self.materials()
            .ok_or_else(|| self.unsupported(EncryptionAlgorithm::SymmetricDefault))?
            .get(id)
            .ok_or(KeyActionError::Rejected)?
            .open(nonces, aad, in_out, tag)
    }

    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        self.key_pair()
            .ok_or_else(|| self.unsupported(algorithm))?
            .encrypt(algorithm, plaintext, random)
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        self.key_pair()
            .ok_or_else(|| self.unsupported(algorithm))?
            .decrypt(algorithm, ciphertext, random)
    }
}

/// The policy of a key. All keys with the default policy share it.
pub(super) fn shared_policy(policy: KeyPolicy) -> Arc<KeyPolicy> {
    static ACCOUNT_DECIDES: LazyLock<Arc<KeyPolicy>> = LazyLock::new(Arc::default);
    if policy == **ACCOUNT_DECIDES {
        Arc::clone(&ACCOUNT_DECIDES)
    } else {
        Arc::new(policy)
    }
}

/// A list of a key. All keys without entries share an empty one, for which no memory is allocated.
pub(super) fn shared_list<T>(list: Vec<T>) -> Arc<[T]> {
    if list.is_empty() {
        Arc::default()
    } else {
        Arc::from(list)
    }
}

/// Refuses a replica, for an operation that only primaries and single-Region keys support.
pub(super) fn require_primary(key: &SoftwareKey) -> Result<(), KmsError> {
    if key.is_replica() {
        return Err(not_primary(&key.metadata));
    }
    Ok(())
}

/// Refuses every key but a multi-Region primary.
pub(super) fn require_multi_region_primary(key: &SoftwareKey) -> Result<(), KmsError> {
    if key.metadata.multi_region().is_none() {
        return Err(not_primary(&key.metadata));
    }
    require_primary(key)
}

const fn not_primary(key: &KeyMetadata) -> KmsError {
    KmsError::UnsupportedOperation(UnsupportedOperationError::NotPrimary(*key.arn()))
}

/// The refusal of an operation that does not support this kind of key.
pub(super) const fn unsupported_kind_of_key() -> KmsError {
    KmsError::UnsupportedOperation(UnsupportedOperationError::KindOfKey)
}

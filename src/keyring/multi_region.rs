//! Multi-Region keys.

use std::sync::Arc;
use std::time::SystemTime;

use crate::access::KeyPolicy;
use crate::error::{KmsError, ValidationError};
use crate::key::{
    KeyArn, KeyIdentifier, KeyMetadata, KeyOrigin, KeyState, MultiRegionConfiguration,
    MultiRegionKeyType, Region,
};

use super::key::{Secret, SoftwareKey};
use super::lifecycle::invalid_state;
use super::materials::KeyMaterialState;
use super::ring::Keyring;
use super::rotation::{change, unsupported};
use super::snapshot::Snapshot;

/// What a replica has of its own, and does not share with its primary.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaProperties {
    pub(crate) policy: Arc<KeyPolicy>,
    pub(crate) description: String,
    pub(crate) tags: Arc<[(String, String)]>,
}

/// Multi-Region keys.
impl Keyring {
    /// Replicates a multi-Region key into another Region: `ReplicateKey`. The replica shares key id and material; a
    /// replica of a key with imported material waits for its own import.
    ///
    /// In AWS the replica is `Creating` for a moment. Here it is ready at once; put it into that state with
    /// [`set_key_state`](Self::set_key_state).
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`]; [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`] by the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key is not the primary of a multi-Region key.
    /// - [`KmsError::Validation`] if the Region has not the form of one, is in another partition, or has a related key.
    pub fn replicate_key(
        &self,
        key: impl Into<KeyIdentifier>,
        region: &str,
    ) -> Result<KeyArn, KmsError> {
        self.replicate_key_with(key, region, None)
    }

    /// Replicates a key. Without properties of its own the replica takes over policy and description.
    pub(crate) fn replicate_key_with(
        &self,
        key: impl Into<KeyIdentifier>,
        region: &str,
        properties: Option<ReplicaProperties>,
    ) -> Result<KeyArn, KmsError> {
        let region: Region = region.parse().map_err(ValidationError::other)?;
        let identifier = key.into();
        let now = self.now();
        self.write(|snapshot| {
            let primary = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            let arn = *primary.metadata.arn();
            let replica_arn = arn.in_region(region);
            let is_primary = primary
                .metadata
                .multi_region()
                .is_some_and(|configuration| configuration.key_type == MultiRegionKeyType::Primary);
            if !is_primary {
                return Err(unsupported());
            }
            if primary.metadata.key_state() != KeyState::Enabled {
                return Err(invalid_state(&primary));
            }
            if region.partition() != arn.region().partition() {
                return Err(ValidationError::other(
                    "a replica is in the partition of its primary",
                ));
            }
            if snapshot.get(&replica_arn).is_some() {
                return Err(ValidationError::other(
                    "there is a related key in that Region already",
                ));
            }
            let properties = properties.unwrap_or_else(|| ReplicaProperties {
                policy: Arc::clone(&primary.policy),
                description: primary.metadata.description().to_owned(),
                tags: Arc::from([]),
            });
            let mut replica = replica(primary, properties, replica_arn, now);
            replica.visible = !snapshot.changes_are_slow();
            snapshot.put(replica);
            retell(snapshot, &arn);
            reconcile(snapshot, &arn);
            Ok(replica_arn)
        })
    }
}

impl SoftwareKey {
    pub(crate) fn is_replica(&self) -> bool {
        self.metadata
            .multi_region()
            .is_some_and(|configuration| configuration.key_type == MultiRegionKeyType::Replica)
    }
}

/// Whether a key is a primary with replicas, those that wait for their deletion included.
pub(crate) fn has_replicas(snapshot: &Snapshot, key: &SoftwareKey) -> bool {
    key.metadata.multi_region().is_some()
        && !key.is_replica()
        && snapshot.related(key.metadata.arn()).len() > 1
}

/// Takes a key out of the ring. If it was the last replica of a primary that is to be deleted, the primary's waiting
/// period begins.
pub(crate) fn remove(snapshot: &mut Snapshot, arn: &KeyArn, now: Option<SystemTime>) {
    let removed = snapshot.remove(arn).filter(|removed| removed.is_replica());
    let Some(configuration) = removed
        .as_ref()
        .and_then(|removed| removed.metadata.multi_region())
    else {
        return;
    };
    let primary = arn.in_region(configuration.primary);
    retell(snapshot, &primary);
    reconcile(snapshot, &primary);
    let Some(primary) = snapshot.get(&primary) else {
        return;
    };
    let window = primary.metadata.pending_deletion_window_in_days();
    if let Some(days) = window.filter(|_| !has_replicas(snapshot, primary)) {
        let mut primary = SoftwareKey::clone(primary);
        primary.wait_for_deletion(days, now);
        snapshot.put(primary);
    }
}

/// Brings related keys with imported material into line: which new material waits, and for what. The primary can be
/// rotated to it when all of them have it.
pub(crate) fn reconcile(snapshot: &mut Snapshot, arn: &KeyArn) {
    let related = snapshot.related(arn);
    let materials_of = |arn: &KeyArn| snapshot.get(arn).and_then(|key| key.materials());
    let Some(materials) = snapshot
        .get(arn)
        .filter(|key| key.metadata.origin() == KeyOrigin::External)
        .and_then(|key| key.metadata.multi_region())
        .and_then(|configuration| materials_of(&arn.in_region(configuration.primary)))
    else {
        return;
    };
    let present = |arn: &KeyArn, id| materials_of(arn).is_some_and(|all| all.get(id).is_some());
    let state = |id| {
        if related.iter().all(|arn| present(arn, id)) {
            KeyMaterialState::PendingRotation
        } else {
            KeyMaterialState::PendingMultiRegionImportAndRotation
        }
    };
    let pending: Vec<_> = materials
        .versions()
        .iter()
        .filter(|version| version.is_pending())
        .map(|version| (version.id, state(&version.id)))
        .collect();
    for arn in related {
        change(snapshot, &arn, |materials| materials.follow(&pending));
    }
}

/// A copy of a key in another Region: its own policy, aliases, grants and state.
fn replica(
    primary: SoftwareKey,
    properties: ReplicaProperties,
    arn: KeyArn,
    now: Option<SystemTime>,
) -> SoftwareKey {
    let ReplicaProperties {
        policy,
        description,
        tags,
    } = properties;
    let old = &primary.metadata;
    let metadata = KeyMetadata::builder(arn, old.key_spec(), old.key_usage())
        .origin(old.origin())
        .description(description)
        .creation_date(now)
        .multi_region(old.multi_region().cloned())
        .build();
    let secret = match (old.origin(), primary.secret) {
        (KeyOrigin::External, Secret::Symmetric(materials)) => {
            Secret::Symmetric(materials.to_be_imported())
        }
        (_, secret) => secret,
    };
    let mut replica = SoftwareKey {
        metadata,
        policy,
        grants: Arc::from([]),
        aliases: Arc::from([]),
        tags,
        secret,
        departed_grants: Arc::from([]),
        visible: true,
        disabled: false,
    };
    replica.settle();
    replica
}

/// Tells all related keys which Regions they are in.
fn retell(snapshot: &mut Snapshot, primary: &KeyArn) {
    let related = snapshot.related(primary);
    let mut replicas: Vec<Region> = related.iter().map(|arn| *arn.region()).collect();
    replicas.retain(|region| region != primary.region());
    replicas.sort();
    for arn in related {
        let Some(key) = snapshot.get(&arn) else {
            continue;
        };
        let mut key = SoftwareKey::clone(key);
        let key_type = if arn == *primary {
            MultiRegionKeyType::Primary
        } else {
            MultiRegionKeyType::Replica
        };
        let configuration =
            MultiRegionConfiguration::new(key_type, *primary.region(), replicas.clone());
        key.describe(|metadata| metadata.multi_region(Some(configuration)));
        snapshot.put(key);
    }
}

//! Multi-Region keys.

use std::sync::Arc;
use std::time::SystemTime;

use crate::access::{Action, KeyPolicy};
use crate::error::{AlreadyExistsError, KmsError, NotFoundError, ValidationError};
use crate::key::{KeyArn, KeyIdentifier, KeyMetadata, KeyOrigin, Region};

use super::key::{Secret, SoftwareKey, require_multi_region_primary};
use super::ring::Keyring;
use super::tag_rules;

/// The properties that a replica does not share with its primary.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaProperties {
    pub(crate) policy: Arc<KeyPolicy>,
    pub(crate) description: String,
    pub(crate) tags: Arc<[(String, String)]>,
}

/// Multi-Region keys.
impl Keyring {
    /// Replicates a multi-Region key into another Region: `ReplicateKey`. The replica has the primary's key id and
    /// material. If the material was imported, it has to be imported into the replica, too.
    ///
    /// In AWS the replica is `Creating` for a moment. Here it is ready at once; [`set_key_state`](Self::set_key_state)
    /// can put it into that state.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`]
    ///   depending on the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key is not the primary of a multi-Region key.
    /// - [`KmsError::Validation`] if the Region name is malformed, or the Region is in another partition.
    /// - [`KmsError::AlreadyExists`] if the Region already has a related key.
    pub fn replicate_key(
        &self,
        key: impl Into<KeyIdentifier>,
        region: &str,
    ) -> Result<KeyArn, KmsError> {
        self.replicate_key_with(key, region, None)
    }

    /// Replicates a key. A replica that is given no properties of its own takes over the policy and the description of
    /// the primary.
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
            require_multi_region_primary(&primary)?;
            primary.require(Action::ReplicateKey)?;
            if region.partition() != arn.region().partition() {
                return Err(ValidationError::other(
                    "a replica must be in the partition of its primary",
                ));
            }
            if snapshot.get(&replica_arn).is_some() {
                return Err(KmsError::AlreadyExists(AlreadyExistsError::Replica));
            }
            let properties = properties.unwrap_or_else(|| ReplicaProperties {
                policy: Arc::clone(&primary.policy),
                description: primary.metadata.description().to_owned(),
                tags: Arc::default(),
            });
            tag_rules::check(&properties.tags)?;
            let mut replica = replica(primary, properties, replica_arn, now);
            replica.visible = !snapshot.changes_are_slow();
            snapshot.put(replica);
            snapshot.update_multi_region(&arn);
            snapshot.reconcile_pending_materials(&arn);
            Ok(replica_arn)
        })
    }
}

/// The primary of related keys.
impl Keyring {
    /// Makes the replica in a Region the primary, and the primary a replica: `UpdatePrimaryRegion`. Takes the key id or
    /// key ARN of the primary. Nothing else of the related keys changes: each keeps its policy, grants, aliases and tags.
    ///
    /// In AWS both keys are `Updating` for a moment. Here the change is complete when the call returns;
    /// [`set_key_state`](Self::set_key_state) can put a key into that state.
    ///
    /// ```
    /// use kms_reencrypt::keyring::NewKey;
    /// use kms_reencrypt::{KeySpec, Keyring};
    ///
    /// let ohio = Keyring::new("111122223333", "us-east-2")?;
    /// let key = ohio.create_key(NewKey::new(KeySpec::SymmetricDefault).multi_region(true))?;
    /// let replica = ohio.replicate_key(key, "eu-west-1")?;
    /// ohio.update_primary_region(key, "eu-west-1")?;
    ///
    /// let ireland = ohio.in_region(*replica.region());
    /// ireland.rotate_key_on_demand(replica)?;
    /// assert!(ohio.rotate_key_on_demand(key).is_err(), "it is a replica now");
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist or has no replica in the Region.
    /// - [`KmsError::UnsupportedOperation`] if the key is not the primary of a multi-Region key.
    /// - [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`] if one of the two keys is in another state than
    ///   `Enabled`.
    /// - [`KmsError::Validation`] if the Region name is malformed, or is that of the primary.
    pub fn update_primary_region(
        &self,
        key: impl Into<KeyIdentifier>,
        primary_region: &str,
    ) -> Result<(), KmsError> {
        let region: Region = primary_region.parse().map_err(ValidationError::other)?;
        let identifier = key.into();
        self.write(|snapshot| {
            let primary = self.named_in(snapshot, &identifier)?;
            require_multi_region_primary(primary)?;
            primary.require(Action::UpdatePrimaryRegion)?;
            let arn = *primary.metadata.arn();
            if region == *arn.region() {
                return Err(ValidationError::other(format!(
                    "{arn} is already the primary key"
                )));
            }
            let next = arn.in_region(region);
            let replica = snapshot.get(&next).ok_or(NotFoundError::Key(next))?;
            replica.require(Action::UpdatePrimaryRegion)?;
            snapshot.update_multi_region(&next);
            snapshot.reconcile_pending_materials(&next);
            Ok(())
        })
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
    let rotation = primary.rotation;
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
        (KeyOrigin::External, Secret::Imported(pair)) => Secret::Imported(pair.to_be_imported()),
        (KeyOrigin::External, Secret::ImportedMac(mac)) => {
            Secret::ImportedMac(mac.to_be_imported())
        }
        (_, secret) => secret,
    };
    let mut replica = SoftwareKey::new(metadata, policy, tags, secret);
    replica.rotation = rotation;
    replica
}

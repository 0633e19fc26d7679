//! [`KeyMetadata`]: what `DescribeKey` returns about a key.

use std::time::SystemTime;

use super::arn::KeyArn;
use super::material::KeyMaterialId;
use super::place::Region;
use super::serde_text::serde_as_text;
use super::spec::{KeySpec, KeyState, KeyUsage, model_enum};

model_enum! {
    /// The source of the key material: `Origin`.
    KeyOrigin {
        AwsKms = "AWS_KMS",
        External = "EXTERNAL",
        AwsCloudhsm = "AWS_CLOUDHSM",
        ExternalKeyStore = "EXTERNAL_KEY_STORE",
    }
}

model_enum! {
    /// Who manages a key: `KeyManager`.
    KeyManager {
        Aws = "AWS",
        Customer = "CUSTOMER",
    }
}

model_enum! {
    /// Whether imported key material expires: `ExpirationModel`.
    ExpirationModel {
        KeyMaterialExpires = "KEY_MATERIAL_EXPIRES",
        KeyMaterialDoesNotExpire = "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
}

model_enum! {
    /// Which of several related multi-Region keys a key is: `MultiRegionKeyType`.
    MultiRegionKeyType {
        Primary = "PRIMARY",
        Replica = "REPLICA",
    }
}

/// The related keys of a multi-Region key: `MultiRegionConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MultiRegionConfiguration {
    /// Whether this key is the primary or a replica.
    pub key_type: MultiRegionKeyType,
    /// The primary's Region.
    pub primary: Region,
    /// The Regions of all replicas, in alphabetical order.
    pub replicas: Vec<Region>,
}

impl MultiRegionConfiguration {
    /// The configuration of a key of that type.
    #[must_use]
    pub const fn new(key_type: MultiRegionKeyType, primary: Region, replicas: Vec<Region>) -> Self {
        Self {
            key_type,
            primary,
            replicas,
        }
    }
}

/// The description of a key, without its material: `KeyMetadata` of the service model.
///
/// A value is a snapshot. Make one with [`KeyMetadata::builder`].
#[doc(alias("CMK", "customer master key", "KMS key"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMetadata {
    arn: KeyArn,
    key_spec: KeySpec,
    key_usage: KeyUsage,
    key_state: KeyState,
    origin: KeyOrigin,
    key_manager: KeyManager,
    description: String,
    creation_date: Option<SystemTime>,
    deletion_date: Option<SystemTime>,
    pending_deletion_window_in_days: Option<u32>,
    valid_to: Option<SystemTime>,
    expiration_model: Option<ExpirationModel>,
    /// In a box, since most keys have none.
    multi_region: Option<Box<MultiRegionConfiguration>>,
    current_key_material_id: Option<KeyMaterialId>,
}

impl KeyMetadata {
    /// A builder for the metadata of a key. It starts with an enabled customer managed key and AWS's defaults.
    pub const fn builder(
        arn: KeyArn,
        key_spec: KeySpec,
        key_usage: KeyUsage,
    ) -> KeyMetadataBuilder {
        KeyMetadataBuilder(Self {
            arn,
            key_spec,
            key_usage,
            key_state: KeyState::Enabled,
            origin: KeyOrigin::AwsKms,
            key_manager: KeyManager::Customer,
            description: String::new(),
            creation_date: None,
            deletion_date: None,
            pending_deletion_window_in_days: None,
            valid_to: None,
            expiration_model: None,
            multi_region: None,
            current_key_material_id: None,
        })
    }

    /// A builder that starts with these metadata.
    pub const fn into_builder(self) -> KeyMetadataBuilder {
        KeyMetadataBuilder(self)
    }

    /// `Arn`
    #[must_use]
    pub const fn arn(&self) -> &KeyArn {
        &self.arn
    }

    /// `KeySpec`
    #[must_use]
    pub const fn key_spec(&self) -> KeySpec {
        self.key_spec
    }

    /// `KeyUsage`
    #[must_use]
    pub const fn key_usage(&self) -> KeyUsage {
        self.key_usage
    }

    /// `KeyState`
    #[must_use]
    pub const fn key_state(&self) -> KeyState {
        self.key_state
    }

    /// `Enabled`: true in the state `Enabled` only.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.key_state == KeyState::Enabled
    }

    /// `Origin`
    #[must_use]
    pub const fn origin(&self) -> KeyOrigin {
        self.origin
    }

    /// `KeyManager`
    #[must_use]
    pub const fn key_manager(&self) -> KeyManager {
        self.key_manager
    }

    /// `Description`
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// `CreationDate`; `None` if its provider has no clock.
    #[must_use]
    pub const fn creation_date(&self) -> Option<SystemTime> {
        self.creation_date
    }

    /// `DeletionDate` of a key in `PendingDeletion`; `None` if its provider has no clock.
    #[must_use]
    pub const fn deletion_date(&self) -> Option<SystemTime> {
        self.deletion_date
    }

    /// `PendingDeletionWindowInDays` of a key in `PendingReplicaDeletion`.
    #[must_use]
    pub const fn pending_deletion_window_in_days(&self) -> Option<u32> {
        self.pending_deletion_window_in_days
    }

    /// `ValidTo`: when imported key material expires.
    #[must_use]
    pub const fn valid_to(&self) -> Option<SystemTime> {
        self.valid_to
    }

    /// `ExpirationModel` of imported key material that is present.
    #[must_use]
    pub const fn expiration_model(&self) -> Option<ExpirationModel> {
        self.expiration_model
    }

    /// `MultiRegionConfiguration`, if the key is a multi-Region key.
    #[must_use]
    pub const fn multi_region(&self) -> Option<&MultiRegionConfiguration> {
        match &self.multi_region {
            Some(configuration) => Some(&**configuration),
            None => None,
        }
    }

    /// `CurrentKeyMaterialId`: the material that a symmetric key encrypts with.
    #[must_use]
    pub const fn current_key_material_id(&self) -> Option<&KeyMaterialId> {
        self.current_key_material_id.as_ref()
    }
}

/// Builds [`KeyMetadata`], for a key of your own [`provider`](crate::provider).
///
/// A key whose material a vault holds, and no longer gives out:
///
/// ```
/// use kms_reencrypt::{KeyMetadata, KeyOrigin, KeySpec, KeyState, KeyUsage};
///
/// let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let (spec, usage) = (KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt);
/// let metadata = KeyMetadata::builder(arn.parse()?, spec, usage)
///     .origin(KeyOrigin::External)
///     .key_state(KeyState::Unavailable)
///     .description("tokens, in the vault")
///     .build();
/// assert!(!metadata.enabled());
/// # Ok::<(), kms_reencrypt::InvalidArn>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct KeyMetadataBuilder(KeyMetadata);

impl KeyMetadataBuilder {
    /// `KeyState`
    pub const fn key_state(mut self, state: KeyState) -> Self {
        self.0.key_state = state;
        self
    }

    /// `Origin`
    pub const fn origin(mut self, origin: KeyOrigin) -> Self {
        self.0.origin = origin;
        self
    }

    /// `KeyManager`
    pub const fn key_manager(mut self, manager: KeyManager) -> Self {
        self.0.key_manager = manager;
        self
    }

    /// `Description`
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.0.description = description.into();
        self
    }

    /// `CreationDate`
    pub const fn creation_date(mut self, date: Option<SystemTime>) -> Self {
        self.0.creation_date = date;
        self
    }

    /// `DeletionDate`
    pub const fn deletion_date(mut self, date: Option<SystemTime>) -> Self {
        self.0.deletion_date = date;
        self
    }

    /// `PendingDeletionWindowInDays`
    pub const fn pending_deletion_window_in_days(mut self, days: Option<u32>) -> Self {
        self.0.pending_deletion_window_in_days = days;
        self
    }

    /// `ValidTo`
    pub const fn valid_to(mut self, date: Option<SystemTime>) -> Self {
        self.0.valid_to = date;
        self
    }

    /// `ExpirationModel`
    pub const fn expiration_model(mut self, model: Option<ExpirationModel>) -> Self {
        self.0.expiration_model = model;
        self
    }

    /// `MultiRegionConfiguration`
    pub fn multi_region(mut self, configuration: Option<MultiRegionConfiguration>) -> Self {
        self.0.multi_region = configuration.map(Box::new);
        self
    }

    /// `CurrentKeyMaterialId`
    pub const fn current_key_material_id(mut self, id: Option<KeyMaterialId>) -> Self {
        self.0.current_key_material_id = id;
        self
    }

    /// The metadata.
    #[must_use]
    pub fn build(self) -> KeyMetadata {
        self.0
    }
}

serde_as_text!(ExpirationModel, KeyManager, KeyOrigin, MultiRegionKeyType);

#[cfg(test)]
mod tests {
    use super::{KeyMetadata, KeyState};
    use crate::key::{KeySpec, KeyUsage};

    #[test]
    fn a_key_counts_as_enabled_in_that_state_alone() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let (spec, usage) = (KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt);
        let enabled = |state| {
            let metadata = KeyMetadata::builder(arn.parse().unwrap(), spec, usage);
            metadata.key_state(state).build().enabled()
        };
        let counted: Vec<_> = KeyState::ALL
            .iter()
            .filter(|state| enabled(**state))
            .collect();
        assert_eq!(counted, [&KeyState::Enabled]);
    }
}

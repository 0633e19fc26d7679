//! `ReplicateKey`

use std::sync::Arc;

use crate::access::{Action, KeyPolicy, Parameters};
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::{KeyMetadata, KeyState, MultiRegionConfiguration, MultiRegionKeyType};
use crate::keyring::ReplicaProperties;

use super::Control;
use super::model::{DESCRIPTION, POLICY, TagMember};

/// The members of `ReplicateKey`.
#[derive(Debug, Default)]
pub(crate) struct ReplicateKeyRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) replica_region: Option<&'a str>,
    pub(crate) policy: Option<&'a str>,
    pub(crate) bypass_policy_lockout_safety_check: Option<bool>,
    pub(crate) description: Option<&'a str>,
    pub(crate) tags: Vec<TagMember<'a>>,
}

/// A new replica.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) metadata: KeyMetadata,
    pub(crate) policy: KeyPolicy,
    pub(crate) tags: Vec<(String, String)>,
}

impl Control<'_> {
    /// The replica has its own policy, description and tags. By default it has AWS's default policy, no description and
    /// no tags (API reference).
    pub(crate) fn replicate_key(
        &self,
        request: &ReplicateKeyRequest<'_>,
    ) -> Result<Replica, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", request.key_id);
        let region = constraints.region("replicaRegion", request.replica_region);
        constraints.optional_text("policy", request.policy, &POLICY);
        constraints.optional_text("description", request.description, &DESCRIPTION);
        let tags = constraints.tags(&request.tags);
        let (key_id, region, tags) = constraints.finish(|| Some((key_id?, region?, tags?)))?;
        let parameters = Parameters {
            replica_region: Some(region),
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::ReplicateKey, &key_id, parameters)?;
        let primary = self.keyring.describe_key(key)?;
        let bypass = request.bypass_policy_lockout_safety_check;
        let future = replica_of(&primary, region);
        self.authorize_creation(&future, &tags, bypass)?;
        let policy = match request.policy {
            Some(policy) => self.new_policy(&future, policy, bypass)?,
            None => KeyPolicy::default(),
        };
        let properties = ReplicaProperties {
            policy: Arc::new(policy.clone()),
            description: request.description.unwrap_or_default().to_owned(),
            tags: Arc::from(tags.as_slice()),
        };
        let replica = self
            .keyring
            .replicate_key_with(key, region, Some(properties))?;
        let there = self.keyring.in_place(*replica.place());
        // AWS answers before the replica exists (RECORDED). Here it exists already, and DescribeKey shows its real state.
        let metadata = there.describe_key(replica)?.into_builder();
        let metadata = metadata
            .key_state(KeyState::Creating)
            .current_key_material_id(None);
        Ok(Replica {
            metadata: metadata.build(),
            policy,
            tags,
        })
    }
}

/// The metadata of the future replica that policies can ask for.
fn replica_of(primary: &KeyMetadata, region: &str) -> KeyMetadata {
    let region = region.parse().unwrap_or_else(|_| *primary.arn().region());
    let replica = MultiRegionConfiguration::new(
        MultiRegionKeyType::Replica,
        *primary.arn().region(),
        vec![region],
    );
    let arn = primary.arn().in_region(region);
    KeyMetadata::builder(arn, primary.key_spec(), primary.key_usage())
        .origin(primary.origin())
        .multi_region(Some(replica))
        .build()
}

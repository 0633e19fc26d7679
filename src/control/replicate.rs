//! `ReplicateKey`

use std::sync::Arc;

use crate::access::{Action, KeyPolicy};
use crate::constraints::Constraints;
use crate::error::{Constraint, KmsError, RejectedValue};
use crate::key::{KeyMetadata, Region};
use crate::keyring::ReplicaProperties;

use super::Control;
use super::model::{DESCRIPTION, POLICY, REGION, TagMember};

/// What `ReplicateKey` takes.
#[derive(Debug, Default)]
pub(crate) struct ReplicateKeyRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) replica_region: Option<&'a str>,
    pub(crate) policy: Option<&'a str>,
    pub(crate) bypass_policy_lockout_safety_check: bool,
    pub(crate) description: Option<&'a str>,
    pub(crate) tags: Vec<TagMember<'a>>,
}

/// A replica that was made.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) metadata: KeyMetadata,
    pub(crate) policy: KeyPolicy,
    pub(crate) tags: Vec<(String, String)>,
}

impl Control<'_> {
    /// Policy, description and tags are the replica's own: without them it has AWS's default policy and none of the
    /// others (API reference).
    pub(crate) fn replicate_key(
        &self,
        request: &ReplicateKeyRequest<'_>,
    ) -> Result<Replica, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", request.key_id);
        let region = constraints.text("replicaRegion", request.replica_region, &REGION);
        if let Some(region) = region.filter(|region| region.parse::<Region>().is_err()) {
            let value = RejectedValue::Text(region.to_owned());
            let pattern = Constraint::Pattern(r"^([a-z]+-){2,3}\d+$");
            constraints.add("replicaRegion", value, pattern);
        }
        constraints.optional_text("policy", request.policy, &POLICY);
        constraints.optional_text("description", request.description, &DESCRIPTION);
        let tags = constraints.tags(&request.tags);
        let (key_id, region, tags) = constraints.finish(|| Some((key_id?, region?, tags?)))?;
        let key = self.authorized(Action::ReplicateKey, &key_id)?;
        let policy = match request.policy {
            Some(policy) => KeyPolicy::from_json(policy)?,
            None => KeyPolicy::default(),
        };
        if !request.bypass_policy_lockout_safety_check {
            self.refuse_lockout(&self.keyring.describe_key(key)?, &policy)?;
        }
        let properties = ReplicaProperties {
            policy: Arc::new(policy.clone()),
            description: request.description.unwrap_or_default().to_owned(),
            tags: Arc::from(tags.as_slice()),
        };
        let replica = self
            .keyring
            .replicate_key_with(key, region, Some(properties))?;
        let there = self.keyring.in_place(*replica.place());
        Ok(Replica {
            metadata: there.describe_key(replica)?,
            policy,
            tags,
        })
    }
}

//! Key policies.

use crate::access::{Action, KeyPolicy, KeyResource, Parameters, Resource};
use crate::constraints::Constraints;
use crate::error::{KmsError, NotFoundError};
use crate::key::{KeyArn, KeyMetadata};

use super::Control;
use super::model::{POLICY, POLICY_NAME};
use super::page::{Page, PageLen, PageRequest};

/// The name of the only policy that a key has.
pub(super) const DEFAULT: &str = "default";

impl Control<'_> {
    /// Returns the key and its policy.
    pub(crate) fn get_key_policy(
        &self,
        key_id: Option<&str>,
        policy_name: Option<&str>,
    ) -> Result<(KeyArn, KeyPolicy), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        constraints.optional_text("policyName", policy_name, &POLICY_NAME);
        let key_id = constraints.finish(|| key_id)?;
        let key = self.authorized(Action::GetKeyPolicy, &key_id)?;
        require_default(policy_name)?;
        Ok((key, self.keyring.key_policy(key)?))
    }

    /// A page of the names of a key's policies: it has one.
    pub(crate) fn list_key_policies(
        &self,
        key_id: Option<&str>,
        page: &PageRequest<'_>,
    ) -> Result<Page<&'static str>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 100,
            max: 1000,
        };
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        page.check(&mut constraints);
        let key_id = constraints.finish(|| key_id)?;
        self.authorized(Action::ListKeyPolicies, &key_id)?;
        page.of(vec![DEFAULT], LEN, |name| (*name).to_owned())
    }

    pub(crate) fn put_key_policy(
        &self,
        key_id: Option<&str>,
        policy_name: Option<&str>,
        policy: Option<&str>,
        bypass_policy_lockout_safety_check: Option<bool>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        constraints.optional_text("policyName", policy_name, &POLICY_NAME);
        let policy = constraints.text("policy", policy, &POLICY);
        let (key_id, policy) = constraints.finish(|| key_id.zip(policy))?;
        let parameters = Parameters {
            bypass_policy_lockout_safety_check,
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::PutKeyPolicy, &key_id, parameters)?;
        require_default(policy_name)?;
        let metadata = self.keyring.describe_key(key)?;
        let policy = self.new_policy(&metadata, policy, bypass_policy_lockout_safety_check)?;
        self.keyring.put_key_policy(key, policy)
    }

    /// Reads a new policy for a key, and refuses one that would not allow the caller to change it again, unless the
    /// caller bypasses that check.
    pub(super) fn new_policy(
        &self,
        key: &KeyMetadata,
        policy: &str,
        bypass_policy_lockout_safety_check: Option<bool>,
    ) -> Result<KeyPolicy, KmsError> {
        let policy = KeyPolicy::from_json(policy)?;
        policy.check(key.arn().region())?;
        if !bypass_policy_lockout_safety_check.unwrap_or_default() {
            self.refuse_lockout(key, &policy)?;
        }
        Ok(policy)
    }

    /// Refuses a policy that would not allow the caller to change it again.
    fn refuse_lockout(&self, key: &KeyMetadata, policy: &KeyPolicy) -> Result<(), KmsError> {
        let resource = Resource::Key(KeyResource::new(key, policy));
        let action = Action::PutKeyPolicy;
        self.decide(action, resource, Parameters::default(), |_| {
            KmsError::policy_locks_out()
        })
    }
}

fn require_default(policy_name: Option<&str>) -> Result<(), KmsError> {
    match policy_name {
        None | Some(DEFAULT) => Ok(()),
        Some(_) => Err(NotFoundError::Policy.into()),
    }
}

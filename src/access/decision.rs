//! [`authorize`]: decides a request by all policies and grants that apply to it.

use core::ops::ControlFlow;
use std::borrow::Cow;

use crate::iam::{
    self, AllowedBy, ContextKey, Decision, Denial, Layer, Layers, Match, Policy, Presence,
    RequestContext, Requester,
};
use crate::key::{AccountId, KeyManager, KeyMetadata};

use super::grant_check::GrantTerm;
use super::{
    AccessRequest, Action, Caller, ConditionKey, Grant, KeyPolicy, KeyResource, Resource,
    VisitGrant, condition_key,
};

/// Decides whether the caller has a permission, and returns what allows it.
///
/// The policies decide as in all of AWS: see [`iam::decide`]. What AWS KMS adds:
///
/// - only identity-based policies can allow something on an alias, or on no resource in particular;
/// - a [grant](super::Grant) can allow what no policy does;
/// - the grant that is to be retired decides `kms:RetireGrant`. Key policies and resource control policies do not
///   count. Other policies can deny it, or allow it to principals of the account that issued the grant;
/// - some permissions do not work across accounts: see [`Action::works_across_accounts`];
/// - resource control policies do not limit the use of AWS managed keys.
///
/// # Errors
///
/// The [`Denial`] that names the type of the policies that denied the request.
pub fn authorize(request: &AccessRequest<'_>) -> Result<AllowedBy, Denial> {
    let decision = request.with_layers(|layers| iam::decide(layers, request));
    match request.within_accounts(decision) {
        Decision::Allowed(allowed_by) => Ok(allowed_by),
        Decision::Denied(denial) => Err(denial),
    }
}

impl AccessRequest<'_> {
    /// Calls a function with everything that may allow or deny the request.
    pub(super) fn with_layers<T>(&self, use_layers: impl FnOnce(&Layers<'_>) -> T) -> T {
        static SILENT: KeyPolicy = KeyPolicy::new();
        let Resource::Key(key) = &self.resource else {
            return use_layers(&self.caller.layers());
        };
        let policy = if self.action.works_in_key_policy() {
            key.policy
        } else {
            &SILENT
        };
        let grants = || self.granted();
        use_layers(&Layers {
            resource_control: self.resource_control(key),
            resource: Some(&policy.policy),
            account_decides: policy.account_decides,
            grants: Some(&grants),
            ..self.caller.layers()
        })
    }

    /// The decision of the policies and grants, corrected for permissions that do not work across accounts: for the key of
    /// another account, an explicit deny stands, and any other decision becomes a denial because no policy of the key's
    /// account allows the request.
    pub(super) fn within_accounts(&self, decision: Decision) -> Decision {
        let is_explicit = matches!(decision, Decision::Denied(denial) if denial.explicit);
        let is_key = self.resource.key().is_some();
        let owner = self.resource.account();
        let is_foreign = self
            .caller
            .account()
            .is_some_and(|account| account != owner);
        if is_key && is_foreign && !is_explicit && !self.action.works_across_accounts() {
            return Decision::Denied(Denial::missing(Layer::ResourcePolicy));
        }
        decision
    }

    /// The most specific match between the caller and the grants that allow the request.
    fn granted(&self) -> Match {
        let mut granted = Match::None;
        self.visit_grants(&mut |grant| {
            granted = granted.max(self.check_grant(grant).unwrap_or(Match::None));
            if granted == Match::Direct {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        granted
    }

    /// Visits the grants that may allow the request: those of the key that may name the caller; for `kms:RetireGrant`, only
    /// the grant that is to be retired.
    pub(super) fn visit_grants<'g>(&'g self, visit: VisitGrant<'_, 'g>) {
        let Some(key) = self.resource.key() else {
            return;
        };
        if self.action == Action::RetireGrant {
            let _ = self
                .parameters
                .retired_grant
                .into_iter()
                .try_for_each(visit);
        } else {
            key.grants.visit_for(self.caller, visit);
        }
    }

    /// How a grant that allows the request matches the caller.
    ///
    /// # Errors
    ///
    /// The first term that the request does not meet.
    pub(super) fn check_grant(&self, grant: &Grant) -> Result<Match, GrantTerm> {
        if self.action == Action::RetireGrant {
            grant.check_retiring(self.caller)
        } else {
            grant.check(self)
        }
    }

    fn resource_control<'k>(&self, key: &KeyResource<'k>) -> &'k [Vec<Policy>] {
        let is_aws_managed = key.metadata.key_manager() == KeyManager::Aws;
        if is_aws_managed || self.action == Action::RetireGrant {
            return &[];
        }
        key.resource_control_policies
    }
}

impl RequestContext for AccessRequest<'_> {
    fn requester(&self) -> &Requester {
        self.caller.requester()
    }

    fn action(&self) -> &str {
        self.action.as_str()
    }

    fn resource(&self) -> Cow<'_, str> {
        match self.resource {
            Resource::Any(_) | Resource::NewKey(_) => "*".into(),
            resource => resource.to_string().into(),
        }
    }

    fn resource_account(&self) -> Option<&AccountId> {
        self.resource.key().map(|key| key.metadata.arn().account())
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        condition_key::values(self, key, visit)
    }

    fn is_multivalued(&self, key: &ContextKey) -> bool {
        ConditionKey::is_multivalued(key)
    }
}

/// Whether the caller may do anything with a key, whatever the request: it is an unlimited administrator of the key's
/// account, and the key policy leaves every decision to the account.
///
/// [`authorize`] allows every such request too, but takes longer. Most callers and keys are like this.
pub(crate) fn may_do_anything(caller: &Caller, key: &KeyMetadata, policy: &KeyPolicy) -> bool {
    caller.is_unlimited()
        && caller.account() == Some(key.arn().account())
        && policy.leaves_all_to_the_account()
}

#[cfg(test)]
mod tests {
    use super::{AccessRequest, authorize, may_do_anything};
    use crate::access::{Action, Caller, KeyPolicy, KeyResource, Parameters, Resource};
    use crate::iam::{Policy, Principal, Statement};
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    #[test]
    fn a_caller_that_may_do_anything_is_authorized_for_each_action() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let metadata = KeyMetadata::builder(
            arn.parse().unwrap(),
            KeySpec::SymmetricDefault,
            KeyUsage::EncryptDecrypt,
        )
        .build();
        let caller = |arn: &str| arn.parse::<Caller>().unwrap();
        let root = "arn:aws:iam::111122223333:root";
        let alice = "arn:aws:iam::111122223333:user/alice";
        let limited = caller(alice).with_identity_policy(Policy::new());
        let bounded = caller(alice)
            .as_administrator()
            .with_permissions_boundary(Policy::new());
        // It may do nothing without a session policy.
        let federated = caller("arn:aws:sts::111122223333:federated-user/bob").as_administrator();
        let deny = Statement::deny().principal(Principal::Any).action("kms:*");
        let denying = KeyPolicy::default().statement(deny);
        let [default, silent] = [KeyPolicy::default(), KeyPolicy::new()];
        for (caller, policy, anything) in [
            (caller(root), &default, true),
            (caller(alice).as_administrator(), &default, true),
            (caller(alice), &default, false),
            (limited, &default, false),
            (bounded, &default, false),
            (federated, &default, false),
            (caller("arn:aws:iam::444455556666:root"), &default, false),
            (caller(root), &silent, false),
            (caller(root), &denying, false),
        ] {
            assert_eq!(may_do_anything(&caller, &metadata, policy), anything);
            for action in [Action::ReEncryptFrom, Action::ReEncryptTo, Action::Decrypt] {
                let decision = authorize(&AccessRequest {
                    caller: &caller,
                    action,
                    resource: Resource::Key(KeyResource::new(&metadata, policy)),
                    parameters: Parameters::default(),
                });
                assert_eq!(decision.is_ok(), anything, "{caller} {action:?}");
            }
        }
    }
}

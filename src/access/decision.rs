//! [`authorize`]: one permission, asked of everything that may give or deny it.

use core::slice;
use std::borrow::Cow;
use std::sync::LazyLock;

use crate::context::EncryptionContext;
use crate::error::DenialReason;
use crate::iam::{
    self, ContextKey, Decision, Layer, Layers, Match, Policy, Presence, RequestContext, Requester,
};
use crate::key::{AccountId, AliasName, EncryptionAlgorithm, KeyMetadata};

use super::{Action, Caller, Grant, GrantId, KeyPolicy, condition_key};

/// What is asked: may this caller do this with that key, in this request?
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made whole by whoever asks")]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// For which permission.
    pub action: Action,
    /// On which key.
    pub resource: Resource<'a>,
    /// `kms:EncryptionAlgorithm`: evaluated even where it was defaulted.
    pub encryption_algorithm: Option<EncryptionAlgorithm>,
    /// `kms:EncryptionContext:…` and the grant constraints: the context of this side of the request.
    pub encryption_context: Option<&'a EncryptionContext>,
    /// `kms:ReEncryptOnSameKey`, for the two permissions of ReEncrypt.
    pub re_encrypt_on_same_key: Option<bool>,
    /// `kms:RequestAlias`: the alias by which this side of the request names the key, if it does.
    pub request_alias: Option<&'a AliasName>,
    /// The grants whose tokens the request carries.
    pub presented_grants: &'a [GrantId],
}

/// A key as authorization sees it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made whole by whoever asks")]
pub struct Resource<'a> {
    /// The key.
    pub metadata: &'a KeyMetadata,
    /// Its key policy.
    pub policy: &'a KeyPolicy,
    /// Its grants.
    pub grants: &'a [Grant],
    /// `kms:ResourceAliases`: the aliases that point to it.
    pub aliases: &'a [AliasName],
    /// `aws:ResourceTag/…`: its tags.
    pub tags: &'a [(String, String)],
}

/// Whether the caller may.
///
/// As [`iam::decide`] decides. An explicit deny, in the key policy or in the caller's identity-based policy, beats
/// everything. Then one of these has to allow it:
///
/// - in the key's own account: the key policy, if it names the caller; or the key policy, if it names the account, together
///   with the caller's identity-based policy;
/// - from another account: the key policy, by naming the caller or its account, together with the caller's identity-based
///   policy;
/// - from everywhere: a grant for the caller. A grant for a whole account needs the caller's identity-based policy too,
///   unless the caller is the account's root user.
///
/// That a grant for a principal of another account needs nothing else follows from what AWS has its own services do: the
/// service-linked role of EC2 Auto Scaling, whose fixed policy allows nothing of KMS, uses keys of other accounts by a
/// grant alone (INFERRED). How a grant for an account works is GUESS 24, after the key policy.
///
/// # Errors
///
/// Why not. Where several reasons would do: an explicit deny, that of the identity-based policy before that of the key
/// policy; then the key policy, if it and the grants say nothing at all; then the identity-based policy.
pub fn authorize(request: &AccessRequest<'_>) -> Result<(), DenialReason> {
    let policy = request.resource.policy;
    let grants = || {
        let grants = request.resource.grants.iter();
        let matches = grants.map(|grant| grant.matches(request));
        matches.max().unwrap_or(Match::None)
    };
    let layers = Layers {
        resource: Some(&policy.policy),
        account_decides: policy.account_decides,
        grants: Some(&grants),
        ..layers_of(request.caller)
    };
    let context = Context {
        request,
        is_about_key: true,
    };
    decide(&layers, &context)
}

fn decide(layers: &Layers<'_>, context: &Context<'_>) -> Result<(), DenialReason> {
    let Decision::Denied(denial) = iam::decide(layers, context) else {
        return Ok(());
    };
    Err(match (denial.layer, denial.explicit) {
        (Layer::ResourcePolicy, true) => DenialReason::ExplicitDenyInKeyPolicy,
        (Layer::ResourcePolicy, false) => DenialReason::NoKeyPolicy,
        (_, true) => DenialReason::ExplicitDenyInIdentityPolicy,
        (_, false) => DenialReason::NoIdentityPolicy,
    })
}

/// The policies of a caller. One without any is an administrator of its account, also in a session.
fn layers_of(caller: &Caller) -> Layers<'_> {
    static ADMINISTRATOR: LazyLock<Policy> = LazyLock::new(Policy::administrator_access);
    match caller.identity_policy() {
        Some(policy) => Layers {
            identity: slice::from_ref(policy),
            ..Layers::default()
        },
        None => Layers {
            identity: slice::from_ref(&ADMINISTRATOR),
            session: slice::from_ref(&ADMINISTRATOR),
            ..Layers::default()
        },
    }
}

/// A request as policies see it.
struct Context<'a> {
    request: &'a AccessRequest<'a>,
    is_about_key: bool,
}

impl RequestContext for Context<'_> {
    fn requester(&self) -> &Requester {
        self.request.caller.requester()
    }

    fn action(&self) -> &str {
        self.request.action.as_str()
    }

    fn resource(&self) -> Cow<'_, str> {
        if self.is_about_key {
            self.request.resource.metadata.arn().to_string().into()
        } else {
            "*".into()
        }
    }

    fn resource_account(&self) -> Option<&AccountId> {
        let account = self.request.resource.metadata.arn().account();
        self.is_about_key.then_some(account)
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        condition_key::values(self.request, key, visit)
    }
}

/// Whether the caller may do anything with a key, whatever else a request says: an administrator of the key's account may,
/// if the key policy leaves all to the account.
///
/// [`authorize`] comes to the same, and takes longer. Most callers and keys are like that, and every request asks twice.
pub(crate) fn may_do_anything(caller: &Caller, key: &KeyMetadata, policy: &KeyPolicy) -> bool {
    caller.identity_policy().is_none()
        && caller.account() == key.arn().account()
        && policy.leaves_all_to_the_account()
}

/// Whether the caller may do what is about no key that exists, such as `kms:ListKeys` and `kms:CreateKey`: its
/// identity-based policy alone decides. Conditions see the resource of the request all the same.
///
/// # Errors
///
/// Why not.
#[cfg(feature = "json")]
pub(crate) fn authorize_without_key(request: &AccessRequest<'_>) -> Result<(), DenialReason> {
    let context = Context {
        request,
        is_about_key: false,
    };
    decide(&layers_of(request.caller), &context)
}

#[cfg(test)]
mod tests {
    use super::{AccessRequest, Resource, authorize, may_do_anything};
    use crate::access::{Action, Caller, KeyPolicy};
    use crate::iam::{Policy, Principal, Statement};
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    #[test]
    fn whoever_may_do_anything_is_authorized_for_each_thing() {
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
        let deny = Statement::deny().principal(Principal::Any).action("kms:*");
        let denying = KeyPolicy::default().statement(deny);
        let [default, silent] = [KeyPolicy::default(), KeyPolicy::new()];
        for (caller, policy, anything) in [
            (caller(root), &default, true),
            (caller(alice), &default, true),
            (limited, &default, false),
            (caller("arn:aws:iam::444455556666:root"), &default, false),
            (caller(root), &silent, false),
            (caller(root), &denying, false),
        ] {
            assert_eq!(may_do_anything(&caller, &metadata, policy), anything);
            for action in [Action::ReEncryptFrom, Action::ReEncryptTo, Action::Decrypt] {
                let decision = authorize(&AccessRequest {
                    caller: &caller,
                    action,
                    resource: Resource {
                        metadata: &metadata,
                        policy,
                        grants: &[],
                        aliases: &[],
                        tags: &[],
                    },
                    encryption_algorithm: None,
                    encryption_context: None,
                    re_encrypt_on_same_key: None,
                    request_alias: None,
                    presented_grants: &[],
                });
                assert_eq!(decision.is_ok(), anything, "{caller} {action:?}");
            }
        }
    }
}

//! [`authorize`]: one permission, asked of everything that may give or deny it.

use crate::context::EncryptionContext;
use crate::error::DenialReason;
use crate::key::{AliasName, EncryptionAlgorithm, KeyMetadata};

use super::policy::ExplicitDeny;
use super::principal::Coverage;
use super::{Action, Caller, Grant, GrantId, KeyPolicy};

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
/// An explicit deny, in the key policy or in the caller's identity-based policy, beats everything. Then one of these has
/// to allow it:
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
    let AccessRequest {
        caller, resource, ..
    } = request;
    let identity_allows = match caller.identity_policy() {
        Some(policy) => policy
            .evaluate(request)
            .map_err(|ExplicitDeny| DenialReason::ExplicitDenyInIdentityPolicy)?,
        None => true,
    };
    let coverage = resource
        .policy
        .evaluate(request)
        .map_err(|ExplicitDeny| DenialReason::ExplicitDenyInKeyPolicy)?;
    let same_account = caller.account() == resource.metadata.arn().account();
    let allows = |coverage| match coverage {
        Coverage::None => false,
        Coverage::Account => identity_allows,
        Coverage::Direct => identity_allows || same_account,
    };
    if allows(coverage) {
        return Ok(());
    }
    let granted = resource
        .grants
        .iter()
        .map(|grant| grant.coverage(request))
        .max()
        .unwrap_or(Coverage::None);
    if granted == Coverage::Direct || allows(granted) {
        Ok(())
    } else if coverage.max(granted) == Coverage::None {
        Err(DenialReason::NoKeyPolicy)
    } else {
        Err(DenialReason::NoIdentityPolicy)
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
    let Some(policy) = request.caller.identity_policy() else {
        return Ok(());
    };
    match policy.evaluate_without_key(request) {
        Ok(true) => Ok(()),
        Ok(false) => Err(DenialReason::NoIdentityPolicy),
        Err(ExplicitDeny) => Err(DenialReason::ExplicitDenyInIdentityPolicy),
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessRequest, Resource, authorize, may_do_anything};
    use crate::access::{Action, Caller, IdentityPolicy, KeyPolicy, Principal, Statement};
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
        let limited = caller(alice).with_identity_policy(IdentityPolicy::new());
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

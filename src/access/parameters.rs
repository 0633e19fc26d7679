//! [`Parameters`]: the members of a request, as policies and grants see them.

use std::time::SystemTime;

use crate::context::EncryptionContext;
use crate::key::{AliasName, DataKeyPairSpec, EncryptionAlgorithm, ExpirationModel};

use super::{Grant, GrantId, GrantTerms};

/// The members of a request that policies and grants can see. An operation sets those that it has; the others are
/// absent.
///
/// ```
/// use kms_reencrypt::EncryptionAlgorithm;
/// use kms_reencrypt::access::Parameters;
///
/// let mut parameters = Parameters::default();
/// parameters.encryption_algorithm = Some(EncryptionAlgorithm::SymmetricDefault);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Parameters<'a> {
    /// `kms:DataKeyPairSpec`
    pub data_key_pair_spec: Option<DataKeyPairSpec>,
    /// `kms:EncryptionAlgorithm`, even if the request leaves it to the default.
    pub encryption_algorithm: Option<EncryptionAlgorithm>,
    /// `kms:EncryptionContext:…` and the grant constraints: the context of this side of the request.
    pub encryption_context: Option<&'a EncryptionContext>,
    /// `kms:ReEncryptOnSameKey`, for the two permissions of ReEncrypt.
    pub re_encrypt_on_same_key: Option<bool>,
    /// `kms:RequestAlias`: the alias, if this side of the request names the key by one.
    pub request_alias: Option<&'a AliasName>,
    /// `aws:RequestTag/…` and `aws:TagKeys`: the tags that the request gives.
    pub request_tags: &'a [(String, String)],
    /// `kms:BypassPolicyLockoutSafetyCheck`: absent unless the request has the member.
    pub bypass_policy_lockout_safety_check: Option<bool>,
    /// `kms:ExpirationModel`: absent unless the request has the member.
    pub expiration_model: Option<ExpirationModel>,
    /// `kms:ValidTo`
    pub valid_to: Option<SystemTime>,
    /// `kms:ScheduleKeyDeletionPendingWindowInDays`
    pub pending_window_in_days: Option<u32>,
    /// `kms:PrimaryRegion`
    pub primary_region: Option<&'a str>,
    /// `kms:ReplicaRegion`
    pub replica_region: Option<&'a str>,
    /// `kms:RotationPeriodInDays`, even if the request leaves it to the default.
    pub rotation_period_in_days: Option<u32>,
    /// `kms:TrailingDaysWithoutKeyUsage`: whole days since the key was used last, or since its creation.
    pub trailing_days_without_key_usage: Option<u64>,
    /// `kms:WrappingAlgorithm`
    pub wrapping_algorithm: Option<&'a str>,
    /// `kms:WrappingKeySpec`
    pub wrapping_key_spec: Option<&'a str>,
    /// `aws:CurrentTime` and `aws:EpochTime`. Without it, the system's clock counts.
    pub now: Option<SystemTime>,
    /// The grants whose tokens the request carries.
    pub presented_grants: &'a [GrantId],
    /// The grant that the request is to create, for `kms:CreateGrant`. Without it, no grant with constraints allows the
    /// request.
    pub new_grant: Option<GrantTerms<'a>>,
    /// The grant that the request is to retire, for `kms:RetireGrant`.
    pub retired_grant: Option<&'a Grant>,
}

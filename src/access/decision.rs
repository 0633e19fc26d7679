//! [`authorize`]: one permission, asked of everything that may give or deny it.

use crate::context::EncryptionContext;
use crate::error::DenialReason;
use crate::key::{AliasName, EncryptionAlgorithm, KeyMetadata};

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
/// # Errors
///
/// Why not.
pub fn authorize(request: &AccessRequest<'_>) -> Result<(), DenialReason> {
    let same_account = request.caller.account() == request.resource.metadata.arn().account();
    if same_account {
        Ok(())
    } else {
        Err(DenialReason::NoKeyPolicy)
    }
}

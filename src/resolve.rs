//! Resolves the identifier in a request to a key.

use crate::access::{Action, Caller};
use crate::error::{
    AccessDeniedError, DeniedResource, InvalidStateError, KmsError, NotFoundError,
    is_of_the_keys_account,
};
use crate::iam::Denial;
use crate::key::{AliasArn, KeyArn, KeyIdentifier, Place};
use crate::provider::{KeyProviderError, KeyRef, KeyView};

/// Why an identifier does not resolve to a key.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// The caller's own account has no such key, or the identifier is malformed.
    NotFound(NotFoundError),
    /// Another account has no such key. The refusal must not reveal that: it is the one for a key that the caller may
    /// not use.
    OtherAccount,
    /// The provider did not answer.
    Provider(KeyProviderError),
}

impl From<NotFoundError> for Unresolved {
    fn from(error: NotFoundError) -> Self {
        Self::NotFound(error)
    }
}

/// The error for a provider that did not answer.
pub(crate) fn failure(error: KeyProviderError) -> KmsError {
    match error {
        KeyProviderError::DependencyTimeout(failure) => KmsError::dependency_timeout(failure),
        KeyProviderError::Internal(failure) => KmsError::kms_internal(failure),
        KeyProviderError::KeyStore(message) => {
            KmsError::KmsInvalidState(InvalidStateError::CustomKeyStore(message))
        }
        KeyProviderError::KeyUnavailable(failure) => KmsError::key_unavailable(failure),
        // Callers handle `NotFound`, since they know what was looked up. What arrives here is a `NotFound` that the
        // provider must not return.
        KeyProviderError::NotFound => KmsError::internal(KeyProviderError::NotFound),
        KeyProviderError::Throttled => KmsError::Throttling,
    }
}

/// The ARN that an identifier stands for, seen from a place: bare ids and alias names are completed with its account
/// and Region, and aliases are followed to their current targets. The key need not exist.
pub(crate) fn key_arn(
    view: &dyn KeyView,
    place: &Place,
    identifier: &KeyIdentifier,
) -> Result<KeyArn, Unresolved> {
    match identifier {
        KeyIdentifier::KeyId(id) => Ok(KeyArn::new(*place, *id)),
        KeyIdentifier::KeyArn(arn) => {
            in_reach(place, arn.place(), identifier)?;
            Ok(*arn)
        }
        KeyIdentifier::AliasName(name) => {
            alias_target(view, place, AliasArn::new(*place, name.clone()))
        }
        KeyIdentifier::AliasArn(arn) => {
            in_reach(place, arn.place(), identifier)?;
            alias_target(view, place, arn.clone())
        }
        KeyIdentifier::KeyArnWithMalformedId { place: there, text } => {
            in_reach(place, there, identifier)?;
            let id = text.split_once("key/").map_or(text.as_str(), |(_, id)| id);
            Err(NotFoundError::InvalidKeyIdInArn(id.to_owned()).into())
        }
        KeyIdentifier::MalformedArn(text) => Err(NotFoundError::InvalidArn(text.clone()).into()),
        KeyIdentifier::Malformed(text) => Err(NotFoundError::InvalidKeyId(text.clone()).into()),
    }
}

/// The key that an identifier stands for, seen from a place.
pub(crate) fn named_key<'v>(
    view: &'v dyn KeyView,
    place: &Place,
    identifier: &KeyIdentifier,
) -> Result<KeyRef<'v>, Unresolved> {
    match identifier {
        // Uses the ARN in place: every request comes through here, and copies of it add up.
        KeyIdentifier::KeyArn(arn) => {
            in_reach(place, arn.place(), identifier)?;
            key(view, place, arn)
        }
        identifier => key(view, place, &key_arn(view, place, identifier)?),
    }
}

/// The key with this ARN, seen from a place.
pub(crate) fn key<'v>(
    view: &'v dyn KeyView,
    place: &Place,
    arn: &KeyArn,
) -> Result<KeyRef<'v>, Unresolved> {
    view.key(arn).map_err(|error| no_key(error, place, arn))
}

/// Out of line, like all refusals that copy an ARN: when inlined, the compiler hoists the copy above the check.
#[cold]
#[inline(never)]
fn no_key(error: KeyProviderError, place: &Place, arn: &KeyArn) -> Unresolved {
    match error {
        KeyProviderError::NotFound if arn.account() != &place.account => Unresolved::OtherAccount,
        KeyProviderError::NotFound => NotFoundError::Key(*arn).into(),
        error => Unresolved::Provider(error),
    }
}

/// The refusal of a permission for a key that the request names: texts T1 to T4.
pub(crate) fn denied(caller: &Caller, action: Action, key: &KeyArn, reason: Denial) -> KmsError {
    // A refusal by another account says nothing about its key. A refusal by the caller's own policies may be explained.
    let is_foreign = caller
        .account()
        .is_some_and(|account| account != key.account());
    let hidden = is_foreign && is_of_the_keys_account(reason.layer);
    let resource = if hidden {
        DeniedResource::OtherAccount
    } else {
        DeniedResource::key(*key, reason)
    };
    access_denied(caller, action, resource)
}

/// `AccessDeniedException` for a caller.
pub(crate) fn access_denied(caller: &Caller, action: Action, resource: DeniedResource) -> KmsError {
    AccessDeniedError::new(caller.to_string(), action.as_str(), resource).into()
}

/// Refuses ARNs of other Regions before anything is looked up. The message names only the Region of the ARN (RECORDED)
/// or, for another partition, the whole ARN (GUESS 8).
fn in_reach(place: &Place, there: &Place, identifier: &KeyIdentifier) -> Result<(), NotFoundError> {
    if there.region == place.region {
        return Ok(());
    }
    Err(out_of_reach(place, there, identifier))
}

/// Also out of line, so that the comparison in `in_reach` is small enough to be inlined.
#[cold]
#[inline(never)]
fn out_of_reach(place: &Place, there: &Place, identifier: &KeyIdentifier) -> NotFoundError {
    if there.region.partition() == place.region.partition() {
        NotFoundError::InvalidArn(there.region.to_string())
    } else {
        NotFoundError::InvalidArn(identifier.to_string())
    }
}

fn alias_target(view: &dyn KeyView, place: &Place, alias: AliasArn) -> Result<KeyArn, Unresolved> {
    view.alias_target(&alias).map_err(|error| match error {
        KeyProviderError::NotFound if alias.place().account != place.account => {
            Unresolved::OtherAccount
        }
        KeyProviderError::NotFound => NotFoundError::Alias(alias).into(),
        error => Unresolved::Provider(error),
    })
}

//! From what a request names to the key that it means.

use crate::access::{Action, Caller};
use crate::error::{
    AccessDeniedError, DeniedResource, KmsError, NotFoundError, is_of_the_keys_account,
};
use crate::iam::Denial;
use crate::key::{AliasArn, KeyArn, KeyIdentifier, Place};
use crate::provider::{KeyProviderError, KeyRef, KeyView};

/// Why an identifier names no key.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// There is none in the caller's own account, or the identifier is malformed.
    NotFound(NotFoundError),
    /// There is none in another account. Nobody is told so: it must look like a key that may not be used.
    OtherAccount,
    /// The provider did not answer.
    Provider(KeyProviderError),
}

impl From<NotFoundError> for Unresolved {
    fn from(error: NotFoundError) -> Self {
        Self::NotFound(error)
    }
}

/// The ARN that an identifier stands for, seen from a place: bare ids and alias names are completed with its account
/// and Region, and aliases are followed as they point now. Whether the key exists is not looked at.
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
        // The ARN is used where it stands: on the way of every request, copies of it add up.
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

/// Out of line, like all refusals that copy an ARN: inlined, the compiler copies it before it knows that it has to.
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
    // Another account's keys: nothing is told about them. A refusal by the caller's own policies is its own affair.
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

/// Refuses ARNs of other Regions before anything is looked up. Which part of the ARN the message names differs: the
/// Region alone (RECORDED), or for another partition the whole of it (GUESS 8).
fn in_reach(place: &Place, there: &Place, identifier: &KeyIdentifier) -> Result<(), NotFoundError> {
    if there.region == place.region {
        return Ok(());
    }
    Err(out_of_reach(place, there, identifier))
}

/// Out of line as well, so that the comparison before it is small enough to be inlined.
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

//! Calls a control operation in a view of the provider, and reports the call to the observer.

use crate::control::{Control, ControlActor};
use crate::error::KmsError;
use crate::key::KeyIdentifier;
use crate::keyring::ring::Keyring;
use crate::kms::Kms;
use crate::observe::ControlCall;
use crate::operation::Operation;
use crate::provider::KeyProvider;
use crate::resolve;

use super::control::Handler;
use super::failure::Failure;
use super::members::Members;
use super::object::Object;

/// Carries out a control operation in a view of the provider, so that the operation fails if the provider does.
pub(super) fn call<P: KeyProvider>(
    (kms, keyring): (&Kms<P>, &Keyring),
    (operation, handler): (Operation, Handler),
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let mut answer = None;
    let mut found = None;
    let view = kms.provider().view_for(operation, &mut |view| {
        // The operation runs once, even if a provider calls back twice.
        if answer.is_none() {
            let actor = ControlActor {
                caller: kms.caller(),
                place: kms.place(),
                controls: kms.controls(),
                explanations: kms.explanations(),
            };
            let control = Control::new(keyring, view, actor);
            answer = Some(handler(&control, members));
            found = control.found();
        }
    });
    let answer = match view {
        Ok(()) => answer.unwrap_or_else(|| Err(KmsError::no_view().into())),
        Err(failure) => Err(resolve::failure(failure).into()),
    };
    // A request that cannot be read is not reported to the observer.
    let result = match &answer {
        Ok(_) => Ok(()),
        Err(Failure::Kms(error)) => Err(error),
        Err(Failure::Protocol(_)) => return answer,
    };
    kms.tell_of_control(operation, result, || {
        let named = ["KeyId", "TargetKeyId"].into_iter();
        ControlCall {
            key_id: named
                .filter_map(|name| text(members, name))
                .map(KeyIdentifier::from)
                .next(),
            alias_name: text(members, "AliasName"),
            found,
            dry_run: members.flag("DryRun").ok().flatten().unwrap_or_default(),
        }
    });
    answer
}

/// A member, if it is a string. If it is not, the operation has already refused the request.
fn text<'m>(members: &Members<'m>, name: &str) -> Option<&'m str> {
    members.text(name).ok().flatten()
}

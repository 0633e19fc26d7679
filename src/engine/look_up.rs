//! [`look_up`]: finds the key of an operation that only describes it.

use crate::access::{Action, Parameters};
use crate::error::KmsError;
use crate::key::KeyIdentifier;
use crate::provider::KeyRef;

use super::authorize::authorize;
use super::session::{NamedBy, Session};

/// The key that a request names, if the caller has the permission for it. Its state is not checked.
pub(crate) fn look_up<'v>(
    session: &Session<'v>,
    action: Action,
    key_id: &KeyIdentifier,
) -> Result<KeyRef<'v>, KmsError> {
    let key = session
        .key(key_id)
        .map_err(|error| session.unresolved(action, error))?;
    let metadata = key.metadata();
    session.note_named(metadata.arn());
    let parameters = Parameters {
        request_alias: key_id.alias_name(),
        ..Parameters::default()
    };
    let asked = (action, NamedBy::Request);
    authorize(session, (&key, metadata), asked, parameters)?;
    Ok(key)
}

//! [`look_up`]: the key of an operation that describes it and does not use it.

use crate::access::{self, AccessRequest, Action, Resource};
use crate::error::KmsError;
use crate::key::KeyIdentifier;
use crate::provider::KeyRef;
use crate::resolve;

use super::session::Session;

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
    session.note_described(metadata.arn());
    let request = AccessRequest {
        caller: session.caller(),
        action,
        resource: Resource {
            metadata,
            policy: key.policy(),
            grants: key.grants(),
            aliases: key.aliases(),
            tags: key.tags(),
        },
        encryption_algorithm: None,
        encryption_context: None,
        re_encrypt_on_same_key: None,
        request_alias: key_id.alias_name(),
        presented_grants: session.presented_grants(),
    };
    access::authorize(&request)
        .map_err(|reason| resolve::denied(session.caller(), action, metadata.arn(), reason))?;
    Ok(key)
}

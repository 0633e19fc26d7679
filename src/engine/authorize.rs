//! [`authorize`]: checks that the caller of a session has a permission for a key.

use crate::access::{self, AccessRequest, Action, KeyResource, Parameters, Resource};
use crate::error::KmsError;
use crate::key::KeyMetadata;
use crate::provider::KeyRef;

use super::session::{NamedBy, Session};

/// Checks that the caller has a permission for a key. Adds the parameters of the whole session: the presented
/// grants, and the time.
pub(super) fn authorize(
    session: &Session<'_>,
    (key, metadata): (&KeyRef<'_>, &KeyMetadata),
    (action, named_by): (Action, NamedBy),
    parameters: Parameters<'_>,
) -> Result<(), KmsError> {
    let request = AccessRequest {
        caller: session.caller(),
        action,
        resource: Resource::Key(KeyResource {
            metadata,
            policy: key.policy(),
            grants: key.grants(),
            aliases: key.aliases(),
            tags: key.tags(),
            resource_control_policies: session.controls().of(metadata.arn().account()),
        }),
        parameters: Parameters {
            presented_grants: session.presented_grants(),
            now: session.now(),
            ..parameters
        },
    };
    let explained = session.explanations().map(|explanations| {
        let explanation = access::explain_access(&request);
        explanations.add(explanation.clone());
        explanation
    });
    access::authorize(&request).map(|_| ()).map_err(|reason| {
        let explain = || explained.unwrap_or_else(|| access::explain_access(&request));
        let refusal = session.denied(action, metadata.arn(), named_by, reason);
        refusal.explained(request.is_within_account(), explain)
    })
}

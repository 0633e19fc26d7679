//! The condition keys that a request to KMS may have, and their values.

use crate::iam::{ContextKey, Presence};

use super::AccessRequest;

/// Visits the values that a request has for a key.
///
/// Handed out one by one and only when a condition asks, so that a request carries no table of them.
pub(super) fn values(
    request: &AccessRequest<'_>,
    key: &ContextKey,
    visit: &mut dyn FnMut(&str),
) -> Presence {
    let mut presence = Presence::Absent;
    let mut visit = |value: &str| {
        presence = Presence::Present;
        visit(value);
    };
    let is_known = visit_values(request, key, &mut visit);
    if is_known {
        presence
    } else {
        Presence::Unknown
    }
}

/// Visits the values, and says whether the key is known.
fn visit_values(
    request: &AccessRequest<'_>,
    key: &ContextKey,
    visit: &mut dyn FnMut(&str),
) -> bool {
    let AccessRequest {
        caller, resource, ..
    } = request;
    let metadata = resource.metadata;
    match key.family() {
        "aws:principalaccount" | "kms:calleraccount" => visit(caller.account().as_str()),
        "aws:principalarn" => visit(&caller.principal().without_session().to_string()),
        "aws:requestedregion" => visit(metadata.arn().region().as_str()),
        "aws:resourceaccount" => visit(metadata.arn().account().as_str()),
        "aws:resourcetag/" => resource
            .tags
            .iter()
            .filter(|(tag, _)| tag.eq_ignore_ascii_case(key.member()))
            .for_each(|(_, value)| visit(value)),
        "aws:username" => caller.principal().user_name().into_iter().for_each(visit),
        "kms:encryptionalgorithm" => {
            if let Some(algorithm) = request.encryption_algorithm {
                visit(algorithm.as_str());
            }
        }
        "kms:encryptioncontext:" => pairs(request)
            .filter(|(name, _)| name.eq_ignore_ascii_case(key.member()))
            .for_each(|(_, value)| visit(value)),
        "kms:encryptioncontextkeys" => pairs(request).for_each(|(name, _)| visit(name)),
        "kms:keyorigin" => visit(metadata.origin().as_str()),
        "kms:keyspec" => visit(metadata.key_spec().as_str()),
        "kms:keyusage" => visit(metadata.key_usage().as_str()),
        "kms:multiregion" => visit(truth(metadata.multi_region().is_some())),
        "kms:multiregionkeytype" => {
            if let Some(configuration) = metadata.multi_region() {
                visit(configuration.key_type.as_str());
            }
        }
        "kms:reencryptonsamekey" => {
            if let Some(same_key) = request.re_encrypt_on_same_key {
                visit(truth(same_key));
            }
        }
        "kms:requestalias" => {
            if let Some(alias) = request.request_alias {
                visit(alias.as_str());
            }
        }
        "kms:resourcealiases" => resource
            .aliases
            .iter()
            .for_each(|alias| visit(alias.as_str())),
        "kms:viaservice" => caller.via_service().into_iter().for_each(visit),
        _ => return false,
    }
    true
}

fn pairs<'a>(request: &AccessRequest<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    request
        .encryption_context
        .into_iter()
        .flat_map(|context| context.iter())
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

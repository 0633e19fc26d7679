//! [`ConditionKey`]: what a condition can test about a request to KMS, and where the values come from.

mod index;
mod key;
mod table;
mod values;

pub use key::{ConditionKey, ValueSource, ValueType};

use crate::iam::{ContextKey, Policy, Presence};

use super::{AccessRequest, Resource};

impl ConditionKey {
    /// The table, sorted by name.
    pub const ALL: &'static [Self] = table::TABLE;

    /// The condition key of that name, whatever its case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        index::find(&ContextKey::new(name))
    }

    /// The condition keys of a policy that are not in the table. No request has them, unless they are set for its caller.
    #[must_use]
    pub fn unknown_in(policy: &Policy) -> Vec<&ContextKey> {
        let mut keys = policy.context_keys();
        keys.retain(|key| index::find(key).is_none());
        keys
    }

    /// Whether requests can have several values for the key. The keys that are not in the table count as single-valued.
    pub(super) fn is_multivalued(key: &ContextKey) -> bool {
        index::find(key).is_some_and(|row| row.value_type == ValueType::Strings)
    }
}

/// Visits the values that a request has for a condition key.
///
/// Values that a request or its key provides cannot be overridden. All others can be set for the caller, and a value that
/// was set takes precedence.
pub(super) fn values(
    request: &AccessRequest<'_>,
    key: &ContextKey,
    visit: &mut dyn FnMut(&str),
) -> Presence {
    let Some(row) = index::find(key) else {
        return given(request, key, visit).unwrap_or(Presence::Unknown);
    };
    if !row.is_for(request.action) || is_about_alias(row, request) {
        return Presence::Absent;
    }
    let of_row = |visit: &mut dyn FnMut(&str)| (row.value)(request, key.member(), visit);
    match row.source {
        ValueSource::Key | ValueSource::Request => match of_row(visit) {
            Presence::Present => Presence::Present,
            absent => given(request, key, visit).unwrap_or(absent),
        },
        ValueSource::Caller | ValueSource::Clock | ValueSource::Connection => {
            given(request, key, visit).unwrap_or_else(|| of_row(visit))
        }
    }
}

/// Visits the values that were set for the caller, if any were.
fn given(
    request: &AccessRequest<'_>,
    key: &ContextKey,
    visit: &mut dyn FnMut(&str),
) -> Option<Presence> {
    let values = request.caller.values_of(key)?;
    values.iter().for_each(|value| visit(value));
    Some(Presence::Present)
}

/// Whether the key is one of AWS KMS and the request is about an alias: such requests have none of these keys.
fn is_about_alias(row: &ConditionKey, request: &AccessRequest<'_>) -> bool {
    matches!(request.resource, Resource::Alias(_)) && row.name.starts_with("kms:")
}

#[cfg(test)]
mod tests {
    use super::ConditionKey;

    #[test]
    fn the_table_is_sorted_and_every_key_of_it_is_found() {
        for pair in ConditionKey::ALL.windows(2) {
            let [one, next] = pair else { continue };
            let [one, next] = [one, next].map(|row| row.name.to_ascii_lowercase());
            assert!(one < next, "{one} stands before {next}");
        }
        for row in ConditionKey::ALL {
            let completed = match row.name.chars().last() {
                Some(':' | '/') => format!("{}x", row.name),
                _ => row.name.to_owned(),
            };
            let found = ConditionKey::named(&completed.to_ascii_uppercase()).unwrap();
            assert_eq!(found.name, row.name);
        }
    }
}

//! [`ConditionKey`]: what a condition may ask of a request to KMS, and where the answer comes from.

mod index;
mod table;
mod values;

use crate::iam::{ContextKey, Policy, Presence};

use super::{AccessRequest, Action, Resource};

/// A condition key that a request to AWS KMS can have: one row of the table of them.
///
/// The table has the condition keys of AWS KMS and the global condition keys of the IAM User Guide, those of other
/// services that it names included. A key that is not in it can still be set for a [`Caller`](super::Caller), by name.
///
/// ```
/// use kms_reencrypt::access::{Action, ConditionKey, ValueSource};
///
/// let key = ConditionKey::named("kms:encryptioncontext:tenant").unwrap();
/// assert_eq!(key.name(), "kms:EncryptionContext:");
/// assert_eq!(key.source(), ValueSource::Request);
/// assert!(key.is_for(Action::ReEncryptTo) && !key.is_for(Action::DescribeKey));
/// assert!(ConditionKey::named("kms:EncryptionContextTenant").is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ConditionKey {
    name: &'static str,
    value_type: ValueType,
    source: ValueSource,
    actions: Actions,
    value: Value,
}

/// Visits the values that a request has for a key; the text is the part of the key's name that its author chose.
type Value = fn(&AccessRequest<'_>, &str, &mut dyn FnMut(&str)) -> Presence;

/// The type of a condition key's values, which says which operators are made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueType {
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A date and time.
    Date,
    /// An IP address.
    IpAddress,
    /// A number.
    Numeric,
    /// A text.
    String,
    /// Any number of texts: the key is multivalued.
    Strings,
}

/// Where the values of a condition key come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueSource {
    /// What is known of the caller.
    Caller,
    /// The clock.
    Clock,
    /// How the request reached AWS KMS, also set for the caller.
    Connection,
    /// The key that the request is about.
    Key,
    /// The members of the request.
    Request,
}

/// The permissions that have a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actions {
    /// All of them.
    All,
    /// Those that are about a key; no others.
    OnKeys,
    /// Those that are about a key, or create one, but `kms:RetireGrant`: the properties of keys.
    OnKeysAndNewKeys,
    /// Those that are about a key, and those of custom key stores.
    OnKeysAndStores,
    /// These.
    These(&'static [Action]),
}

impl ConditionKey {
    /// The table, sorted by name.
    pub const ALL: &'static [Self] = table::TABLE;

    /// The condition key of that name, which case makes no difference in.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        index::find(&ContextKey::new(name))
    }

    /// The name as AWS writes it. Where the author of a policy completes it, it ends in the separator:
    /// `aws:PrincipalTag/`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The type of its values.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        self.value_type
    }

    /// Where its values come from.
    #[must_use]
    pub const fn source(&self) -> ValueSource {
        self.source
    }

    /// Whether requests for a permission can have the key.
    #[must_use]
    pub fn is_for(&self, action: Action) -> bool {
        match self.actions {
            Actions::All => true,
            Actions::OnKeys => action.is_about_keys(),
            Actions::OnKeysAndNewKeys => {
                action == Action::CreateKey
                    || action.is_about_keys() && action != Action::RetireGrant
            }
            Actions::OnKeysAndStores => {
                action.is_about_keys()
                    || action == Action::CreateKey
                    || action.as_str().ends_with("CustomKeyStore")
                    || action == Action::DescribeCustomKeyStores
            }
            Actions::These(actions) => actions.contains(&action),
        }
    }

    /// The keys of a policy that no request has unless its caller is given them by name: they are not in the table.
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
/// What a request or its key says cannot be overruled; the rest can be set for the caller, and then that counts.
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

/// Visits the values that the caller was given for a key, if it was.
fn given(
    request: &AccessRequest<'_>,
    key: &ContextKey,
    visit: &mut dyn FnMut(&str),
) -> Option<Presence> {
    let values = request.caller.values_of(key)?;
    values.iter().for_each(|value| visit(value));
    Some(Presence::Present)
}

/// Whether the key is one of AWS KMS and the request is about an alias, for which there are none.
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

//! The rows of the table of condition keys, and what each row contains.

use crate::access::{AccessRequest, Action};
use crate::iam::Presence;

/// A condition key that a request to AWS KMS can have: one row of the table of them.
///
/// The table has the condition keys of AWS KMS and the global condition keys of the IAM User Guide, including those of
/// other services that it names. A key that is not in it can still be set for a [`Caller`](crate::access::Caller), by name.
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
    pub(super) name: &'static str,
    pub(super) value_type: ValueType,
    pub(super) source: ValueSource,
    pub(super) actions: Actions,
    pub(super) value: Value,
}

/// Visits the values that a request has for a key; the text is the part of the key's name that the policy's author chose.
pub(super) type Value = fn(&AccessRequest<'_>, &str, &mut dyn FnMut(&str)) -> Presence;

/// The type of a condition key's values, which determines the operators that suit it.
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
    /// The properties of the caller.
    Caller,
    /// The clock.
    Clock,
    /// The way in which the request reached AWS KMS. These values are set for the caller, too.
    Connection,
    /// The key that the request is about.
    Key,
    /// The members of the request.
    Request,
}

/// The permissions whose requests can have a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actions {
    /// All of them.
    All,
    /// Only those that are about a key.
    OnKeys,
    /// Those that are about a key or create one, except `kms:RetireGrant`: for the properties of keys.
    OnKeysAndNewKeys,
    /// Those that are about a key, and those of custom key stores.
    OnKeysAndStores,
    /// Only these.
    These(&'static [Action]),
}

impl ConditionKey {
    /// The name as AWS writes it. If the author of a policy completes the name, it ends in the separator:
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
}

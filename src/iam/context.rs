//! [`RequestContext`]: a request, as policies see it.

use core::fmt;
use std::borrow::Cow;

use crate::key::AccountId;

use super::Requester;

/// A request, as policies see it: AWS's request context.
///
/// Values are looked up only when a statement needs them.
pub trait RequestContext {
    /// The principal that sends the request.
    fn requester(&self) -> &Requester;

    /// The permission, such as `kms:ReEncryptTo`.
    fn action(&self) -> &str;

    /// The ARN of the resource; `*` for an action without a resource. Called only for statements that name
    /// resources.
    fn resource(&self) -> Cow<'_, str>;

    /// The account that owns the resource. `None` if there is no resource.
    fn resource_account(&self) -> Option<&AccountId>;

    /// Visits the values that the request has for a condition key, and says whether it has the key.
    ///
    /// Visits at least one value if it returns [`Presence::Present`], and no value otherwise.
    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence;

    /// Whether requests can have several values for a condition key. Such a key has no value as a policy variable, even
    /// if this request has a single value for it (DOC: IAM User Guide, single-valued vs. multivalued context keys).
    fn is_multivalued(&self, _key: &ContextKey) -> bool {
        false
    }
}

/// Whether a request has a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Presence {
    /// The request has the key.
    Present,
    /// The request does not have the key, and AWS's would not either.
    Absent,
    /// The request does not have the key because its value was not provided. AWS's request could have it.
    NotProvided,
    /// No table has the key, so no request ever has it.
    Unknown,
}

/// The name of a condition key, such as `aws:PrincipalTag/team`, prepared for looking it up.
///
/// Names are not case-sensitive (IAM User Guide, element Condition), so keys that differ only in case are equal.
///
/// ```
/// use kms_reencrypt::iam::ContextKey;
///
/// let key = ContextKey::new("aws:PrincipalTag/Team");
/// assert_eq!(key.to_string(), "aws:PrincipalTag/Team");
/// assert_eq!(key.name(), "aws:principaltag/team");
/// assert_eq!((key.family(), key.member()), ("aws:principaltag/", "team"));
/// assert_eq!(ContextKey::new("kms:KeySpec").family(), "kms:keyspec");
/// ```
#[derive(Clone)]
pub struct ContextKey {
    written: Box<str>,
    name: Box<str>,
    family_len: usize,
    family_hash: usize,
}

impl ContextKey {
    /// A key by its name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let lower_case = name.to_ascii_lowercase();
        let behind_service = lower_case.find(':').map_or(0, |colon| colon + 1);
        let family_len = lower_case
            .get(behind_service..)
            .and_then(|rest| rest.find([':', '/']))
            .map_or(lower_case.len(), |separator| behind_service + separator + 1);
        Self {
            family_hash: hash(lower_case.get(..family_len).unwrap_or_default()),
            written: name.into(),
            name: lower_case.into(),
            family_len,
        }
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The name in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name without the part that a policy's author chooses, in lower case: `aws:principaltag/`, or all of
    /// `kms:keyspec`.
    #[must_use]
    pub fn family(&self) -> &str {
        self.name.get(..self.family_len).unwrap_or_default()
    }

    /// The part of the name that a policy's author chooses, in lower case: the `team` of `aws:PrincipalTag/team`. Empty
    /// for other keys.
    #[must_use]
    pub fn member(&self) -> &str {
        self.name.get(self.family_len..).unwrap_or_default()
    }

    /// A hash of the [`family`](Self::family), taken once, for tables in which every condition is looked up.
    pub(crate) const fn family_hash(&self) -> usize {
        self.family_hash
    }
}

/// FNV-1a. It need not resist collisions: tables hold fixed keys, so colliding names in policies cannot slow them down.
fn hash(text: &str) -> usize {
    let bytes = text.bytes().map(usize::from);
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ byte).wrapping_mul(0x0100_0193)
    })
}

impl PartialEq for ContextKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ContextKey {}

/// As it was written.
impl fmt::Display for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::ContextKey;

    #[test]
    fn a_name_is_split_behind_the_separator_that_follows_the_service() {
        for (name, family, member) in [
            ("kms:KeySpec", "kms:keyspec", ""),
            (
                "kms:EncryptionContext:Tenant:Name",
                "kms:encryptioncontext:",
                "tenant:name",
            ),
            (
                "AWS:ResourceTag/cost center",
                "aws:resourcetag/",
                "cost center",
            ),
            ("aws:PrincipalTag/", "aws:principaltag/", ""),
            ("no-service", "no-service", ""),
            ("", "", ""),
            ("äöü:Ä:x", "äöü:Ä:", "x"),
        ] {
            let key = ContextKey::new(name);
            assert_eq!((key.family(), key.member()), (family, member), "{name}");
        }
    }

    #[test]
    fn case_makes_no_difference_in_a_name() {
        assert_eq!(
            ContextKey::new("KMS:keyspec"),
            ContextKey::new("kms:KeySpec")
        );
        assert_ne!(
            ContextKey::new("kms:KeyUsage"),
            ContextKey::new("kms:KeySpec")
        );
    }
}

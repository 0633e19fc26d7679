//! [`AccessRequest`]: a permission that a caller asks for.

use super::{Action, Caller, Parameters, Resource};

/// A caller asks for a permission.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers of `authorize` write it as a literal"
)]
pub struct AccessRequest<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The permission.
    pub action: Action,
    /// What the permission is for.
    pub resource: Resource<'a>,
    /// The other members of the request.
    pub parameters: Parameters<'a>,
}

impl AccessRequest<'_> {
    /// Whether the resource is in the caller's account. A refusal tells only such a caller which policy denied (DOC: "the ARN
    /// of the denying policy is only provided in same-account and same-organization scenarios"; this crate knows nothing of
    /// organizations).
    pub(crate) fn is_within_account(&self) -> bool {
        match self.resource {
            Resource::Key(key) => self.caller.account() == Some(key.metadata.arn().account()),
            _ => true,
        }
    }
}

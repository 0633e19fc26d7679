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

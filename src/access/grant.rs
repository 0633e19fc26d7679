//! [`Grant`]: a permission that is given to one principal for one key.

/// The identifier of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GrantId(String);

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {}

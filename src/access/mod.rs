//! Who may do what with a key: callers, key policies and grants.

mod action;
mod caller;
mod decision;
mod grant;
mod policy;

pub use action::Action;
pub use caller::Caller;
pub use decision::{AccessRequest, Resource, authorize};
pub use grant::{Grant, GrantId};
pub use policy::KeyPolicy;

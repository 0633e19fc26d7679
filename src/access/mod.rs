//! Who may do what with a key: callers, key policies and grants.
//!
//! The one question is [`authorize`]. It is asked of a [`KeyPolicy`], which every key has, of the [`Grant`]s on the key,
//! and of the identity-based [`Policy`](crate::iam::Policy) of the [`Caller`], if it has one. The policies, and what they come
//! to, are those of [`iam`](crate::iam).
//!
//! What is left out: service control policies, permissions boundaries, session policies and VPC endpoint policies, and the
//! identity-based tags and organizations that a condition may ask for (such keys are absent from every request).

mod action;
mod caller;
mod condition_key;
mod decision;
mod grant;
mod grant_builder;
mod policy;
#[cfg(feature = "json")]
mod policy_json;

pub use action::Action;
pub use caller::Caller;
#[cfg(feature = "json")]
pub(crate) use decision::authorize_without_key;
pub(crate) use decision::may_do_anything;
pub use decision::{AccessRequest, Resource, authorize};
pub use grant::{Grant, GrantConstraint, GrantId, GrantOperation, InvalidGrantId};
pub use grant_builder::GrantBuilder;
pub use policy::KeyPolicy;

//! Who may do what with a key: callers, key policies and grants.
//!
//! The one question is [`authorize`]. It is asked of a [`KeyPolicy`], which every key has, of the [`Grant`]s on the key,
//! and of the [`IdentityPolicy`] of the [`Caller`], if it has one. The language of the policies is IAM's, as far as it
//! concerns a KMS key; a policy that uses more is refused, not misread.
//!
//! What is left out: service control policies, permissions boundaries, session policies and VPC endpoint policies, policy
//! variables, and the identity-based tags and organizations that a condition may ask for (such keys are absent from every
//! request).

mod action;
mod caller;
mod condition;
mod condition_key;
mod decision;
mod grant;
mod grant_builder;
mod pattern;
mod policy;
#[cfg(feature = "json")]
mod policy_json;
mod principal;
mod principal_arn;
mod statement;

pub use action::Action;
pub use caller::Caller;
pub use condition::{Condition, ConditionOperator};
#[cfg(feature = "json")]
pub(crate) use decision::authorize_without_key;
pub(crate) use decision::may_do_anything;
pub use decision::{AccessRequest, Resource, authorize};
pub use grant::{Grant, GrantConstraint, GrantId, GrantOperation, InvalidGrantId};
pub use grant_builder::GrantBuilder;
pub use policy::{IdentityPolicy, KeyPolicy};
pub use principal::Principal;
pub use principal_arn::{InvalidPrincipalArn, PrincipalArn};
pub use statement::Statement;

//! Who may do what with AWS KMS: callers, key policies and grants.
//!
//! ```text
//! Caller::user(account, "alice"), Caller::assumed_role(…), "arn:…".parse::<Caller>(), Caller::service("sns.amazonaws.com")
//!     .with_identity_policy(policy)               what it may do; without one, only what key policies and grants allow it
//!     .as_administrator()                         everything
//!     .with_permissions_boundary(policy), .with_session_policy(policy), .with_vpc_endpoint_policy(policy)
//!     .with_service_control_policies(levels)      of its account, from the root of the organization down
//!     .of_role(&arn), .with_unique_id("AROA…")    what its own ARN does not contain
//!     .with_tag("team", "blue"), .with_organization(id, paths), .with_multi_factor_auth(seconds), .with_source_ip(address)
//!     .with_context("aws:SourceVpce", ["vpce-1"]) any condition key, by its name
//! Kms::with_resource_control_policies(account, levels)   those of the account that owns the keys
//! KeyPolicy, Grant, Grant::builder(…)             the policy and the grants of each key
//! authorize(&AccessRequest)                       what allows a request, or what denies it
//! explain_access(&AccessRequest)                  the same, and why
//! Permission::ALL, ConditionKey::ALL              the permissions that operations need, and the keys for conditions
//! ```
//!
//! [`iam`](crate::iam) has the policy language and its evaluation. This module adds what is specific to AWS KMS: its
//! permissions, its condition keys, the rules for key policies, and grants.

mod action;
mod caller;
mod condition_key;
mod decision;
mod explanation;
mod grant;
mod grant_check;
mod grants;
mod parameters;
mod permission;
mod policy;
#[cfg(feature = "json")]
mod policy_json;
mod policy_rules;
mod request;
mod resource;
mod resource_controls;

pub use action::Action;
pub use caller::Caller;
pub use condition_key::{ConditionKey, ValueSource, ValueType};
pub use decision::authorize;
pub(crate) use decision::may_do_anything;
pub use explanation::{Explanations, explain_access};
pub(crate) use grant::GranteeKey;
pub use grant::{
    Grant, GrantBuilder, GrantConstraint, GrantId, GrantOperation, GrantPrincipal, GrantTerms,
    InvalidGrantId,
};
pub(crate) use grants::NO_GRANTS;
pub use grants::{Grants, VisitGrant};
pub use parameters::Parameters;
pub use permission::{Permission, PermissionResource};
pub use policy::KeyPolicy;
pub use request::AccessRequest;
pub use resource::{KeyResource, Resource};
pub(crate) use resource_controls::ResourceControls;

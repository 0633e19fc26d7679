//! Who may do what with AWS KMS: callers, key policies and grants.
//!
//! A request is sent as a [`Caller`], and each key has a [`KeyPolicy`] and grants:
//!
//! ```
//! use kms_reencrypt::access::{Caller, KeyPolicy};
//! use kms_reencrypt::iam::{Policy, Principal, Statement};
//! use kms_reencrypt::keyring::NewKey;
//! use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms};
//!
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! let auditors = Statement::allow().principal(Principal::Any).action("kms:DescribeKey");
//! let policy = KeyPolicy::default().statement(auditors);
//! let key = keyring.create_key(NewKey::new(KeySpec::SymmetricDefault).policy(policy))?;
//!
//! let may_encrypt = Policy::new().statement(Statement::allow().action("kms:Encrypt"));
//! let writer = Caller::assumed_role("111122223333".parse()?, "Writer", "job-7")?;
//! let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
//! let kms = Kms::new(keyring);
//! assert!(kms.as_caller(writer.clone()).encrypt(&request).is_err());
//! assert!(kms.as_caller(writer.with_identity_policy(may_encrypt)).encrypt(&request).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | call |
//! |---|---|
//! | send requests as somebody | [`Kms::as_caller`](crate::Kms::as_caller) with [`Caller::user`], [`Caller::role`], [`Caller::assumed_role`], [`Caller::service`], or the text of an ARN: `"arn:…".parse::<Caller>()` |
//! | let a caller do everything | [`Caller::account_root`], [`Caller::administrator`], [`Caller::as_administrator`] |
//! | let a caller do something | [`Caller::with_identity_policy`]; on a key: [`KeyPolicy`], [`Grant`] and [`Keyring::create_grant`](crate::Keyring::create_grant) |
//! | limit a `Caller` | [`with_permissions_boundary`](Caller::with_permissions_boundary), [`with_session_policy`](Caller::with_session_policy), [`with_vpc_endpoint_policy`](Caller::with_vpc_endpoint_policy), [`with_service_control_policies`](Caller::with_service_control_policies); for the account of the keys: [`with_resource_control_policies`](crate::Kms::with_resource_control_policies) of `Kms` |
//! | give a `Caller` what conditions compare | [`with_tag`](Caller::with_tag), [`with_organization`](Caller::with_organization), [`with_multi_factor_auth`](Caller::with_multi_factor_auth), [`with_source_ip`](Caller::with_source_ip), [`with_vpc_endpoint`](Caller::with_vpc_endpoint), [`with_via_service`](Caller::with_via_service), [`with_source_arn`](Caller::with_source_arn); every other condition key by its name: [`with_context`](Caller::with_context) |
//! | add what the ARN of a `Caller` does not say | [`of_role`](Caller::of_role), [`with_unique_id`](Caller::with_unique_id), [`federated_by`](Caller::federated_by) |
//! | learn why a request was allowed or denied | [`Kms::explaining`](crate::Kms::explaining), [`AccessDeniedError::explanation`](crate::error::AccessDeniedError::explanation) |
//! | decide without a request to KMS | [`authorize`], [`explain_access`] |
//! | look up what KMS asks for | [`Permission::ALL`], [`ConditionKey::ALL`] |
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

//! AWS IAM's policy language and its evaluation. Nothing here is specific to AWS KMS: [`access`](crate::access) adds
//! its actions, condition keys and grants.
//!
//! | to | call |
//! |---|---|
//! | write a policy | [`Policy::new`] and [`Statement`], with [`Principal`], [`Condition`] and [`ConditionOperator`] |
//! | describe a request | implement [`RequestContext`]: a [`Requester`], an action, a resource, and the values of condition keys |
//! | decide it | [`decide`] with the [`Layers`] of policies that apply: [`Decision::Allowed`] by what, or [`Decision::Denied`] by which [`Layer`], and whether by an explicit deny |
//! | learn why | [`explain`]: the same decision, with an [`Outcome`] for every statement |
//! | see which condition keys a policy asks for | [`Policy::context_keys`] |
//! | see whom a principal means | [`Principal::matches`]: a [`Match`]: none, its account, its role, or the requester itself |
#![cfg_attr(
    feature = "json",
    doc = "| read and write JSON | [`Policy::from_json`], [`Policy::to_json`]; a [`PolicyError`] says what is wrong, and where |"
)]
//!
//! May a role read an object of Amazon S3? Its bucket leaves that to the account, and the role's policy asks for TLS:
//!
//! ```
//! use std::borrow::Cow;
//!
//! use kms_reencrypt::AccountId;
//! use kms_reencrypt::iam::{
//!     Condition, ConditionOperator, ContextKey, Layers, Policy, Presence, Principal,
//!     RequestContext, Requester, Statement, explain,
//! };
//!
//! struct GetObject {
//!     requester: Requester,
//!     owner: AccountId,
//!     tls: bool,
//! }
//!
//! impl RequestContext for GetObject {
//!     fn requester(&self) -> &Requester {
//!         &self.requester
//!     }
//!
//!     fn action(&self) -> &str {
//!         "s3:GetObject"
//!     }
//!
//!     fn resource(&self) -> Cow<'_, str> {
//!         "arn:aws:s3:::reports/july.csv".into()
//!     }
//!
//!     fn resource_account(&self) -> Option<&AccountId> {
//!         Some(&self.owner)
//!     }
//!
//!     fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
//!         match key.name() {
//!             "aws:securetransport" => visit(if self.tls { "true" } else { "false" }),
//!             _ => return Presence::NotProvided,
//!         }
//!         Presence::Present
//!     }
//! }
//!
//! let owner: AccountId = "111122223333".parse()?;
//! let auditor = "arn:aws:sts::111122223333:assumed-role/Auditor/alice".parse()?;
//! let encrypted = Condition::new(ConditionOperator::Bool, "aws:SecureTransport", ["true"]);
//! let reads = Statement::allow()
//!     .action("s3:Get*")
//!     .resource("arn:aws:s3:::reports/*")
//!     .condition(encrypted);
//! let identity = [Policy::new().statement(reads)];
//! let to_account = Statement::allow().principal(Principal::Account(owner)).action("s3:*");
//! let bucket = Policy::new().statement(to_account);
//! let layers = Layers { identity: &identity, resource: Some(&bucket), ..Layers::default() };
//!
//! let mut request = GetObject { requester: Requester::principal(auditor), owner, tls: true };
//! assert!(explain(&layers, &request).decision.is_allowed());
//! request.tls = false;
//! let why = explain(&layers, &request).to_string();
//! assert!(why.starts_with("s3:GetObject is denied: no identity-based policy allows it"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What AWS's guide leaves open is labelled where it is decided. There is no directory of principals, so nothing
//! checks that a principal exists, and an ARN still names a principal that was deleted and created again.

mod actions;
mod arn_pattern;
mod condition;
mod context;
mod date;
mod decision;
#[cfg(feature = "json")]
mod document;
mod effect;
mod evaluation;
mod explanation;
mod glob;
mod layers;
mod matching;
mod number;
mod operand;
mod operator;
mod policy;
mod principal;
mod principal_arn;
mod principals;
#[cfg(test)]
mod request;
mod requester;
mod resources;
mod statement;
mod template;

pub use condition::Condition;
pub use context::{ContextKey, Presence, RequestContext};
pub use decision::decide;
#[cfg(feature = "json")]
pub use document::{PolicyError, PolicyProblem};
pub use effect::Effect;
pub use explanation::{
    ExplainedGrant, ExplainedStatement, Explanation, GrantOutcome, MissingKey, Outcome, explain,
};
pub use layers::{AllowedBy, Decision, Denial, Layer, Layers};
pub use matching::Match;
pub use operator::ConditionOperator;
pub use policy::{Policy, PolicyKind};
pub use principal::Principal;
pub use principal_arn::{InvalidPrincipalArn, PrincipalArn};
pub use requester::Requester;
pub use statement::Statement;

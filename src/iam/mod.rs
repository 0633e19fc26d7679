//! AWS IAM's policy language and its evaluation. Nothing here is specific to AWS KMS: [`access`](crate::access) adds
//! its actions, condition keys and grants.
//!
//! ```text
//! Policy::new().statement(Statement::allow().action("kms:*"))   a policy in code
//! Policy::from_json(PolicyKind::ResourceBased, text)            a policy as JSON; PolicyError says what is wrong, and where
//! policy.to_json()                                              the layout of AWS
//! policy.context_keys()                                         the condition keys that it asks for
//!
//! Requester::principal(arn), Requester::service(name)           who sends a request
//! trait RequestContext                                          a request: requester, action, resource, values of keys
//! Layers { resource: Some(&policy), ..Layers::default() }       what may allow or deny it
//! decide(&layers, &request)                                     Allowed(AllowedBy) or Denied(Denial { layer, explicit })
//! explain(&layers, &request)                                    the same decision, with an outcome for every statement
//! principal.matches(&requester)                                 Match: None < Account < Role < Direct
//! ```
//!
//! What AWS's guide leaves open is labelled where it is decided. There is no directory of principals. So it is not
//! checked that a principal exists, and an ARN still names a principal that was deleted and created again.

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

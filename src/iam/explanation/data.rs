//! [`Explanation`]: a decision, with a reason for every statement.

use crate::iam::{Decision, Denial, Effect, Layer, Match, Presence};

/// Why a request was allowed or denied.
///
/// `Display` writes some lines to read; with the feature `json` it is serializable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all = "PascalCase")
)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The permission that was asked for.
    pub action: String,
    /// The statements of all layers, in the order in which they were evaluated.
    pub statements: Vec<ExplainedStatement>,
    /// The grants of AWS KMS that could allow the request. Empty unless the caller of [`explain`](crate::iam::explain)
    /// adds them. Those that may name the requester come first, and of many only the first hundred are listed.
    pub grants: Vec<ExplainedGrant>,
    /// Whether there are more grants, which are not listed.
    pub more_grants: bool,
    /// The condition keys and policy variables that statements about this action asked for and the request did not have.
    pub missing_keys: Vec<MissingKey>,
}

impl Explanation {
    /// The ARN of the policy whose statement denied the request explicitly, if the policy has one.
    #[must_use]
    pub fn denied_by(&self) -> Option<&str> {
        let Decision::Denied(Denial {
            explicit: true,
            layer,
        }) = self.decision
        else {
            return None;
        };
        let denies = |statement: &&ExplainedStatement| {
            statement.layer == layer
                && statement.effect == Effect::Deny
                && matches!(statement.outcome, Outcome::Applies(_))
        };
        // The first of them decided.
        self.statements.iter().find(denies)?.policy_arn.as_deref()
    }
}

/// A statement, and whether it applies to the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all = "PascalCase")
)]
#[non_exhaustive]
pub struct ExplainedStatement {
    /// The type of the policy.
    pub layer: Layer,
    /// The level of a control policy, from the root of the organization; 0 for other policies.
    pub level: usize,
    /// The index of the policy in its layer, from 0.
    pub policy: usize,
    /// The ARN of the policy, if it has one.
    pub policy_arn: Option<String>,
    /// The index of the statement in its policy, from 0. `None` for the default statement, which leaves everything to the account.
    pub statement: Option<usize>,
    /// `Sid`
    pub sid: Option<String>,
    /// `Effect`
    pub effect: Effect,
    /// Whether it applies.
    pub outcome: Outcome,
}

/// Whether a statement applies, or the first thing that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all_fields = "PascalCase")
)]
#[non_exhaustive]
pub enum Outcome {
    /// All of it matches.
    Applies(Match),
    /// `Action` or `NotAction` does not match.
    #[non_exhaustive]
    Action {
        /// What the policy has.
        policy: Vec<String>,
        /// What the request has.
        request: String,
    },
    /// A condition is not true.
    #[non_exhaustive]
    Condition {
        /// The operator, with its prefix and suffix.
        operator: String,
        /// The condition key.
        key: String,
        /// The values of the policy.
        policy: Vec<String>,
        /// The values of the request.
        request: Vec<String>,
        /// Whether the request has the key.
        presence: Presence,
    },
    /// `Principal` or `NotPrincipal` does not match.
    #[non_exhaustive]
    Principal {
        /// What the policy has.
        policy: Vec<String>,
        /// What the request has.
        request: String,
    },
    /// `Resource` or `NotResource` does not match.
    #[non_exhaustive]
    Resource {
        /// What the policy has.
        policy: Vec<String>,
        /// What the request has.
        request: String,
    },
}

/// A grant of AWS KMS, which could allow a request in addition to policies, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all = "PascalCase")
)]
#[non_exhaustive]
pub struct ExplainedGrant {
    /// Its id.
    pub id: String,
    /// Whether it counts for the request.
    pub outcome: GrantOutcome,
}

/// Whether a grant counts for a request, or the first of its terms that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all_fields = "PascalCase")
)]
#[non_exhaustive]
pub enum GrantOutcome {
    /// All of it matches.
    Applies(Match),
    /// A term does not match.
    #[non_exhaustive]
    Mismatch {
        /// The name of the term.
        term: &'static str,
        /// What the grant has.
        grant: Vec<String>,
        /// What the request has.
        request: Vec<String>,
    },
}

impl ExplainedGrant {
    pub(crate) const fn new(id: String, outcome: GrantOutcome) -> Self {
        Self { id, outcome }
    }
}

impl GrantOutcome {
    pub(crate) const fn mismatch(
        term: &'static str,
        grant: Vec<String>,
        request: Vec<String>,
    ) -> Self {
        Self::Mismatch {
            term,
            grant,
            request,
        }
    }
}

/// A condition key that a policy asked for and the request did not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all = "PascalCase")
)]
#[non_exhaustive]
pub struct MissingKey {
    /// The name, as the policy has it.
    pub key: String,
    /// Why the request lacks it.
    pub presence: Presence,
}

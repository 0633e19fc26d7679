//! [`explain`]: a decision, with a reason for every statement.

use core::fmt;
use std::collections::HashSet;

use super::actions::Actions;
use super::decision::{self, Place, Recorder};
use super::evaluation::Evaluation;
use super::principals::Principals;
use super::resources::Resources;
use super::statement::Mismatch;
use super::{
    AllowedBy, Condition, Decision, Denial, Effect, Layer, Layers, Match, Presence, Principal,
    RequestContext, Statement,
};

/// Decides as [`decide`](super::decide) does, and tells why: of every statement whether it applies, and if not, what is
/// the first thing that does not match.
///
/// This is what `SimulateCustomPolicy` tells in its matched statements and missing context values, and more.
#[must_use]
pub fn explain(layers: &Layers<'_>, request: &dyn RequestContext) -> Explanation {
    let mut notes = Notes::default();
    let decision = decision::run(layers, request, &mut notes);
    Explanation {
        decision,
        action: request.action().to_owned(),
        statements: notes.statements,
        grants: Vec::new(),
        missing_keys: notes.missing_keys,
    }
}

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
    /// The statements of all layers, in the order in which they were looked at.
    pub statements: Vec<ExplainedStatement>,
    /// What else could allow the request, if anybody told of it: the grants of AWS KMS.
    pub grants: Vec<ExplainedGrant>,
    /// The condition keys and policy variables that the statements about this action asked for, and that the request
    /// lacked.
    pub missing_keys: Vec<MissingKey>,
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
    /// Which policy it is of those of the layer, from 0.
    pub policy: usize,
    /// Which statement of the policy, from 0. `None` for the default statement, which leaves everything to the account.
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
        /// The operator, with all that belongs to it.
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

/// Something beside policies that could allow a request, and whether it does: a grant of AWS KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExplainedGrant {
    /// Its id.
    pub id: String,
    /// Whether it counts for the request.
    pub outcome: GrantOutcome,
}

/// Whether a grant counts for a request, or the first of its terms that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
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

/// A condition key that a policy asked for and the request lacked.
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

/// What a recorder writes down.
#[derive(Default)]
struct Notes {
    statements: Vec<ExplainedStatement>,
    missing_keys: Vec<MissingKey>,
    keys: HashSet<String>,
}

impl Recorder for Notes {
    const IS_COMPLETE: bool = true;

    fn record(
        &mut self,
        place: Place,
        statement: &Statement,
        outcome: Result<Match, Mismatch<'_>>,
        evaluation: &Evaluation<'_>,
    ) {
        if matches!(outcome, Ok(_) | Err(Mismatch::Condition(_))) {
            for key in statement.keys() {
                if self.keys.insert(key.name().to_owned()) {
                    let presence = evaluation.values(key, &mut |_| ());
                    self.missing_keys
                        .extend((presence != Presence::Present).then(|| MissingKey {
                            key: key.to_string(),
                            presence,
                        }));
                }
            }
        }
        let Place {
            layer,
            level,
            policy,
            statement: at,
        } = place;
        self.statements.push(ExplainedStatement {
            layer,
            level,
            policy,
            statement: at,
            sid: statement.sid.clone(),
            effect: statement.effect,
            outcome: Outcome::of(statement, outcome, evaluation),
        });
    }
}

impl Outcome {
    fn of(
        statement: &Statement,
        outcome: Result<Match, Mismatch<'_>>,
        evaluation: &Evaluation<'_>,
    ) -> Self {
        match outcome {
            Ok(names) => Self::Applies(names),
            Err(Mismatch::Action) => {
                let (Actions::Any(policy) | Actions::None(policy)) = &statement.actions;
                Self::Action {
                    policy: policy
                        .iter()
                        .map(|pattern| pattern.as_written().to_owned())
                        .collect(),
                    request: evaluation.action().to_owned(),
                }
            }
            Err(Mismatch::Condition(condition)) => Self::condition(condition, evaluation),
            Err(Mismatch::Principal) => {
                let (Principals::Only(list) | Principals::AllBut(list)) = &statement.principals;
                let requester = evaluation.requester();
                let names = requester.service_names();
                Self::Principal {
                    policy: list.iter().map(Principal::to_string).collect(),
                    request: match requester.arn() {
                        Some(arn) => arn.to_string(),
                        None => names.collect::<Vec<_>>().join(", "),
                    },
                }
            }
            Err(Mismatch::Resource) => {
                let patterns = match &statement.resources {
                    Resources::All => &[][..],
                    Resources::Any(patterns) | Resources::None(patterns) => patterns,
                };
                let patterns = patterns.iter();
                Self::Resource {
                    policy: patterns.map(|pattern| pattern.written.clone()).collect(),
                    request: evaluation.resource().to_owned(),
                }
            }
        }
    }

    fn condition(condition: &Condition, evaluation: &Evaluation<'_>) -> Self {
        let mut request = Vec::new();
        let presence = evaluation.values(condition.key(), &mut |value| {
            request.push(value.to_owned());
        });
        Self::Condition {
            operator: condition.operator(),
            key: condition.key().to_string(),
            policy: condition.values().to_vec(),
            request,
            presence,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decision,
            action,
            statements,
            grants,
            missing_keys,
        } = self;
        match decision {
            Decision::Allowed(AllowedBy::Grant) => write!(f, "{action} is allowed by a grant")?,
            Decision::Allowed(AllowedBy::IdentityPolicy) => {
                write!(f, "{action} is allowed by an identity-based policy")?;
            }
            Decision::Allowed(AllowedBy::ResourcePolicy) => {
                write!(f, "{action} is allowed by a resource-based policy")?;
            }
            Decision::Denied(Denial { layer, explicit }) if *explicit => {
                write!(
                    f,
                    "{action} is denied by a statement of {}",
                    layer.with_article()
                )?;
            }
            Decision::Denied(Denial { layer, .. }) => {
                write!(f, "{action} is denied: no {layer} allows it")?;
            }
        }
        for statement in statements {
            write!(f, "\n- {statement}")?;
        }
        for grant in grants {
            write!(f, "\n- {grant}")?;
        }
        for MissingKey { key, presence } in missing_keys {
            write!(f, "\n- {key}: {}", WhyMissing(*presence))?;
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grant {}: ", self.id)?;
        match &self.outcome {
            GrantOutcome::Applies(_) => f.write_str("applies"),
            GrantOutcome::Mismatch {
                term,
                grant,
                request,
            } => write!(
                f,
                "{term}: the grant has {}, the request {}",
                List(grant),
                List(request)
            ),
        }
    }
}

impl fmt::Display for ExplainedStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            layer,
            level,
            policy,
            statement,
            sid,
            effect,
            outcome,
        } = self;
        write!(f, "{layer}")?;
        match layer {
            Layer::ResourceControlPolicy | Layer::ServiceControlPolicy => {
                write!(f, " {policy} of level {level}")?;
            }
            Layer::IdentityPolicy | Layer::SessionPolicy => write!(f, " {policy}")?,
            _ => {}
        }
        match (statement, sid) {
            (None, _) => f.write_str(", default statement")?,
            (Some(statement), None) => write!(f, ", statement {statement}")?,
            (Some(statement), Some(sid)) => write!(f, ", statement {statement} {sid:?}")?,
        }
        match effect {
            Effect::Allow => write!(f, " (Allow): {outcome}"),
            Effect::Deny => write!(f, " (Deny): {outcome}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies(_) => f.write_str("applies"),
            Self::Action { policy, request } => {
                write!(
                    f,
                    "Action: the policy has {}, the request {request:?}",
                    List(policy)
                )
            }
            Self::Condition {
                operator,
                key,
                policy,
                request,
                presence,
            } => {
                write!(
                    f,
                    "Condition {operator} {key}: the policy has {}",
                    List(policy)
                )?;
                match presence {
                    Presence::Present => write!(f, ", the request {}", List(request)),
                    missing => write!(f, "; {}", WhyMissing(*missing)),
                }
            }
            Self::Principal { policy, request } => {
                write!(
                    f,
                    "Principal: the policy has {}, the request {request:?}",
                    List(policy)
                )
            }
            Self::Resource { policy, request } => {
                write!(
                    f,
                    "Resource: the policy has {}, the request {request:?}",
                    List(policy)
                )
            }
        }
    }
}

/// Some values, the first three of them written out.
struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (at, value) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{value:?}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

struct WhyMissing(Presence);

impl fmt::Display for WhyMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Presence::Present => "in the request",
            Presence::Absent => "not in the request",
            Presence::NotProvided => "not in the request: nobody provided it",
            Presence::Unknown => "not in the request: no such key is known",
        })
    }
}

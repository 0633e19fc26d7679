//! [`Notes`]: records the outcome of each statement.

use std::collections::HashSet;

use crate::iam::actions::Actions;
use crate::iam::decision::{Place, Recorder};
use crate::iam::evaluation::Evaluation;
use crate::iam::principals::Principals;
use crate::iam::resources::Resources;
use crate::iam::statement::Mismatch;
use crate::iam::{Condition, Match, Presence, Principal, Statement};

use super::data::{ExplainedStatement, MissingKey, Outcome};

/// The outcomes recorded so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) statements: Vec<ExplainedStatement>,
    pub(super) missing_keys: Vec<MissingKey>,
    keys: HashSet<String>,
}

impl Recorder for Notes {
    const IS_COMPLETE: bool = true;

    fn record(
        &mut self,
        place: Place<'_>,
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
            arn,
            statement: at,
        } = place;
        self.statements.push(ExplainedStatement {
            layer,
            level,
            policy,
            policy_arn: arn.map(str::to_owned),
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

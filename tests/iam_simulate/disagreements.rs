//! Where the two evaluators disagree, and what AWS's documentation says about it.

use core::fmt;

use kms_reencrypt::iam::{AllowedBy, Decision, Denial, Layer};
use serde_json::Value;

use crate::case::Case;
use crate::vocabulary::{KEYS, Kind};

/// A class of disagreements.
pub(crate) struct Known {
    /// What this crate does, and the other evaluator does not.
    pub(crate) here: &'static str,
    /// Where AWS says so.
    pub(crate) source: &'static str,
    pub(crate) class: Class,
}

/// Whether a disagreement is of a class.
#[derive(Clone, Copy)]
pub(crate) enum Class {
    Statement(fn(&SeenStatement<'_>) -> bool),
    Decision(fn(&SeenDecision<'_>) -> bool),
    Either(
        fn(&SeenStatement<'_>) -> bool,
        fn(&SeenDecision<'_>) -> bool,
    ),
}

impl Class {
    pub(crate) fn has(self, disagreement: &Disagreement<'_>) -> bool {
        match (self, disagreement) {
            (Self::Statement(is) | Self::Either(is, _), Disagreement::Statement(seen)) => is(seen),
            (Self::Decision(is) | Self::Either(_, is), Disagreement::Decision(seen)) => is(seen),
            _ => false,
        }
    }
}

/// One thing that the two see differently.
pub(crate) enum Disagreement<'c> {
    Statement(SeenStatement<'c>),
    /// What it comes to, where all statements are seen alike.
    Decision(SeenDecision<'c>),
}

/// A statement that only one of the two applies.
pub(crate) struct SeenStatement<'c> {
    pub(crate) case: &'c Case,
    pub(crate) layer: Layer,
    pub(crate) statement: &'c Value,
    /// Whether it applies here.
    pub(crate) applies: bool,
}

/// A decision that they make differently.
pub(crate) struct SeenDecision<'c> {
    pub(crate) case: &'c Case,
    pub(crate) here: Decision,
    pub(crate) there: &'c str,
}

/// The pages are those of the IAM User Guide, where nothing else is said.
pub(crate) const KNOWN: [Known; 12] = [
    Known {
        here: "service control policies are not about AWS services",
        source: "Organizations User Guide, orgs_manage_policies_scps: SCPs affect only IAM users and roles",
        class: Class::Either(
            |seen| {
                seen.layer == Layer::ServiceControlPolicy && seen.case.is_service() && !seen.applies
            },
            |seen| {
                seen.here == Decision::Allowed(AllowedBy::ResourcePolicy)
                    && seen.case.is_service()
                    && !seen.case.policies.service_control.is_empty()
            },
        ),
    },
    Known {
        here: "NotPrincipal excepts whom it names with the account and, of a session, the role",
        source: "reference_policies_elements_notprincipal, key points",
        class: Class::Statement(|seen| seen.has("NotPrincipal") && seen.applies),
    },
    Known {
        here: "policies of version 2008-10-17 have no policy variables",
        source: "reference_policies_variables: variables were introduced in version 2012-10-17",
        class: Class::Statement(|seen| seen.is_old() && seen.values().any(is_variable)),
    },
    Known {
        here: "${*}, ${?} and ${$} stand for a character wherever a variable may stand",
        source: "reference_policies_variables, special characters",
        class: Class::Statement(|seen| {
            seen.values().any(|value| {
                ["${*}", "${?}", "${$}"]
                    .iter()
                    .any(|special| value.contains(special))
            })
        }),
    },
    Known {
        here: "a variable without a value equals nothing, which makes a negated operator true",
        source: "reference_policies_variables, policy variables with no value",
        class: Class::Statement(|seen| {
            let negated = seen
                .conditions()
                .into_iter()
                .filter(|condition| condition.operator.contains("Not"));
            let mut values = negated.flat_map(|condition| condition.values);
            seen.applies && values.any(|value| seen.is_unresolved(value))
        }),
    },
    Known {
        here: "a NotResource with a variable without a value excepts nothing",
        source: "reference_policies_variables, policy variables with no value",
        class: Class::Statement(|seen| {
            seen.applies
                && texts(&seen.statement["NotResource"])
                    .into_iter()
                    .any(|value| seen.is_unresolved(value))
        }),
    },
    Known {
        here: "IfExists makes ForAnyValue true of a request without the key",
        source: "reference_policies_elements_condition_operators, ...IfExists: any operator but Null",
        class: Class::Statement(|seen| {
            seen.applies
                && seen.conditions().iter().any(|condition| {
                    condition.operator.starts_with("ForAnyValue:")
                        && condition.operator.ends_with("IfExists")
                        && seen.case.values(condition.key).is_empty()
                })
        }),
    },
    Known {
        here: "a multivalued key without a set operator is compared value by value (GUESS 23)",
        source: "reference_policies_condition-single-vs-multi-valued-context-keys: requires a set operator; not what else",
        class: Class::Statement(|seen| {
            seen.conditions().iter().any(|condition| {
                condition.is_on(Kind::Texts)
                    && !condition.operator.contains(':')
                    && condition.operator != "Null"
            })
        }),
    },
    Known {
        here: "a date may be in epoch seconds, or a day",
        source: "reference_policies_elements_condition_operators, date condition operators",
        class: Class::Statement(|seen| {
            seen.conditions().iter().any(|condition| {
                let values = condition
                    .values
                    .iter()
                    .chain(seen.case.values(condition.key));
                condition.operator.contains("Date")
                    && values.copied().any(|value| !value.contains('T'))
            })
        }),
    },
    Known {
        here: "addresses compare as numbers: 0.0.0.0/0, other ways to write IPv6, the other family",
        source: "reference_policies_elements_condition_operators, IP address condition operators; RFC 4632, RFC 4291",
        class: Class::Statement(|seen| {
            seen.conditions().iter().any(|condition| {
                let of_request = seen.case.values(condition.key);
                let is_other_family = |value: &&str| {
                    of_request
                        .iter()
                        .any(|one| one.contains(':') != value.contains(':'))
                };
                let is_everything = |value: &&str| value.ends_with("/0");
                let is_unusual = of_request.contains(&"2001:0DB8:0:0:0:0:0:7");
                condition.operator.contains("IpAddress")
                    && (is_unusual
                        || condition.values.iter().any(is_everything)
                        || condition.values.iter().any(is_other_family))
            })
        }),
    },
    Known {
        here: "a session or federated user that the key policy names itself is not limited by session policies",
        source: "access_policies, session policies: a resource-based policy that names the session",
        class: Class::Decision(|seen| {
            seen.here == Decision::Allowed(AllowedBy::ResourcePolicy)
                && seen.there == "ImplicitlyDenied"
                && seen.case.policies.session.is_some()
        }),
    },
    Known {
        here: "a federated user without session policies has no permissions of its own",
        source: "AWS STS API, GetFederationToken: without a policy the session has no permissions",
        class: Class::Decision(|seen| {
            let session = Denial {
                layer: Layer::SessionPolicy,
                explicit: false,
            };
            seen.here == Decision::Denied(session)
                && seen.there == "Allowed"
                && seen.case.requester.contains(":federated-user/")
                && seen.case.policies.session.is_none()
        }),
    },
];

impl fmt::Display for Disagreement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(seen) => {
                let applies = if seen.applies {
                    "applies"
                } else {
                    "does not apply"
                };
                let SeenStatement {
                    layer, statement, ..
                } = seen;
                let Case {
                    requester,
                    action,
                    context,
                    ..
                } = seen.case;
                writeln!(f, "{layer:?} {applies} here: {statement}")?;
                write!(f, "    {requester} {action} {context:?}")
            }
            Self::Decision(SeenDecision { case, here, there }) => {
                write!(f, "{here:?} here, {there} there: {}", case.simulation())
            }
        }
    }
}

/// A condition of a statement.
struct Condition<'c> {
    operator: &'c str,
    key: &'c str,
    values: Vec<&'c str>,
}

impl Condition<'_> {
    fn is_on(&self, kind: Kind) -> bool {
        KEYS.iter().any(|(key, of)| *key == self.key && *of == kind)
    }
}

impl<'c> SeenStatement<'c> {
    fn has(&self, element: &str) -> bool {
        self.statement.get(element).is_some()
    }

    fn is_old(&self) -> bool {
        self.case.is_old(self.statement["Sid"].as_str().unwrap())
    }

    fn conditions(&self) -> Vec<Condition<'c>> {
        let operators = self.statement["Condition"]
            .as_object()
            .into_iter()
            .flatten();
        let conditions = operators.flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, values)| Condition {
                operator,
                key,
                values: texts(values),
            })
        });
        conditions.collect()
    }

    /// What may have variables.
    fn values(&self) -> impl Iterator<Item = &'c str> {
        let resources = ["Resource", "NotResource"].map(|element| texts(&self.statement[element]));
        let of_conditions = self
            .conditions()
            .into_iter()
            .flat_map(|condition| condition.values);
        resources.into_iter().flatten().chain(of_conditions)
    }

    /// Whether a text has a variable that stands for no value.
    fn is_unresolved(&self, text: &str) -> bool {
        let Some((_, variable)) = text.split_once("${") else {
            return false;
        };
        let name = variable.trim_end_matches(['}', '*', '-']);
        let is_multivalued = KEYS.contains(&(name, Kind::Texts));
        !name.contains(',') && (is_multivalued || self.case.values(name).is_empty())
    }
}

/// One text or several.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn is_variable(value: &str) -> bool {
    value.contains("${")
}

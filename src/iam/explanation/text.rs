//! Explanations in words.

use core::fmt;

use crate::iam::{AllowedBy, Decision, Denial, Effect, Layer, Presence};

use super::data::{
    ExplainedGrant, ExplainedStatement, Explanation, GrantOutcome, MissingKey, Outcome,
};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decision,
            action,
            statements,
            grants,
            more_grants,
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
        if *more_grants {
            f.write_str("\n- more grants, which are not listed")?;
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
            policy_arn,
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
        if let Some(arn) = policy_arn {
            write!(f, " ({arn})")?;
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
            Presence::NotProvided => "not in the request: its value was not provided",
            Presence::Unknown => "not in the request: no such key is known",
        })
    }
}

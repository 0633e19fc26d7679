//! [`ArnPattern`]: an ARN whose parts are patterns.

use super::ContextKey;
use super::evaluation::Evaluation;
use super::glob::Glob;
use super::template::{Syntax, Template};

/// The number of parts of an ARN. The last part includes any further colons.
const PARTS: usize = 6;

/// A pattern of ARNs.
///
/// Each of the six parts is compared with its own part of the pattern, so a wildcard matches a colon only in the last
/// part (IAM User Guide, ARN condition operators).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArnPattern {
    parts: Vec<Template>,
    is_everything: bool,
}

impl ArnPattern {
    /// Parses a pattern, with or without policy variables. One with fewer parts is completed with `*` (IAM User
    /// Guide, policy grammar).
    pub(super) fn parse(pattern: &str, variables: bool) -> Self {
        let syntax = Syntax {
            wildcards: true,
            variables,
        };
        let parts = split(pattern, variables).into_iter();
        let parts: Vec<_> = parts.map(|part| Template::parse(part, syntax)).collect();
        let is_everything = match &*parts {
            [only] => only.fixed().is_some_and(Glob::is_everything),
            _ => false,
        };
        Self {
            parts,
            is_everything,
        }
    }

    /// Whether every text matches: `*`.
    pub(super) const fn is_everything(&self) -> bool {
        self.is_everything
    }

    /// The keys of the variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = &ContextKey> {
        self.parts.iter().flat_map(Template::variables)
    }

    /// Whether an ARN matches.
    pub(super) fn matches(&self, arn: &str, evaluation: &Evaluation<'_>) -> bool {
        let mut parts = arn.splitn(PARTS, ':');
        evaluation.steps.take(STEPS_OF_PATTERN);
        self.is_everything
            || self.parts.iter().all(|pattern| match parts.next() {
                Some(part) => pattern.matches(part, evaluation),
                None => false,
            })
    }
}

/// The steps of matching a pattern, without those of its parts.
const STEPS_OF_PATTERN: usize = 20;

/// Splits a pattern at the colons outside variables.
fn split(pattern: &str, variables: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    let mut searched = 0;
    while parts.len() + 1 < PARTS {
        let Some(colon) = rest
            .get(searched..)
            .and_then(|unsearched| unsearched.find(':'))
        else {
            break;
        };
        let colon = searched + colon;
        let Some((part, behind)) = rest.split_at_checked(colon) else {
            break;
        };
        let opened = part.rfind("${").filter(|_| variables);
        let closed =
            opened.and_then(|opened| rest.get(opened..)?.find('}').map(|end| opened + end));
        match closed {
            Some(closed) if closed > colon => searched = closed,
            _ => {
                parts.push(part);
                rest = behind.strip_prefix(':').unwrap_or_default();
                searched = 0;
            }
        }
    }
    parts.push(rest);
    parts
}

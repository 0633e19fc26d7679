//! [`Resources`]: which resources a statement is about.

use super::ContextKey;
use super::arn_pattern::ArnPattern;
use super::evaluation::Evaluation;

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resources {
    /// Whatever there is: the element was not given.
    All,
    /// What matches one of them.
    Any(Vec<ResourcePattern>),
    /// What matches none of them.
    None(Vec<ResourcePattern>),
}

impl Resources {
    /// Whether they are all resources.
    #[cfg(feature = "json")]
    pub(super) fn are_everything(&self) -> bool {
        match self {
            Self::All => true,
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern.arn.is_everything()),
            Self::None(_) => false,
        }
    }

    /// Whether the resource of a request is among them.
    pub(super) fn match_resource(&self, evaluation: &Evaluation<'_>) -> bool {
        let (patterns, wanted) = match self {
            Self::All => return true,
            Self::Any(patterns) => (patterns, true),
            Self::None(patterns) => (patterns, false),
        };
        // Spares writing out the ARN, which nearly no statement needs.
        let mut everything = patterns.iter();
        let matches = everything.any(|pattern| pattern.arn.is_everything())
            || patterns.iter().any(|pattern| {
                !evaluation.steps.are_exhausted()
                    && pattern.arn.matches(evaluation.resource(), evaluation)
            });
        matches == wanted
    }

    /// The keys of the policy variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = &ContextKey> {
        let patterns = match self {
            Self::All => &[][..],
            Self::Any(patterns) | Self::None(patterns) => patterns,
        };
        patterns.iter().flat_map(|pattern| pattern.arn.variables())
    }

    /// The same resources, in which `${` means nothing.
    pub(super) fn without_variables(self) -> Self {
        let parse = |patterns: Vec<ResourcePattern>| {
            let patterns = patterns.into_iter();
            patterns
                .map(|pattern| ResourcePattern::new(pattern.written, false))
                .collect()
        };
        match self {
            Self::All => Self::All,
            Self::Any(patterns) => Self::Any(parse(patterns)),
            Self::None(patterns) => Self::None(parse(patterns)),
        }
    }
}

/// A pattern of resources, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourcePattern {
    pub(super) written: String,
    arn: ArnPattern,
}

impl ResourcePattern {
    pub(super) fn new(written: String, variables: bool) -> Self {
        Self {
            arn: ArnPattern::parse(&written, variables),
            written,
        }
    }
}

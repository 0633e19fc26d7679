//! [`Resources`]: the resources that a statement applies to.

use super::ContextKey;
use super::arn_pattern::ArnPattern;
use super::evaluation::Evaluation;

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resources {
    /// All resources: the statement has neither element.
    All,
    /// The resources that match one of these patterns.
    Any(Vec<ResourcePattern>),
    /// The resources that match none of these patterns.
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
        // Avoids formatting the ARN, which few statements need.
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

    /// The same resources without policy variables: `${` is literal text.
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

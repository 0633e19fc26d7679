//! [`Actions`]: the actions that a statement applies to. They are not case-sensitive.

use super::evaluation::{Evaluation, Steps};

/// `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Actions {
    /// The actions that match one of these patterns.
    Any(Vec<ActionPattern>),
    /// The actions that match none of these patterns.
    None(Vec<ActionPattern>),
}

impl Actions {
    /// Whether they are all actions of all services.
    #[cfg(feature = "json")]
    pub(super) fn are_everything(&self) -> bool {
        matches!(self, Self::Any(patterns) if patterns.iter().any(|pattern| pattern.written == "*"))
    }

    /// Whether the action of a request is among them.
    pub(super) fn match_action(&self, evaluation: &Evaluation<'_>) -> bool {
        let (Self::Any(patterns) | Self::None(patterns)) = self;
        let action = evaluation.action();
        let matches = patterns
            .iter()
            .any(|pattern| pattern.matches(action, &evaluation.steps));
        matches == matches!(self, Self::Any(_))
    }
}

/// A pattern of actions, such as `kms:ReEncrypt*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionPattern {
    written: String,
    shape: Shape,
}

/// The shape of a pattern: the common ones need no search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Without wildcards.
    Exact,
    /// With one `*` at the end, or `*` alone.
    Prefix,
    /// With any wildcards.
    Wild,
}

impl ActionPattern {
    pub(super) fn new(written: String) -> Self {
        let shape = match written.find(['*', '?']) {
            None => Shape::Exact,
            Some(at) if at + 1 == written.len() && written.ends_with('*') => Shape::Prefix,
            Some(_) => Shape::Wild,
        };
        Self { written, shape }
    }

    pub(super) fn as_written(&self) -> &str {
        &self.written
    }

    /// Whether an action matches.
    pub(super) fn matches(&self, action: &str, steps: &Steps) -> bool {
        steps.take(2);
        match self.shape {
            Shape::Exact => is_equal(self.written.as_bytes(), action.as_bytes()),
            Shape::Prefix => {
                let prefix = self.written.trim_end_matches('*').as_bytes();
                let start = action.as_bytes().get(..prefix.len());
                start.is_some_and(|start| is_equal(prefix, start))
            }
            Shape::Wild => is_match(&self.written, action, steps),
        }
    }
}

/// Compares without regard to case. Compares the bytes first, since nearly all policies write actions as AWS does.
fn is_equal(pattern: &[u8], action: &[u8]) -> bool {
    pattern == action || pattern.eq_ignore_ascii_case(action)
}

/// Matches greedily and backtracks to the last `*` only: text that an earlier one could match, the last one can match
/// too.
///
/// Names of actions are short. It takes no more steps than the pattern's length and the square of the name's.
fn is_match(pattern: &str, name: &str, steps: &Steps) -> bool {
    let (mut pattern, mut name) = (pattern.bytes(), name.bytes());
    let mut last_star = None;
    loop {
        steps.take(2);
        let (mut rest, mut behind) = (pattern.clone(), name.clone());
        match (rest.next(), behind.next()) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                last_star = Some((rest.clone(), name.clone()));
                pattern = rest;
                continue;
            }
            (Some(wanted), Some(found))
                if wanted == b'?' || wanted.eq_ignore_ascii_case(&found) =>
            {
                (pattern, name) = (rest, behind);
                continue;
            }
            _ => {}
        }
        let Some((after_star, not_taken)) = &mut last_star else {
            return false;
        };
        if not_taken.next().is_none() {
            return false;
        }
        (pattern, name) = (after_star.clone(), not_taken.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::ActionPattern;
    use crate::iam::evaluation::Steps;

    #[test]
    fn case_makes_no_difference_and_wildcards_stand_anywhere() {
        let steps = Steps::default();
        for (pattern, expected) in [
            ("*", true),
            ("kms:*", true),
            ("KMS:reencrypt*", true),
            ("kms:REENCRYPTTO", true),
            ("kms:ReEncryptTo*", true),
            ("kms:ReEncryptTo?", false),
            ("kms:reencrypt?o", true),
            ("kms:reencrypt?", false),
            ("kms:*to", true),
            ("*:*Enc*T?", true),
            ("*:*Dec*", false),
            ("**", true),
            ("k?s:R*t*o", true),
            ("kms:ReEncrypt", false),
            ("kms:ReEncryptFrom", false),
            ("kms:ReEncryptToAndMore*", false),
            ("s3:*", false),
            ("", false),
        ] {
            let matches = ActionPattern::new(pattern.to_owned()).matches("kms:ReEncryptTo", &steps);
            assert_eq!(matches, expected, "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_with_the_name() {
        let steps = Steps::default();
        let pattern = ActionPattern::new("*e".repeat(10_000));
        assert!(!pattern.matches("kms:ReEncryptTo", &steps));
        assert!(steps.taken() < 1_000);
    }
}

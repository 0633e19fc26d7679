//! [`GrantConstraint`]: the encryption contexts that a grant allows.

use crate::context::EncryptionContext;

/// A requirement of a grant on the encryption context of requests: one of the two members of `GrantConstraints` that
/// exclude each other. The third, `SourceArn`, can be combined with either:
/// [`Grant::source_arn`](super::Grant::source_arn).
///
/// Keys and values match exactly. The developer guide says so; the service model says that keys are not
/// case-sensitive (DOC against DOC: GUESS 22, the side that refuses more).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantConstraint {
    /// `EncryptionContextEquals`: these pairs and no others.
    EncryptionContextEquals(EncryptionContext),
    /// `EncryptionContextSubset`: at least these pairs.
    EncryptionContextSubset(EncryptionContext),
}

impl GrantConstraint {
    /// The name of the constraint, as `kms:GrantConstraintType` has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::EncryptionContextEquals(_) => "EncryptionContextEquals",
            Self::EncryptionContextSubset(_) => "EncryptionContextSubset",
        }
    }

    /// The pairs of the constraint.
    #[must_use]
    pub const fn encryption_context(&self) -> &EncryptionContext {
        let (Self::EncryptionContextEquals(pairs) | Self::EncryptionContextSubset(pairs)) = self;
        pairs
    }

    pub(crate) fn holds(&self, context: Option<&EncryptionContext>) -> bool {
        match (self, context) {
            (Self::EncryptionContextEquals(pairs), Some(context)) => pairs == context,
            (Self::EncryptionContextSubset(pairs), Some(context)) => has_all(context, pairs),
            (constraint, None) => constraint.encryption_context().is_empty(),
        }
    }

    /// Whether every request that meets this constraint meets the other one too.
    pub(super) fn is_as_strict_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::EncryptionContextEquals(own), Self::EncryptionContextEquals(pairs)) => {
                own == pairs
            }
            (Self::EncryptionContextSubset(_), Self::EncryptionContextEquals(_)) => false,
            (own, Self::EncryptionContextSubset(pairs)) => has_all(own.encryption_context(), pairs),
        }
    }
}

fn has_all(context: &EncryptionContext, pairs: &EncryptionContext) -> bool {
    pairs
        .iter()
        .all(|(key, value)| context.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::GrantConstraint::{
        EncryptionContextEquals as Equals, EncryptionContextSubset as Subset,
    };
    use crate::context::EncryptionContext;

    #[test]
    fn a_subset_may_gain_pairs_or_become_equals_and_never_the_reverse() {
        let none = EncryptionContext::default;
        let one = || EncryptionContext::from([("tenant", "blue")]);
        let two = || EncryptionContext::from([("tenant", "blue"), ("app", "web")]);
        let red = || EncryptionContext::from([("tenant", "red")]);
        #[rustfmt::skip]
        let cases = [
            (Subset(one()), Subset(one()), true),
            (Subset(two()), Subset(one()), true),
            (Subset(one()), Subset(two()), false),
            (Subset(red()), Subset(one()), false),
            (Subset(none()), Subset(one()), false),
            (Equals(one()), Subset(one()), true),
            (Equals(two()), Subset(one()), true),
            (Equals(one()), Subset(two()), false),
            (Equals(one()), Equals(one()), true),
            (Equals(two()), Equals(one()), false),
            (Subset(one()), Equals(one()), false),
            (Subset(two()), Equals(one()), false),
        ];
        for (child, parent, expected) in cases {
            assert_eq!(
                child.is_as_strict_as(&parent),
                expected,
                "{child:?} under {parent:?}"
            );
        }
    }
}

//! [`Condition`]: what must be true of a request for a statement to apply.

use super::evaluation::Evaluation;
use super::operand::Operands;
use super::operator::{Comparison, SetOperator};
use super::{ConditionOperator, ContextKey, Effect};

/// A condition of a statement: an operator, a condition key, and the values that it is compared with.
///
/// The request's value has to match one of the condition's values; with a negated operator, none of them. A key that the
/// request does not have matches nothing, which makes a negated operator true.
///
/// Values of the operators for strings, booleans and ARNs may have policy variables, such as `${aws:username}`. A value
/// that the operator cannot read, such as `noon` of `DateLessThan`, matches nothing.
///
/// ```
/// use kms_reencrypt::iam::{Condition, ConditionOperator};
///
/// let condition = Condition::new(
///     ConditionOperator::StringEquals,
///     "kms:EncryptionContextKeys",
///     ["tenant", "app"],
/// )
/// .for_all_values();
/// assert_eq!(condition.operator(), "ForAllValues:StringEquals");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    comparison: Comparison,
    key: ContextKey,
    values: Vec<String>,
    operands: Operands,
}

impl Condition {
    /// A condition on a key, such as `kms:EncryptionContext:tenant`. The case of its name does not matter.
    #[must_use]
    pub fn new<V: Into<String>>(
        operator: ConditionOperator,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::of(Comparison::from(operator), key, values, true)
    }

    pub(super) fn of(
        comparison: Comparison,
        key: &str,
        values: Vec<String>,
        variables: bool,
    ) -> Self {
        Self {
            operands: Operands::new(comparison.operator, &values, variables),
            comparison,
            key: ContextKey::new(key),
            values,
        }
    }

    /// The same condition on every value that the request has for the key; true if it has none. `Null` ignores it.
    #[must_use]
    pub const fn for_all_values(mut self) -> Self {
        self.comparison.set_operator = Some(SetOperator::ForAllValues);
        self
    }

    /// The same condition on at least one value that the request has for the key; false if it has none. `Null` ignores
    /// it.
    #[must_use]
    pub const fn for_any_value(mut self) -> Self {
        self.comparison.set_operator = Some(SetOperator::ForAnyValue);
        self
    }

    /// The same condition, also true if the request does not have the key. `Null` ignores it.
    #[must_use]
    pub const fn if_exists(mut self) -> Self {
        self.comparison.if_exists = true;
        self
    }

    /// The operator with its prefix and suffix, as JSON writes it: `ForAnyValue:StringLikeIfExists`.
    #[must_use]
    pub fn operator(&self) -> String {
        self.comparison.to_string()
    }

    /// Whether the operator is `ForAllValues:…`, which is true of requests without the key.
    #[must_use]
    pub fn is_for_all_values(&self) -> bool {
        self.comparison.set_operator == Some(SetOperator::ForAllValues)
    }

    /// The condition key.
    #[must_use]
    pub const fn key(&self) -> &ContextKey {
        &self.key
    }

    /// The values, one of which has to match.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The keys that have to be looked up: its own, and those of policy variables.
    pub(super) fn keys(&self) -> impl Iterator<Item = &ContextKey> {
        core::iter::once(&self.key).chain(self.operands.variables())
    }

    /// Adds the values of a condition with the same operator and key. Returns the condition if its operator or key differs.
    pub(super) fn absorb(&mut self, other: Self) -> Option<Self> {
        if self.comparison == other.comparison && self.key == other.key {
            self.values.extend(other.values);
            self.operands = Operands::new(self.comparison.operator, &self.values, true);
            None
        } else {
            Some(other)
        }
    }

    /// The same condition with `${` as literal text in its values.
    pub(super) fn without_variables(mut self) -> Self {
        self.operands = Operands::new(self.comparison.operator, &self.values, false);
        self
    }

    /// Whether the condition is true of a request.
    ///
    /// A key with several values needs a set operator. Without one, an Allow requires each value to satisfy the operator,
    /// and for a Deny one is enough (GUESS 23, the careful side; two context keys that differ only in case are such a key).
    pub(super) fn holds(&self, effect: Effect, evaluation: &Evaluation<'_>) -> bool {
        let Comparison {
            operator,
            set_operator,
            if_exists,
        } = self.comparison;
        let (mut some_satisfy, mut some_do_not) = (false, false);
        evaluation.values(&self.key, &mut |value| {
            let matches = !evaluation.steps.are_exhausted()
                && self.operands.match_value(operator, value, evaluation);
            if matches == operator.is_negated() {
                some_do_not = true;
            } else {
                some_satisfy = true;
            }
        });
        let is_absent = !some_satisfy && !some_do_not;
        if let Operands::Null(wanted) = &self.operands {
            return wanted.contains(&is_absent);
        }
        match (set_operator, effect) {
            _ if is_absent && if_exists => true,
            // The guide says so twice; a table on its page about operators contradicts it for ForAllValues:StringNotLike.
            (Some(SetOperator::ForAllValues), _) => !some_do_not,
            (Some(SetOperator::ForAnyValue), _) => some_satisfy,
            (None, _) if is_absent => operator.is_negated(),
            (None, Effect::Allow) => !some_do_not,
            (None, Effect::Deny) => some_satisfy,
        }
    }
}

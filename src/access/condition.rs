//! [`Condition`]: what must be true of a request for a statement to apply.

use core::fmt;
use core::str::FromStr;

use crate::key::{UnknownValue, model_enum};

use super::AccessRequest;
use super::condition_key::ConditionKey;
use super::pattern;

model_enum! {
    /// How a condition compares the values of a request with its own.
    ///
    /// IAM knows more of them, for numbers, dates, addresses and bytes: no condition key that AWS KMS evaluates for
    /// cryptographic operations has such values, and a policy that uses one is refused.
    ConditionOperator {
        ArnEquals = "ArnEquals",
        ArnLike = "ArnLike",
        ArnNotEquals = "ArnNotEquals",
        ArnNotLike = "ArnNotLike",
        Bool = "Bool",
        Null = "Null",
        StringEquals = "StringEquals",
        StringEqualsIgnoreCase = "StringEqualsIgnoreCase",
        StringLike = "StringLike",
        StringNotEquals = "StringNotEquals",
        StringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase",
        StringNotLike = "StringNotLike",
    }
}

impl ConditionOperator {
    /// Whether the operator is true where the values do not match.
    const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::ArnNotEquals
                | Self::ArnNotLike
                | Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
        )
    }

    /// Whether a value of the request matches one of the condition, negation left aside.
    fn matches(self, in_policy: &str, in_request: &str) -> bool {
        match self {
            // ArnEquals and ArnLike behave the same (IAM User Guide, condition operators).
            Self::ArnEquals | Self::ArnLike | Self::ArnNotEquals | Self::ArnNotLike => {
                pattern::matches_arn(in_policy, in_request)
            }
            Self::Bool => in_policy.eq_ignore_ascii_case(in_request),
            // Decided by the presence of the key alone: see `Condition::holds`.
            Self::Null => false,
            Self::StringEquals | Self::StringNotEquals => in_policy == in_request,
            Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase => in_policy
                .chars()
                .flat_map(char::to_lowercase)
                .eq(in_request.chars().flat_map(char::to_lowercase)),
            Self::StringLike | Self::StringNotLike => pattern::matches(in_policy, in_request),
        }
    }
}

/// A condition of a statement: an operator, a condition key, and the values that it is compared with.
///
/// The request's value has to match one of the condition's values; with a negated operator, none of them. A key that the
/// request does not have matches nothing, which makes a negated operator true. A key that this crate does not know is
/// never in a request, as in IAM.
///
/// ```
/// use kms_reencrypt::access::{Condition, ConditionOperator};
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
    key: ConditionKey,
    key_name: String,
    values: Vec<String>,
}

impl Condition {
    /// A condition on a key, such as `kms:EncryptionContext:tenant`, whose name is not distinguished by case.
    #[must_use]
    pub fn new<V: Into<String>>(
        operator: ConditionOperator,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::of(Comparison::from(operator), key, values)
    }

    pub(super) fn of<V: Into<String>>(
        comparison: Comparison,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self {
            comparison,
            key: ConditionKey::from_name(key),
            key_name: key.to_owned(),
            values: values.into_iter().map(Into::into).collect(),
        }
    }

    /// The same condition on every value that the request has for the key; true if it has none. `Null` ignores it.
    #[must_use]
    pub fn for_all_values(mut self) -> Self {
        self.comparison.qualifier = Some(SetQualifier::ForAllValues);
        self
    }

    /// The same condition on at least one value that the request has for the key; false if it has none. `Null` ignores
    /// it.
    #[must_use]
    pub fn for_any_value(mut self) -> Self {
        self.comparison.qualifier = Some(SetQualifier::ForAnyValue);
        self
    }

    /// The same condition, also true if the request does not have the key. `Null` ignores it.
    #[must_use]
    pub fn if_exists(mut self) -> Self {
        self.comparison.if_exists = true;
        self
    }

    /// The operator with all that belongs to it, as JSON has it: `ForAnyValue:StringLikeIfExists`.
    #[must_use]
    pub fn operator(&self) -> String {
        self.comparison.to_string()
    }

    /// The name of the condition key, as it was given.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key_name
    }

    /// The values, one of which has to match.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Takes in the values of a condition with the same operator on the same key. `Some` hands it back if it has others.
    pub(super) fn absorb(&mut self, other: Self) -> Option<Self> {
        if self.comparison == other.comparison && self.key_name == other.key_name {
            self.values.extend(other.values);
            None
        } else {
            Some(other)
        }
    }

    /// Whether the condition is true of a request.
    pub(super) fn holds(&self, request: &AccessRequest<'_>) -> bool {
        let Comparison {
            operator,
            qualifier,
            if_exists,
        } = self.comparison;
        let (mut some_match, mut some_do_not) = (false, false);
        self.key.for_each_value(request, &mut |in_request| {
            let matches = |in_policy: &String| operator.matches(in_policy, in_request);
            if self.values.iter().any(matches) {
                some_match = true;
            } else {
                some_do_not = true;
            }
        });
        let is_absent = !some_match && !some_do_not;
        if operator == ConditionOperator::Null {
            let wanted = |value: &String| value.eq_ignore_ascii_case("true") == is_absent;
            return self.values.iter().any(wanted);
        }
        if is_absent && if_exists {
            return true;
        }
        match (qualifier, operator.is_negated()) {
            (None | Some(SetQualifier::ForAnyValue), false) => some_match,
            (None | Some(SetQualifier::ForAllValues), true) => !some_match,
            (Some(SetQualifier::ForAllValues), false) => !some_do_not,
            (Some(SetQualifier::ForAnyValue), true) => some_do_not,
        }
    }
}

/// How a condition treats a key that has several values in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SetQualifier {
    ForAllValues,
    ForAnyValue,
}

/// An operator with what may stand before and behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) operator: ConditionOperator,
    qualifier: Option<SetQualifier>,
    if_exists: bool,
}

impl From<ConditionOperator> for Comparison {
    fn from(operator: ConditionOperator) -> Self {
        Self {
            operator,
            qualifier: None,
            if_exists: false,
        }
    }
}

impl FromStr for Comparison {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (qualifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(SetQualifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetQualifier::ForAnyValue), rest),
            Some(_) => return Err(UnknownValue::new()),
            None => (None, text),
        };
        let (operator, if_exists) = match rest.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (rest, false),
        };
        let operator = operator.parse()?;
        if operator == ConditionOperator::Null && (qualifier.is_some() || if_exists) {
            return Err(UnknownValue::new());
        }
        Ok(Self {
            operator,
            qualifier,
            if_exists,
        })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operator,
            qualifier,
            if_exists,
        } = self;
        f.write_str(match qualifier {
            None => "",
            Some(SetQualifier::ForAllValues) => "ForAllValues:",
            Some(SetQualifier::ForAnyValue) => "ForAnyValue:",
        })?;
        f.write_str(operator.as_str())?;
        f.write_str(if *if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::Comparison;

    #[test]
    fn an_operator_is_read_with_all_that_belongs_to_it() {
        for text in [
            "StringEquals",
            "StringNotEqualsIgnoreCaseIfExists",
            "ForAnyValue:StringLike",
            "ForAllValues:ArnNotLikeIfExists",
            "Bool",
            "Null",
        ] {
            assert_eq!(text.parse::<Comparison>().unwrap().to_string(), text);
        }
        for text in [
            "stringequals",
            "StringMatches",
            "ForSomeValues:StringLike",
            "ForAnyValue:",
            "NullIfExists",
            "ForAnyValue:Null",
            "NumericEquals",
            "",
        ] {
            assert!(text.parse::<Comparison>().is_err(), "{text}");
        }
    }
}

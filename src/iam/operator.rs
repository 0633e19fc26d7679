//! [`ConditionOperator`], and [`Comparison`] with its prefix and suffix.

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use crate::key::{UnknownValue, model_enum};

model_enum! {
    /// How a condition compares the values of a request with its own.
    ConditionOperator {
        ArnEquals = "ArnEquals",
        ArnLike = "ArnLike",
        ArnNotEquals = "ArnNotEquals",
        ArnNotLike = "ArnNotLike",
        BinaryEquals = "BinaryEquals",
        Bool = "Bool",
        DateEquals = "DateEquals",
        DateGreaterThan = "DateGreaterThan",
        DateGreaterThanEquals = "DateGreaterThanEquals",
        DateLessThan = "DateLessThan",
        DateLessThanEquals = "DateLessThanEquals",
        DateNotEquals = "DateNotEquals",
        IpAddress = "IpAddress",
        NotIpAddress = "NotIpAddress",
        Null = "Null",
        NumericEquals = "NumericEquals",
        NumericGreaterThan = "NumericGreaterThan",
        NumericGreaterThanEquals = "NumericGreaterThanEquals",
        NumericLessThan = "NumericLessThan",
        NumericLessThanEquals = "NumericLessThanEquals",
        NumericNotEquals = "NumericNotEquals",
        StringEquals = "StringEquals",
        StringEqualsIgnoreCase = "StringEqualsIgnoreCase",
        StringLike = "StringLike",
        StringNotEquals = "StringNotEquals",
        StringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase",
        StringNotLike = "StringNotLike",
    }
}

impl ConditionOperator {
    /// Whether the operator is true if the values do not match.
    pub(super) const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::ArnNotEquals
                | Self::ArnNotLike
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::NumericNotEquals
                | Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
        )
    }

    /// Whether a value of the request matches one of the policy, given how the two are ordered and before any negation. For
    /// numbers and dates.
    pub(super) const fn accepts(self, in_request_to_policy: Ordering) -> bool {
        match self {
            Self::DateGreaterThan | Self::NumericGreaterThan => in_request_to_policy.is_gt(),
            Self::DateGreaterThanEquals | Self::NumericGreaterThanEquals => {
                in_request_to_policy.is_ge()
            }
            Self::DateLessThan | Self::NumericLessThan => in_request_to_policy.is_lt(),
            Self::DateLessThanEquals | Self::NumericLessThanEquals => in_request_to_policy.is_le(),
            _ => in_request_to_policy.is_eq(),
        }
    }
}

/// How a condition treats a key that has several values in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetOperator {
    ForAllValues,
    ForAnyValue,
}

/// An operator with its optional prefix (`ForAllValues:`, `ForAnyValue:`) and suffix (`IfExists`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) operator: ConditionOperator,
    pub(super) set_operator: Option<SetOperator>,
    pub(super) if_exists: bool,
}

impl From<ConditionOperator> for Comparison {
    fn from(operator: ConditionOperator) -> Self {
        Self {
            operator,
            set_operator: None,
            if_exists: false,
        }
    }
}

impl FromStr for Comparison {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (set_operator, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            Some(_) => return Err(UnknownValue::new()),
            None => (None, text),
        };
        let (operator, if_exists) = match rest.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (rest, false),
        };
        let operator = operator.parse()?;
        if operator == ConditionOperator::Null && (set_operator.is_some() || if_exists) {
            return Err(UnknownValue::new());
        }
        Ok(Self {
            operator,
            set_operator,
            if_exists,
        })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operator,
            set_operator,
            if_exists,
        } = self;
        f.write_str(match set_operator {
            None => "",
            Some(SetOperator::ForAllValues) => "ForAllValues:",
            Some(SetOperator::ForAnyValue) => "ForAnyValue:",
        })?;
        f.write_str(operator.as_str())?;
        f.write_str(if *if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, ConditionOperator};

    #[test]
    fn an_operator_is_read_with_all_that_belongs_to_it() {
        for operator in ConditionOperator::ALL {
            let text = operator.as_str();
            assert_eq!(text.parse::<Comparison>().unwrap().to_string(), text);
        }
        for text in [
            "StringNotEqualsIgnoreCaseIfExists",
            "ForAnyValue:StringLike",
            "ForAllValues:ArnNotLikeIfExists",
            "ForAnyValue:Bool",
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
            "StringEqualsIfExistsIfExists",
            "",
        ] {
            assert!(text.parse::<Comparison>().is_err(), "{text}");
        }
    }
}

//! [`Operands`]: the values of a condition, prepared for its operator.

use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cidr::IpInet;

use super::arn_pattern::ArnPattern;
use super::evaluation::Evaluation;
use super::number::Number;
use super::template::{Syntax, Template};
use super::{ConditionOperator, ContextKey, date};

/// What the values of a request are compared with. Values that the operator cannot read match nothing and
/// are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    Addresses(Vec<IpInet>),
    Arns(Vec<ArnPattern>),
    Bytes(Vec<Vec<u8>>),
    Dates(Vec<SystemTime>),
    /// Whether the key is to be absent.
    Null(Vec<bool>),
    Numbers(Vec<Number>),
    Patterns(Vec<Template>),
    Texts(Texts),
    /// In lower case.
    TextsIgnoringCase(Texts),
}

impl Operands {
    pub(super) fn new(operator: ConditionOperator, values: &[String], variables: bool) -> Self {
        use ConditionOperator as Op;
        let wildcards = Syntax {
            wildcards: true,
            variables,
        };
        match operator {
            Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => {
                // ArnEquals and ArnLike behave the same (IAM User Guide, ARN condition operators).
                Self::Arns(read(values, |value| {
                    Some(ArnPattern::parse(value, variables))
                }))
            }
            Op::BinaryEquals => Self::Bytes(read(values, bytes)),
            Op::Bool | Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => {
                Self::TextsIgnoringCase(Texts::new(values, variables, lower_case))
            }
            Op::DateEquals
            | Op::DateGreaterThan
            | Op::DateGreaterThanEquals
            | Op::DateLessThan
            | Op::DateLessThanEquals
            | Op::DateNotEquals => Self::Dates(read(values, date::parse)),
            Op::IpAddress | Op::NotIpAddress => Self::Addresses(read(values, address)),
            Op::Null => Self::Null(read(values, truth)),
            Op::NumericEquals
            | Op::NumericGreaterThan
            | Op::NumericGreaterThanEquals
            | Op::NumericLessThan
            | Op::NumericLessThanEquals
            | Op::NumericNotEquals => Self::Numbers(read(values, Number::parse)),
            Op::StringEquals | Op::StringNotEquals => {
                Self::Texts(Texts::new(values, variables, str::to_owned))
            }
            Op::StringLike | Op::StringNotLike => Self::Patterns(read(values, |value| {
                Some(Template::parse(value, wildcards))
            })),
        }
    }

    /// Whether an operator can read a value. Variables are for strings, booleans and ARNs only (IAM User Guide,
    /// condition operators).
    #[cfg(feature = "json")]
    pub(super) fn can_read(operator: ConditionOperator, value: &str, variables: bool) -> bool {
        use ConditionOperator as Op;
        match operator {
            Op::BinaryEquals => bytes(value).is_some(),
            Op::Bool if variables && value.contains("${") => true,
            Op::Bool | Op::Null => truth(value).is_some(),
            Op::IpAddress | Op::NotIpAddress => address(value).is_some(),
            operator if operator.as_str().starts_with("Date") => date::parse(value).is_some(),
            operator if operator.as_str().starts_with("Numeric") => Number::parse(value).is_some(),
            _ => true,
        }
    }

    /// Whether a value of the request matches one of these, before any negation by the operator.
    pub(super) fn match_value(
        &self,
        operator: ConditionOperator,
        value: &str,
        evaluation: &Evaluation<'_>,
    ) -> bool {
        let steps = &evaluation.steps;
        let count = |of: usize| steps.take(of * STEPS_OF_OPERAND);
        match self {
            Self::Addresses(networks) => {
                count(networks.len());
                // Requests have single addresses, never ranges.
                let address = value.parse::<core::net::IpAddr>();
                address
                    .is_ok_and(|address| networks.iter().any(|network| network.contains(&address)))
            }
            Self::Arns(patterns) => {
                let mut patterns = patterns.iter();
                patterns.any(|pattern| !steps.are_exhausted() && pattern.matches(value, evaluation))
            }
            Self::Bytes(all) => {
                count(all.len());
                bytes(value).is_some_and(|value| all.contains(&value))
            }
            Self::Dates(dates) => {
                count(dates.len());
                date::parse(value)
                    .is_some_and(|value| dates.iter().any(|date| operator.accepts(value.cmp(date))))
            }
            Self::Null(_) => false,
            Self::Numbers(numbers) => {
                count(numbers.len());
                Number::parse(value).is_some_and(|value| {
                    numbers
                        .iter()
                        .any(|number| operator.accepts(value.cmp(number)))
                })
            }
            Self::Patterns(patterns) => {
                let mut patterns = patterns.iter();
                patterns.any(|pattern| !steps.are_exhausted() && pattern.matches(value, evaluation))
            }
            Self::Texts(texts) => texts.contain(value, evaluation, |text| text == value),
            Self::TextsIgnoringCase(texts) => {
                let value = lower_case(value);
                texts.contain(&value, evaluation, |text| lower_case(text) == value)
            }
        }
    }

    /// The keys of the policy variables.
    pub(super) fn variables(&self) -> Vec<&ContextKey> {
        match self {
            Self::Arns(patterns) => patterns.iter().flat_map(ArnPattern::variables).collect(),
            Self::Patterns(templates)
            | Self::Texts(Texts { templates, .. })
            | Self::TextsIgnoringCase(Texts { templates, .. }) => {
                templates.iter().flat_map(Template::variables).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Texts that a value has to be equal to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts {
    /// Sorted for binary search, since a policy can have thousands.
    fixed: Vec<Box<str>>,
    /// Those with policy variables.
    templates: Vec<Template>,
}

impl Texts {
    fn new(values: &[String], variables: bool, prepare: impl Fn(&str) -> String) -> Self {
        let syntax = Syntax {
            wildcards: false,
            variables,
        };
        let (mut fixed, mut templates) = (Vec::new(), Vec::new());
        for value in values {
            let template = Template::parse(value, syntax);
            match template.fixed().and_then(super::glob::Glob::exact) {
                Some(text) => fixed.push(prepare(text).into_boxed_str()),
                None => templates.push(template),
            }
        }
        fixed.sort_unstable();
        Self { fixed, templates }
    }

    fn contain(
        &self,
        value: &str,
        evaluation: &Evaluation<'_>,
        is_value: impl Fn(&str) -> bool,
    ) -> bool {
        evaluation.steps.compare(value);
        let is_fixed = match &*self.fixed {
            [only] => **only == *value,
            several => several.binary_search_by(|text| (**text).cmp(value)).is_ok(),
        };
        is_fixed
            || self.templates.iter().any(|template| {
                let resolve = || template.resolve(evaluation);
                !evaluation.steps.are_exhausted()
                    && resolve().is_some_and(|resolved| resolved.exact().is_some_and(&is_value))
            })
    }
}

/// The steps of comparing a value with one of the policy.
const STEPS_OF_OPERAND: usize = 8;

fn read<T>(values: &[String], read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    values.iter().filter_map(|value| read(value)).collect()
}

/// An address or a range of them, `203.0.113.0/24` or `2001:db8::/32`. Without a prefix it is one address. Bits after
/// the prefix are ignored (INFERRED: IAM takes `203.0.113.7/24`).
fn address(value: &str) -> Option<IpInet> {
    value.parse().ok()
}

fn bytes(value: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(value).ok()
}

fn truth(value: &str) -> Option<bool> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Some(true),
        _ if value.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn lower_case(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().flat_map(char::to_lowercase).collect()
    }
}

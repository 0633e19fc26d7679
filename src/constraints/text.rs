//! [`Text`]: the strings of the service model, their lengths and patterns.

use std::borrow::Cow;

use crate::error::{Constraint, RejectedValue};

use super::Constraints;

/// The constraints that the service model puts on a string.
pub(crate) struct Text {
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) pattern: Option<Pattern>,
}

/// A pattern of the service model.
pub(crate) struct Pattern {
    /// The pattern, as messages show it.
    pub(crate) text: &'static str,
    /// The characters that it allows.
    pub(crate) allows: fn(char) -> bool,
}

/// The pattern of alias names and grant names.
pub(crate) const NAME_PATTERN: Pattern = Pattern {
    text: "^[a-zA-Z0-9:/_-]+$",
    allows: |c| c.is_ascii_alphanumeric() || ":/_-".contains(c),
};

/// `GrantNameType`
pub(crate) const GRANT_NAME: Text = Text {
    min: 1,
    max: 256,
    pattern: Some(NAME_PATTERN),
};

/// `PrincipalIdType`
pub(crate) const PRINCIPAL: Text = Text {
    min: 1,
    max: 256,
    pattern: Some(Pattern {
        text: r"^[\w+=,.@:/-]+$",
        allows: |c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c),
    }),
};

impl Constraints {
    /// An optional string.
    pub(crate) fn optional_text(
        &mut self,
        member: impl Into<Cow<'static, str>>,
        text: Option<&str>,
        model: &Text,
    ) {
        let Some(text) = text else {
            return;
        };
        let member = member.into();
        let Text { min, max, pattern } = model;
        let len = text.chars().count();
        let mut violate = |constraint| {
            let rejected = RejectedValue::Text(text.to_owned());
            self.add(member.clone(), rejected, constraint);
        };
        if len < *min {
            violate(Constraint::LengthAtLeast(*min));
        }
        if len > *max {
            violate(Constraint::LengthAtMost(*max));
        }
        if let Some(Pattern {
            text: shown,
            allows,
        }) = pattern
        {
            // Only a pattern that ends in a star matches an empty string; a member that may be empty need not match it.
            let empty = len == 0 && *min > 0 && !shown.ends_with('*');
            if empty || !text.chars().all(allows) {
                violate(Constraint::Pattern(shown));
            }
        }
    }
}

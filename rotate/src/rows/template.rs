//! [`Template`]: text with columns in braces, `tenant-{tenant}`.

use core::fmt;
use core::str::FromStr;

use serde::Serialize;

use super::Malformed;

/// A text with the values of columns in it. `{{` and `}}` are braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
enum Part {
    Text(String),
    Column(String),
}

/// A template whose braces don't match.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InvalidTemplate;

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column stands in braces, as in tenant-{tenant}, and a brace is written twice: {{ or }}")
    }
}

impl std::error::Error for InvalidTemplate {}

impl FromStr for Template {
    type Err = InvalidTemplate;

    fn from_str(text: &str) -> Result<Self, InvalidTemplate> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, brace, after)) = split_at_brace(rest) {
            literal.push_str(before);
            rest = if let Some(after) = after.strip_prefix(brace) {
                literal.push(brace);
                after
            } else if brace == '{' {
                let (column, after) = after.split_once('}').ok_or(InvalidTemplate)?;
                if column.is_empty() || column.contains('{') {
                    return Err(InvalidTemplate);
                }
                parts.push(Part::Text(core::mem::take(&mut literal)));
                parts.push(Part::Column(column.to_owned()));
                after
            } else {
                return Err(InvalidTemplate);
            };
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self(parts))
    }
}

impl Template {
    /// The text, with the values that `column` gives.
    pub(super) fn fill(
        &self,
        column: impl Fn(&str) -> Result<Option<String>, Malformed>,
    ) -> Result<String, Malformed> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Column(name) => {
                    let value = column(name)?.ok_or_else(|| {
                        let reason = "is missing, and the encryption context is made with it";
                        Malformed(format!("{name} {reason}"))
                    })?;
                    filled.push_str(&value);
                }
            }
        }
        Ok(filled)
    }
}

/// The text before the first brace, the brace, and the text after it.
fn split_at_brace(text: &str) -> Option<(&str, char, &str)> {
    let (at, brace) = text.char_indices().find(|(_, c)| matches!(c, '{' | '}'))?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, brace, after.strip_prefix(brace)?))
}

#[cfg(test)]
mod tests {
    use super::{Malformed, Template};

    fn fill(template: &str) -> Result<String, Malformed> {
        let template: Template = template.parse().unwrap();
        template.fill(|column| Ok((column != "absent").then(|| format!("<{column}>"))))
    }

    #[test]
    fn columns_stand_in_braces() {
        for (template, filled) in [
            ("", ""),
            ("blue", "blue"),
            ("{tenant}", "<tenant>"),
            ("a-{b}-{c d}", "a-<b>-<c d>"),
            ("{{{b}}}", "{<b>}"),
            ("{{}}", "{}"),
        ] {
            assert_eq!(fill(template).unwrap(), filled, "{template}");
        }
        assert_eq!(
            fill("{absent}").unwrap_err().0,
            "absent is missing, and the encryption context is made with it"
        );
    }

    #[test]
    fn braces_that_do_not_match_are_refused() {
        for template in ["{", "}", "{a", "a}", "{}", "{a{b}}"] {
            assert!(template.parse::<Template>().is_err(), "{template}");
        }
    }
}

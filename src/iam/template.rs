//! [`Template`]: a text of a policy with policy variables, such as `home/${aws:username}/*`.

use super::ContextKey;
use super::evaluation::Evaluation;
use super::glob::Glob;

/// A text with wildcards and policy variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Fixed(Glob),
    Variable {
        key: ContextKey,
        default: Option<String>,
    },
}

/// The special characters of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// `*` and `?`
    pub(super) wildcards: bool,
    /// `${…}`, as from version 2012-10-17 of the policy language on.
    pub(super) variables: bool,
}

impl Syntax {
    fn add(self, glob: &mut Glob, text: &str) {
        if self.wildcards {
            glob.push_pattern(text);
        } else {
            glob.push_text(text);
        }
    }
}

impl Template {
    /// Parses a text. A `${` that does not begin a variable is literal text (GUESS 44).
    pub(super) fn parse(text: &str, syntax: Syntax) -> Self {
        let mut parts = Vec::new();
        let mut glob = Glob::default();
        let mut rest = text;
        while let Some((before, variable, behind)) = next_variable(rest, syntax) {
            syntax.add(&mut glob, before);
            match variable {
                Variable::Character(character) => glob.push_text(character),
                Variable::Key { name, default } => {
                    parts.push(Part::Fixed(core::mem::take(&mut glob)));
                    parts.push(Part::Variable {
                        key: ContextKey::new(name),
                        default: default.map(str::to_owned),
                    });
                }
            }
            rest = behind;
        }
        syntax.add(&mut glob, rest);
        parts.push(Part::Fixed(glob));
        Self(parts)
    }

    /// The pattern, if it has no variables.
    pub(super) fn fixed(&self) -> Option<&Glob> {
        match &*self.0 {
            [Part::Fixed(glob)] => Some(glob),
            _ => None,
        }
    }

    /// The keys of the variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = &ContextKey> {
        self.0.iter().filter_map(|part| match part {
            Part::Fixed(_) => None,
            Part::Variable { key, .. } => Some(key),
        })
    }

    /// Whether a text matches. No text does if a variable has neither a value nor a default (IAM User Guide, policy
    /// variables with no value).
    pub(super) fn matches(&self, text: &str, evaluation: &Evaluation<'_>) -> bool {
        match self.fixed() {
            Some(glob) => glob.matches(text, &evaluation.steps),
            None => self
                .resolve(evaluation)
                .is_some_and(|glob| glob.matches(text, &evaluation.steps)),
        }
    }

    /// The pattern with the values of a request. Wildcards in a value are literal text (GUESS 44), since the
    /// requester chooses values and must not widen a policy by them.
    pub(super) fn resolve(&self, evaluation: &Evaluation<'_>) -> Option<Glob> {
        let mut glob = Glob::default();
        for part in &self.0 {
            match part {
                Part::Fixed(fixed) => glob.push(fixed),
                Part::Variable { key, default } => {
                    evaluation.steps.take(STEPS_OF_VARIABLE);
                    let value = evaluation.variable(key);
                    let value = value.as_deref().or(default.as_deref())?;
                    evaluation.steps.take(value.len() / 4);
                    glob.push_text(value);
                }
            }
        }
        Some(glob)
    }
}

/// The steps of looking up a variable.
const STEPS_OF_VARIABLE: usize = 100;

/// The contents of a `${…}`.
enum Variable<'t> {
    /// `${*}`, `${?}` and `${$}`: a character that is not special.
    Character(&'t str),
    /// `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`
    Key {
        name: &'t str,
        default: Option<&'t str>,
    },
}

/// The first variable of a text, with the text before and after it.
fn next_variable(text: &str, syntax: Syntax) -> Option<(&str, Variable<'_>, &str)> {
    let (before, inside) = text.split_once("${").filter(|_| syntax.variables)?;
    let end = end_of_variable(inside)?;
    let (inside, behind) = inside.split_at_checked(end)?;
    let behind = behind.strip_prefix('}')?;
    let variable = match inside {
        "*" | "?" | "$" => Variable::Character(inside),
        _ => match inside.split_once(',') {
            None => Variable::Key {
                name: inside.trim(),
                default: None,
            },
            Some((name, default)) => Variable::Key {
                name: name.trim(),
                default: default
                    .trim()
                    .strip_prefix('\'')
                    .and_then(|default| default.strip_suffix('\'')),
            },
        },
    };
    Some((before, variable, behind))
}

/// The position of the closing brace. A brace in the quoted default does not count.
fn end_of_variable(inside: &str) -> Option<usize> {
    let mut quoted = false;
    inside.bytes().position(|byte| {
        quoted ^= byte == b'\'';
        byte == b'}' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::{Syntax, Template};
    use crate::iam::evaluation::Evaluation;
    use crate::iam::request::Request;

    fn matches(pattern: &str, text: &str) -> bool {
        let syntax = Syntax {
            wildcards: true,
            variables: true,
        };
        let request = Request::default()
            .with("aws:username", &["alice"])
            .with("aws:PrincipalTag/team", &["a*"])
            .with("aws:TagKeys", &["one"])
            .with("aws:CalledVia", &["one", "two"]);
        Template::parse(pattern, syntax).matches(text, &Evaluation::new(&request))
    }

    #[test]
    fn a_variable_stands_for_the_single_value_of_its_key() {
        for (pattern, text, expected) in [
            ("home/${aws:username}", "home/alice", true),
            ("home/${aws:username}", "home/bob", false),
            ("home/${AWS:UserName}/*", "home/alice/x", true),
            ("${aws:username}${aws:username}", "alicealice", true),
            ("${aws:PrincipalTag/team}", "a*", true),
            ("${aws:PrincipalTag/team}", "ab", false),
            ("${aws:TagKeys}", "one", false),
            ("${aws:TagKeys, 'none'}", "none", true),
            ("${aws:CalledVia}", "one", false),
            ("${aws:userid}", "", false),
            ("*${aws:userid}*", "alice", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_default_stands_in_for_a_key_without_a_value() {
        for (pattern, text, expected) in [
            ("b-${aws:PrincipalTag/dept, 'none'}", "b-none", true),
            ("b-${aws:PrincipalTag/dept,'none'}", "b-none", true),
            ("b-${aws:PrincipalTag/dept, ''}", "b-", true),
            ("b-${aws:PrincipalTag/dept, 'a}b, c'}", "b-a}b, c", true),
            ("b-${aws:PrincipalTag/dept, 'n*'}", "b-none", false),
            ("b-${aws:username, 'none'}", "b-alice", true),
            ("b-${aws:PrincipalTag/dept, none}", "b-none", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn three_variables_stand_for_special_characters() {
        for (pattern, text, expected) in [
            ("a${*}", "a*", true),
            ("a${*}", "ab", false),
            ("a${?}", "a?", true),
            ("a${?}", "ab", false),
            ("${$}{aws:username}", "${aws:username}", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_begins_no_variable_stands_for_itself() {
        for text in ["$", "${", "${aws:username", "a${b", "$}"] {
            assert!(matches(text, text), "{text}");
        }
    }
}

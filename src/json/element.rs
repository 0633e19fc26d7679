//! [`Element`]: a value and its place, which a message needs to say where a document is wrong.

use core::fmt;

use super::value::Value;

/// A value and its place in a document.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    place: Place<'a>,
    value: Value<'a>,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub(crate) struct Problem {
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl<'a> Element<'a> {
    /// The whole document, under the name that messages use for it.
    pub(crate) const fn root(name: &'static str, value: Value<'a>) -> Self {
        Self {
            place: Place::Root(name),
            value,
        }
    }

    pub(crate) const fn value(&self) -> Value<'a> {
        self.value
    }

    /// The path from the root, such as `Statement[0].Effect`.
    pub(crate) fn place(&self) -> String {
        self.place.to_string()
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Result<&'a str, Problem> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => self.refuse("not a string"),
        }
    }

    /// The members of an object, each with its name. No two have the same.
    pub(crate) fn members<'e>(&'e self) -> Result<Vec<(&'e str, Element<'e>)>, Problem> {
        let Value::Object(object) = self.value else {
            return self.refuse("not an object");
        };
        if let Some(name) = object.duplicate() {
            return self.refuse(format_args!("duplicate element {name:?}"));
        }
        let member = |(name, value): (&'e str, Value<'e>)| {
            let place = Place::Member(self, name);
            (name, Element { place, value })
        };
        Ok(object.iter().map(member).collect())
    }

    /// The members with these names, in this order. The object may have no others.
    pub(crate) fn only_members<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Element<'_>>; N], Problem> {
        let mut found = [const { None }; N];
        for (name, member) in self.members()? {
            match names.iter().zip(&mut found).find(|(n, _)| **n == name) {
                Some((_, slot)) => *slot = Some(member),
                None => return member.refuse("no such element"),
            }
        }
        Ok(found)
    }

    /// The items of a list that is not empty, or the value itself.
    pub(crate) fn one_or_more(&self) -> Result<Vec<Element<'_>>, Problem> {
        match self.value {
            Value::List(values) if values.is_empty() => self.refuse("an empty list"),
            Value::List(_) => self.items(),
            _ => Ok(vec![*self]),
        }
    }

    /// The items of a list, which may be empty.
    pub(crate) fn items(&self) -> Result<Vec<Element<'_>>, Problem> {
        let Value::List(values) = self.value else {
            return self.refuse("not a list");
        };
        let item = |(at, value)| {
            let place = Place::Item(self, at);
            Element { place, value }
        };
        Ok(values.iter().enumerate().map(item).collect())
    }

    /// The refusal of the document, because of what is here.
    pub(crate) fn refuse<T>(&self, problem: impl fmt::Display) -> Result<T, Problem> {
        Err(Problem {
            place: self.place.to_string(),
            problem: problem.to_string(),
        })
    }
}

/// Where an element was found.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root(&'static str),
    Member(&'a Element<'a>, &'a str),
    Item(&'a Element<'a>, usize),
}

/// The path from the root, such as `Statement[0].Effect`; the root itself has a name.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Member(parent, name) => {
                // An empty name would leave nothing to see.
                let name = if name.is_empty() { r#""""# } else { name };
                match parent.place {
                    Self::Root(_) => f.write_str(name),
                    place => write!(f, "{place}.{name}"),
                }
            }
            Self::Item(parent, at) => write!(f, "{}[{at}]", parent.place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, Problem};
    use crate::json::parse;

    /// Reads a document that must have two members, one of them a list of texts.
    fn read(json: &str) -> Result<Vec<String>, Problem> {
        let document = parse(json).expect(json);
        let root = Element::root("the document", document.value());
        let [list, _other] = root.only_members(["list", "other"])?;
        let Some(list) = list else {
            return root.refuse("list is missing");
        };
        let items = list.one_or_more()?;
        items
            .iter()
            .map(|item| {
                let [name] = item.only_members(["name"])?;
                name.map_or_else(
                    || item.refuse("nameless"),
                    |name| Ok(name.text()?.to_owned()),
                )
            })
            .collect()
    }

    #[test]
    fn one_stands_for_a_list_of_one() {
        assert_eq!(read(r#"{"list": {"name": "a"}}"#), Ok(vec!["a".to_owned()]));
        let two = r#"{"list": [{"name": "a"}, {"name": "b"}], "other": null}"#;
        assert_eq!(read(two), Ok(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_problem_says_where_it_is() {
        for (json, problem) in [
            ("[]", "the document: not an object"),
            ("{}", "the document: list is missing"),
            (r#"{"more": 1}"#, "more: no such element"),
            (r#"{"": 1}"#, r#""": no such element"#),
            (r#"{"list": []}"#, "list: an empty list"),
            (r#"{"list": 1}"#, "list: not an object"),
            (r#"{"list": [{}]}"#, "list[0]: nameless"),
            (
                r#"{"list": [{"name": "a"}, {"name": 1}]}"#,
                "list[1].name: not a string",
            ),
            (
                r#"{"list": {"name": "a", "name": "b"}}"#,
                r#"list: duplicate element "name""#,
            ),
        ] {
            assert_eq!(read(json).unwrap_err().to_string(), problem, "{json}");
        }
    }
}

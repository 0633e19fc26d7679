//! [`Value`]: what a document consists of.

use core::fmt;
use core::ops::Deref;
use std::collections::HashSet;

use zeroize::Zeroizing;

/// A JSON value, as its document writes it.
pub(crate) enum Value<'a> {
    Null,
    /// A boolean.
    Flag(bool),
    /// A number, as it is written: `1.50` and `1.5` are two texts.
    Number(&'a str),
    /// A string.
    Text(Text<'a>),
    /// An array.
    List(Vec<Self>),
    Object(Object<'a>),
}

/// A value may be a plaintext or a grant token: it is not printed.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The members of a JSON object, in the order of the document.
#[derive(Debug, Default)]
pub(crate) struct Object<'a>(Vec<(Text<'a>, Value<'a>)>);

impl<'a> Object<'a> {
    pub(super) const fn new(members: Vec<(Text<'a>, Value<'a>)>) -> Self {
        Self(members)
    }

    /// The members, in the order of the document.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The member of a name; the last one, if several have it.
    pub(crate) fn last(&self, name: &str) -> Option<&Value<'a>> {
        let members = self.0.iter().rev();
        let mut of_name = members.filter(|(other, _)| **other == *name);
        of_name.next().map(|(_, value)| value)
    }

    /// A name that several members have.
    pub(crate) fn duplicate(&self) -> Option<&str> {
        let mut names = HashSet::with_capacity(self.0.len());
        self.iter()
            .map(|(name, _)| name)
            .find(|name| !names.insert(*name))
    }
}

/// A string without its escapes. It is borrowed if it had none, and wiped otherwise: it may be a plaintext.
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Unescaped(Zeroizing<String>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Unescaped(text) => text,
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

#[cfg(test)]
mod tests {
    use crate::json::{Object, Value, parse};

    fn object(json: &str) -> Object<'_> {
        match parse(json) {
            Ok(Value::Object(object)) => object,
            _ => panic!("not an object: {json}"),
        }
    }

    #[test]
    fn members_keep_their_order_and_the_last_of_a_name_counts() {
        let object = object(r#"{"b": 1, "a": 2, "b": 3.0}"#);
        let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a", "b"]);
        assert!(matches!(object.last("b"), Some(Value::Number("3.0"))));
        assert!(object.last("c").is_none());
    }

    #[test]
    fn a_duplicate_is_found_however_it_is_escaped() {
        assert_eq!(
            object(r#"{"a": 1, "b": 1, "\u0061": 1}"#).duplicate(),
            Some("a")
        );
        assert_eq!(object(r#"{"a": 1, "A": 1}"#).duplicate(), None);
    }

    #[test]
    fn values_and_names_are_not_printed() {
        let printed = format!("{:?}", object(r#"{"secret": "secret", "n": [7]}"#));
        assert!(
            !printed.contains("secret") && !printed.contains('7'),
            "{printed}"
        );
    }
}

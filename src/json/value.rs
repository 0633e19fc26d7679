//! [`Document`]: what a text says, and the [`Value`]s in it.

use core::fmt;
use core::ops::Deref;
use std::collections::HashSet;

use zeroize::Zeroizing;

/// A JSON document: all values of a text in one vector, in the order of the text, so that reading it allocates once.
///
/// The content of an array or object directly follows it.
#[derive(Debug)]
pub(crate) struct Document<'a>(Vec<Node<'a>>);

impl<'a> Document<'a> {
    pub(super) const fn new(nodes: Vec<Node<'a>>) -> Self {
        Self(nodes)
    }

    /// The value that the document is.
    pub(crate) fn value(&self) -> Value<'_> {
        let root = siblings(&self.0).next();
        root.map_or(Value::Null, |(node, inside)| node.value(inside))
    }
}

/// A value of a document, and its name if it is a member of an object.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) name: Text<'a>,
    pub(super) kind: Kind<'a>,
    /// How many nodes are inside it, at all depths.
    pub(super) inside: usize,
}

/// What a value is.
pub(super) enum Kind<'a> {
    Null,
    Flag(bool),
    Number(&'a str),
    Text(Text<'a>),
    List,
    Object,
}

/// A JSON value, as its document writes it.
#[derive(Clone, Copy)]
pub(crate) enum Value<'d> {
    Null,
    /// A boolean.
    Flag(bool),
    /// A number, as it is written: `1.50` and `1.5` are two texts.
    Number(&'d str),
    /// A string, without its escapes.
    Text(&'d str),
    /// An array.
    List(List<'d>),
    Object(Object<'d>),
}

/// The values of a JSON array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'d>(&'d [Node<'d>]);

impl<'d> List<'d> {
    pub(crate) fn iter(self) -> impl Iterator<Item = Value<'d>> + Clone {
        siblings(self.0).map(|(node, inside)| node.value(inside))
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// The members of a JSON object, in the order of the document. The default has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Object<'d>(&'d [Node<'d>]);

impl<'d> Object<'d> {
    /// The members, in the order of the document.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'d str, Value<'d>)> + Clone {
        siblings(self.0).map(|(node, inside)| (&*node.name, node.value(inside)))
    }

    /// The member of a name; the last one, if several have it.
    pub(crate) fn last(self, name: &str) -> Option<Value<'d>> {
        let of_name = siblings(self.0).filter(|(node, _)| *node.name == *name);
        of_name.last().map(|(node, inside)| node.value(inside))
    }

    /// A name that several members have.
    pub(crate) fn duplicate(self) -> Option<&'d str> {
        let mut names = HashSet::new();
        let mut all = self.iter().map(|(name, _)| name);
        all.find(|name| !names.insert(*name))
    }
}

/// The sibling nodes, each with the nodes inside it. After those comes the next sibling.
fn siblings<'d>(
    mut nodes: &'d [Node<'d>],
) -> impl Iterator<Item = (&'d Node<'d>, &'d [Node<'d>])> + Clone {
    core::iter::from_fn(move || {
        let (node, behind) = nodes.split_first()?;
        let (inside, behind) = behind.split_at_checked(node.inside)?;
        nodes = behind;
        Some((node, inside))
    })
}

impl Node<'_> {
    /// The value with the nodes inside it.
    fn value<'d>(&'d self, inside: &'d [Node<'d>]) -> Value<'d> {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Flag(flag) => Value::Flag(*flag),
            Kind::Number(number) => Value::Number(number),
            Kind::Text(text) => Value::Text(text),
            Kind::List => Value::List(List(inside)),
            Kind::Object => Value::Object(Object(inside)),
        }
    }
}

/// A value is not printed, since it may be a plaintext.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl fmt::Debug for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// A string without its escapes. It is borrowed if it had none. Otherwise it is owned and wiped, since it may be a
/// plaintext.
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
    use crate::json::{Document, Object, Value, parse};

    fn object<'d>(document: &'d Document<'_>) -> Object<'d> {
        match document.value() {
            Value::Object(object) => object,
            _ => panic!("not an object"),
        }
    }

    #[test]
    fn members_keep_their_order_and_the_last_of_a_name_counts() {
        let document = parse(r#"{"b": 1, "a": 2, "b": 3.0}"#).unwrap();
        let object = object(&document);
        let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a", "b"]);
        assert!(matches!(object.last("b"), Some(Value::Number("3.0"))));
        assert!(object.last("c").is_none());
    }

    #[test]
    fn a_duplicate_is_found_however_it_is_escaped() {
        for (json, duplicate) in [
            (r#"{"a": 1, "b": {"a": 1}, "\u0061": 1}"#, Some("a")),
            (r#"{"a": 1, "A": {"a": 1}}"#, None),
        ] {
            assert_eq!(object(&parse(json).unwrap()).duplicate(), duplicate);
        }
    }

    #[test]
    fn what_is_inside_is_nobodys_sibling() {
        let document = parse(r#"[{"a": [[], 1, {"b": 2}], "c": {}}, [], "d"]"#).unwrap();
        let Value::List(list) = document.value() else {
            panic!("a list");
        };
        let values: Vec<_> = list.iter().collect();
        let [Value::Object(object), Value::List(empty), Value::Text("d")] = *values else {
            panic!("an object, a list and a text");
        };
        assert!(empty.is_empty());
        let members: Vec<_> = object.iter().collect();
        let [("a", Value::List(a)), ("c", Value::Object(c))] = *members else {
            panic!("a and c");
        };
        assert_eq!((a.iter().count(), c.iter().count()), (3, 0));
    }

    #[test]
    fn values_and_names_are_not_printed() {
        let document = parse(r#"{"secret": "secret", "n": [7]}"#).unwrap();
        let printed = format!("{document:?} {:?}", object(&document));
        assert!(
            !printed.contains("secret") && !printed.contains('7'),
            "{printed}"
        );
    }
}

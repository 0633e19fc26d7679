//! [`Document`]: what a text says, and the [`Value`]s in it.

use core::cell::Cell;
use core::fmt;
use std::collections::HashSet;

use crate::secret::Wiped;

/// A JSON document: all values of a text in one vector, in the order of the text, so that reading it allocates once.
///
/// The content of an array or object directly follows it.
pub(crate) struct Document<'a> {
    pub(super) text: &'a [u8],
    /// The strings that had escapes, one after the other. They are wiped, since they may be plaintexts.
    pub(super) unescaped: Wiped,
    pub(super) nodes: Vec<Node>,
    /// The first blob, and where it is in the text, until it is taken.
    pub(super) blob: Cell<Option<(usize, Wiped)>>,
}

impl Document<'_> {
    /// The value that the document is.
    pub(crate) fn value(&self) -> Value<'_> {
        let root = siblings(&self.nodes).next();
        root.map_or(Value::Null, |(node, inside)| node.value(self, inside))
    }

    /// The text of a string. The reader has checked that it is UTF-8.
    #[inline]
    fn string(&self, span: Span) -> &str {
        core::str::from_utf8(self.bytes(span)).unwrap_or_default()
    }

    #[inline]
    fn bytes(&self, span: Span) -> &[u8] {
        let borrowed = self.text.get(span.start..span.start + span.len);
        borrowed.unwrap_or_else(|| self.unescaped_bytes(span))
    }

    #[cold]
    fn unescaped_bytes(&self, span: Span) -> &[u8] {
        let start = span.start.saturating_sub(self.text.len());
        let unescaped = self.unescaped.get(start..start + span.len);
        unescaped.unwrap_or_default()
    }

    /// Takes the blob that is written in a place.
    fn take_blob(&self, span: Span) -> Option<Wiped> {
        let (start, bytes) = self.blob.take()?;
        if start == span.start {
            return Some(bytes);
        }
        self.blob.set(Some((start, bytes)));
        None
    }
}

/// Where a string is, without its quotation marks. From the end of the text on, positions are those of the strings that
/// had escapes. Small and without a destructor, unlike the string itself: most of them are never asked for.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Span {
    /// The name of a value that has none.
    pub(super) const EMPTY: Self = Self { start: 0, len: 0 };
}

/// A value of a document, and its name if it is a member of an object.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Span,
    pub(super) kind: Kind,
    /// Where a number or a string is.
    pub(super) span: Span,
    /// How many nodes are inside it, at all depths.
    pub(super) inside: usize,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Null,
    True,
    False,
    Number,
    Text,
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
pub(crate) struct List<'d> {
    document: &'d Document<'d>,
    nodes: &'d [Node],
}

impl<'d> List<'d> {
    pub(crate) fn iter(self) -> impl Iterator<Item = Value<'d>> + Clone {
        siblings(self.nodes).map(move |(node, inside)| node.value(self.document, inside))
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.nodes.is_empty()
    }
}

/// The members of a JSON object, in the order of the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'d> {
    document: &'d Document<'d>,
    nodes: &'d [Node],
}

impl<'d> Object<'d> {
    /// The members, in the order of the document.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'d str, Value<'d>)> + Clone {
        let document = self.document;
        siblings(self.nodes).map(move |(node, inside)| {
            let name = document.string(node.name);
            (name, node.value(document, inside))
        })
    }

    /// The member of a name; the last one, if several have it.
    pub(crate) fn last(self, name: &str) -> Option<Value<'d>> {
        let (node, inside) = self.last_node(name)?;
        Some(node.value(self.document, inside))
    }

    /// The bytes of the last member of a name, if the reader has decoded them. They are handed out once.
    pub(crate) fn take_blob(self, name: &str) -> Option<Wiped> {
        let (node, _) = self.last_node(name)?;
        self.document.take_blob(node.span)
    }

    fn last_node(self, name: &str) -> Option<(&'d Node, &'d [Node])> {
        // Most names differ in length.
        let has_name = |node: &Node| {
            node.name.len == name.len() && self.document.bytes(node.name) == name.as_bytes()
        };
        let of_name = siblings(self.nodes).filter(|(node, _)| has_name(node));
        of_name.last()
    }

    /// How long the names are, in bytes.
    pub(crate) fn name_lengths(self) -> impl Iterator<Item = usize> {
        siblings(self.nodes).map(|(node, _)| node.name.len)
    }

    /// The names and values of the members, if all of them are strings, in UTF-8. As bytes, since the reader has checked
    /// them.
    pub(crate) fn texts(self) -> Option<impl Iterator<Item = (&'d [u8], &'d [u8])> + Clone> {
        let is_text = |node: &Node| matches!(node.kind, Kind::Text);
        let document = self.document;
        let text = |node: &'d Node| (document.bytes(node.name), document.bytes(node.span));
        // Strings have nothing inside them, so all nodes are members.
        let texts = self.nodes.iter().map(text);
        self.nodes.iter().all(is_text).then_some(texts)
    }

    /// A name that several members have.
    pub(crate) fn duplicate(self) -> Option<&'d str> {
        let mut names = HashSet::new();
        let mut all = self.iter().map(|(name, _)| name);
        all.find(|name| !names.insert(*name))
    }
}

/// The sibling nodes, each with the nodes inside it. After those comes the next sibling.
fn siblings(mut nodes: &[Node]) -> impl Iterator<Item = (&Node, &[Node])> + Clone {
    core::iter::from_fn(move || {
        let (node, behind) = nodes.split_first()?;
        let (inside, behind) = behind.split_at_checked(node.inside)?;
        nodes = behind;
        Some((node, inside))
    })
}

impl Node {
    /// The value with the nodes inside it.
    #[inline]
    fn value<'d>(&self, document: &'d Document<'_>, nodes: &'d [Self]) -> Value<'d> {
        match self.kind {
            Kind::Null => Value::Null,
            Kind::True => Value::Flag(true),
            Kind::False => Value::Flag(false),
            Kind::Number => Value::Number(document.string(self.span)),
            Kind::Text => Value::Text(document.string(self.span)),
            Kind::List => Value::List(List { document, nodes }),
            Kind::Object => Value::Object(Object { document, nodes }),
        }
    }
}

/// A value is not printed, since it may be a plaintext.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The same: a place would tell how long a plaintext is.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The same.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document(..)")
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

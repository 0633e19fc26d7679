//! [`parse`]: a document read from its text (RFC 8259).

use core::cell::Cell;

use crate::secret::Wiped;

use super::parser::{Parser, SyntaxError};
use super::string;
use super::value::{Document, Kind, Node, Span};

/// How deep arrays and objects may be nested: reading a value takes stack for every level.
const MAX_DEPTH: usize = 128;

/// Room for the values of most requests.
const NODES: usize = 16;

/// Reads a document, which is all of the text.
///
/// # Errors
///
/// [`SyntaxError`] if the text is not JSON, or if it is nested more than 128 levels deep.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, SyntaxError> {
    parse_with(text.as_bytes(), &Blobs::NONE)
}

/// The members of a document that are blobs, and how those are decoded.
pub(crate) struct Blobs {
    /// Their names in the outermost object.
    pub(crate) names: &'static [&'static str],
    /// Decodes a string if it is a blob. Such a string has only ASCII characters other than the quotation mark, the
    /// backslash and control characters, so it needs no further check.
    pub(crate) decode: fn(&[u8]) -> Option<Wiped>,
}

impl Blobs {
    const NONE: Self = Self {
        names: &[],
        decode: |_| None,
    };
}

/// Reads a document as [`parse`] does, and decodes its first blob, since to look at a long string once takes less time than
/// to look at it three times.
///
/// # Errors
///
/// The same, also if a string is not UTF-8.
pub(crate) fn parse_with<'a>(text: &'a [u8], blobs: &Blobs) -> Result<Document<'a>, SyntaxError> {
    let mut reader = Reader {
        parser: Parser::new(text),
        unescaped: Wiped::default(),
        nodes: Vec::with_capacity(NODES),
        blobs,
        blob: None,
    };
    reader.value(Span::EMPTY, MAX_DEPTH)?;
    reader.parser.skip_whitespace();
    if reader.parser.peek().is_some() {
        return Err(reader.parser.error("expected the end"));
    }
    Ok(Document {
        text,
        unescaped: reader.unescaped,
        nodes: reader.nodes,
        blob: Cell::new(reader.blob),
    })
}

/// A text, and what was read of it.
struct Reader<'a, 'b> {
    parser: Parser<'a>,
    unescaped: Wiped,
    nodes: Vec<Node>,
    blobs: &'b Blobs,
    /// The first blob, and where it is.
    blob: Option<(usize, Wiped)>,
}

impl Reader<'_, '_> {
    /// Reads a value, which has this name in its object.
    fn value(&mut self, name: Span, depth: usize) -> Result<(), SyntaxError> {
        let parser = &mut self.parser;
        parser.skip_whitespace();
        let (kind, span) = match parser.peek() {
            None => return Err(parser.unexpected_end()),
            Some(b'{') => return self.object(name, depth),
            Some(b'[') => return self.list(name, depth),
            Some(b'"') => (Kind::Text, string::read(parser, &mut self.unescaped)?),
            Some(b'-' | b'0'..=b'9') => (Kind::Number, parser.number()?),
            Some(_) if parser.eat_word("true") => (Kind::True, Span::EMPTY),
            Some(_) if parser.eat_word("false") => (Kind::False, Span::EMPTY),
            Some(_) if parser.eat_word("null") => (Kind::Null, Span::EMPTY),
            Some(_) => return Err(parser.error("expected a value")),
        };
        self.add(name, kind, span);
        Ok(())
    }

    fn object(&mut self, name: Span, depth: usize) -> Result<(), SyntaxError> {
        let depth = self.parser.enter(depth)?;
        self.holding(name, Kind::Object, |reader| {
            reader.parser.skip_whitespace();
            if reader.parser.eat(b'}') {
                return Ok(());
            }
            loop {
                reader.member(depth)?;
                if reader.parser.ends(b'}', "expected a comma or }")? {
                    return Ok(());
                }
            }
        })
    }

    fn member(&mut self, depth: usize) -> Result<(), SyntaxError> {
        let parser = &mut self.parser;
        parser.skip_whitespace();
        if parser.peek() != Some(b'"') {
            return Err(parser.expected("expected a name"));
        }
        let name = string::read(parser, &mut self.unescaped)?;
        parser.skip_whitespace();
        if !parser.eat(b':') {
            return Err(parser.expected("expected a colon"));
        }
        let is_outermost = depth == MAX_DEPTH - 1;
        if is_outermost && self.first_blob(name).is_some() {
            return Ok(());
        }
        self.value(name, depth)
    }

    /// Reads the first blob, if that is what is next. Otherwise the value is read as any other, which says what is wrong.
    fn first_blob(&mut self, name: Span) -> Option<()> {
        let parser = &mut self.parser;
        let mut names = self.blobs.names.iter();
        if self.blob.is_some() || !names.any(|blob| blob.as_bytes() == parser.bytes(name)) {
            return None;
        }
        parser.skip_whitespace();
        let rest = parser.rest().strip_prefix(b"\"")?;
        let literal = rest.get(..memchr::memchr(b'"', rest)?)?;
        let bytes = (self.blobs.decode)(literal)?;
        let span = Span {
            start: parser.at + 1,
            len: literal.len(),
        };
        parser.at = span.start + span.len + 1;
        self.blob = Some((span.start, bytes));
        self.add(name, Kind::Text, span);
        Some(())
    }

    fn list(&mut self, name: Span, depth: usize) -> Result<(), SyntaxError> {
        let depth = self.parser.enter(depth)?;
        self.holding(name, Kind::List, |reader| {
            reader.parser.skip_whitespace();
            if reader.parser.eat(b']') {
                return Ok(());
            }
            loop {
                reader.value(Span::EMPTY, depth)?;
                if reader.parser.ends(b']', "expected a comma or ]")? {
                    return Ok(());
                }
            }
        })
    }

    /// Adds an array or object with everything that `read` adds inside it.
    fn holding(
        &mut self,
        name: Span,
        kind: Kind,
        read: impl FnOnce(&mut Self) -> Result<(), SyntaxError>,
    ) -> Result<(), SyntaxError> {
        let at = self.nodes.len();
        self.add(name, kind, Span::EMPTY);
        read(self)?;
        let inside = self.nodes.len() - at - 1;
        if let Some(node) = self.nodes.get_mut(at) {
            node.inside = inside;
        }
        Ok(())
    }

    fn add(&mut self, name: Span, kind: Kind, span: Span) {
        self.nodes.push(Node {
            name,
            kind,
            span,
            inside: 0,
        });
    }
}

impl Parser<'_> {
    /// Reads the bracket that opens an array or object, and returns the depth that is left inside it.
    fn enter(&mut self, depth: usize) -> Result<usize, SyntaxError> {
        let inside = depth
            .checked_sub(1)
            .ok_or_else(|| self.error("nested too deeply"))?;
        self.at += 1;
        Ok(inside)
    }

    /// Reads what follows an item: the bracket that ends the collection, or the comma before the next item.
    fn ends(&mut self, bracket: u8, otherwise: &'static str) -> Result<bool, SyntaxError> {
        self.skip_whitespace();
        let ends = self.eat(bracket);
        if ends || self.eat(b',') {
            Ok(ends)
        } else {
            Err(self.expected(otherwise))
        }
    }

    fn number(&mut self) -> Result<Span, SyntaxError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let len = self.at - start;
        Ok(Span { start, len })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Blobs, MAX_DEPTH, parse, parse_with};
    use crate::json::Value;
    use crate::secret::Wiped;

    /// The same value as `serde_json` represents it, without the text of a number.
    fn as_serde(value: Value<'_>) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Flag(flag) => flag.into(),
            Value::Number(text) => serde_json::from_str(text).unwrap(),
            Value::Text(text) => text.into(),
            Value::List(values) => values.iter().map(as_serde).collect(),
            Value::Object(object) => {
                let members = object.iter();
                members
                    .map(|(name, value)| (name.to_owned(), as_serde(value)))
                    .collect()
            }
        }
    }

    proptest! {
        /// `serde_json` is an independent implementation of JSON.
        #[test]
        fn what_serde_json_reads_is_read_as_it_does(
            tokens in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", "[]", "{}", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\\"", "\\n", "\\u00e9",
                    "\\ud83d", "\\ude00", "\\u", "é", "\u{1f600}", "true", "false", "null", "0", "1", "12", "-", ".5",
                    "e1", "E+2", " ", "\n", "\u{1}", "x",
                ]),
                0..12,
            ),
            quoted: bool,
        ) {
            let mut text = tokens.concat();
            if quoted {
                text = format!("\"{text}\"");
            }
            let ours = parse(&text).ok().map(|document| as_serde(document.value()));
            prop_assert_eq!(ours, serde_json::from_str(&text).ok(), "{}", text);
        }

        #[test]
        fn a_document_says_the_same_whether_its_blob_is_decoded_or_not(
            members in prop::collection::vec(
                (
                    prop::sample::select(vec!["\"a\"", "\"b\"", "\"c\"", "\"\\u0061\""]),
                    prop::sample::select(vec![
                        "\"x\"", "\"\"", "\"\\u0078\"", "\"\\\"\"", "\"an é\"", "\"\n\"", "1", "null", "[\"x\"]",
                        "{\"a\":\"x\"}", "[{\"b\":\"x\"}]", "\"x", "x\"", "\"x\" \"x\"", "",
                    ]),
                ),
                0..5,
            ),
        ) {
            const BLOBS: Blobs = Blobs {
                names: &["a", "b"],
                decode: |text| text.iter().all(u8::is_ascii_alphanumeric).then(Wiped::default),
            };
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let text = format!("{{\n{}}}", members.join(",\n"));
            let decoded = parse_with(text.as_bytes(), &BLOBS).map(|document| as_serde(document.value()));
            prop_assert_eq!(decoded, parse(&text).map(|document| as_serde(document.value())), "{}", text);
        }
    }

    #[test]
    fn the_first_blob_is_decoded_while_it_is_read_and_handed_out_once() {
        const BLOBS: Blobs = Blobs {
            names: &["A", "B"],
            // Stands for base64.
            decode: |text| (text != b"no").then(|| Wiped::new(text.to_ascii_uppercase())),
        };
        let taken = |json: &str, name: &str| {
            let document = parse_with(json.as_bytes(), &BLOBS).unwrap();
            let Value::Object(object) = document.value() else {
                panic!("not an object");
            };
            let taken = object.take_blob(name).map(Wiped::into_vec);
            assert!(object.take_blob(name).is_none(), "handed out twice");
            assert!(
                object
                    .last(name)
                    .is_none_or(|value| matches!(value, Value::Text(_) | Value::Object(_)))
            );
            taken.map(|bytes| String::from_utf8(bytes).unwrap())
        };
        for (json, name, expected) in [
            (r#"{"A": "x", "B": "y"}"#, "A", Some("X")),
            (r#"{"B": "y"}"#, "B", Some("Y")),
            (r#"{"A": "no", "B": "y"}"#, "B", Some("Y")),
            (r#"{"A" : "" }"#, "A", Some("")),
            // Only the first is decoded.
            (r#"{"A": "x", "B": "y"}"#, "B", None),
            // The last of a name counts, and that is not the first blob.
            (r#"{"A": "x", "A": "y"}"#, "A", None),
            (r#"{"A": "no"}"#, "A", None),
            (r#"{"C": "x"}"#, "C", None),
            (r#"{"C": {"A": "x"}, "A": {}}"#, "A", None),
        ] {
            assert_eq!(taken(json, name).as_deref(), expected, "{json} {name}");
        }
    }

    #[test]
    fn what_is_no_blob_is_read_as_any_value() {
        const BLOBS: Blobs = Blobs {
            names: &["A"],
            decode: |text| text.is_ascii().then(Wiped::default),
        };
        let with = |json: &str| parse_with(json.as_bytes(), &BLOBS).map(|_| ());
        for json in [r#"{"A": 1}"#, r#"{"A":"é"}"#, r#"{"A":null,"B":[]}"#] {
            assert_eq!(with(json), Ok(()), "{json}");
        }
        for json in [
            r#"{"A": "#,
            r#"{"A": "x"#,
            r#"{"A": "x" "#,
            r#"{"A":"x",}"#,
            r#"{"A":"x"]"#,
        ] {
            assert_eq!(with(json), parse(json).map(|_| ()), "{json}");
        }
    }

    #[test]
    fn a_number_keeps_its_text() {
        for number in [
            "0",
            "-0",
            "1.50",
            "1e3",
            "1E+03",
            "18446744073709551616",
            "1e999",
        ] {
            let document = parse(number).unwrap();
            assert!(matches!(document.value(), Value::Number(text) if text == number));
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for (text, reason) in [
            ("", "unexpected end at line 1 column 1"),
            ("{", "unexpected end at line 1 column 2"),
            ("\u{feff}{}", "expected a value at line 1 column 1"),
            ("{} {}", "expected the end at line 1 column 4"),
            ("{\n  \"a\" 1}", "expected a colon at line 2 column 7"),
            ("[1 2]", "expected a comma or ] at line 1 column 4"),
            ("{\"a\": 1 2}", "expected a comma or } at line 1 column 9"),
            ("{a: 1}", "expected a name at line 1 column 2"),
            ("[1,]", "expected a value at line 1 column 4"),
            ("[01]", "expected a comma or ] at line 1 column 3"),
            ("[-]", "expected a digit at line 1 column 3"),
            ("1.", "unexpected end at line 1 column 3"),
            ("NaN", "expected a value at line 1 column 1"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), reason, "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        let refused = parse(&nested(MAX_DEPTH + 1)).unwrap_err().to_string();
        assert_eq!(refused, "nested too deeply at line 1 column 129");
        assert!(parse(&"[{\"a\":".repeat(100_000)).is_err());
    }
}

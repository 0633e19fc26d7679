//! [`parse`]: a document read from its text (RFC 8259).

use super::parser::{Parser, SyntaxError};
use super::string;
use super::value::{Document, Kind, Node, Text};

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
    let mut reader = Reader {
        parser: Parser::new(text),
        nodes: Vec::with_capacity(NODES),
    };
    reader.value(Text::Borrowed(""), MAX_DEPTH)?;
    reader.parser.skip_whitespace();
    match reader.parser.peek() {
        None => Ok(Document::new(reader.nodes)),
        Some(_) => Err(reader.parser.error("expected the end")),
    }
}

/// A text, and what was read of it.
struct Reader<'a> {
    parser: Parser<'a>,
    nodes: Vec<Node<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads a value, which has this name in its object.
    fn value(&mut self, name: Text<'a>, depth: usize) -> Result<(), SyntaxError> {
        let parser = &mut self.parser;
        parser.skip_whitespace();
        let kind = match parser.peek() {
            None => return Err(parser.unexpected_end()),
            Some(b'{') => return self.object(name, depth),
            Some(b'[') => return self.list(name, depth),
            Some(b'"') => Kind::Text(string::read(parser)?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(parser.number()?),
            Some(_) if parser.eat_word("true") => Kind::Flag(true),
            Some(_) if parser.eat_word("false") => Kind::Flag(false),
            Some(_) if parser.eat_word("null") => Kind::Null,
            Some(_) => return Err(parser.error("expected a value")),
        };
        let inside = 0;
        self.nodes.push(Node { name, kind, inside });
        Ok(())
    }

    fn object(&mut self, name: Text<'a>, depth: usize) -> Result<(), SyntaxError> {
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
        let name = string::read(parser)?;
        parser.skip_whitespace();
        if !parser.eat(b':') {
            return Err(parser.expected("expected a colon"));
        }
        self.value(name, depth)
    }

    fn list(&mut self, name: Text<'a>, depth: usize) -> Result<(), SyntaxError> {
        let depth = self.parser.enter(depth)?;
        self.holding(name, Kind::List, |reader| {
            reader.parser.skip_whitespace();
            if reader.parser.eat(b']') {
                return Ok(());
            }
            loop {
                reader.value(Text::Borrowed(""), depth)?;
                if reader.parser.ends(b']', "expected a comma or ]")? {
                    return Ok(());
                }
            }
        })
    }

    /// Adds an array or object with everything that `read` adds inside it.
    fn holding(
        &mut self,
        name: Text<'a>,
        kind: Kind<'a>,
        read: impl FnOnce(&mut Self) -> Result<(), SyntaxError>,
    ) -> Result<(), SyntaxError> {
        let at = self.nodes.len();
        let inside = 0;
        self.nodes.push(Node { name, kind, inside });
        read(self)?;
        let inside = self.nodes.len() - at - 1;
        if let Some(node) = self.nodes.get_mut(at) {
            node.inside = inside;
        }
        Ok(())
    }
}

impl<'a> Parser<'a> {
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

    fn number(&mut self) -> Result<&'a str, SyntaxError> {
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
        self.since(start)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_DEPTH, parse};
    use crate::json::Value;

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

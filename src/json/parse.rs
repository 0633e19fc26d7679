//! [`parse`]: a document read from its text (RFC 8259).

use super::parser::{Parser, SyntaxError};
use super::string;
use super::value::{Object, Text, Value};

/// How deep arrays and objects may be nested: reading and dropping a value take stack for every level.
const MAX_DEPTH: usize = 128;

/// Reads a document, which is all of the text.
///
/// # Errors
///
/// [`SyntaxError`] if the text is not JSON, or if it is nested more than 128 levels deep.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, SyntaxError> {
    let mut parser = Parser::new(text);
    let value = parser.value(MAX_DEPTH)?;
    parser.skip_whitespace();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.error("expected the end")),
    }
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, SyntaxError> {
        self.skip_whitespace();
        match self.peek() {
            None => Err(self.unexpected_end()),
            Some(b'{') => self.object(depth).map(Value::Object),
            Some(b'[') => self.list(depth).map(Value::List),
            Some(b'"') => string::read(self).map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(_) if self.eat("true") => Ok(Value::Flag(true)),
            Some(_) if self.eat("false") => Ok(Value::Flag(false)),
            Some(_) if self.eat("null") => Ok(Value::Null),
            Some(_) => Err(self.error("expected a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object<'a>, SyntaxError> {
        let depth = self.enter(depth)?;
        let mut members = Vec::new();
        self.skip_whitespace();
        if self.eat("}") {
            return Ok(Object::new(members));
        }
        loop {
            members.push(self.member(depth)?);
            if self.ends("}", "expected a comma or }")? {
                return Ok(Object::new(members));
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<(Text<'a>, Value<'a>), SyntaxError> {
        self.skip_whitespace();
        if self.peek() != Some(b'"') {
            return Err(self.expected("expected a name"));
        }
        let name = string::read(self)?;
        self.skip_whitespace();
        if !self.eat(":") {
            return Err(self.expected("expected a colon"));
        }
        Ok((name, self.value(depth)?))
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value<'a>>, SyntaxError> {
        let depth = self.enter(depth)?;
        let mut values = Vec::new();
        self.skip_whitespace();
        if self.eat("]") {
            return Ok(values);
        }
        loop {
            values.push(self.value(depth)?);
            if self.ends("]", "expected a comma or ]")? {
                return Ok(values);
            }
        }
    }

    /// Reads the bracket that opens an array or object, and gives the depth that is left inside.
    fn enter(&mut self, depth: usize) -> Result<usize, SyntaxError> {
        let inside = depth
            .checked_sub(1)
            .ok_or_else(|| self.error("nested too deeply"))?;
        self.at += 1;
        Ok(inside)
    }

    /// Reads what follows an item: the bracket that ends the collection, or the comma before the next item.
    fn ends(&mut self, bracket: &str, otherwise: &'static str) -> Result<bool, SyntaxError> {
        self.skip_whitespace();
        let ends = self.eat(bracket);
        if ends || self.eat(",") {
            Ok(ends)
        } else {
            Err(self.expected(otherwise))
        }
    }

    fn number(&mut self) -> Result<&'a str, SyntaxError> {
        let start = self.at;
        self.eat("-");
        if !self.eat("0") {
            self.digits()?;
        }
        if self.eat(".") {
            self.digits()?;
        }
        if self.eat("e") || self.eat("E") {
            let _sign = self.eat("+") || self.eat("-");
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

    /// The same value as `serde_json` has it, which knows nothing of the text of a number.
    fn as_serde(value: &Value<'_>) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Flag(flag) => (*flag).into(),
            Value::Number(text) => serde_json::from_str(text).unwrap(),
            Value::Text(text) => (**text).into(),
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
        /// `serde_json` is the other opinion of what JSON is.
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
            let ours = parse(&text).ok().map(|value| as_serde(&value));
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
            assert!(matches!(parse(number), Ok(Value::Number(text)) if text == number));
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

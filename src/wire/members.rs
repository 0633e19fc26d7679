//! [`Members`]: the members of a request, read by name and type.

use core::time::Duration;
use std::time::SystemTime;

use crate::context::EncryptionContext;
use crate::error::{JsonType, MemberType, ProtocolError};
use crate::json::{self, Blobs, Document, Object, SyntaxError, Value};
use crate::secret::Wiped;

use super::base64;

/// The last second of the year 9999. A later time is a mistake, and cannot be written to a file.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The members of requests that are blobs (service model). Without `ImportToken`: another blob is always beside it, and only
/// one is decoded while a request is read.
const BLOBS: Blobs = Blobs {
    names: &["CiphertextBlob", "Plaintext", "EncryptedKeyMaterial"],
    decode: base64::decode,
};

/// Reads a request's body.
pub(super) fn read(body: &[u8]) -> Result<Document<'_>, SyntaxError> {
    json::parse_with(body, &BLOBS)
}

/// The members of a structure, by name and type. Unknown members are ignored; `null` counts as absent.
///
/// The default has no members, like a structure that is absent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Members<'a> {
    object: Option<Object<'a>>,
    /// A bit for each length, up to 64 of them, that the name of a member has. Most members of an operation are absent, and
    /// few names are equally long, so this answers most look-ups.
    lengths: u64,
}

impl<'a> From<Object<'a>> for Members<'a> {
    fn from(object: Object<'a>) -> Self {
        let bits = object.name_lengths().map(length_bit);
        Self {
            object: Some(object),
            lengths: bits.fold(0, |all, bit| all | bit),
        }
    }
}

const fn length_bit(len: usize) -> u64 {
    1 << (len % 64)
}

impl<'a> Members<'a> {
    /// The members of a request. AWS's clients send `{}` if it has none; an empty body is refused (INFERRED).
    pub(super) fn of(body: &'a Result<Document<'_>, SyntaxError>) -> Result<Self, ProtocolError> {
        let body = body.as_ref().map_err(|_| ProtocolError::NotJson)?;
        match body.value() {
            Value::Object(object) => Ok(object.into()),
            list @ Value::List(_) => Err(wrong_type(list, MemberType::Structure)),
            _ => Err(ProtocolError::NotJson),
        }
    }

    #[inline]
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(other, MemberType::String)),
        }
    }

    #[inline]
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Flag(flag)) => Ok(Some(flag)),
            Some(other) => Err(wrong_type(other, MemberType::Boolean)),
        }
    }

    /// An integer. A decimal is cut off at its point (INFERRED).
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ProtocolError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let integer = match value {
            Value::Number(number) => number.parse().ok().or_else(|| truncated(number)),
            _ => None,
        };
        let integer = integer.ok_or_else(|| wrong_type(value, MemberType::Integer));
        integer.map(Some)
    }

    /// A timestamp, in seconds since 1970, up to the year 9999.
    pub(super) fn time(&self, name: &str) -> Result<Option<SystemTime>, ProtocolError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = match value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        };
        seconds
            .filter(|seconds| *seconds <= LAST_SECOND)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
            .map(Some)
            .ok_or_else(|| wrong_type(value, MemberType::Timestamp))
    }

    /// The bytes of a blob: base64 in the standard alphabet, padded.
    pub(super) fn blob(&self, name: &str) -> Result<Option<Wiped>, ProtocolError> {
        if let Some(bytes) = self.object.and_then(|object| object.take_blob(name)) {
            return Ok(Some(bytes));
        }
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let bytes = base64::decode(text.as_bytes()).ok_or(ProtocolError::NotBase64)?;
        Ok(Some(bytes))
    }

    /// A list of strings. An absent list differs from an empty one.
    #[inline]
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, ProtocolError> {
        let Some(values) = self.list(name)? else {
            return Ok(None);
        };
        let texts = values.map(|value| match value {
            Value::Text(text) => Ok(text),
            other => Err(wrong_type(other, MemberType::String)),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// An encryption context: a map of strings. A number is not read as a string: GUESS 20.
    pub(super) fn context(&self, name: &str) -> Result<Option<EncryptionContext>, ProtocolError> {
        let members = match self.get(name) {
            None => return Ok(None),
            Some(Value::Object(members)) => members,
            Some(other) => return Err(wrong_type(other, MemberType::Map)),
        };
        if let Some(texts) = members.texts() {
            return Ok(Some(EncryptionContext::of_pairs(texts)));
        }
        let mut values = members.iter().map(|(_, value)| value);
        let other = values.find(|value| !matches!(value, Value::Text(_)));
        Err(wrong_type(other.unwrap_or(Value::Null), MemberType::String))
    }

    /// A structure.
    #[inline]
    pub(super) fn structure(&self, name: &str) -> Result<Option<Self>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object.into())),
            Some(other) => Err(wrong_type(other, MemberType::Structure)),
        }
    }

    /// A list of structures.
    pub(super) fn structures(&self, name: &str) -> Result<Vec<Self>, ProtocolError> {
        let structure = |value| match value {
            Value::Object(object) => Ok(object.into()),
            other => Err(wrong_type(other, MemberType::Structure)),
        };
        let values = self.list(name)?;
        values.into_iter().flatten().map(structure).collect()
    }

    /// The elements of a list. An element `null` is accepted and skipped (INFERRED).
    fn list(&self, name: &str) -> Result<Option<impl Iterator<Item = Value<'a>>>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::List(values)) => Ok(Some(values.iter().filter(|value| !is_null(value)))),
            Some(other) => Err(wrong_type(other, MemberType::List)),
        }
    }

    /// Whether there is a member of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A member by its name; the last one, if the name is duplicated.
    #[inline]
    fn get(&self, name: &str) -> Option<Value<'a>> {
        if self.lengths & length_bit(name.len()) == 0 {
            return None;
        }
        self.object?.last(name).filter(|value| !is_null(value))
    }
}

const fn is_null(value: &Value<'_>) -> bool {
    matches!(value, Value::Null)
}

/// The whole part of a number that is written with a point or an exponent.
fn truncated(number: &str) -> Option<i64> {
    let number: f64 = number.parse().ok()?;
    format!("{:.0}", number.trunc()).parse().ok()
}

const fn wrong_type(found: Value<'_>, expected: MemberType) -> ProtocolError {
    let found = match found {
        Value::Flag(false) => JsonType::False,
        Value::Flag(true) => JsonType::True,
        Value::List(_) => JsonType::List,
        Value::Null => JsonType::Null,
        Value::Number(_) => JsonType::Number,
        Value::Object(_) => JsonType::Object,
        Value::Text(_) => JsonType::String,
    };
    ProtocolError::WrongType(found, expected)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::{Members, read};
    use crate::context::EncryptionContext;
    use crate::error::{JsonType, MemberType, ProtocolError};
    use crate::json::{Document, SyntaxError};

    fn document(json: &str) -> Result<Document<'_>, SyntaxError> {
        read(json.as_bytes())
    }

    /// Whether a body is refused before any member is read.
    fn refused(body: &[u8]) -> Option<ProtocolError> {
        Members::of(&read(body)).err()
    }

    #[test]
    fn null_and_absent_are_one_and_unknown_members_disturb_nobody() {
        let document = document(r#"{"KeyId": null, "Unknown": {"deep": [1, {}], "far": 1e999}}"#);
        let members = Members::of(&document).unwrap();
        assert_eq!(members.text("KeyId"), Ok(None));
        assert_eq!(members.text("Other"), Ok(None));
    }

    #[test]
    fn the_last_member_of_a_name_counts_even_if_it_is_null() {
        for (json, text) in [
            (r#"{"A": "1", "A": "2"}"#, Some("2")),
            (r#"{"A": "1", "A": null}"#, None),
        ] {
            assert_eq!(Members::of(&document(json)).unwrap().text("A"), Ok(text));
        }
    }

    #[test]
    fn a_member_has_one_type() {
        let document = document(
            r#"{"text": "a", "flag": true, "int": 3, "float": 1.5, "list": ["a", null],
                "map": {"a": "b"}, "mixed": ["a", 1], "odd": {"a": "b", "c": 1, "d": null}}"#,
        );
        let members = Members::of(&document).unwrap();
        assert_eq!(members.text("text"), Ok(Some("a")));
        assert_eq!(members.flag("flag"), Ok(Some(true)));
        assert_eq!(members.integer("int"), Ok(Some(3)));
        assert_eq!(members.texts("list"), Ok(Some(vec!["a"])));
        let context = EncryptionContext::from([("a", "b")]);
        assert_eq!(members.context("map"), Ok(Some(context)));
        let time = members.time("float").unwrap().unwrap();
        assert_eq!(time, SystemTime::UNIX_EPOCH + Duration::from_millis(1500));

        assert!(members.text("int").is_err());
        assert!(members.flag("text").is_err());
        assert!(members.integer("text").is_err());
        assert!(members.time("text").is_err());
        assert!(members.texts("mixed").is_err());
        let first = ProtocolError::WrongType(JsonType::Number, MemberType::String);
        assert_eq!(members.context("odd"), Err(first));
        assert!(members.structure("list").is_err());
        assert!(members.structures("list").is_err());
    }

    #[test]
    fn a_number_is_within_bounds() {
        let document = document(
            r#"{"last": 253402300799, "later": 253402300800, "far": 1e300, "before": -1,
                "most": 9223372036854775807, "more": 9223372036854775808}"#,
        );
        let members = Members::of(&document).unwrap();
        assert!(members.time("last").is_ok());
        for name in ["later", "far", "before"] {
            assert!(members.time(name).is_err(), "{name}");
        }
        assert_eq!(members.integer("most"), Ok(Some(i64::MAX)));
        for name in ["more", "far"] {
            assert!(members.integer(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_decimal_is_cut_off_where_an_integer_belongs() {
        for (decimal, integer) in [("1.9", 1), ("-1.9", -1), ("-0.1", 0), ("3e2", 300)] {
            let json = format!(r#"{{"n": {decimal}}}"#);
            assert_eq!(
                Members::of(&document(&json)).unwrap().integer("n"),
                Ok(Some(integer))
            );
        }
    }

    #[test]
    fn a_blob_is_padded_base64_in_the_standard_alphabet() {
        let blob = |text: &str| {
            let json = format!(r#"{{"b": "{text}"}}"#);
            let document = document(&json);
            let blob = Members::of(&document).unwrap().blob("b");
            blob.map(|blob| blob.unwrap().to_vec())
        };
        assert_eq!(blob("+/8="), Ok(vec![0xfb, 0xff]));
        // A solidus may be escaped in JSON.
        assert_eq!(blob(r"+\/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(blob(""), Ok(vec![]));
        for text in [
            "-_8=",
            "+/8",
            "+/8==",
            "+/9=",
            "+/ 8=",
            "this-is-not-base64",
            "=",
        ] {
            assert_eq!(blob(text), Err(ProtocolError::NotBase64), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "1", "null", "{", "{} {}", "{\"a\": 1,}", "\u{feff}{}"] {
            assert_eq!(
                refused(body.as_bytes()),
                Some(ProtocolError::NotJson),
                "{body}"
            );
        }
        let deep = "[".repeat(100_000);
        assert_eq!(refused(deep.as_bytes()), Some(ProtocolError::NotJson));
        let not_utf8 = refused(b"{\"a\": \"\xff\"}");
        assert_eq!(not_utf8, Some(ProtocolError::NotJson));
        assert!(matches!(refused(b"[]"), Some(ProtocolError::WrongType(..))));
        assert_eq!(refused(b"{}"), None);
    }

    #[test]
    fn values_are_not_printed() {
        let document = document(r#"{"Plaintext": "c2VjcmV0"}"#);
        let printed = format!("{:?}", Members::of(&document));
        assert!(!printed.contains("c2VjcmV0"), "{printed}");
    }
}

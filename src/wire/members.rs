//! [`Members`]: what a request says, read by name and type.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use crate::error::ProtocolError;

/// The members of a JSON object. Nobody asks for those that KMS does not know, and `null` is as good as absent.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Members<'a> {
    /// The members of a request's body. AWS's clients send `{}` where there are none; nothing at all will do too.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, ProtocolError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Json::Object(members)) => Ok(Self(members)),
            _ => Err(ProtocolError::NotJson),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Flag(flag)) => Ok(Some(*flag)),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Number(number)) => number
                .as_i64()
                .map(Some)
                .ok_or_else(|| wrong_type(name, "an integer")),
            Some(_) => Err(wrong_type(name, "an integer")),
        }
    }

    /// A timestamp, in seconds since 1970.
    pub(super) fn time(&self, name: &str) -> Result<Option<SystemTime>, ProtocolError> {
        let seconds = match self.get(name) {
            None => return Ok(None),
            Some(Json::Number(number)) => number.as_f64(),
            Some(_) => None,
        };
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
            .map(Some)
            .ok_or_else(|| wrong_type(name, "a timestamp"))
    }

    /// The bytes of a blob: base64 in the standard alphabet, padded.
    pub(super) fn blob(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, ProtocolError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        // In its full size at once: a vector that grows leaves copies behind, and this may be a plaintext.
        let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
        let len = STANDARD
            .decode_slice(text, &mut bytes)
            .map_err(|_| ProtocolError::NotBase64)?;
        bytes.truncate(len);
        Ok(Some(bytes))
    }

    /// A list of strings. Absent and empty are told apart.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<&str>>, ProtocolError> {
        const EXPECTED: &str = "a list of strings";
        let Some(values) = self.list(name, EXPECTED)? else {
            return Ok(None);
        };
        let texts = values.iter().map(|value| match value {
            Json::Text(text) => Ok(&**text),
            _ => Err(wrong_type(name, EXPECTED)),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A map of strings.
    pub(super) fn map(&self, name: &str) -> Result<Option<Vec<(&str, &str)>>, ProtocolError> {
        const EXPECTED: &str = "a map of strings";
        let members = match self.get(name) {
            None => return Ok(None),
            Some(Json::Object(members)) => members,
            Some(_) => return Err(wrong_type(name, EXPECTED)),
        };
        let pairs = members.iter().map(|(key, value)| match value {
            Json::Text(text) => Ok((&**key, &**text)),
            _ => Err(wrong_type(name, EXPECTED)),
        });
        pairs.collect::<Result<_, _>>().map(Some)
    }

    /// A structure.
    pub(super) fn members(&self, name: &str) -> Result<Option<Self>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Object(members)) => Ok(Some(Self(members.clone()))),
            Some(_) => Err(wrong_type(name, "a structure")),
        }
    }

    /// A list of structures.
    pub(super) fn members_of_list(&self, name: &str) -> Result<Vec<Self>, ProtocolError> {
        let members = |value: &Json<'a>| match value {
            Json::Object(members) => Ok(Self(members.clone())),
            _ => Err(wrong_type(name, "a list of structures")),
        };
        let values = self.list(name, "a list of structures")?;
        values.into_iter().flatten().map(members).collect()
    }

    fn list(
        &self,
        name: &str,
        expected: &'static str,
    ) -> Result<Option<&[Json<'a>]>, ProtocolError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::List(values)) => Ok(Some(values)),
            Some(_) => Err(wrong_type(name, expected)),
        }
    }

    /// A member by its name; the last one, if a name stands twice.
    fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0
            .iter()
            .rev()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
            .filter(|value| !matches!(value, Json::Null))
    }
}

fn wrong_type(name: &str, expected: &'static str) -> ProtocolError {
    ProtocolError::WrongType {
        member: name.to_owned(),
        expected,
    }
}

/// A JSON value. Texts without escapes are borrowed from the body: a plaintext among them is not copied.
#[derive(Clone)]
enum Json<'a> {
    Flag(bool),
    List(Vec<Self>),
    Null,
    Number(serde_json::Number),
    Object(Vec<(Cow<'a, str>, Self)>),
    Text(Cow<'a, str>),
}

/// A value may be a plaintext or a grant token: it is not printed.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = members.next_key::<Name<'de>>()? {
            object.push((name.0, members.next_value()?));
        }
        Ok(Json::Object(object))
    }
}

/// The name of a member.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::Members;
    use crate::error::ProtocolError;

    fn members(json: &str) -> Members<'_> {
        Members::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn null_and_absent_are_one_and_unknown_members_disturb_nobody() {
        let members = members(r#"{"KeyId": null, "Unknown": {"deep": [1, {}]}}"#);
        assert_eq!(members.text("KeyId"), Ok(None));
        assert_eq!(members.text("Other"), Ok(None));
    }

    #[test]
    fn the_last_member_of_a_name_counts_even_if_it_is_null() {
        assert_eq!(members(r#"{"A": "1", "A": "2"}"#).text("A"), Ok(Some("2")));
        assert_eq!(members(r#"{"A": "1", "A": null}"#).text("A"), Ok(None));
    }

    #[test]
    fn a_member_has_one_type() {
        let members = members(
            r#"{"text": "a", "flag": true, "int": 3, "float": 1.5, "list": ["a"],
                "map": {"a": "b"}, "mixed": ["a", 1], "odd": {"a": null}}"#,
        );
        assert_eq!(members.text("text"), Ok(Some("a")));
        assert_eq!(members.flag("flag"), Ok(Some(true)));
        assert_eq!(members.integer("int"), Ok(Some(3)));
        assert_eq!(members.texts("list"), Ok(Some(vec!["a"])));
        assert_eq!(members.map("map"), Ok(Some(vec![("a", "b")])));
        let time = members.time("float").unwrap().unwrap();
        assert_eq!(time, SystemTime::UNIX_EPOCH + Duration::from_millis(1500));

        let said = members.text("int").unwrap_err().to_string();
        assert_eq!(said, "The member int is not a string.");
        assert!(members.flag("text").is_err());
        assert!(members.integer("float").is_err());
        assert!(members.time("text").is_err());
        assert!(members.texts("mixed").is_err());
        assert!(members.map("odd").is_err());
        assert!(members.members("list").is_err());
        assert!(members.members_of_list("list").is_err());
    }

    #[test]
    fn a_blob_is_padded_base64_in_the_standard_alphabet() {
        let blob = |text: &str| {
            let json = format!(r#"{{"b": "{text}"}}"#);
            members(&json).blob("b").map(|blob| blob.unwrap().to_vec())
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
        for body in [
            "[]",
            "1",
            "null",
            "{",
            "{} {}",
            "\u{feff}{}",
            r#"{"a": 1e999}"#,
        ] {
            assert!(
                matches!(Members::read(body.as_bytes()), Err(ProtocolError::NotJson)),
                "{body}"
            );
        }
        let deep = "[".repeat(100_000);
        assert!(Members::read(deep.as_bytes()).is_err());
        assert!(Members::read(b"{\"a\": \"\xff\"}").is_err());
        assert!(Members::read(b"").is_ok());
    }

    #[test]
    fn values_are_not_printed() {
        let printed = format!("{:?}", members(r#"{"Plaintext": "c2VjcmV0"}"#));
        assert!(!printed.contains("c2VjcmV0"), "{printed}");
    }
}

//! Rows as JSON objects, one a line.

use core::fmt;
use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Malformed;
use super::failure::{self, BASE64, Failure, TEXT};

/// The members of an object in their order, each value as it is written.
#[derive(Debug)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Cow<'a, RawValue>)>);

impl<'a> Object<'a> {
    /// Reads a line. If it is a failure of an earlier run, it is the line that failed then.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let mut object = Self::of_text(line)?;
        if let Some(original) = object.original()? {
            return Ok(Object::of_text(&original)?.into_owned());
        }
        object.0.retain(|(name, _)| !failure::is_of_failure(name));
        Ok(object)
    }

    fn of_text(line: &'a [u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(line).map_err(|error| {
            // serde_json counts lines from the start of this one.
            let reason = error.to_string().replace(" at line 1 column", " at column");
            Malformed(format!("not a JSON object: {reason}"))
        })
    }

    /// The line that an earlier run could not read as JSON.
    fn original(&self) -> Result<Option<Vec<u8>>, Malformed> {
        if let Some(text) = self.text(TEXT)? {
            return Ok(Some(text.into_bytes()));
        }
        let Some(base64) = self.text(BASE64)? else {
            return Ok(None);
        };
        let bytes = BASE64_STANDARD.decode(base64);
        bytes
            .map(Some)
            .map_err(|error| Malformed(format!("{BASE64}: {error}")))
    }

    fn into_owned(self) -> Object<'static> {
        let owned = |(name, value): (Cow<'_, str>, Cow<'_, RawValue>)| {
            (
                Cow::Owned(name.into_owned()),
                Cow::Owned(value.into_owned()),
            )
        };
        Object(self.0.into_iter().map(owned).collect())
    }

    /// A member as JSON.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(member, _)| member == name)?;
        Some(value.get())
    }

    /// A member as text: a string's characters, or a number, `true` or `false` as it is written.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Malformed> {
        let Some(json) = self.get(name) else {
            return Ok(None);
        };
        match json.as_bytes() {
            b"null" => Ok(None),
            [b'{' | b'[', ..] => Err(Malformed(format!("{name} is not a string"))),
            [b'"', ..] => serde_json::from_str(json)
                .map(Some)
                .map_err(|error| Malformed(format!("{name}: {error}"))),
            _ => Ok(Some(json.to_owned())),
        }
    }

    /// Appends the object as a line, with another value of one member.
    pub(super) fn append_with(&self, replaced: &str, value: &str, to: &mut Vec<u8>) {
        to.push(b'{');
        for (at, (name, old)) in self.0.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            append(name, to);
            to.push(b':');
            if name == replaced {
                append(value, to);
            } else {
                to.extend_from_slice(old.get().as_bytes());
            }
        }
        to.extend_from_slice(b"}\n");
    }
}

/// Appends a line that failed: its own members if it is an object, otherwise the whole line as a member.
pub(super) fn append_failure(line: &[u8], failure: &Failure<'_>, to: &mut Vec<u8>) {
    to.push(b'{');
    if let Ok(object) = Object::parse(line) {
        for (name, value) in &object.0 {
            append(name, to);
            to.push(b':');
            to.extend_from_slice(value.get().as_bytes());
            to.push(b',');
        }
    } else {
        // A line from an earlier failure is kept as it is: nested as text in text, it would grow with every run.
        let kept = Object::of_text(line).and_then(|object| object.original());
        let kept = kept.ok().flatten();
        let line = kept.as_deref().unwrap_or(line);
        match str::from_utf8(line) {
            Ok(text) => append_member(TEXT, text, to),
            Err(_) => append_member(BASE64, &BASE64_STANDARD.encode(line), to),
        }
    }
    append("kms_rotate_line", to);
    to.push(b':');
    to.extend_from_slice(failure.line.to_string().as_bytes());
    to.push(b',');
    append_member("kms_rotate_exception", failure.exception, to);
    append("kms_rotate_message", to);
    to.push(b':');
    append(failure.message, to);
    to.extend_from_slice(b"}\n");
}

fn append_member(name: &str, value: &str, to: &mut Vec<u8>) {
    append(name, to);
    to.push(b':');
    append(value, to);
    to.push(b',');
}

fn append(text: &str, to: &mut Vec<u8>) {
    let mut serializer = serde_json::Serializer::new(to);
    // Neither writing to memory nor the JSON of a string can fail.
    let _ = text.serialize(&mut serializer);
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        let mut members: Vec<(Cow<'de, str>, Cow<'de, RawValue>)> = Vec::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("{name} occurs twice")));
            }
            members.push((name, Cow::Borrowed(value)));
        }
        Ok(Object(members))
    }
}

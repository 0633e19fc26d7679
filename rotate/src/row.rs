//! One line of a file: a row before or after the move, or a row that failed.

use core::fmt::Display;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A blob with its name and its encryption context.
///
/// The name is any JSON, and is kept as it is written. Other members are refused, since dropping them would lose data.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row<'a> {
    #[serde(borrow)]
    pub(crate) id: &'a RawValue,
    #[serde(with = "base64_text")]
    pub(crate) blob: Vec<u8>,
    #[serde(default)]
    pub(crate) context: BTreeMap<String, String>,
}

impl<'a> Row<'a> {
    pub(crate) fn of_line(line: &'a [u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(line)
    }
}

/// A row that failed: the original line, its number, and the reason.
#[derive(Debug, Serialize)]
pub(crate) struct Failure<'a> {
    line: u64,
    #[serde(flatten)]
    original: Original<'a>,
    exception: &'a str,
    message: String,
}

impl<'a> Failure<'a> {
    pub(crate) fn new(
        (number, line): (u64, &'a [u8]),
        exception: &'a str,
        message: &impl Display,
    ) -> Self {
        Self {
            line: number,
            original: Original::of_line(line),
            exception,
            message: message.to_string(),
        }
    }
}

/// The original line, in the form closest to its own that JSON can hold byte for byte.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Original<'a> {
    /// A line that is JSON.
    Row(&'a RawValue),
    /// A line that is UTF-8 text.
    Text(&'a str),
    /// Any other line.
    Base64(#[serde(serialize_with = "base64_text::serialize")] &'a [u8]),
}

impl<'a> Original<'a> {
    fn of_line(line: &'a [u8]) -> Self {
        match (serde_json::from_slice(line), str::from_utf8(line)) {
            (Ok(row), _) => Self::Row(row),
            (_, Ok(text)) => Self::Text(text),
            _ => Self::Base64(line),
        }
    }
}

/// Appends one line of JSON.
pub(crate) fn append(row: &impl Serialize, to: &mut Vec<u8>) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *to, row)?;
    to.push(b'\n');
    Ok(())
}

/// Bytes as base64 text.
mod base64_text {
    use std::borrow::Cow;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        bytes: impl AsRef<[u8]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        // serde borrows only into a `Cow` that is a field.
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        let Text(text) = Text::deserialize(deserializer)?;
        BASE64_STANDARD
            .decode(text.as_ref())
            .map_err(D::Error::custom)
    }
}

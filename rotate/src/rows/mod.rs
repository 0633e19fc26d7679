//! Rows: how a line becomes a ciphertext with its encryption contexts, and a line again.
//!
//! A row keeps everything that the job doesn't need: other members or columns go out as they came in.

mod context;
mod csv;
mod encoding;
mod failure;
mod json;
mod template;

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use self::csv::CsvLayout;
pub(crate) use context::{ContextRule, DestinationContext};
pub(crate) use encoding::Encoding;
pub(crate) use failure::Failure;
pub(crate) use template::{InvalidTemplate, Template};

/// An encryption context.
pub(crate) type Context = BTreeMap<String, String>;

/// The exception of a line that is not a row. It is this program's, since KMS is not called for such a line.
pub(crate) const MALFORMED: &str = "MalformedRow";

/// How the lines of an input are read and written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rows {
    pub(crate) format: Format,
    /// The member or column with the ciphertext, which the moved ciphertext replaces.
    pub(crate) blob: String,
    pub(crate) encoding: Encoding,
    pub(crate) source_context: ContextRule,
    pub(crate) destination_context: DestinationContext,
}

/// The format of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Records with named columns.
    Csv(CsvLayout),
}

/// What a move needs of a row, and the record to write the result into.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) blob: Vec<u8>,
    pub(crate) source_context: Context,
    /// `None` if it is that of the source.
    destination_context: Option<Context>,
    record: Record<'a>,
}

/// The members of a line.
#[derive(Debug)]
enum Record<'a> {
    Json(json::Object<'a>),
    Csv(csv::Fields),
}

/// Why a line is not a row, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Row<'_> {
    pub(crate) fn destination_context(&self) -> &Context {
        self.destination_context
            .as_ref()
            .unwrap_or(&self.source_context)
    }
}

impl Rows {
    /// Reads a line, without its line feed.
    pub(crate) fn parse<'a>(&self, line: &'a [u8]) -> Result<Row<'a>, Malformed> {
        let record = self.record(line)?;
        let text = record.text(&self.blob)?.ok_or_else(|| {
            let name = &self.blob;
            Malformed(format!(
                "{name} is missing: --blob-column names the column with the ciphertext"
            ))
        })?;
        let blob = self
            .encoding
            .decode(&text)
            .map_err(|reason| Malformed(format!("{}: {reason}", self.blob)))?;
        let source_context = self.source_context.of(&record)?;
        let destination_context = self.destination_context.of(&record)?;
        Ok(Row {
            blob,
            source_context,
            destination_context,
            record,
        })
    }

    /// Whether no row has an encryption context, on either side.
    pub(crate) fn has_no_context(&self) -> bool {
        let none = ContextRule::default();
        self.source_context == none
            && match &self.destination_context {
                DestinationContext::Same => true,
                DestinationContext::By(rule) => *rule == none,
            }
    }

    /// The ciphertext of a moved line, whatever else is in it.
    pub(crate) fn blob(&self, line: &[u8]) -> Result<Vec<u8>, Malformed> {
        let text = self.record(line)?.text(&self.blob)?;
        let decoded = self.encoding.decode(&text.unwrap_or_default());
        decoded.map_err(|reason| Malformed(format!("{}: {reason}", self.blob)))
    }

    fn record<'a>(&self, line: &'a [u8]) -> Result<Record<'a>, Malformed> {
        match &self.format {
            Format::Jsonl => Ok(Record::Json(json::Object::parse(line)?)),
            Format::Csv(layout) => Ok(Record::Csv(layout.fields(line)?)),
        }
    }

    /// Appends a row whose ciphertext is `blob`.
    pub(crate) fn append(&self, row: &Row<'_>, blob: &[u8], to: &mut Vec<u8>) {
        let text = self.encoding.encode(blob);
        match (&row.record, &self.format) {
            (Record::Json(object), _) => object.append_with(&self.blob, &text, to),
            (Record::Csv(fields), Format::Csv(layout)) => {
                layout.append_with(fields, &self.blob, &text, to);
            }
            (Record::Csv(_), Format::Jsonl) => {}
        }
    }

    /// Appends a line that failed, so that it can be a line of another input.
    pub(crate) fn append_failure(&self, line: &[u8], failure: &Failure<'_>, to: &mut Vec<u8>) {
        match &self.format {
            Format::Jsonl => json::append_failure(line, failure, to),
            Format::Csv(layout) => layout.append_failure(line, failure, to),
        }
    }

    /// The first line of an output, and that of the file of failures.
    pub(crate) fn headers(&self) -> [Vec<u8>; 2] {
        match &self.format {
            Format::Jsonl => [Vec::new(), Vec::new()],
            Format::Csv(layout) => layout.headers(),
        }
    }
}

impl Record<'_> {
    /// A member as text. `None` if it is absent or `null`.
    fn text(&self, name: &str) -> Result<Option<String>, Malformed> {
        match self {
            Self::Json(object) => object.text(name),
            Self::Csv(fields) => fields.text(name),
        }
    }

    /// A member that is an encryption context: an object of strings, in CSV the JSON text of one.
    fn context(&self, name: &str) -> Result<Context, Malformed> {
        let json = match self {
            Self::Json(object) => object.get(name).map(str::to_owned),
            Self::Csv(fields) => fields.text(name)?.filter(|text| !text.is_empty()),
        };
        let Some(json) = json else {
            return Ok(Context::new());
        };
        serde_json::from_str::<Option<Context>>(&json)
            .map(Option::unwrap_or_default)
            .map_err(|error| {
                Malformed(format!(
                    "{name} is not an encryption context, which is a JSON object of strings: {error}"
                ))
            })
    }
}

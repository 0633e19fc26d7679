//! Rows as records of CSV (RFC 4180).

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use serde::Serialize;

use super::Malformed;
use super::failure::{COLUMNS, Failure};

/// The columns of a file, and how its records are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CsvLayout {
    delimiter: u8,
    /// Whether the first record has the names of the columns.
    header: bool,
    /// The columns that are written again.
    columns: Arc<[String]>,
    /// The fields of a record: more than the columns, if the file is one of failures.
    kept: Vec<Kept>,
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Kept {
    Column,
    /// One that an earlier run has added.
    OfFailure,
    /// A whole record that an earlier run could not read, unless it is empty.
    Text,
}

/// The fields of a record.
#[derive(Debug)]
pub(super) struct Fields {
    record: ByteRecord,
    columns: Arc<[String]>,
}

impl CsvLayout {
    /// The layout of a file whose first record is `header`.
    pub(crate) fn of_header(header: &[u8], delimiter: u8) -> Result<Self, Malformed> {
        let record = read(header, delimiter)?;
        let names: Result<Vec<_>, _> = record.iter().map(str::from_utf8).collect();
        let names = names.map_err(|_| Malformed("the header is not UTF-8 text".to_owned()))?;
        Self::new(&names, delimiter, true)
    }

    /// The layout of a file without a header.
    pub(crate) fn without_header(columns: &[String], delimiter: u8) -> Result<Self, Malformed> {
        let names: Vec<_> = columns.iter().map(String::as_str).collect();
        Self::new(&names, delimiter, false)
    }

    fn new(names: &[&str], delimiter: u8, header: bool) -> Result<Self, Malformed> {
        let mut columns: Vec<String> = Vec::new();
        let mut kept = Vec::new();
        for name in names {
            if columns.iter().any(|other| other == name) {
                return Err(Malformed(format!("column {name} occurs twice")));
            }
            kept.push(kept_of(name));
            if kept.last() == Some(&Kept::Column) {
                columns.push((*name).to_owned());
            }
        }
        Ok(Self {
            delimiter,
            header,
            columns: columns.into(),
            kept,
        })
    }

    pub(crate) const fn has_header(&self) -> bool {
        self.header
    }

    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    pub(super) fn headers(&self) -> [Vec<u8>; 2] {
        if !self.header {
            return [Vec::new(), Vec::new()];
        }
        let columns = || self.columns.iter().map(String::as_bytes);
        let added = COLUMNS.iter().map(|name| name.as_bytes());
        [
            self.record_of(columns()),
            self.record_of(columns().chain(added)),
        ]
    }

    pub(super) fn fields(&self, line: &[u8]) -> Result<Fields, Malformed> {
        let record = read(line, self.delimiter)?;
        let kept = self.kept_of(record.len())?;
        let text = record
            .iter()
            .zip(&kept)
            .find(|(_, kept)| **kept == Kept::Text);
        if let Some((text, _)) = text
            && !text.is_empty()
        {
            let original = read(text, self.delimiter)?;
            if original.len() != self.columns.len() {
                return Err(self.wrong_number(original.len()));
            }
            return Ok(self.of(original));
        }
        if kept.iter().all(|kept| *kept == Kept::Column) {
            return Ok(self.of(record));
        }
        let columns = record.iter().zip(&kept);
        let columns = columns.filter(|(_, kept)| **kept == Kept::Column);
        Ok(self.of(columns.map(|(field, _)| field).collect()))
    }

    fn of(&self, record: ByteRecord) -> Fields {
        Fields {
            record,
            columns: Arc::clone(&self.columns),
        }
    }

    /// What becomes of the fields of a record that has this many.
    fn kept_of(&self, fields: usize) -> Result<Vec<Kept>, Malformed> {
        let added = COLUMNS.map(kept_of);
        if fields == self.kept.len() {
            Ok(self.kept.clone())
        } else if !self.header && fields == self.kept.len() + added.len() {
            // A file of failures without a header.
            Ok([&self.kept[..], &added].concat())
        } else {
            Err(self.wrong_number(fields))
        }
    }

    fn wrong_number(&self, fields: usize) -> Malformed {
        let columns = self.columns.len();
        Malformed(format!(
            "the record has {fields} fields, and there are {columns} columns"
        ))
    }

    pub(super) fn append_with(
        &self,
        fields: &Fields,
        replaced: &str,
        value: &str,
        to: &mut Vec<u8>,
    ) {
        let field = |(field, column): (_, &String)| match column == replaced {
            true => value.as_bytes(),
            false => field,
        };
        let record = fields.record.iter().zip(&*self.columns).map(field);
        to.extend(self.record_of(record));
    }

    pub(super) fn append_failure(&self, line: &[u8], failure: &Failure<'_>, to: &mut Vec<u8>) {
        let number = failure.line.to_string();
        let (fields, text) = match self.fields(line) {
            Ok(fields) => (fields, Vec::new()),
            Err(_) => (
                self.of(self.columns.iter().map(|_| "").collect()),
                self.text_of(line),
            ),
        };
        let added = [
            number.as_bytes(),
            failure.exception.as_bytes(),
            failure.message.as_bytes(),
            &text,
        ];
        to.extend(self.record_of(fields.record.iter().chain(added)));
    }

    /// What is kept of a line that is not a record: the line that an earlier run has kept, or the line itself.
    fn text_of(&self, line: &[u8]) -> Vec<u8> {
        let kept = read(line, self.delimiter).ok().and_then(|record| {
            let kept = self.kept_of(record.len()).ok()?;
            let (text, _) = record
                .iter()
                .zip(kept)
                .find(|(field, kept)| *kept == Kept::Text && !field.is_empty())?;
            Some(text.to_vec())
        });
        kept.unwrap_or_else(|| line.to_vec())
    }

    fn record_of<'a>(&self, fields: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .from_writer(Vec::new());
        // Writing to memory cannot fail, and a single record has no length to differ from.
        let _ = writer.write_record(fields);
        writer.into_inner().unwrap_or_default()
    }
}

impl Fields {
    /// A field as text. `None` if there is no such column.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Malformed> {
        let column = self.columns.iter().position(|column| column == name);
        let Some(field) = column.and_then(|column| self.record.get(column)) else {
            return Ok(None);
        };
        match str::from_utf8(field) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Malformed(format!("{name} is not UTF-8 text"))),
        }
    }
}

fn kept_of(name: &str) -> Kept {
    match COLUMNS.iter().position(|column| *column == name) {
        None => Kept::Column,
        Some(3) => Kept::Text,
        Some(_) => Kept::OfFailure,
    }
}

/// Reads exactly one record.
fn read(line: &[u8], delimiter: u8) -> Result<ByteRecord, Malformed> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .buffer_capacity(line.len().max(16))
        .from_reader(line);
    let mut record = ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => Ok(record),
        Ok(false) => Err(Malformed("the line is empty".to_owned())),
        Err(error) => Err(Malformed(error.to_string())),
    }
}

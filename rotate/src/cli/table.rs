//! Options: what a row is.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use clap::{Args, ValueEnum};

use crate::Error;
use crate::filter::read_header;
use crate::rows::{
    ContextRule, CsvLayout, DestinationContext, Encoding, Format, InvalidTemplate, Rows, Template,
};

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rows")]
pub(crate) struct TableOptions {
    /// JSON objects or CSV [default: by the name of the file]
    #[arg(long, value_enum)]
    pub(crate) format: Option<FormatName>,

    /// The member or column with the ciphertext; all others stay as they are
    #[arg(long, value_name = "NAME", default_value = "blob")]
    pub(crate) blob_column: String,

    /// How ciphertexts are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) encoding: Encoding,

    /// The column with the encryption context: an object of strings [default for JSON: context, if no --context is given]
    #[arg(long, value_name = "NAME")]
    pub(crate) context_column: Option<String>,

    /// A pair of the encryption context, made from columns: --context tenant=acme-{tenant_id}; may be repeated
    #[arg(long, value_name = "KEY=TEMPLATE", value_parser = pair)]
    pub(crate) context: Vec<(String, Template)>,

    /// The column with the new encryption context [default: the context stays]
    #[arg(long, value_name = "NAME")]
    pub(crate) destination_context_column: Option<String>,

    /// A pair of the new encryption context; may be repeated
    #[arg(long, value_name = "KEY=TEMPLATE", value_parser = pair)]
    pub(crate) destination_context: Vec<(String, Template)>,

    /// Move to ciphertexts without an encryption context
    #[arg(long, conflicts_with_all = ["destination_context_column", "destination_context"])]
    pub(crate) no_destination_context: bool,

    /// CSV: the character between fields; \t is a tab
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    pub(crate) delimiter: u8,

    /// CSV: the first record is a row, and these are the names of the columns, with commas between them
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) no_header: Option<Vec<String>>,

    /// The maximum length of a row
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024 * 1024)]
    pub(crate) max_row_bytes: u64,
}

/// The formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// One JSON object a line
    Jsonl,
    /// Records with columns (RFC 4180)
    Csv,
}

/// `KEY=TEMPLATE`
fn pair(text: &str) -> Result<(String, Template), String> {
    let (key, template) = text.split_once('=').ok_or("KEY=TEMPLATE is expected")?;
    let template = template
        .parse()
        .map_err(|error: InvalidTemplate| error.to_string())?;
    Ok((key.to_owned(), template))
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("one ASCII character, or \\t".to_owned()),
    }
}

impl TableOptions {
    /// How the rows of a file are read. The header of CSV is read from it.
    pub(crate) fn rows(&self, input: &Path) -> Result<Rows, Error> {
        let is_csv = match self.format {
            Some(format) => format == FormatName::Csv,
            None => input
                .extension()
                .is_some_and(|extension| extension == "csv" || extension == "tsv"),
        };
        if !is_csv || self.no_header.is_some() {
            return self.rows_of(is_csv, None);
        }
        let name = input.display();
        let file = File::open(input).map_err(|error| format!("{name}: {error}"))?;
        let header = read_header(&mut BufReader::new(file))?;
        self.rows_of(true, Some(&header))
    }

    /// How the rows of a stream are read. Its header, if it has one, was read from it before.
    pub(crate) fn rows_of(&self, is_csv: bool, header: Option<&[u8]>) -> Result<Rows, Error> {
        let format = if is_csv {
            let layout = match (header, &self.no_header) {
                (_, Some(columns)) => CsvLayout::without_header(columns, self.delimiter),
                (header, None) => CsvLayout::of_header(header.unwrap_or_default(), self.delimiter),
            };
            let layout =
                layout.map_err(|malformed| format!("the header of the table: {malformed}"))?;
            self.check_columns(&layout)?;
            Format::Csv(layout)
        } else {
            Format::Jsonl
        };
        let is_default = self.context_column.is_none() && self.context.is_empty() && !is_csv;
        let source_context = ContextRule {
            column: match is_default {
                true => Some("context".to_owned()),
                false => self.context_column.clone(),
            },
            pairs: self.context.clone(),
        };
        let destination = ContextRule {
            column: self.destination_context_column.clone(),
            pairs: self.destination_context.clone(),
        };
        let destination_context = match destination == ContextRule::default() {
            true if !self.no_destination_context => DestinationContext::Same,
            _ => DestinationContext::By(destination),
        };
        Ok(Rows {
            format,
            blob: self.blob_column.clone(),
            encoding: self.encoding,
            source_context,
            destination_context,
        })
    }

    /// Checks that the header of CSV has all columns that options name, so that a typo is found before the first row.
    fn check_columns(&self, layout: &CsvLayout) -> Result<(), Error> {
        let options = [
            ("--blob-column", Some(&self.blob_column)),
            ("--context-column", self.context_column.as_ref()),
            (
                "--destination-context-column",
                self.destination_context_column.as_ref(),
            ),
        ];
        for (option, column) in options {
            if let Some(column) = column
                && !layout.has_column(column)
            {
                return Err(format!("the table has no column {column}: {option} names it").into());
            }
        }
        Ok(())
    }
}

//! What is in a file, without any call: its rows by key material, size and kind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use kms_reencrypt::blob::{BlobVersion, CiphertextBlob, Resemblance};
use serde::Serialize;

use crate::Error;
use crate::files::{Consumed, Lines, Place};
use crate::job::{READ_AHEAD, quoting};
use crate::rows::{Format, Malformed, Rows};

/// The maximum number of groups of each kind. A table has few keys; a file with more is not a table of blobs.
const MOST_GROUPS: usize = 1000;

/// The number of rows of a group that are kept as samples, and the length of the longest.
const SAMPLES: usize = 5;
const LONGEST_SAMPLE: usize = 64 * 1024;

/// The maximum number of sizes in a group.
const MOST_SIZES: usize = 20;

/// What was found in a file.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Found {
    pub(crate) bytes: u64,
    /// The number of lines that were looked at, without a header.
    pub(crate) lines: u64,
    /// Whether that was all of the file.
    pub(crate) whole: bool,
    /// Symmetric ciphertexts by the key material that they name.
    pub(crate) materials: BTreeMap<String, Group>,
    /// Other bytes by what they look like.
    pub(crate) others: BTreeMap<String, Group>,
    /// Lines that are not rows, by the reason.
    pub(crate) malformed: BTreeMap<String, Group>,
    /// Rows by the names of the pairs in their source context.
    pub(crate) contexts: BTreeMap<String, u64>,
}

/// Rows that have something in common.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Group {
    pub(crate) rows: u64,
    pub(crate) first_line: u64,
    /// The number of ciphertexts by their length in bytes, as long as there are few lengths.
    pub(crate) sizes: BTreeMap<usize, u64>,
    /// Some of the first lines, with their numbers.
    #[serde(skip)]
    pub(crate) samples: Vec<(u64, Vec<u8>)>,
}

/// Looks at the first `most` rows of a file.
pub(crate) fn look(input: &Path, rows: &Rows, longest: u64, most: u64) -> Result<Found, Error> {
    let file = File::open(input).map_err(|error| format!("{}: {error}", input.display()))?;
    let mut found = Found {
        bytes: file.metadata()?.len(),
        ..Found::default()
    };
    let reader = BufReader::with_capacity(READ_AHEAD, file);
    let mut lines = Lines::new(
        reader,
        quoting(rows),
        longest,
        Place::default(),
        Consumed::default(),
    );
    if let Format::Csv(layout) = &rows.format
        && layout.has_header()
    {
        lines.next_line()?;
    }
    while found.lines < most {
        let Some(line) = lines.next_line()? else {
            found.whole = true;
            break;
        };
        found.lines += 1;
        found.add(rows, lines.place().lines, line);
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, rows: &Rows, number: u64, line: Vec<u8>) {
        let (groups, name, len) = match rows.parse(&line) {
            Err(Malformed(reason)) => {
                let reason = reason.split(" at column ").next().unwrap_or_default();
                (&mut self.malformed, reason.to_owned(), None)
            }
            Ok(row) => {
                let names: Vec<_> = row.source_context.keys().map(String::as_str).collect();
                let names = names.join(", ");
                if self.contexts.len() < MOST_GROUPS || self.contexts.contains_key(&names) {
                    *self.contexts.entry(names).or_default() += 1;
                }
                let (is_blob, name) = kind(&row.blob);
                let groups = match is_blob {
                    true => &mut self.materials,
                    false => &mut self.others,
                };
                (groups, name, Some(row.blob.len()))
            }
        };
        let name = if groups.len() < MOST_GROUPS || groups.contains_key(&name) {
            name
        } else {
            "others".to_owned()
        };
        let group = groups.entry(name).or_insert_with(|| Group {
            first_line: number,
            ..Group::default()
        });
        group.rows += 1;
        if let Some(len) = len
            && (group.sizes.len() < MOST_SIZES || group.sizes.contains_key(&len))
        {
            *group.sizes.entry(len).or_default() += 1;
        }
        if group.samples.len() < SAMPLES && line.len() <= LONGEST_SAMPLE {
            group.samples.push((number, line));
        }
    }

    /// The groups whose rows KMS would be asked about, the largest first: those of each key, or all if the ciphertexts
    /// name none.
    pub(crate) fn keys(&self, source_is_asymmetric: bool) -> Vec<(&str, &Group)> {
        let groups = match source_is_asymmetric {
            true => &self.others,
            false => &self.materials,
        };
        let groups = groups.iter().map(|(name, group)| (name.as_str(), group));
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by_key(|(_, group)| core::cmp::Reverse(group.rows));
        groups
    }
}

/// Whether some bytes are a symmetric ciphertext, and its key material, or what they look like instead.
fn kind(bytes: &[u8]) -> (bool, String) {
    let inspection = CiphertextBlob::inspect(bytes);
    match &inspection.resemblance {
        Resemblance::SymmetricBlob {
            version,
            key_material_id,
            ..
        } => match version {
            BlobVersion::V1 => (true, format!("{key_material_id} (version 1 of the layout)")),
            _ => (true, key_material_id.to_string()),
        },
        _ => {
            let text = inspection.to_string();
            let phrase = text
                .rsplit_once(" (")
                .map_or(text.as_str(), |(phrase, _)| phrase);
            (false, phrase.to_owned())
        }
    }
}

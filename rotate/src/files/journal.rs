//! The journal of a job: a small file with its progress, which is replaced atomically and so is always consistent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lines::Place;
use super::outputs::{Lengths, beside};
use crate::Error;

/// The progress of a job.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Progress {
    /// The number of bytes of the input that are done.
    pub(crate) offset: u64,
    /// The number of lines of the input that are done, the header of CSV included.
    pub(crate) lines: u64,
    /// Whether the last of those lines has no line feed.
    pub(crate) cut: bool,
    /// The digest of those bytes, by [`Consumed`](super::Consumed).
    pub(crate) input_sha256: String,
    /// The lengths of the outputs at that point.
    pub(crate) outputs: Lengths,
    /// The number of rows by outcome.
    pub(crate) outcomes: Outcomes,
    /// The key materials that rows were moved to, as KMS has named them.
    pub(crate) materials: BTreeSet<String>,
}

impl Progress {
    pub(crate) const fn place(&self) -> Place {
        Place {
            offset: self.offset,
            lines: self.lines,
            cut: self.cut,
        }
    }
}

/// The number of rows by the name of their outcome.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Outcomes(BTreeMap<String, u64>);

impl Outcomes {
    /// The outcome of a row that was moved. All other outcomes are names of exceptions.
    pub(crate) const MOVED: &str = "moved";

    pub(crate) fn add(&mut self, outcome: &str, rows: u64) {
        match self.0.get_mut(outcome) {
            Some(sum) => *sum += rows,
            None => drop(self.0.insert(outcome.to_owned(), rows)),
        }
    }

    pub(crate) fn add_all(&mut self, others: &Self) {
        for (outcome, rows) in others.iter() {
            self.add(outcome, rows);
        }
    }

    pub(crate) fn moved(&self) -> u64 {
        self.0.get(Self::MOVED).copied().unwrap_or(0)
    }

    pub(crate) fn failed(&self) -> u64 {
        let failed = self.iter().filter(|(outcome, _)| *outcome != Self::MOVED);
        failed.map(|(_, rows)| rows).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|(outcome, rows)| (outcome.as_str(), *rows))
    }
}

/// The file with the progress of a job. It exists until the job is done.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// The settings that identify the job: other options make another job.
    settings: Map<String, Value>,
}

impl Journal {
    pub(crate) fn new(output: &Path, settings: Map<String, Value>) -> Self {
        let path = beside(output, ".progress");
        Self { path, settings }
    }

    /// The progress of an interrupted job. `None` if the job is new.
    pub(crate) fn read(&self) -> Result<Option<Progress>, Error> {
        let name = self.path.display();
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{name}: {error}").into()),
        };
        let Entry { settings, progress } = serde_json::from_slice(&text)
            .map_err(|error| format!("{name}: {error}: {}", self.remedy()))?;
        let all = self.settings.keys().chain(settings.keys());
        let mut other = all.filter(|key| self.settings.get(*key) != settings.get(*key));
        match other.next() {
            None => Ok(Some(progress)),
            Some(option) => {
                let reason = format!("is of a job with another value of {option}");
                Err(format!("{name} {reason}: {}", self.remedy()).into())
            }
        }
    }

    /// Replaces the progress. The caller has synced the outputs.
    pub(crate) fn write(&self, progress: &Progress) -> Result<(), Error> {
        let entry = Entry {
            settings: self.settings.clone(),
            progress: progress.clone(),
        };
        let new = self.unfinished();
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(&serde_json::to_vec(&entry)?)?;
            file.sync_all()?;
            // The directory need not be synced: an older journal is consistent too, and then only more of the outputs is
            // cut off.
            fs::rename(&new, &self.path)
        };
        write().map_err(|error| super::outputs::cannot_write(&new, &error))
    }

    /// Removes the journal of a completed job, and a file that an interrupted [`write`](Self::write) may have left.
    pub(crate) fn remove(self) -> Result<(), Error> {
        match fs::remove_file(self.unfinished()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(fs::remove_file(self.path)?)
    }

    /// The advice if the input or the options are not those that the job began with.
    pub(crate) fn remedy(&self) -> String {
        let name = self.path.display();
        format!(
            "to go on, run the job as it was begun; to begin anew, remove {name} and the .part files"
        )
    }

    fn unfinished(&self) -> PathBuf {
        beside(&self.path, ".new")
    }
}

#[derive(Deserialize, Serialize)]
struct Entry {
    settings: Map<String, Value>,
    progress: Progress,
}

//! The journal of a job: a small file with its progress, which is replaced atomically and so is always consistent.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use kms_reencrypt::KeyArn;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::outputs::{Lengths, beside};

/// The identity of a job. Another input or other keys make another job.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Identity {
    input_len: u64,
    from: String,
    to: String,
}

impl Identity {
    /// The identity of the job that moves a file.
    pub(crate) fn new(input: &File, from: &KeyArn, to: &KeyArn) -> Result<Self, Error> {
        Ok(Self {
            input_len: input.metadata()?.len(),
            from: from.to_string(),
            to: to.to_string(),
        })
    }

    pub(crate) const fn input_len(&self) -> u64 {
        self.input_len
    }
}

/// The progress of a job.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Progress {
    /// The number of bytes of the input that are done.
    pub(crate) offset: u64,
    /// The number of lines of the input that are done.
    pub(crate) lines: u64,
    /// The digest of those bytes, by [`Consumed`](crate::lines::Consumed).
    pub(crate) input_sha256: String,
    /// The lengths of the outputs at that point.
    pub(crate) outputs: Lengths,
    /// The number of rows by outcome.
    pub(crate) outcomes: Outcomes,
}

/// The number of rows by the name of their outcome.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Outcomes(BTreeMap<String, u64>);

impl Outcomes {
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

    pub(crate) fn get(&self, outcome: &str) -> u64 {
        self.0.get(outcome).copied().unwrap_or(0)
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
    identity: Identity,
}

impl Journal {
    pub(crate) fn new(output: &Path, identity: Identity) -> Self {
        let path = beside(output, ".progress");
        Self { path, identity }
    }

    /// The progress of an interrupted job. `None` if the job is new.
    pub(crate) fn read(&self) -> Result<Option<Progress>, Error> {
        let name = self.path.display();
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{name}: {error}").into()),
        };
        let Entry { job, progress } =
            serde_json::from_slice(&text).map_err(|error| format!("{name}: {error}"))?;
        if job != self.identity {
            let reason = "is of a job whose input has another length, or with other keys";
            return Err(format!("{name} {reason}: {}", self.remedy()).into());
        }
        Ok(Some(progress))
    }

    /// Replaces the progress. The caller has synced the outputs.
    pub(crate) fn write(&self, progress: &Progress) -> Result<(), Error> {
        let entry = Entry {
            job: self.identity.clone(),
            progress: progress.clone(),
        };
        let new = self.unfinished();
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(&entry)?)?;
        file.sync_all()?;
        // The directory need not be synced: an older journal is consistent too, and only more of the outputs is cut
        // off.
        fs::rename(new, &self.path)?;
        Ok(())
    }

    /// Removes the journal of a completed job, and a file that an interrupted [`write`](Self::write) may have left.
    pub(crate) fn remove(self) -> Result<(), Error> {
        match fs::remove_file(self.unfinished()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(fs::remove_file(self.path)?)
    }

    /// The advice for an input that is not the one that the job began with.
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
    job: Identity,
    progress: Progress,
}

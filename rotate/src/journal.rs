//! How far a job is: one small file, replaced as a whole, so that it is always true.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use kms_reencrypt::KeyArn;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::outputs::{Lengths, beside};

/// What a job is: another input or other keys are another job.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Identity {
    input_len: u64,
    from: String,
    to: String,
}

impl Identity {
    /// The job that moves what is in a file.
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

/// How far a job is.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Progress {
    /// Bytes of the input that are done.
    pub(crate) offset: u64,
    /// Lines of the input that are done.
    pub(crate) lines: u64,
    /// What those bytes were: the digest of [`Consumed`](crate::lines::Consumed).
    pub(crate) input_sha256: String,
    /// How long the outputs were then.
    pub(crate) outputs: Lengths,
    /// How many rows ended how.
    pub(crate) outcomes: Outcomes,
}

/// How many rows ended how, by the name of the end.
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

/// The file that says how far a job is. It is there as long as the job is not done.
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

    /// How far the job was when it was interrupted. `None` if it is new.
    pub(crate) fn read(&self) -> Result<Option<Progress>, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let name = self.path.display();
        let Entry { job, progress } =
            serde_json::from_slice(&text).map_err(|error| format!("{name}: {error}"))?;
        if job != self.identity {
            let reason = "is of a job whose input has another length, or with other keys";
            return Err(format!("{name} {reason}: {}", self.remedy()).into());
        }
        Ok(Some(progress))
    }

    /// Replaces what was written before. The outputs have to be synced by now.
    pub(crate) fn write(&self, progress: &Progress) -> Result<(), Error> {
        let entry = Entry {
            job: self.identity.clone(),
            progress: progress.clone(),
        };
        let new = self.unfinished();
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(&entry)?)?;
        file.sync_all()?;
        // No need to sync the directory: an older entry is true too, with more to cut off.
        fs::rename(new, &self.path)?;
        Ok(())
    }

    /// Forgets a job that is done, and what an interrupted [`write`](Self::write) may have left.
    pub(crate) fn remove(self) -> Result<(), Error> {
        match fs::remove_file(self.unfinished()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(fs::remove_file(self.path)?)
    }

    /// What helps when the input is not the one that the job has begun with.
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

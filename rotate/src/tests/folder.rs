//! [`Folder`]: an input, the job over it, and what has to be there when it is done.

use core::num::NonZero;
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::{env, process, thread};

use kms_reencrypt::{DecryptRequest, Kms};
use serde_json::Value;

use crate::Error;
use crate::job::Job;
use crate::journal::{Identity, Journal, Progress};
use crate::make::{Make, secret};
use crate::ring::Ring;
use crate::row::Row;

pub(super) const ROWS: u64 = 3000;
const DAMAGED_EVERY: u64 = 50;

/// A directory with an input and what a job makes of it.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(test: &str) -> Self {
        let name = format!("kms-reencrypt-rotate-{test}-{}", process::id());
        let folder = Self(env::temp_dir().join(name));
        fs::create_dir(&folder.0).unwrap();
        folder
    }

    /// A folder with the input of most tests.
    pub(super) fn with_rows(test: &str) -> Self {
        let folder = Self::new(test);
        let make = Make {
            rows: ROWS,
            damaged_every: NonZero::new(DAMAGED_EVERY),
        };
        let mut input = Vec::new();
        make.write(&Ring::new().unwrap(), &mut input).unwrap();
        fs::write(folder.file("in"), input).unwrap();
        folder
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub(super) fn append(&self, name: &str, bytes: &[u8]) {
        let mut file = OpenOptions::new()
            .append(true)
            .open(self.file(name))
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    /// The names of the files that are there.
    pub(super) fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(super) fn run(&self) -> Result<Progress, Error> {
        self.run_watched(|_| {})
    }

    /// Runs the job with small batches, a checkpoint after each.
    pub(super) fn run_watched(&self, watch: impl FnMut(&Progress)) -> Result<Progress, Error> {
        let ring = Ring::new()?;
        self.job(&ring).run(&Kms::new(ring.keyring.clone()), watch)
    }

    pub(super) fn job(&self, ring: &Ring) -> Job {
        Job {
            input: self.file("in"),
            output: self.file("out"),
            from: ring.old,
            to: ring.new,
            batch: NonZero::new(100).unwrap(),
            checkpoint_every: Duration::ZERO,
        }
    }

    /// Runs the job until so many lines are done, and no further. What it does to files it has done by then, as the
    /// job cleans up nothing; what it knows is lost.
    pub(super) fn run_until(&self, lines: u64) {
        let run = || {
            self.run_watched(|progress| {
                if progress.lines >= lines {
                    resume_unwind(Box::new("interrupted"));
                }
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    }

    pub(super) fn journal(&self) -> Journal {
        let Job {
            input,
            output,
            from,
            to,
            ..
        } = self.job(&Ring::new().unwrap());
        let input = File::open(input).unwrap();
        Journal::new(&output, Identity::new(&input, &from, &to).unwrap())
    }

    /// Every row of the input is in one output, once, in order, and is what it should be.
    #[track_caller]
    pub(super) fn assert_whole(&self) {
        assert_eq!(self.files(), ["in", "out", "out.failed.jsonl"]);
        let ring = Ring::new().unwrap();
        let kms = Kms::new(ring.keyring.clone());
        let (mut moved, mut failed) = (Vec::new(), Vec::new());
        for line in self.read("out").lines() {
            let Row { id, blob, context } = Row::of_line(line.as_bytes()).unwrap();
            let number = id.get().parse().unwrap();
            let request = DecryptRequest::builder()
                .ciphertext_blob(blob)
                .key_id(ring.new)
                .set_encryption_context(Some(context.into_iter().collect()));
            let opened = kms.decrypt(&request.build().unwrap()).unwrap();
            assert_eq!(opened.plaintext().expose(), secret(number).as_bytes());
            moved.push(number);
        }
        for line in self.read("out.failed.jsonl").lines() {
            let failure: Value = serde_json::from_str(line).unwrap();
            failed.push(failure.get("line").and_then(Value::as_u64).unwrap() - 1);
        }
        let (expected_failed, expected_moved): (Vec<u64>, Vec<u64>) =
            (0..ROWS).partition(|number| (number + 1).is_multiple_of(DAMAGED_EVERY));
        assert_eq!(moved, expected_moved);
        assert_eq!(failed, expected_failed);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What a failed test leaves is there to be looked at.
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// What a job says at its end, however often it was interrupted.
#[track_caller]
pub(super) fn assert_all_counted(progress: &Progress) {
    let counted: Vec<_> = progress.outcomes.iter().collect();
    let expected = [
        ("IncorrectKeyException", 15),
        ("InvalidCiphertextException", 30),
        ("MalformedRow", 15),
        ("moved", 2940),
    ];
    assert_eq!(counted, expected);
    assert_eq!(progress.lines, ROWS);
}

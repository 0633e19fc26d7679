//! [`Folder`]: an input, the job over it, and what has to be there when it is done.

use core::num::NonZero;
use core::time::Duration;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::{env, process, thread};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::{DecryptRequest, Keyring, Kms};
use serde_json::{Map, Value, json};

use crate::Error;
use crate::backend::{Keys, Ring};
use crate::engine::{Calls, Engine, Notices, Pace, Retries, Stop};
use crate::files::{Journal, Names, Progress};
use crate::job::Job;
use crate::make::{Make, ring, secret};
use crate::rows::{ContextRule, DestinationContext, Encoding, Format, Rows};

pub(super) const ROWS: u64 = 3000;
const DAMAGED_EVERY: u64 = 50;

/// A directory with an input and what a job makes of it.
pub(super) struct Folder(pub(super) PathBuf);

/// The rows that [`Make`] makes.
pub(super) fn rows() -> Rows {
    Rows {
        format: Format::Jsonl,
        blob: "blob".to_owned(),
        encoding: Encoding::Base64,
        source_context: ContextRule {
            column: Some("context".to_owned()),
            pairs: Vec::new(),
        },
        destination_context: DestinationContext::Same,
    }
}

pub(super) fn keys() -> Keys {
    Keys {
        from: Some("alias/old".to_owned()),
        to: "alias/new".to_owned(),
        ..Keys::default()
    }
}

impl Folder {
    pub(super) fn new(test: &str) -> Self {
        let name = format!("kms-rotate-{test}-{}", process::id());
        let folder = Self(env::temp_dir().join(name));
        fs::create_dir(&folder.0).unwrap();
        folder
    }

    /// A folder with the input of most tests.
    pub(super) fn with_rows(test: &str) -> Self {
        let folder = Self::new(test);
        let keyring = ring().unwrap();
        let make = Make {
            rows: ROWS,
            damaged_every: NonZero::new(DAMAGED_EVERY),
            from: "alias/old".to_owned(),
            foreign: "alias/foreign".to_owned(),
            threads: NonZero::new(2).unwrap(),
        };
        let mut input = Vec::new();
        let backend = Ring::new(keyring, &keys()).unwrap();
        make.write(&backend, &mut input).unwrap();
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

    /// Runs the job with small shares, a checkpoint after each.
    pub(super) fn run_watched(&self, watch: impl FnMut(&Progress)) -> Result<Progress, Error> {
        self.run_to("alias/new", watch)
    }

    pub(super) fn run_to(&self, to: &str, watch: impl FnMut(&Progress)) -> Result<Progress, Error> {
        let keys = Keys {
            to: to.to_owned(),
            ..keys()
        };
        let backend = Ring::new(ring()?, &keys)?;
        let engine = Engine {
            rows: &rows(),
            calls: Calls {
                backend: &backend,
                pace: &Pace::new(None),
                retries: Retries::within(Duration::ZERO),
                stop: &Stop::default(),
                notices: &Notices::default(),
            },
            workers: 2,
            share: 100,
            inline: false,
        };
        let job = self.job(to);
        let outcome = job.run(&engine, watch, |_| Ok(()))?;
        Ok(outcome.progress)
    }

    fn job(&self, to: &str) -> Job {
        Job {
            input: self.file("in"),
            names: Names::new(&self.file("out"), None, "jsonl"),
            settings: settings(to),
            longest: 1024 * 1024,
            checkpoint_every: Duration::ZERO,
        }
    }

    /// Runs the job until this many lines are done, and no further. Its changes to files remain, since the job cleans up
    /// nothing; what it holds in memory is lost.
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
        Journal::new(&self.file("out"), settings("alias/new"))
    }

    /// Every row of the input is in one output, once, in order, and is what it should be.
    #[track_caller]
    pub(super) fn assert_whole(&self) {
        assert_eq!(self.files(), ["in", "out", "out.failed.jsonl"]);
        let kms = Kms::new(ring().unwrap());
        let (mut moved, mut failed) = (Vec::new(), Vec::new());
        for line in self.read("out").lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let number = row["id"].as_u64().unwrap();
            assert_eq!(open(&kms, &row), secret(number).as_bytes());
            moved.push(number);
        }
        for line in self.read("out.failed.jsonl").lines() {
            let failure: Value = serde_json::from_str(line).unwrap();
            failed.push(failure["kms_rotate_line"].as_u64().unwrap() - 1);
        }
        let (expected_failed, expected_moved): (Vec<u64>, Vec<u64>) =
            (0..ROWS).partition(|number| (number + 1).is_multiple_of(DAMAGED_EVERY));
        assert_eq!(moved, expected_moved);
        assert_eq!(failed, expected_failed);
    }
}

/// The plaintext of a row that was moved.
#[track_caller]
pub(super) fn open(kms: &Kms<Keyring>, row: &Value) -> Vec<u8> {
    let blob = BASE64_STANDARD.decode(row["blob"].as_str().unwrap());
    let context = serde_json::from_value(row["context"].clone()).unwrap();
    let request = DecryptRequest::builder()
        .ciphertext_blob(blob.unwrap())
        .key_id("alias/new")
        .set_encryption_context(Some(context));
    let opened = kms.decrypt(&request.build().unwrap()).unwrap();
    opened.plaintext().expose().to_vec()
}

fn settings(to: &str) -> Map<String, Value> {
    crate::cli::settings(json!({ "--from": "alias/old", "--to": to }))
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A failed test leaves its files, so that they can be looked at.
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
    assert_eq!(progress.materials.len(), 1);
}

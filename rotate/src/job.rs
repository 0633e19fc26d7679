//! The job: moves every row of a file to another key exactly once, on all cores, also across interruptions.

use core::fmt::Display;
use core::num::NonZero;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::{KeyArn, Kms, KmsError, ReEncryptRequest};
use rayon::prelude::*;

use crate::Error;
use crate::journal::{Identity, Journal, Outcomes, Progress};
use crate::lines::{Batch, Consumed, Lines, Place};
use crate::lock::Lock;
use crate::outputs::{self, Outputs};
use crate::row::{self, Failure, Row};

/// The outcome of a row that was moved. All other outcomes are names of exceptions.
pub(crate) const MOVED: &str = "moved";

/// The exception of a line that is not a row. It is this program's, since KMS is not called for such a line.
const MALFORMED: &str = "MalformedRow";

/// The number of rows that a thread takes at once: large enough to amortize the synchronization, and small enough for
/// all threads to end together.
const SHARE: usize = 64;

/// The number of bytes of the input that are read at once.
const READ_AHEAD: usize = 256 * 1024;

/// A file of blobs to move, and its keys.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    pub(crate) from: KeyArn,
    pub(crate) to: KeyArn,
    /// The number of rows that are moved at a time. The next ones are read meanwhile, so memory holds twice as many.
    pub(crate) batch: NonZero<usize>,
    /// The interval of checkpoints, and so the work that an interruption may cost.
    pub(crate) checkpoint_every: Duration,
}

impl Job {
    /// Does the rest of the job, and reports its progress to `watch` at the start and after every batch.
    ///
    /// An error, a signal or a loss of power may end it at any point. It continues from its last checkpoint when it is
    /// run again.
    pub(crate) fn run<P: KeyProvider>(
        &self,
        kms: &Kms<P>,
        mut watch: impl FnMut(&Progress),
    ) -> Result<Progress, Error> {
        let _lock = Lock::take(&self.output)?;
        let input = File::open(&self.input)
            .map_err(|error| format!("{}: {error}", self.input.display()))?;
        let identity = Identity::new(&input, &self.from, &self.to)?;
        let len = identity.input_len();
        let journal = Journal::new(&self.output, identity);
        let interrupted = journal.read()?;
        let consumed = self.consumed(&input, &journal, interrupted.as_ref())?;
        let progress = match interrupted {
            // Only the final names are missing, and one of the two may exist already.
            Some(progress) if progress.offset == len => {
                watch(&progress);
                progress
            }
            interrupted => {
                outputs::refuse_to_replace(&self.output)?;
                let start = interrupted.unwrap_or_else(|| Progress {
                    input_sha256: consumed.digest(),
                    ..Progress::default()
                });
                let lines = Lines::new(
                    BufReader::with_capacity(READ_AHEAD, input),
                    Place {
                        offset: start.offset,
                        lines: start.lines,
                    },
                    consumed,
                );
                self.advance(kms, lines, &journal, start, watch)?
            }
        };
        if progress.offset != len {
            let reason = "the input has changed while it was read";
            return Err(format!("{reason}: {}", journal.remedy()).into());
        }
        let moved = progress.outcomes.get(MOVED);
        let failed = progress.lines.saturating_sub(moved);
        outputs::publish(&self.output, progress.outputs, [moved, failed])?;
        journal.remove()?;
        Ok(progress)
    }

    /// Reads the part of the input that an interrupted job has read, leaves the input positioned after it, and refuses
    /// it if it has changed.
    ///
    /// Otherwise a line that has moved within the file might be processed twice, and another one never.
    fn consumed(
        &self,
        input: &File,
        journal: &Journal,
        interrupted: Option<&Progress>,
    ) -> Result<Consumed, Error> {
        let Some(progress) = interrupted else {
            return Ok(Consumed::default());
        };
        let consumed = Consumed::read(input, progress.offset)?;
        if consumed.digest() == progress.input_sha256 {
            return Ok(consumed);
        }
        let (input, lines) = (self.input.display(), progress.lines);
        let reason =
            format!("the first {lines} lines of {input} have changed since they were moved");
        Err(format!("{reason}: {}", journal.remedy()).into())
    }

    /// Goes from `progress` to the end of the input, and leaves a checkpoint there.
    fn advance<P: KeyProvider>(
        &self,
        kms: &Kms<P>,
        mut lines: Lines<impl BufRead + Send>,
        journal: &Journal,
        mut progress: Progress,
        mut watch: impl FnMut(&Progress),
    ) -> Result<Progress, Error> {
        let mut outputs = Outputs::open(&self.output, progress.outputs)?;
        let mut saved = Instant::now();
        watch(&progress);
        let mut batch = lines.next_batch(self.batch.get())?;
        while !batch.lines.is_empty() {
            let (next, answers) = rayon::join(
                || lines.next_batch(self.batch.get()),
                || self.answers(kms, &batch),
            );
            for share in answers? {
                outputs.append(&share.moved, &share.failed)?;
                progress.outcomes.add_all(&share.outcomes);
            }
            progress.offset = batch.end.offset;
            progress.lines = batch.end.lines;
            progress.input_sha256 = batch.consumed.digest();
            progress.outputs = outputs.lengths();
            watch(&progress);
            if saved.elapsed() >= self.checkpoint_every {
                outputs.sync()?;
                journal.write(&progress)?;
                saved = Instant::now();
            }
            batch = next?;
        }
        outputs.sync()?;
        journal.write(&progress)?;
        Ok(progress)
    }

    /// The results of a batch, in its order.
    fn answers<P: KeyProvider>(&self, kms: &Kms<P>, batch: &Batch) -> Result<Vec<Answers>, Error> {
        let share = |lines: &[(u64, Vec<u8>)]| {
            let mut answers = Answers::default();
            for (number, line) in lines {
                self.answer(kms, (*number, line), &mut answers)?;
            }
            Ok(answers)
        };
        batch.lines.par_chunks(SHARE).map(share).collect()
    }

    fn answer<P: KeyProvider>(
        &self,
        kms: &Kms<P>,
        line: (u64, &[u8]),
        answers: &mut Answers,
    ) -> Result<(), Error> {
        let row = match Row::of_line(line.1) {
            Ok(row) => row,
            Err(error) => return answers.failed(line, MALFORMED, &error),
        };
        match self.re_encrypt(kms, &row) {
            Ok(blob) => answers.moved(&Row { blob, ..row }),
            Err(error) => answers.failed(line, error.code(), &error),
        }
    }

    /// The blob of a row under the new key, bound to the same context.
    fn re_encrypt<P: KeyProvider>(&self, kms: &Kms<P>, row: &Row<'_>) -> Result<Vec<u8>, KmsError> {
        // Names the source key, so that a blob under a key of an attacker's choice is refused.
        let mut request = ReEncryptRequest::builder()
            .ciphertext_blob(row.blob.as_slice())
            .source_key_id(self.from)
            .destination_key_id(self.to);
        for (key, value) in &row.context {
            request = request
                .source_encryption_context(key, value)
                .destination_encryption_context(key, value);
        }
        let response = kms.re_encrypt(&request.build()?)?;
        Ok(response.into_ciphertext_blob())
    }
}

/// The results of some rows.
#[derive(Debug, Default)]
struct Answers {
    moved: Vec<u8>,
    failed: Vec<u8>,
    outcomes: Outcomes,
}

impl Answers {
    fn moved(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.outcomes.add(MOVED, 1);
        Ok(row::append(row, &mut self.moved)?)
    }

    fn failed(
        &mut self,
        line: (u64, &[u8]),
        exception: &str,
        message: &impl Display,
    ) -> Result<(), Error> {
        self.outcomes.add(exception, 1);
        let failure = Failure::new(line, exception, message);
        Ok(row::append(&failure, &mut self.failed)?)
    }
}

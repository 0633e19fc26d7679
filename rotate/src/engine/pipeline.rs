//! [`Engine`]: a reader, workers with one call in flight each, and the results in order.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::calls::Answer;
use super::{Calls, Stop};
use crate::Error;
use crate::backend::Call;
use crate::files::{Batch, Consumed, Lines, Outcomes, Place};
use crate::rows::{Failure, MALFORMED, Rows};

/// How rows are moved.
pub(crate) struct Engine<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) calls: Calls<'a>,
    /// The number of workers, and so the most calls in flight.
    pub(crate) workers: usize,
    /// The number of lines that a worker takes at once: one where a call takes long, and more where a worker would
    /// otherwise spend its time on taking lines.
    pub(crate) share: usize,
    /// Whether rows that fail are written among the moved rows, in the order of the input.
    pub(crate) inline: bool,
}

/// The results of some lines, in their order.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) moved: Vec<u8>,
    pub(crate) failed: Vec<u8>,
    pub(crate) outcomes: Outcomes,
    /// The key material that rows were moved to, where the service has named it.
    pub(crate) materials: Vec<String>,
    pub(crate) end: Place,
    pub(crate) consumed: Consumed,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At the end of the input.
    Whole,
    /// Before, since it was told to.
    Stopped,
}

/// How many shares may be read and not yet written, for each worker: so one slow call does not stop the others at once.
const AHEAD: usize = 8;

type Numbered<T> = (u64, T);

impl Engine<'_> {
    /// Moves all lines, and gives their results to `write` in the order of the input.
    ///
    /// After an error, the results before it have been written, and none after it.
    pub(crate) fn run<R: BufRead + Send>(
        &self,
        mut lines: Lines<R>,
        mut write: impl FnMut(Done) -> Result<(), Error>,
    ) -> Result<End, Error> {
        let (to_workers, shares) = channel();
        let (to_writer, results) = channel();
        let (permit, permits) = channel();
        for _ in 0..self.workers.max(1) * AHEAD {
            permit.send(())?;
        }
        let shares = &Mutex::new(shares);
        thread::scope(|scope| {
            let stop = self.calls.stop;
            let errors = to_writer.clone();
            scope.spawn(move || {
                let end = read(&mut lines, self.share, stop, &permits, &to_workers);
                // If the writer has ended, nobody receives the error.
                let _ = errors.send(end);
            });
            for _ in 0..self.workers.max(1) {
                let to_writer = to_writer.clone();
                scope.spawn(move || self.work(shares, &to_writer));
            }
            drop(to_writer);
            // Both ends of these are dropped at the return, which ends the other threads.
            let (results, permit) = (results, permit);
            let end = self.write_in_order(&results, &permit, &mut write);
            if end.is_err() {
                // Nobody waits for what is still in flight.
                stop.set();
            }
            end
        })
    }

    /// Answers shares until there are no more.
    fn work(&self, shares: &Mutex<Receiver<Numbered<Batch>>>, to_writer: &Sender<Message>) {
        loop {
            let next = shares.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, batch)) = next else { return };
            let answer = self.answer(batch);
            let ends = !matches!(answer, Ok(Some(_)));
            if to_writer.send(Message::Answered(number, answer)).is_err() || ends {
                return;
            }
        }
    }

    /// The results of a share. `None` if the job was told to stop before all of its rows were moved.
    fn answer(&self, batch: Batch) -> Result<Option<Box<Done>>, Error> {
        let mut done = Box::new(Done {
            moved: Vec::new(),
            failed: Vec::new(),
            outcomes: Outcomes::default(),
            materials: Vec::new(),
            end: batch.end,
            consumed: batch.consumed,
        });
        for (number, line) in &batch.lines {
            if !self.answer_line(*number, line, &mut done)? {
                return Ok(None);
            }
        }
        Ok(Some(done))
    }

    /// Returns `false` if the job was told to stop.
    fn answer_line(&self, number: u64, line: &[u8], done: &mut Done) -> Result<bool, Error> {
        let (exception, message) = match self.rows.parse(line) {
            Err(malformed) => (MALFORMED.to_owned(), malformed.0),
            Ok(row) => {
                let call = Call {
                    blob: Some(&row.blob),
                    source_context: &row.source_context,
                    destination_context: row.destination_context(),
                };
                match self.calls.re_encrypt(&call)? {
                    Answer::Stopped => return Ok(false),
                    Answer::Refused(refusal) => (refusal.exception, refusal.message),
                    Answer::Moved(moved) => {
                        done.outcomes.add(Outcomes::MOVED, 1);
                        if let Some(material) = moved.material
                            && done.materials.last() != Some(&material)
                        {
                            done.materials.push(material);
                        }
                        self.rows.append(&row, &moved.blob, &mut done.moved);
                        return Ok(true);
                    }
                }
            }
        };
        let failure = Failure {
            line: number,
            exception: &exception,
            message: &message,
        };
        let to = match self.inline {
            true => &mut done.moved,
            false => &mut done.failed,
        };
        self.rows.append_failure(line, &failure, to);
        done.outcomes.add(&exception, 1);
        Ok(true)
    }

    fn write_in_order(
        &self,
        results: &Receiver<Message>,
        permit: &Sender<()>,
        write: &mut impl FnMut(Done) -> Result<(), Error>,
    ) -> Result<End, Error> {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut end: Option<(u64, Result<End, Error>)> = None;
        let mut failure = None;
        loop {
            if end.as_ref().is_some_and(|(shares, _)| *shares == next) {
                return end.map_or(Ok(End::Stopped), |(_, end)| end);
            }
            match results.recv() {
                Ok(Message::Answered(number, Ok(answer))) => drop(waiting.insert(number, answer)),
                Ok(Message::Answered(number, Err(error))) => {
                    // The error is about all rows, so the rows before this one are not waited for either.
                    failure.get_or_insert(error);
                    self.calls.stop.set();
                    waiting.insert(number, None);
                }
                Ok(Message::Read(shares, result)) => end = Some((shares, result)),
                // All workers have ended, and the share that is next was not answered: another one stopped.
                Err(_) => return failure.map_or(Ok(End::Stopped), Err),
            }
            while let Some(answer) = waiting.remove(&next) {
                let Some(done) = answer else {
                    return failure.map_or(Ok(End::Stopped), Err);
                };
                write(*done)?;
                next += 1;
                // The reader may have ended.
                let _ = permit.send(());
            }
        }
    }
}

/// A message to the writer.
enum Message {
    /// The number of a share, and its results.
    Answered(u64, Result<Option<Box<Done>>, Error>),
    /// The number of shares that were read, and how reading ended.
    Read(u64, Result<End, Error>),
}

/// Reads shares until the end, an error, or the writer's end.
fn read<R: BufRead>(
    lines: &mut Lines<R>,
    share: usize,
    stop: &Stop,
    permits: &Receiver<()>,
    to_workers: &Sender<Numbered<Batch>>,
) -> Message {
    let mut shares = 0;
    loop {
        if permits.recv().is_err() || stop.is_set() {
            return Message::Read(shares, Ok(End::Stopped));
        }
        match lines.next_batch(share) {
            Err(error) => return Message::Read(shares, Err(error)),
            Ok(batch) if batch.lines.is_empty() => return Message::Read(shares, Ok(End::Whole)),
            Ok(batch) => {
                if to_workers.send((shares, batch)).is_err() {
                    return Message::Read(shares, Ok(End::Stopped));
                }
                shares += 1;
            }
        }
    }
}

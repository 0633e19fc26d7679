//! The job: moves every row of a file exactly once, even across interruptions.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::Error;
use crate::engine::{Done, End, Engine};
use crate::files::{
    Consumed, Journal, Lengths, Lines, Lock, Names, Outputs, Place, Progress, Quoting,
    refuse_to_replace,
};
use crate::rows::{Format, Rows};

/// The number of bytes of the input that are read at once.
pub(crate) const READ_AHEAD: usize = 256 * 1024;

/// A file of rows to move.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) input: PathBuf,
    pub(crate) names: Names,
    /// The settings that identify the job: other options make another job.
    pub(crate) settings: Map<String, Value>,
    /// The maximum length of a row in bytes.
    pub(crate) longest: u64,
    /// The interval of checkpoints, and so the work that an interruption may cost.
    pub(crate) checkpoint_every: Duration,
}

/// How far a job has come.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) end: End,
    pub(crate) progress: Progress,
}

impl Job {
    /// Does the rest of the job, and reports its progress to `watch` at the start and after every share. `check` is
    /// asked before the outputs get their names.
    ///
    /// An error, a signal or a loss of power may end it at any point. It continues from its last checkpoint when it is
    /// run again.
    pub(crate) fn run(
        &self,
        engine: &Engine<'_>,
        mut watch: impl FnMut(&Progress),
        check: impl FnOnce(&Progress) -> Result<(), Error>,
    ) -> Result<Outcome, Error> {
        let _lock = Lock::take(&self.names.moved)?;
        let input = File::open(&self.input)
            .map_err(|error| format!("{}: {error}", self.input.display()))?;
        let journal = Journal::new(&self.names.moved, self.settings.clone());
        let interrupted = journal.read()?;
        let is_whole = interrupted
            .as_ref()
            .is_some_and(|progress| input.metadata().is_ok_and(|m| m.len() == progress.offset));
        let consumed = self.consumed(&input, &journal, interrupted.as_ref())?;
        let (end, progress) = match interrupted {
            // Only the final names are missing, and one of the two may exist already.
            Some(progress) if is_whole => {
                watch(&progress);
                (End::Whole, progress)
            }
            interrupted => {
                refuse_to_replace(&self.names)?;
                let place = interrupted
                    .as_ref()
                    .map_or_else(Place::default, Progress::place);
                let reader = BufReader::with_capacity(READ_AHEAD, &input);
                let quoting = quoting(engine.rows);
                let lines = Lines::new(reader, quoting, self.longest, place, consumed);
                self.advance(engine, &input, lines, &journal, interrupted, watch)?
            }
        };
        if end == End::Whole {
            check(&progress)?;
            let rows = (quoting(engine.rows) == Quoting::None)
                .then(|| [progress.outcomes.moved(), progress.outcomes.failed()]);
            self.names.publish(progress.outputs, rows)?;
            journal.remove()?;
        }
        Ok(Outcome { end, progress })
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
        let (name, lines, remedy) = (self.input.display(), progress.lines, journal.remedy());
        if consumed.digest() != progress.input_sha256 {
            let reason =
                format!("the first {lines} lines of {name} have changed since they were moved");
            return Err(format!("{reason}: {remedy}").into());
        }
        if progress.cut && input.metadata()?.len() > progress.offset {
            let reason = format!(
                "line {lines} of {name} was the last line that was moved, and has grown since"
            );
            return Err(format!("{reason}: {remedy}").into());
        }
        Ok(consumed)
    }

    /// Goes from `interrupted` towards the end of the input, and leaves a checkpoint where it ends.
    fn advance<R: Read + Send>(
        &self,
        engine: &Engine<'_>,
        input: &File,
        mut lines: Lines<BufReader<R>>,
        journal: &Journal,
        interrupted: Option<Progress>,
        mut watch: impl FnMut(&Progress),
    ) -> Result<(End, Progress), Error> {
        let lengths = interrupted
            .as_ref()
            .map_or_else(Lengths::default, |progress| progress.outputs);
        let mut outputs = Outputs::open(&self.names, lengths)?;
        let mut progress = match interrupted {
            Some(progress) => progress,
            None => begin(engine.rows, &mut lines, &mut outputs)?,
        };
        watch(&progress);
        let mut saved = Instant::now();
        let end = engine.run(lines, |done| {
            if done.end.cut && input.metadata()?.len() > done.end.offset {
                return Err(self.has_grown().into());
            }
            outputs.append(&done.moved, &done.failed)?;
            add(&mut progress, done, outputs.lengths());
            watch(&progress);
            if saved.elapsed() >= self.checkpoint_every {
                outputs.sync()?;
                journal.write(&progress)?;
                saved = Instant::now();
            }
            Ok(())
        });
        // Also after an error: what was moved before it need not be moved again.
        let checkpoint = outputs.sync().and_then(|()| journal.write(&progress));
        let end = end?;
        checkpoint?;
        if end == End::Whole && input.metadata()?.len() != progress.offset {
            return Err(self.has_grown().into());
        }
        Ok((end, progress))
    }

    fn has_grown(&self) -> String {
        format!(
            "{} has grown or shrunk while it was read: run the same command again when nobody writes to it, and it goes on \
             from its last checkpoint",
            self.input.display()
        )
    }
}

/// The progress of a job at its start, when only the header of CSV is done.
fn begin<R: Read>(
    rows: &Rows,
    lines: &mut Lines<BufReader<R>>,
    outputs: &mut Outputs,
) -> Result<Progress, Error> {
    if let Format::Csv(layout) = &rows.format
        && layout.has_header()
    {
        lines.next_line()?;
        let [moved, failed] = rows.headers();
        outputs.append(&moved, &failed)?;
    }
    let Place {
        offset,
        lines: number,
        cut,
    } = lines.place();
    Ok(Progress {
        offset,
        lines: number,
        cut,
        input_sha256: lines.consumed().digest(),
        outputs: outputs.lengths(),
        ..Progress::default()
    })
}

fn add(progress: &mut Progress, done: Done, outputs: Lengths) {
    progress.outcomes.add_all(&done.outcomes);
    for material in done.materials {
        if !progress.materials.contains(&material) {
            progress.materials.insert(material);
        }
    }
    progress.offset = done.end.offset;
    progress.lines = done.end.lines;
    progress.cut = done.end.cut;
    progress.input_sha256 = done.consumed.digest();
    progress.outputs = outputs;
}

pub(crate) fn quoting(rows: &Rows) -> Quoting {
    match rows.format {
        Format::Jsonl => Quoting::None,
        Format::Csv(_) => Quoting::Csv,
    }
}

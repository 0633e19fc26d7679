//! Moves a file of blobs to a new key with `ReEncrypt`, on all cores and in bounded memory. It may be interrupted at
//! any time.
//!
//! ```sh
//! kms-rotate make --rows 1000000 --damaged-every 1000 --out blobs.jsonl
//! kms-rotate run --in blobs.jsonl --out moved.jsonl
//! ```
//!
//! A row is `{"id": …, "blob": "base64", "context": {"key": "value"}}`; the id is any JSON. Rows that were moved are in
//! the output, in the order of the input. Rows that failed are in `moved.jsonl.failed.jsonl`, each with its line
//! number, its exception and its message; `jq -c .row` restores the original rows.
//!
//! Until the job is done, the rows are in `*.part` files, and `moved.jsonl.progress` says how much of them is valid.
//! Kill the process and run it again: it continues from there, unless the input has changed before that place. A lock
//! on `moved.jsonl.lock` keeps a second process away from the same output.
//!
//! To use your own keys, change `ring.rs`.

mod job;
mod journal;
mod lines;
mod lock;
mod make;
mod outputs;
mod ring;
mod row;
#[cfg(test)]
mod tests;

use core::num::NonZero;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use kms_reencrypt::Kms;
use lexopt::prelude::*;

use job::{Job, MOVED};
use make::Make;
use ring::Ring;

type Error = Box<dyn std::error::Error + Send + Sync>;

const HELP: &str = "\
Moves a file of ciphertext blobs to a new key.

Usage: kms-rotate COMMAND [OPTIONS]

Commands:
  make    Make blobs under the old key, to try it with.
  run     Move them to the new key. If it was interrupted, run it again: it continues.

Options of make:
  --out FILE              Where to write the rows. Must not exist.
  --rows N                How many [default: 1000000].
  --damaged-every N       Damage every Nth row, so that it can't be moved [default: no row].

Options of run:
  --in FILE               Rows: one JSON object a line, with id, blob and context.
  --out FILE              Where to write the moved rows. Must not exist. What fails goes to
                          FILE.failed.jsonl.
  --batch N               Rows that are moved at a time [default: 4096].

  --help                  Print this help.

The exit code of run is 0 if all rows were moved, 1 if it could not continue, 2 if rows failed.";

/// The command on the command line.
enum Command {
    Help,
    Make {
        make: Make,
        output: PathBuf,
    },
    Run {
        input: PathBuf,
        output: PathBuf,
        batch: NonZero<usize>,
    },
}

fn main() -> ExitCode {
    match command(lexopt::Parser::from_env()).and_then(execute) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<ExitCode, Error> {
    let ring = Ring::new()?;
    match command {
        Command::Help => println!("{HELP}"),
        Command::Make { make, output } => {
            let file = File::create_new(&output);
            let file = file.map_err(|error| format!("{}: {error}", output.display()))?;
            make.write(&ring, BufWriter::new(file))?;
        }
        Command::Run {
            input,
            output,
            batch,
        } => {
            let job = Job {
                input,
                output,
                from: ring.old,
                to: ring.new,
                batch,
                checkpoint_every: Duration::from_secs(1),
            };
            return run(&job, &ring);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a job with a progress bar and a summary.
fn run(job: &Job, ring: &Ring) -> Result<ExitCode, Error> {
    let input = job.input.metadata();
    let input = input.map_err(|error| format!("{}: {error}", job.input.display()))?;
    let template = "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left";
    let bar = ProgressBar::new(input.len()).with_style(ProgressStyle::with_template(template)?);
    let started = Instant::now();
    let rate = |rows: u64| {
        let millis = started.elapsed().as_millis().max(1);
        u64::try_from(u128::from(rows) * 1000 / millis).unwrap_or(u64::MAX)
    };
    let mut before = None;
    let progress = job.run(&Kms::new(ring.keyring.clone()), |progress| {
        bar.set_position(progress.offset);
        let Some(before) = before else {
            // The progress of an earlier process does not predict the time that is left.
            bar.reset_eta();
            before = Some(progress.lines);
            return;
        };
        let rate = HumanCount(rate(progress.lines - before));
        bar.set_message(format!("{rate} rows/s"));
    })?;
    bar.finish_and_clear();

    let line = |what: &str, count| println!("{what:<32} {:>12}", HumanCount(count).to_string());
    for (outcome, rows) in progress.outcomes.iter() {
        line(outcome, rows);
    }
    line("rows", progress.lines);
    let before = before.unwrap_or_default();
    if before > 0 {
        line("rows before the interruption", before);
    }
    line("rows/s", rate(progress.lines - before));
    let all_moved = progress
        .outcomes
        .iter()
        .all(|(outcome, _)| outcome == MOVED);
    Ok(ExitCode::from(if all_moved { 0 } else { 2 }))
}

fn command(mut arguments: lexopt::Parser) -> Result<Command, Error> {
    let mut name = None;
    let (mut input, mut output) = (None, None);
    let mut rows = 1_000_000;
    let mut damaged_every = None;
    let mut batch = NonZero::new(4096).ok_or("no rows")?;
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if name.is_none() => name = Some(value.string()?),
            Long("in") => input = Some(arguments.value()?.into()),
            Long("out") => output = Some(arguments.value()?.into()),
            Long("rows") => rows = arguments.value()?.parse()?,
            Long("damaged-every") => damaged_every = Some(arguments.value()?.parse()?),
            Long("batch") => batch = arguments.value()?.parse()?,
            Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let output = output.ok_or("--out is missing");
    match name.as_deref() {
        Some("make") => Ok(Command::Make {
            make: Make {
                rows,
                damaged_every,
            },
            output: output?,
        }),
        Some("run") => Ok(Command::Run {
            input: input.ok_or("--in is missing")?,
            output: output?,
            batch,
        }),
        _ => Err("the command is make or run: see --help".into()),
    }
}

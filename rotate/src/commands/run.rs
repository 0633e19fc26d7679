//! `kms-rotate run`.

use std::fs;
use std::io::{self, BufReader};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{ROWS_FAILED, STOPPED, verify::tell};
use crate::Error;
use crate::backend::{Backend, DryRun, Keys};
use crate::cli::{FormatName, RunOptions, settings};
use crate::engine::{Calls, End, Engine, Notices, Pace, Retries, Stop};
use crate::files::{Names, Outcomes, Progress, Quoting, beside};
use crate::filter::{self, Failures, read_header};
use crate::job::{Job, quoting};
use crate::look::look;
use crate::preflight::{can_ask_without_rows, preflight};
use crate::report::{Bar, outcomes};
use crate::rows::Rows;
use crate::verify::{Expected, verify};

/// The number of rows that the preflight looks at, to find the keys that are in use.
const LOOKED_AT: u64 = 10_000;

/// The number of lines that a worker takes at once, if a call takes microseconds.
const SHARE_OF_RING: usize = 64;

/// How long a call of the preflight is repeated.
pub(super) const BUDGET_OF_PREFLIGHT: Duration = Duration::from_secs(15);

/// Calls in flight, if a call takes milliseconds.
const IN_FLIGHT: usize = 16;

pub(super) fn execute(options: &RunOptions) -> Result<ExitCode, Error> {
    let stop = Stop::on_signals()?;
    let keys = options.keys.keys()?;
    let opened = options.backend.open(&keys)?;
    let dry_run = DryRun(&*opened.backend);
    let backend: &dyn Backend = if options.dry_run {
        &dry_run
    } else {
        &*opened.backend
    };
    let pace = Pace::new(options.rate);
    let notices = Notices::default();
    let calls = Calls {
        backend,
        pace: &pace,
        retries: Retries::within(Duration::from_secs(options.retry_for)),
        stop: &stop,
        notices: &notices,
    };
    let processors = || thread::available_parallelism().map_or(1, NonZero::get);
    let workers = match options.in_flight {
        Some(in_flight) => in_flight.get().into(),
        None if opened.is_ring => processors(),
        None => IN_FLIGHT,
    };
    let share = if opened.is_ring { SHARE_OF_RING } else { 1 };
    let way = Way {
        calls,
        workers,
        share,
    };
    match (&options.input, &options.output) {
        (Some(input), Some(output)) => {
            let rows = options.table.rows(input)?;
            let output = match options.dry_run {
                true => beside(output, ".dry-run"),
                false => output.clone(),
            };
            let settings = settings_of(options, &keys, &rows, opened.settings)?;
            run_file(
                options,
                &keys,
                &way.engine(&rows, false),
                (input, &output),
                settings,
            )
        }
        _ => run_filter(options, &keys, &way),
    }
}

/// How rows are moved, whatever their source.
struct Way<'a> {
    calls: Calls<'a>,
    workers: usize,
    share: usize,
}

impl Way<'_> {
    fn engine<'r>(&'r self, rows: &'r Rows, inline: bool) -> Engine<'r> {
        Engine {
            rows,
            calls: self.calls,
            workers: self.workers,
            share: self.share,
            inline,
        }
    }
}

fn run_file(
    options: &RunOptions,
    keys: &Keys,
    engine: &Engine<'_>,
    (input, output): (&PathBuf, &Path),
    settings: Map<String, Value>,
) -> Result<ExitCode, Error> {
    let longest = options.table.max_row_bytes;
    if !options.no_preflight {
        let found = look(input, engine.rows, longest, LOOKED_AT)?;
        let report = preflight(
            &in_preflight(&engine.calls),
            engine.rows,
            keys,
            Some(&found),
        )?;
        for warning in report.warnings {
            eprintln!("{warning}");
        }
    }
    let extension = match quoting(engine.rows) {
        Quoting::Csv => "csv",
        Quoting::None => "jsonl",
    };
    let names = Names::new(output, options.failed.as_deref(), extension);
    let job = Job {
        input: input.clone(),
        names,
        settings,
        longest,
        checkpoint_every: Duration::from_millis(options.checkpoint_millis),
    };
    let len = fs::metadata(input).map_err(|error| format!("{}: {error}", input.display()))?;
    let mut bar = Bar::new(len.len())?;
    let check = |progress: &Progress| match options.verify {
        true => check_output(&job, engine.rows, keys, progress),
        false => Ok(()),
    };
    let outcome = job.run(engine, |progress| bar.show(progress), check)?;
    print!("{}", bar.finish(&outcome.progress));
    if outcome.end == End::Stopped {
        println!("stopped: run the same command again, and it goes on from here");
    }
    Ok(status(options, outcome.end, &outcome.progress.outcomes))
}

/// The calls of a preflight. Their budget is short: a person waits for them, and nothing is lost by giving up.
fn in_preflight<'a>(calls: &Calls<'a>) -> Calls<'a> {
    let budget = calls.retries.budget.min(BUDGET_OF_PREFLIGHT);
    Calls {
        retries: Retries::within(budget),
        ..*calls
    }
}

/// Refuses to publish an output that is not all under the destination's key material.
fn check_output(job: &Job, rows: &Rows, keys: &Keys, progress: &Progress) -> Result<(), Error> {
    let algorithm = keys.destination_algorithm.as_deref();
    let expected = Expected::of_algorithm(algorithm)
        .unwrap_or_else(|| Expected::Material(progress.materials.clone()));
    let verified = verify(&job.names.moved_so_far(), rows, job.longest, &expected)?;
    tell(&verified);
    let moved = progress.outcomes.moved();
    if verified.misfits == 0 && verified.rows == moved {
        return Ok(());
    }
    let refusal = format!(
        "{} of {} rows are not under the destination key, where {moved} were moved. Nothing was published: remove the files \
         of the job and begin anew",
        verified.misfits, verified.rows
    );
    Err(refusal.into())
}

fn run_filter(options: &RunOptions, keys: &Keys, way: &Way<'_>) -> Result<ExitCode, Error> {
    let failed = options.failed.as_deref().ok_or("--stdin needs --failed")?;
    let failures = Failures::of_option(failed)?;
    let is_csv = options.table.format == Some(FormatName::Csv);
    let mut input = BufReader::new(io::stdin());
    let header = match is_csv && options.table.no_header.is_none() {
        true => Some(read_header(&mut input)?),
        false => None,
    };
    let rows = options.table.rows_of(is_csv, header.as_deref())?;
    let engine = way.engine(&rows, failures == Failures::Inline);
    if !options.no_preflight && can_ask_without_rows(engine.rows, keys) {
        preflight(&in_preflight(&engine.calls), engine.rows, keys, None)?;
    }
    let (end, done) = filter::run(
        &engine,
        input,
        io::stdout(),
        &failures,
        options.table.max_row_bytes,
        header.as_deref(),
    )?;
    if done.failed() > 0 {
        eprint!("{}", outcomes(&done));
    }
    Ok(status(options, end, &done))
}

fn status(options: &RunOptions, end: End, outcomes: &Outcomes) -> ExitCode {
    ExitCode::from(match end {
        End::Stopped => STOPPED,
        End::Whole if outcomes.failed() > 0 && !options.allow_failed => ROWS_FAILED,
        End::Whole => 0,
    })
}

/// The settings that the results of a job depend on, by the names of their options.
fn settings_of(
    options: &RunOptions,
    keys: &Keys,
    rows: &Rows,
    backend: Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let mut all = settings(json!({
        "--from": keys.from,
        "--to": keys.to,
        "--source-algorithm": keys.source_algorithm,
        "--destination-algorithm": keys.destination_algorithm,
        "--dry-run": options.dry_run,
        "--failed": options.failed,
        "the options of rows": rows,
    }));
    all.extend(backend);
    Ok(all)
}

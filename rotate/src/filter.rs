//! The filter: rows in on standard input, rows out on standard output, for engines that run many of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::{fs, process};

use crate::Error;
use crate::engine::{End, Engine};
use crate::files::{Consumed, Lines, Outcomes, Place, beside};
use crate::job::{READ_AHEAD, quoting};
use crate::rows::{Format, Rows};

/// Where the rows that fail go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failures {
    /// Among the others, on standard output.
    Inline,
    /// To a file, which gets its name when all rows are done.
    File(PathBuf),
}

impl Failures {
    /// `-` is standard output. `{pid}` in a name becomes the process id: an engine starts many filters on one machine.
    pub(crate) fn of_option(name: &Path) -> Result<Self, Error> {
        if name == Path::new("-") {
            return Ok(Self::Inline);
        }
        let name = name.to_str().ok_or("--failed is not UTF-8 text")?;
        let name = name.replace("{pid}", &process::id().to_string());
        Ok(Self::File(name.into()))
    }
}

/// Moves all rows of `input`. Results are flushed as they come. The engine puts failures among the rows if they are to be
/// inline.
pub(crate) fn run<R: Read + Send>(
    engine: &Engine<'_>,
    input: R,
    output: impl Write,
    failures: &Failures,
    longest: u64,
    header_in: Option<&[u8]>,
) -> Result<(End, Outcomes), Error> {
    let mut output = BufWriter::new(output);
    let mut failed = match failures {
        Failures::Inline => None,
        Failures::File(name) => Some(BufWriter::new(part_of(name)?)),
    };
    let reader = BufReader::with_capacity(READ_AHEAD, input);
    let place = Place {
        lines: u64::from(header_in.is_some()),
        ..Place::default()
    };
    let lines = Lines::new(
        reader,
        quoting(engine.rows),
        longest,
        place,
        Consumed::default(),
    );
    if header_in.is_some() {
        write_headers(engine.rows, &mut output, failed.as_mut())?;
    }
    let mut outcomes = Outcomes::default();
    let end = engine.run(lines, |done| {
        output.write_all(&done.moved).map_err(cannot_write)?;
        if let Some(failed) = &mut failed {
            failed.write_all(&done.failed)?;
        }
        output.flush().map_err(cannot_write)?;
        outcomes.add_all(&done.outcomes);
        Ok(())
    })?;
    output.flush().map_err(cannot_write)?;
    if let (Some(failed), Failures::File(name)) = (failed, failures) {
        let file = failed.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        fs::rename(beside(name, ".part"), name)?;
    }
    Ok((end, outcomes))
}

/// Reads the first line of a table with a header: without it no row can be read.
pub(crate) fn read_header(input: &mut impl BufRead) -> Result<Vec<u8>, Error> {
    let mut header = Vec::new();
    input.take(1024 * 1024).read_until(b'\n', &mut header)?;
    header.pop_if(|last| *last == b'\n');
    Ok(header)
}

fn part_of(name: &Path) -> Result<File, Error> {
    let part = beside(name, ".part");
    if name.try_exists()? {
        let refusal = "exists, and would not be replaced: name another file, or move it away";
        return Err(format!("{} {refusal}", name.display()).into());
    }
    File::create(&part).map_err(|error| format!("{}: {error}", part.display()).into())
}

fn write_headers<W: Write>(
    rows: &Rows,
    output: &mut W,
    failed: Option<&mut BufWriter<File>>,
) -> Result<(), Error> {
    let [moved, of_failures] = rows.headers();
    match (&rows.format, failed) {
        (Format::Csv(_), Some(failed)) => {
            output.write_all(&moved)?;
            failed.write_all(&of_failures)?;
        }
        // A table has one header, but moved rows and failures have different columns.
        (Format::Csv(_), None) => {
            let refusal = "--failed - puts rows of two kinds into one table: it needs --no-header, or JSON lines";
            return Err(refusal.into());
        }
        (Format::Jsonl, _) => {}
    }
    Ok(())
}

fn cannot_write(error: io::Error) -> Error {
    format!(
        "standard output cannot be written: {error}. What has arrived there is incomplete: drop it, repair that and run \
         the command again on the same rows"
    )
    .into()
}

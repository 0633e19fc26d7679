//! `kms-rotate plan`.

use std::process::ExitCode;

use super::run::BUDGET_OF_PREFLIGHT;
use crate::Error;
use crate::cli::PlanOptions;
use crate::engine::{Calls, Notices, Pace, Retries, Stop};
use crate::look::{Found, look};
use crate::preflight::preflight;
use crate::rows::Rows;

pub(super) fn execute(options: &PlanOptions) -> Result<ExitCode, Error> {
    let rows = options.table.rows(&options.input)?;
    let longest = options.table.max_row_bytes;
    let found = look(&options.input, &rows, longest, u64::MAX)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        print!("{found}");
    }
    if options.preflight {
        ask(options, &rows, &found)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(options: &PlanOptions, rows: &Rows, found: &Found) -> Result<(), Error> {
    let keys = options.keys.keys()?;
    let opened = options.backend.open(&keys)?;
    let calls = Calls {
        backend: &*opened.backend,
        pace: &Pace::new(None),
        retries: Retries::within(BUDGET_OF_PREFLIGHT),
        stop: &Stop::default(),
        notices: &Notices::default(),
    };
    let report = preflight(&calls, rows, &keys, Some(found))?;
    for warning in report.warnings {
        eprintln!("{warning}");
    }
    // Standard output is the plan's, which a program may read.
    eprintln!(
        "\nPreflight: the caller may move rows of {} of the keys",
        report.usable
    );
    Ok(())
}

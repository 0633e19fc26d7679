//! `kms-rotate make`.

use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;

use crate::Error;
use crate::backend::Keys;
use crate::cli::MakeOptions;
use crate::make::{Make, make_ring_file};

pub(super) fn execute(options: &MakeOptions) -> Result<ExitCode, Error> {
    if let Some(ring) = &options.backend.ring {
        make_ring_file(ring)?;
    }
    // Nothing is moved.
    let opened = options.backend.open(&Keys {
        to: options.from.clone(),
        ..Keys::default()
    })?;
    let file = File::create_new(&options.output);
    let file = file.map_err(|error| format!("{}: {error}", options.output.display()))?;
    let make = Make {
        rows: options.rows,
        damaged_every: options.damaged_every,
        from: options.from.clone(),
        foreign: options.foreign.clone(),
        threads: options.in_flight,
    };
    make.write(&*opened.backend, BufWriter::new(file))?;
    Ok(ExitCode::SUCCESS)
}

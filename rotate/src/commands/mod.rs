//! The commands.

mod make;
mod plan;
mod run;
mod verify;

use std::process::ExitCode;

use crate::Error;
use crate::cli::Command;

/// The exit status of a run in which rows failed, or of an output with rows under other key material.
pub(crate) const ROWS_FAILED: u8 = 2;

/// The exit status of a run that was told to stop, as shells have it for SIGINT.
pub(crate) const STOPPED: u8 = 130;

pub(crate) fn execute(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Plan(options) => plan::execute(&options),
        Command::Run(options) => run::execute(&options),
        Command::Verify(options) => verify::execute(&options),
        Command::Make(options) => make::execute(&options),
    }
}

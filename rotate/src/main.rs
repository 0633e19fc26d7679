//! `kms-rotate` moves tables of AWS KMS ciphertexts to another key with `ReEncrypt`. `kms-rotate --help` says how, and
//! `docs/bulk.md` in the repository describes large jobs.

mod backend;
mod cli;
mod commands;
mod engine;
mod files;
mod filter;
mod job;
mod look;
mod make;
mod preflight;
mod report;
mod rows;
#[cfg(test)]
mod tests;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match commands::execute(cli::Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

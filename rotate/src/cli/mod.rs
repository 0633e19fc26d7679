//! The command line.

mod keys;
mod table;

use core::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use keys::{BackendOptions, KeyOptions, settings};
pub(crate) use table::{FormatName, TableOptions};

/// How to use it, for both helps.
const STEPS: &str = "\
A row is a line with a ciphertext in it: a JSON object a line, or a record of CSV. kms-rotate sends each ciphertext to
KMS's ReEncrypt and writes the row again with the new ciphertext. Plaintexts never leave KMS.

  1. kms-rotate plan --in rows.jsonl
       What is in the file? No call is made.
  2. kms-rotate plan --in rows.jsonl --preflight --from alias/old --to alias/new
       Are the permissions there? One dry run for each key.
  3. kms-rotate run --in rows.jsonl --out moved.jsonl --from alias/old --to alias/new --verify
       Moves the rows. Stop it as you like and run it again: it goes on where it was.
  4. kms-rotate run --in moved.jsonl.failed.jsonl --out moved2.jsonl --from alias/old --to alias/new
       The rows that failed, when their cause is gone.";

/// Moves tables of AWS KMS ciphertexts to another key with ReEncrypt
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = STEPS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is in a file, and ask whether it can be moved
    Plan(PlanOptions),
    /// Move the rows of a file or of standard input
    Run(Box<RunOptions>),
    /// Check that every row of a file is under the destination's key material
    Verify(VerifyOptions),
    /// Make rows to try it with
    Make(MakeOptions),
}

#[derive(Args, Debug)]
pub(crate) struct PlanOptions {
    /// The rows
    #[arg(long = "in", value_name = "FILE")]
    pub(crate) input: PathBuf,

    /// Ask KMS whether the rows can be moved, by a dry run of one row of each key
    #[arg(long)]
    pub(crate) preflight: bool,

    /// Write the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) backend: BackendOptions,
    #[command(flatten)]
    pub(crate) table: TableOptions,
}

/// How KMS counts.
const QUOTAS: &str = "\
How KMS counts (AWS's guide, \"Request quotas\"): a ReEncrypt is one request of the shared quota for cryptographic operations
of the account that sends it, in the Region it is sent to, also if the keys belong to other accounts. With symmetric keys the
default is 10,000 a second; 20,000 in us-east-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1 and eu-west-2;
100,000 in us-east-1, us-west-2 and eu-west-1. With RSA keys it is 1,000, and a key in a custom key store allows 1,800 in all.
The guide does not say that ReEncrypt counts twice, nor how one between a symmetric and an RSA key counts: keep --rate below
the smaller one. Other programs of the account use the same quota: leave them their part. Dry runs count as well.

Exit status: 0 if all rows were moved, 1 if the run could not go on, 2 if rows failed, 130 if it was stopped (Ctrl-C). After 1
and 130, the same command goes on where it was.";

#[derive(Args, Debug)]
#[command(
    override_usage = "kms-rotate run --in FILE --out FILE --to KEY [OPTIONS]\n       kms-rotate run --stdin --failed FILE --to KEY [OPTIONS] < FILE > FILE",
    after_long_help = QUOTAS,
    after_help = "--help also says how KMS counts requests, and what the exit status means."
)]
pub(crate) struct RunOptions {
    /// The rows
    #[arg(long = "in", value_name = "FILE", required_unless_present = "stdin")]
    pub(crate) input: Option<PathBuf>,

    /// Where the moved rows go, in input order; the file gets its name when it is complete, and must not exist yet
    #[arg(long = "out", value_name = "FILE", required_unless_present = "stdin")]
    pub(crate) output: Option<PathBuf>,

    /// Where the rows that fail go, with exception and message: the next run's input [default: OUT.failed.jsonl]
    ///
    /// --stdin needs it: - puts them among the moved rows, and {pid} in the name becomes the process id.
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,

    /// Act as a filter: rows in on standard input, rows out on standard output
    ///
    /// For Spark's RDD.pipe, Hadoop streaming, GNU parallel. The engine repeats a filter that ends with a status other than
    /// 0 or is killed. It must then drop what that filter has written, as the engines named here do.
    #[arg(long, conflicts_with_all = ["input", "output", "verify"], requires = "failed")]
    pub(crate) stdin: bool,

    /// End with status 0 even if rows failed
    #[arg(long)]
    pub(crate) allow_failed: bool,

    /// Move nothing: every row is a dry run, and OUT.dry-run has the rows that would be moved, unchanged
    #[arg(long, conflicts_with_all = ["stdin", "verify"])]
    pub(crate) dry_run: bool,

    /// Before the output gets its name, check that each of its ciphertexts is under the destination's key material
    #[arg(long)]
    pub(crate) verify: bool,

    /// Begin without a dry run of a row of each key
    #[arg(long)]
    pub(crate) no_preflight: bool,

    /// Calls in flight at once [default: 16; with a ring, one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) in_flight: Option<NonZero<u16>>,

    /// At most this many calls a second, repeated ones and preflight included: keep it below the quota (--help) [default:
    /// no limit]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,

    /// How long to repeat a call that is throttled or not answered; then the run ends, and nothing is lost
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) retry_for: u64,

    /// How much work an interruption may cost
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000)]
    pub(crate) checkpoint_millis: u64,

    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) backend: BackendOptions,
    #[command(flatten)]
    pub(crate) table: TableOptions,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyOptions {
    /// The moved rows
    #[arg(long = "in", value_name = "FILE")]
    pub(crate) input: PathBuf,

    /// A key material that rows may be under; without it, KMS is asked for the current one of --to
    #[arg(long = "material", value_name = "ID")]
    pub(crate) materials: Vec<String>,

    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) backend: BackendOptions,
    #[command(flatten)]
    pub(crate) table: TableOptions,
}

#[derive(Args, Debug)]
pub(crate) struct MakeOptions {
    /// Where the rows go; it must not exist
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// How many
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) rows: u64,

    /// Damage every Nth row, so that it can't be moved
    #[arg(long, value_name = "N")]
    pub(crate) damaged_every: Option<NonZero<u64>>,

    /// The key that the rows are under
    #[arg(long, value_name = "KEY", default_value = "alias/old")]
    pub(crate) from: String,

    /// The key of some damaged rows
    #[arg(long, value_name = "KEY", default_value = "alias/foreign")]
    pub(crate) foreign: String,

    /// Calls in flight at once
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) in_flight: NonZero<u16>,

    #[command(flatten)]
    pub(crate) backend: BackendOptions,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= 1e7 => Ok(rate),
        _ => Err("a number of calls a second, above 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_options_of_all_commands_fit_together() {
        Cli::command().debug_assert();
    }
}

//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Asks a KMS what AWS KMS is known to answer, and compares.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the cases and write every answer, with account ids and key ids replaced, to send in
    Record {
        #[command(flatten)]
        run: RunArguments,
        /// The file to write
        #[arg(long, default_value = "kms-kit.record.json")]
        out: PathBuf,
    },
    /// Make one page of the results of several runs, a column for each
    Report {
        /// Files that `--json` has written
        #[arg(required = true)]
        results: Vec<PathBuf>,
        /// Write a page of HTML
        #[arg(long)]
        html: Option<PathBuf>,
        /// Write Markdown
        #[arg(long)]
        markdown: Option<PathBuf>,
    },
    /// List the cases
    List {
        #[command(flatten)]
        only: Only,
    },
    /// Take away what a run has left, by its state file
    Clean {
        #[command(flatten)]
        run: RunArguments,
    },
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunArguments {
    /// The address of a server, for example http://127.0.0.1:4566
    #[arg(long)]
    pub(crate) endpoint: Option<String>,
    /// Ask AWS itself. Says what it will create and what that costs, and asks, before it begins
    #[arg(long, conflicts_with = "endpoint")]
    pub(crate) aws: bool,
    /// The profile of an administrator of KMS
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The profile of a user or role of the same account that has no policy of its own
    #[arg(long)]
    pub(crate) second_profile: Option<String>,
    /// The profile of an administrator of KMS in another account
    #[arg(long)]
    pub(crate) stranger_profile: Option<String>,
    /// The Region to ask
    #[arg(long, default_value = "us-east-1")]
    pub(crate) region: String,
    /// Another Region of the same partition, for replicas
    #[arg(long, default_value = "us-west-2")]
    pub(crate) abroad: String,
    /// The name of the column in reports
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The version of the server, for reports
    #[arg(long)]
    pub(crate) server_version: Option<String>,
    #[command(flatten)]
    pub(crate) only: Only,
    /// Where the run keeps what it has made and asked. If the file is there, that run goes on
    #[arg(long)]
    pub(crate) state: Option<PathBuf>,
    /// Do not ask before AWS is touched
    #[arg(long)]
    pub(crate) yes: bool,
    /// Write the results as JSON
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Write the results as a page of HTML
    #[arg(long)]
    pub(crate) html: Option<PathBuf>,
    /// Print each case that does not agree
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Only {
    /// Only cases whose ids begin so; may be given several times
    #[arg(long)]
    pub(crate) only: Vec<String>,
}

impl Only {
    pub(crate) fn has(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|start| id.starts_with(start))
    }
}

//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  kms-kit --endpoint http://127.0.0.1:4566 --html answers.html
  kms-kit --endpoint http://127.0.0.1:4566 --only grants/ --verbose
  kms-kit --aws --profile test --region us-east-1 --second-profile nobody --json aws.json
  kms-kit report aws.json moto.json --html both.html

The exit status is 0 if every answer is as known, 1 if one is not, and 2 if the run was not finished.";

/// Asks a KMS some six hundred questions, and compares its answers with those that AWS KMS is known or guessed to give
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = EXAMPLES
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the cases, and write every answer to a file that can be sent: account ids, key ids and principals are replaced
    Record {
        #[command(flatten)]
        run: RunArguments,
        /// The file to write
        #[arg(long, value_name = "FILE", default_value = "kms-kit.record.json")]
        out: PathBuf,
    },
    /// Compare several runs: a table of sections, or a page with a column for each run
    Report {
        /// Files that --json has written
        #[arg(required = true, value_name = "FILE")]
        results: Vec<PathBuf>,
        /// Write a page of HTML that needs no other files
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write Markdown
        #[arg(long, value_name = "FILE")]
        markdown: Option<PathBuf>,
    },
    /// List the cases: id, evidence, and what each shows
    List {
        #[command(flatten)]
        only: Only,
    },
    /// Delete the aliases, and schedule the deletion of the keys, that an interrupted run has left
    Clean {
        #[command(flatten)]
        target: Target,
    },
}

/// Whom to ask.
#[derive(Args, Clone, Debug)]
pub(crate) struct Target {
    /// Ask a server at this address, for example http://127.0.0.1:4566
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Ask AWS. The program first says what it would create and what that costs, and waits for a yes
    #[arg(long, conflicts_with = "endpoint")]
    pub(crate) aws: bool,
    /// At AWS: the profile of an administrator of KMS, in an account for tests [default: the usual chain of credentials]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// At AWS: the profile of a user or role of the same account without any policy. Cases that need it are skipped otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) second_profile: Option<String>,
    /// At AWS: the profile of an administrator of KMS in another account. Cases that need it are skipped otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) stranger_profile: Option<String>,
    /// The Region to ask
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(crate) region: String,
    /// Another Region of the same partition, for replicas of multi-Region keys [default: us-west-2, or one that fits]
    #[arg(long, value_name = "REGION")]
    pub(crate) abroad: Option<String>,
    /// The file in which the run keeps what it has made and what was answered. If the file exists, its run continues
    /// [default at AWS: kms-kit.state.json]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

impl Target {
    /// The other Region.
    pub(crate) fn abroad(&self) -> String {
        let usual = match self.region.as_str() {
            "cn-north-1" => "cn-northwest-1",
            region if region.starts_with("cn-") => "cn-north-1",
            "us-gov-west-1" => "us-gov-east-1",
            region if region.starts_with("us-gov-") => "us-gov-west-1",
            "us-west-2" => "us-east-1",
            _ => "us-west-2",
        };
        self.abroad.clone().unwrap_or_else(|| usual.to_owned())
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) only: Only,
    /// Do not wait for a yes before AWS is called
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print each answer that is not as expected, and each case that is skipped, with the reason
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Write the results as JSON, for the command report
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the results as a page of HTML
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The name of the server in reports [default: its address, or AWS]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The version of the server in reports
    #[arg(long, value_name = "VERSION")]
    pub(crate) server_version: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Only {
    /// Only cases whose ids begin with this, such as grants/ or states/source-disabled. May be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) only: Vec<String>,
}

impl Only {
    pub(crate) fn has(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|start| id.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Arguments, Command};

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_other_region_is_of_the_same_partition_and_another() {
        for (region, abroad) in [
            ("us-east-1", "us-west-2"),
            ("us-west-2", "us-east-1"),
            ("eu-central-1", "us-west-2"),
            ("cn-north-1", "cn-northwest-1"),
            ("cn-northwest-1", "cn-north-1"),
            ("us-gov-west-1", "us-gov-east-1"),
            ("us-gov-east-1", "us-gov-west-1"),
        ] {
            let arguments = Arguments::parse_from(["kms-kit", "--aws", "--region", region]);
            assert_eq!(arguments.run.target.abroad(), abroad);
        }
        let clean = ["kms-kit", "clean", "--aws", "--abroad", "eu-west-1"];
        let Some(Command::Clean { target }) = Arguments::parse_from(clean).command else {
            panic!("another command");
        };
        assert_eq!(target.abroad(), "eu-west-1");
    }
}

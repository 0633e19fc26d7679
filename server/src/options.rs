//! [`Options`]: the command line and the environment.

use core::num::NonZero;
use core::time::Duration;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser};
use kms_reencrypt::{AccountId, Region};

use crate::callers::{NamedPrincipal, UnsignedAs};
use crate::clock::ClockChoice;
use crate::listen::Listen;
use crate::log::LogFormat;

/// What both helps end with.
const CALLERS: &str = "\
Callers:
  The access key id of a request says who its caller is. --principal and --principals name the
  callers of access key ids. Any other id acts as the root user of --account, who may do
  everything that key policies allow the account: with the default key policy, everything.
  A principal without policies may do only what key policies and grants allow it by name, as in
  AWS. So a request of a principal of --principal is denied until a key policy or a grant names
  that principal; --principals gives principals policies of their own.
  SIGNATURES ARE NOT CHECKED: whoever reaches the port can be any caller. The Region is the one
  that a request is signed for.

Every option can be given in the environment, too, by the name that is shown after it, as
KMS_REENCRYPT_LISTEN=localhost:4566. Lists are separated by spaces there.

Keys are in memory, and gone when the process ends, unless --snapshot keeps them.
docs/server.md in the repository of kms-reencrypt has an example for each option.";

/// Serves AWS KMS from memory, to anything that speaks its protocol: boto3, the AWS CLI, every SDK
#[derive(Debug, Parser)]
#[command(name = "kms-reencrypt-server", version, max_term_width = 100, after_help = CALLERS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
    #[cfg(feature = "tls")]
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
    #[command(flatten)]
    pub(crate) callers: CallerOptions,
    #[command(flatten)]
    pub(crate) keys: KeyOptions,
    #[command(flatten)]
    pub(crate) snapshot: SnapshotOptions,
    #[command(flatten)]
    pub(crate) operation: OperationOptions,
}

/// Where the server is, and for whom.
#[derive(Args, Debug)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkOptions {
    /// Where to listen: an IP address or a name, and a port
    ///
    /// With port 0 the system chooses a free one. The first line on standard output says where the server listens, as in:
    /// listening on http://127.0.0.1:8080. If the host is a name, the server listens on all of its addresses.
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "KMS_REENCRYPT_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: Listen,

    /// Allow an address that is not loopback
    ///
    /// Signatures are not checked, so everybody who can reach the address can use and delete every key.
    #[arg(long, env = "KMS_REENCRYPT_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
    pub(crate) allow_remote: bool,

    /// Answer requests to this host name, too; may be repeated
    ///
    /// Otherwise a server on loopback answers only requests to loopback names and addresses. The control routes of every
    /// server do so: a web page could point its own name to 127.0.0.1.
    #[arg(
        long = "allow-host",
        value_name = "NAME",
        env = "KMS_REENCRYPT_ALLOW_HOST",
        value_delimiter = ' '
    )]
    pub(crate) allowed_hosts: Vec<String>,

    /// Let the web pages of every origin call KMS
    ///
    /// Browsers may then send the headers of KMS, and hand the answers to the page. The control routes stay closed to web
    /// pages.
    #[arg(long, env = "KMS_REENCRYPT_ALLOW_WEB_PAGES", value_parser = BoolishValueParser::new())]
    pub(crate) allow_web_pages: bool,

    /// Refuse connections beyond this many
    #[arg(
        long,
        value_name = "N",
        env = "KMS_REENCRYPT_MAX_CONNECTIONS",
        default_value = "200",
        value_parser = connections
    )]
    pub(crate) max_connections: NonZero<u16>,
}

/// What HTTPS needs.
#[cfg(feature = "tls")]
#[derive(Args, Debug)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsOptions {
    /// Serve HTTPS with the certificate in this file: PEM, the server's own first, then its issuers
    #[arg(
        long,
        value_name = "FILE",
        env = "KMS_REENCRYPT_TLS_CERT",
        requires = "tls_key"
    )]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The private key of the certificate: PEM, PKCS#8, PKCS#1 or SEC1
    #[arg(
        long,
        value_name = "FILE",
        env = "KMS_REENCRYPT_TLS_KEY",
        requires = "tls_cert"
    )]
    pub(crate) tls_key: Option<PathBuf>,
}

/// Who the callers are.
#[derive(Args, Debug)]
#[command(next_help_heading = "Callers")]
pub(crate) struct CallerOptions {
    /// The account of callers that no option names
    #[arg(
        long,
        value_name = "ID",
        env = "KMS_REENCRYPT_ACCOUNT",
        default_value = "111122223333",
        value_parser = account
    )]
    pub(crate) account: AccountId,

    /// The principal with an access key id, without policies; may be repeated
    #[arg(
        long = "principal",
        value_name = "KEY=ARN",
        env = "KMS_REENCRYPT_PRINCIPAL",
        value_delimiter = ' '
    )]
    pub(crate) principals: Vec<NamedPrincipal>,

    /// Principals by access key id, with policies, tags and context: a JSON file
    ///
    /// The documentation of the library's module testing::principals_file describes it.
    #[arg(
        long = "principals",
        value_name = "FILE",
        env = "KMS_REENCRYPT_PRINCIPALS"
    )]
    pub(crate) principals_file: Option<PathBuf>,

    /// Answer requests without a signature, too
    ///
    /// Without it they get AWS's answer, MissingAuthenticationTokenException.
    #[arg(long, env = "KMS_REENCRYPT_ALLOW_UNSIGNED", value_parser = BoolishValueParser::new())]
    pub(crate) allow_unsigned: bool,

    /// Who requests without a signature are from: an ARN, or an access key id of another option
    ///
    /// By default they are from the root user of the account. Implies --allow-unsigned.
    #[arg(long, value_name = "ARN|KEY", env = "KMS_REENCRYPT_UNSIGNED_AS")]
    pub(crate) unsigned_as: Option<UnsignedAs>,

    /// The Region of requests without a signature
    #[arg(
        long,
        value_name = "REGION",
        env = "KMS_REENCRYPT_REGION",
        default_value = "us-east-1",
        value_parser = region
    )]
    pub(crate) region: Region,
}

/// Which keys there are, and how they behave.
#[derive(Args, Debug)]
#[command(next_help_heading = "Keys")]
pub(crate) struct KeyOptions {
    /// Start with the keys of this seed file: JSON, its key material not encrypted
    ///
    /// The documentation of the library's module testing::ring_file describes it. It is read at the start, unless a
    /// snapshot is there already, and at each reset.
    #[arg(long, value_name = "FILE", env = "KMS_REENCRYPT_SEED")]
    pub(crate) seed: Option<PathBuf>,

    /// The time that keys go by: system, fixed:TIME, offset:+90d, manual or manual:TIME
    ///
    /// A fixed clock stands still. A manual one stands still, too, from now or from TIME on, until a request to /clock
    /// moves it; it needs --control. An offset is added to the system's time, or subtracted from it: offset:-2h. A TIME is
    /// written as 2026-01-01T00:00:00Z.
    #[arg(
        long,
        value_name = "CLOCK",
        env = "KMS_REENCRYPT_CLOCK",
        default_value = "system"
    )]
    pub(crate) clock: ClockChoice,

    /// Fail or delay requests as this file says: JSON
    ///
    /// The documentation of the library's module testing::faults_file describes it.
    #[arg(long, value_name = "FILE", env = "KMS_REENCRYPT_FAULT")]
    pub(crate) fault: Option<PathBuf>,
}

/// Where keys are kept.
#[derive(Args, Debug)]
#[command(next_help_heading = "Snapshots")]
pub(crate) struct SnapshotOptions {
    /// Keep the keys in this file: load it at the start, and save it at intervals and at the end
    ///
    /// Key material in it is encrypted under a key or a passphrase: --snapshot-key-file, --snapshot-passphrase-file, or
    /// the environment variable KMS_REENCRYPT_SNAPSHOT_PASSPHRASE. If the file is not there, the server makes it. The
    /// file is replaced atomically.
    #[arg(long, value_name = "FILE", env = "KMS_REENCRYPT_SNAPSHOT")]
    pub(crate) snapshot: Option<PathBuf>,

    /// The file with the snapshot's key: 32 random bytes, as they are or in base64
    #[arg(
        long,
        value_name = "FILE",
        env = "KMS_REENCRYPT_SNAPSHOT_KEY_FILE",
        requires = "snapshot",
        conflicts_with = "snapshot_passphrase_file"
    )]
    pub(crate) snapshot_key_file: Option<PathBuf>,

    /// The file with the snapshot's passphrase in its first line
    #[arg(
        long,
        value_name = "FILE",
        env = "KMS_REENCRYPT_SNAPSHOT_PASSPHRASE_FILE",
        requires = "snapshot"
    )]
    pub(crate) snapshot_passphrase_file: Option<PathBuf>,

    /// How long to wait between two saves, if anything has changed
    ///
    /// What changed since the last save is lost if the process is killed.
    #[arg(
        long,
        value_name = "TIME",
        env = "KMS_REENCRYPT_SNAPSHOT_INTERVAL",
        default_value = "30s",
        value_parser = interval
    )]
    pub(crate) snapshot_interval: Duration,
}

/// How the server is run and watched.
#[derive(Args, Debug)]
#[command(next_help_heading = "Operation")]
pub(crate) struct OperationOptions {
    /// Open the control routes: POST /reset, POST /snapshot, GET and POST /clock
    ///
    /// They need no signature and have no caller. They answer only to loopback host names and those of --allow-host, and
    /// never to web pages. GET /health is open without this option.
    #[arg(long, env = "KMS_REENCRYPT_CONTROL", value_parser = BoolishValueParser::new())]
    pub(crate) control: bool,

    /// How to log on standard error: a line for each request, or only the server's own errors (off)
    #[arg(
        long,
        value_name = "FORMAT",
        env = "KMS_REENCRYPT_LOG",
        default_value = "text"
    )]
    pub(crate) log: LogFormat,

    /// Ask a server for its health, and exit with 0 if it is well
    ///
    /// For the HEALTHCHECK of a container without a shell. Without a URL it asks the server that listens where --listen
    /// says.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub(crate) health_check: Option<String>,
}

fn connections(text: &str) -> Result<NonZero<u16>, &'static str> {
    text.parse()
        .map_err(|_| "it must be a number from 1 to 65535")
}

fn account(text: &str) -> Result<AccountId, &'static str> {
    text.parse()
        .map_err(|_| "an account id has twelve digits, such as 111122223333")
}

fn region(text: &str) -> Result<Region, &'static str> {
    text.parse()
        .map_err(|_| "it must be the name of a Region, such as us-east-1")
}

/// A time between two saves.
fn interval(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(interval) if interval < Duration::from_millis(10) => {
            Err("it is at least 10ms, or saving would never end".to_owned())
        }
        Ok(interval) => Ok(interval),
        Err(_) => Err("it must be a duration such as 30s or 5m".to_owned()),
    }
}

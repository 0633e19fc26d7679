//! KMS on a local port, for programs in any language: boto3, the AWS CLI, every SDK.
//!
//! ```sh
//! kms-reencrypt-server --listen 127.0.0.1:8080
//! aws --endpoint-url http://127.0.0.1:8080 kms create-key
//! ```
//!
//! The first line on standard output is `listening on http://127.0.0.1:PORT`: with the port 0 the system chooses a free
//! one. **Signatures are not verified:** a client that reaches the port can claim to be any caller. So by default the
//! server listens on loopback only, and there it accepts only loopback host names: a web page that points its own name to
//! 127.0.0.1 is refused.

mod answers;
mod callers;
mod clock;
mod connection;
mod control;
mod health;
mod hosts;
mod keys;
mod lifecycle;
mod listen;
mod log;
mod options;
#[cfg(feature = "tls")]
mod pinned;
mod server;
mod setup;
mod signals;
mod snapshot;
mod spelling;
#[cfg(test)]
mod tests;
#[cfg_attr(not(feature = "tls"), path = "no_tls.rs")]
mod tls;

use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let options = Options::parse();
    let ended = match &options.operation.health_check {
        Some(url) => health::check(url, &options),
        None => lifecycle::run(&options),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

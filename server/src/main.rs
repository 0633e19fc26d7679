//! KMS on a local port, for programs in any language: boto3, the AWS CLI, every SDK.
//!
//! ```sh
//! kms-reencrypt-server --listen 127.0.0.1:8080
//! aws --endpoint-url http://127.0.0.1:8080 kms create-key
//! ```
//!
//! The first line on standard output is `listening on http://127.0.0.1:PORT`: with the port 0 the system chooses a free
//! one. Keys are in memory and end with the process. **Signatures are not verified:** a client that reaches the port
//! can claim to be any caller. So by default the server listens on loopback only, and there it accepts only loopback
//! host names: a web page that points its own name to 127.0.0.1 is refused.

mod connection;
mod hosts;
mod server;
mod spelling;
#[cfg(test)]
mod tests;

use core::num::NonZero;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use kms_reencrypt::AccountId;
use kms_reencrypt::access::Caller;
use kms_reencrypt::testing::principals_file::load_principals;
use lexopt::prelude::*;

use hosts::Hosts;
use server::{Callers, Limits, Server};

type Error = Box<dyn std::error::Error + Send + Sync>;

const HELP: &str = "\
Serves AWS KMS from memory, to anything that speaks its protocol.

Usage: kms-reencrypt-server [OPTIONS]

Options:
  --listen ADDRESS:PORT   The address to listen on [default: 127.0.0.1:8080]. With port 0 the
                          system chooses a free one; the first line on standard output says which.
  --account ID            The account of the callers [default: 111122223333].
  --principal KEY=ARN     The principal with the access key id KEY, without policies. May be repeated.
  --principals FILE       Principals by access key id, with policies, tags and context: JSON,
                          described in the library's module testing::principals_file.
  --allow-remote          Allow an address that is not loopback.
  --allow-host NAME       Answer requests to this host name too. May be repeated. On loopback, only
                          loopback names and addresses are answered otherwise.
  --allow-web-pages       Let the web pages of every origin call the server: a browser that asks
                          may send the headers of KMS, and hands the answers to the page.
  --max-connections N     Refuse further connections beyond so many [default: 200].
  --help                  Print this help.

Callers are told apart by their access key ids. An id that no option names acts as the root of the
account, which may do everything that key policies allow the account. A principal without policies
may do only what key policies and grants allow it by name, as in AWS.

The Region is the one that a request is signed for. Signatures are NOT checked: anybody who
reaches the port can be any principal. Keys are gone when the process ends.";

/// The options on the command line.
struct Options {
    listen: SocketAddr,
    callers: Callers,
    allowed_hosts: Vec<String>,
    limits: Limits,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let Some(options) = options(lexopt::Parser::from_env())? else {
        println!("{HELP}");
        return Ok(());
    };
    let listener = TcpListener::bind(options.listen).map_err(|error| {
        let address = options.listen;
        format!("cannot listen on {address}: {error}. --listen takes another address or port")
    })?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    let hosts = Hosts::of(listener.local_addr()?.ip(), options.allowed_hosts);
    Server::new(options.callers, hosts, options.limits)?.run(listener)
}

/// The options, or `None` if help is asked for.
fn options(mut arguments: lexopt::Parser) -> Result<Option<Options>, Error> {
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 8080));
    let mut account: AccountId = "111122223333".parse()?;
    let mut principals = Vec::new();
    let mut file = None;
    let mut allow_remote = false;
    let mut allowed_hosts = Vec::new();
    let mut limits = Limits::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("listen") => listen = arguments.value()?.parse()?,
            Long("account") => account = arguments.value()?.parse()?,
            Long("principal") => principals.push(arguments.value()?.parse_with(principal)?),
            Long("principals") if file.is_none() => {
                file = Some(load_principals(arguments.value()?)?);
            }
            Long("allow-remote") => allow_remote = true,
            Long("allow-host") => allowed_hosts.push(arguments.value()?.string()?),
            Long("allow-web-pages") => limits.web_pages = true,
            Long("max-connections") => {
                let most: NonZero<u16> = arguments.value()?.parse()?;
                limits.connections = most.get().into();
            }
            Long("help") => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    if !listen.ip().is_loopback() && !allow_remote {
        let refusal = "is not a loopback address. Signatures are not checked: everybody who can \
                       reach it could use and delete every key. --allow-remote allows it.";
        return Err(format!("{} {refusal}", listen.ip()).into());
    }
    let callers = Callers::new(account, principals, file.unwrap_or_default())?;
    Ok(Some(Options {
        listen,
        callers,
        allowed_hosts,
        limits,
    }))
}

/// `ACCESS_KEY_ID=ARN`
fn principal(text: &str) -> Result<(String, Caller), Error> {
    let (access_key_id, arn) = text
        .split_once('=')
        .ok_or("--principal takes ACCESS_KEY_ID=ARN")?;
    Ok((access_key_id.to_owned(), arn.parse()?))
}

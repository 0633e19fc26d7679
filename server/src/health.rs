//! `--health-check`: asks a server for its health, as the `HEALTHCHECK` of a container does.

use core::time::Duration;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Error;
use crate::listen::Listen;
use crate::options::Options;

/// How long the server may take for each step.
const TIMEOUT: Duration = Duration::from_secs(3);

/// How many bytes of an answer are read: more than it has.
const ANSWER_MAX: u64 = 4096;

/// Asks the server at a URL, or the one that the options describe if the URL is empty.
pub(crate) fn check(url: &str, options: &Options) -> Result<(), Error> {
    let (is_https, place) = match url {
        "" => (has_tls(options), options.network.listen.reached_locally()),
        _ => read_url(url)?,
    };
    let failed = |error: std::io::Error| format!("--health-check: {place}: {error}");
    let stream = connect(&place)?;
    let answer = if is_https {
        ask_encrypted(stream, &place, options)?
    } else {
        ask(stream, &place).map_err(failed)?
    };
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" {
        return Ok(());
    }
    Err(format!("--health-check: {place} answers with status {status:?}").into())
}

/// `http://HOST:PORT` or `https://HOST:PORT`, with a path or without.
fn read_url(url: &str) -> Result<(bool, Listen), Error> {
    let form = || format!("--health-check {url}: it takes a URL such as http://127.0.0.1:8080");
    let (scheme, rest) = url.split_once("://").ok_or_else(form)?;
    let is_https = match scheme {
        "http" => false,
        "https" => true,
        _ => return Err(form().into()),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let place = authority.parse().map_err(|_| form())?;
    Ok((is_https, place))
}

fn connect(place: &Listen) -> Result<TcpStream, Error> {
    let mut last = None;
    let addresses = place.addresses();
    for address in addresses.map_err(|reason| format!("--health-check: {reason}"))? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    let reason = last.map(|error| error.to_string()).unwrap_or_default();
    Err(format!("--health-check: no server at {place}: {reason}").into())
}

/// Sends the request, and returns the answer.
fn ask(mut stream: impl Read + Write, place: &Listen) -> std::io::Result<String> {
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n"
    )?;
    stream.flush()?;
    let mut answer = Vec::new();
    // A server may close the connection without TLS's own goodbye.
    let read = stream.take(ANSWER_MAX).read_to_end(&mut answer);
    if answer.is_empty() {
        read?;
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(feature = "tls")]
fn has_tls(options: &Options) -> bool {
    options.tls.tls_cert.is_some()
}

#[cfg(feature = "tls")]
fn ask_encrypted(stream: TcpStream, place: &Listen, options: &Options) -> Result<String, Error> {
    let certificate =
        options.tls.tls_cert.as_deref().ok_or(
            "--health-check: an https URL needs --tls-cert, with the server's certificate",
        )?;
    let encrypted = crate::pinned::connect(stream, certificate)?;
    ask(encrypted, place).map_err(|error| format!("--health-check: {place}: {error}").into())
}

#[cfg(not(feature = "tls"))]
fn has_tls(_options: &Options) -> bool {
    false
}

#[cfg(not(feature = "tls"))]
fn ask_encrypted(_stream: TcpStream, place: &Listen, _options: &Options) -> Result<String, Error> {
    Err(
        format!("--health-check: https://{place}: this build has no TLS: its feature `tls` is off")
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::read_url;

    #[test]
    fn a_url_names_a_scheme_a_host_and_a_port() {
        for (url, is_https, place) in [
            ("http://127.0.0.1:8080", false, "127.0.0.1:8080"),
            ("http://localhost:8080/health", false, "localhost:8080"),
            ("https://[::1]:8443/", true, "[::1]:8443"),
        ] {
            let read = read_url(url).unwrap();
            assert_eq!((read.0, read.1.to_string().as_str()), (is_https, place));
        }
        for url in [
            "",
            "localhost:8080",
            "ftp://localhost:8080",
            "http://localhost",
        ] {
            assert!(read_url(url).is_err(), "{url}");
        }
    }
}

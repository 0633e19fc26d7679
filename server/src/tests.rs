//! What the server answers over a socket, and whom it does not wait for.

use core::time::Duration;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use kms_reencrypt::access::Caller;

use crate::Error;
use crate::server::{Callers, Limits, Server};

const ALICE: &str = "arn:aws:iam::444455556666:user/alice";

/// A server on a port of its own, for as long as the test runs.
fn start(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let alice = ALICE.parse::<Caller>().unwrap();
    let callers = Callers::new(
        "111122223333".parse().unwrap(),
        [("ALICE".to_owned(), alice)],
    );
    thread::spawn(move || -> Result<(), Error> { Server::new(callers, limits)?.run(listener) });
    address
}

fn quick() -> Limits {
    Limits {
        head_timeout: Duration::from_millis(200),
        body_timeout: Duration::from_millis(200),
        ..Limits::default()
    }
}

fn head(access_key_id: &str, region: &str, operation: &str, content_length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\n\
         Host: localhost\r\n\
         Content-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: TrentService.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={access_key_id}/20260101/{region}/kms/aws4_request, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {content_length}\r\n\r\n"
    )
}

/// What comes back for some bytes, until the server has nothing more to say.
fn exchange(address: SocketAddr, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // A server that has refused may have closed already.
    let _ = stream.write_all(sent);
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the server keeps the connection open: {error}"),
    }
    String::from_utf8(received).unwrap()
}

fn call(address: SocketAddr, key: &str, region: &str, operation: &str, body: &str) -> String {
    let head = head(key, region, operation, body.len());
    let head = head.replace("Content-Length", "Connection: close\r\nContent-Length");
    exchange(address, format!("{head}{body}").as_bytes())
}

#[test]
fn a_call_is_answered_for_the_region_and_the_caller_that_signed_it() {
    let address = start(Limits::default());
    let created = call(address, "ANYBODY", "eu-west-1", "CreateKey", "{}");
    assert!(created.starts_with("HTTP/1.1 200 OK\r\n"), "{created}");
    assert!(
        created.contains("content-type: application/x-amz-json-1.1\r\n"),
        "{created}"
    );
    assert!(created.contains("x-amzn-requestid: "), "{created}");
    let (_, key) = created.split_once(r#""Arn":""#).unwrap();
    let (key, _) = key.split_once('"').unwrap();
    assert!(
        key.starts_with("arn:aws:kms:eu-west-1:111122223333:key/"),
        "{key}"
    );

    let describe = format!(r#"{{"KeyId":"{key}"}}"#);
    let described = call(address, "ANYBODY", "eu-west-1", "DescribeKey", &describe);
    assert!(described.contains(key), "{described}");
    let denied = call(address, "ALICE", "eu-west-1", "DescribeKey", &describe);
    assert!(
        denied.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{denied}"
    );
    assert!(
        denied.contains(&format!("User: {ALICE} is not authorized")),
        "{denied}"
    );
    let elsewhere = call(address, "ANYBODY", "eu-west-2", "DescribeKey", &describe);
    assert!(elsewhere.contains("Invalid arn eu-west-1"), "{elsewhere}");
}

#[test]
fn what_is_not_signed_is_refused() {
    let address = start(Limits::default());
    let answer = exchange(
        address,
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    );
    assert!(
        answer.contains("MissingAuthenticationTokenException"),
        "{answer}"
    );
}

#[test]
fn another_method_is_refused() {
    let address = start(Limits::default());
    let answer = exchange(address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

#[test]
fn an_oversized_body_is_refused_before_it_is_read() {
    let limits = Limits {
        body: 1000,
        ..quick()
    };
    let address = start(limits);
    let body = "x".repeat(1001);
    let sent = head("ANYBODY", "us-east-2", "ListKeys", body.len()) + &body;
    let answer = exchange(address, sent.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_alive(address);
}

#[test]
fn a_body_that_does_not_end_is_not_waited_for() {
    let address = start(quick());
    let sent = head("ANYBODY", "us-east-2", "ListKeys", 100) + "{";
    let answer = exchange(address, sent.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_alive(address);
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let address = start(quick());
    for sent in ["", "POST / HT", "POST / HTTP/1.1\r\nHost: local"] {
        let answer = exchange(address, sent.as_bytes());
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused, "{answer}");
    }
    assert_alive(address);
}

#[test]
fn what_is_no_http_harms_nobody() {
    let address = start(quick());
    for sent in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        &[0; 100_000],
        b"\r\n\r\n\r\n",
    ] {
        exchange(address, sent);
    }
    assert_alive(address);
}

#[track_caller]
fn assert_alive(address: SocketAddr) {
    let answer = call(address, "ANYBODY", "us-east-2", "ListKeys", "{}");
    assert!(
        answer.contains(r#"{"Keys":[],"Truncated":false}"#),
        "{answer}"
    );
}

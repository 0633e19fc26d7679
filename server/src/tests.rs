//! What the server answers over a socket, and which clients it does not wait for.

mod principals;

use core::time::Duration;
use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use hyper::HeaderMap;
use kms_reencrypt::testing::principals_file::PrincipalsFile;

use crate::answers::{Answers, is_quick};
use crate::callers::{Callers, NamedPrincipal};
use crate::clock::ClockChoice;
use crate::hosts::Hosts;
use crate::keys::{Beginning, Keys};
use crate::server::{Limits, Server};
use crate::spelling::Spelling;

const ALICE: &str = "arn:aws:iam::444455556666:user/alice";

/// A server on a port of its own, for as long as the test runs.
fn start(limits: Limits) -> SocketAddr {
    start_with(limits, PrincipalsFile::default())
}

/// The same, with callers from a file.
fn start_with(limits: Limits, file: PrincipalsFile) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let alice = NamedPrincipal {
        access_key_id: "ALICE".to_owned(),
        caller: ALICE.parse().unwrap(),
    };
    let callers = Callers::new("111122223333".parse().unwrap(), [alice], file).unwrap();
    let callers = Arc::new(callers);
    let beginning = Beginning {
        callers: Arc::clone(&callers),
        seed: None,
        clock: ClockChoice::System,
        faults: Vec::new(),
    };
    let keys = Arc::new(Keys::new(beginning, |_| Ok(false)).unwrap());
    let hosts = Hosts::of(true, vec!["kms.test".to_owned()]);
    thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            let spelling = Spelling::learn().await;
            let answers = Answers::new(callers, keys, hosts, limits, spelling);
            let server = Arc::new(Server::new(answers, limits, None));
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            server.accept(listener).await;
        });
    });
    address
}

fn quick() -> Limits {
    Limits {
        head_timeout: Duration::from_millis(200),
        body_timeout: Duration::from_millis(200),
        write_timeout: Duration::from_millis(200),
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
fn headers_are_spelled_as_aws_spells_them() {
    let address = start(Limits::default());
    for operation in ["ListKeys", "Decrypt"] {
        let answer = call(address, "ANYBODY", "us-east-2", operation, "{}");
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        let headers: HashMap<&str, &str> = head
            .lines()
            .skip(1)
            .map(|line| line.split_once(": ").unwrap())
            .collect();
        let mut names: Vec<&str> = headers.keys().copied().collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "Cache-Control",
                "Connection",
                "Content-Length",
                "Content-Type",
                "Date",
                "Expires",
                "Pragma",
                "x-amzn-RequestId",
            ]
        );
        for (name, value) in [
            (
                "Cache-Control",
                "no-cache, no-store, must-revalidate, private",
            ),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("Expires", "0"),
            ("Pragma", "no-cache"),
        ] {
            assert_eq!(headers[name], value);
        }
    }
}

#[test]
fn what_is_no_signed_request_of_kms_is_refused_in_the_form_of_aws() {
    let address = start(Limits::default());
    let request = head("ANYBODY", "us-east-2", "ListKeys", 2)
        .replace("Content-Length", "Connection: close\r\nContent-Length")
        + "{}";
    let json = "Content-Type: application/x-amz-json-1.1\r\n";
    for (from, to, status, body) in [
        (
            "Authorization:",
            "X-No-Authorization:",
            400,
            r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
        ),
        (
            "/kms/",
            "/dynamodb/",
            400,
            r#"{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'kms'. "}"#,
        ),
        (
            "TrentService.ListKeys",
            "DynamoDB_20120810.ListTables",
            400,
            r#"{"__type":"UnknownOperationException"}"#,
        ),
        (
            "X-Amz-Target:",
            "X-No-Target:",
            400,
            r#"{"__type":"UnknownOperationException"}"#,
        ),
        (json, "", 404, "<UnknownOperationException/>"),
        ("json-1.1", "json-1.0", 404, "<UnknownOperationException/>"),
    ] {
        assert!(request.contains(from), "{from}");
        let answer = exchange(address, request.replace(from, to).as_bytes());
        let start = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&start), "{to}: {answer}");
        assert!(answer.contains("x-amzn-RequestId: "), "{to}: {answer}");
        assert!(
            answer.ends_with(&format!("\r\n\r\n{body}")),
            "{to}: {answer}"
        );
    }
    let with_charset = request.replace("json-1.1", "json-1.1; charset=utf-8");
    let answer = exchange(address, with_charset.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn another_method_is_refused() {
    let address = start(Limits::default());
    let answer = exchange(address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

const PREFLIGHT: &[u8] = b"OPTIONS / HTTP/1.1\r\n\
    Host: localhost\r\n\
    Origin: https://app.example\r\n\
    Access-Control-Request-Method: POST\r\n\
    Access-Control-Request-Headers: authorization,content-type,x-amz-target\r\n\
    Connection: close\r\n\r\n";

#[test]
fn a_browser_is_answered_and_lets_no_web_page_call_the_server_unasked() {
    let address = start(Limits::default());
    let answer = exchange(address, PREFLIGHT);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("\r\nAccess-Control-Allow-Origin: *\r\n"),
        "{answer}"
    );
    assert!(!answer.contains("Access-Control-Allow-Headers"), "{answer}");
    let head = head("ANYBODY", "us-east-2", "ListKeys", 2);
    let page = "Origin: https://app.example\r\nConnection: close\r\nContent-Length";
    let sent = head.replace("Content-Length", page) + "{}";
    let answer = exchange(address, sent.as_bytes());
    assert!(!answer.contains("Access-Control"), "{answer}");
}

#[test]
fn web_pages_that_are_allowed_to_call_the_server_read_its_answers() {
    let address = start(Limits {
        web_pages: true,
        ..Limits::default()
    });
    let answer = exchange(address, PREFLIGHT);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    for header in [
        "Access-Control-Allow-Origin: *",
        "Access-Control-Allow-Headers: authorization,content-type,x-amz-target",
        "Access-Control-Allow-Methods: POST",
        "Access-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
        "Access-Control-Max-Age: 172800",
        "Cache-Control: no-cache, no-store, must-revalidate, private",
        "Content-Length: 0",
    ] {
        assert!(
            answer.contains(&format!("\r\n{header}\r\n")),
            "{header}: {answer}"
        );
    }
    assert!(!answer.contains("Content-Type"), "{answer}");
    let head = head("ANYBODY", "us-east-2", "ListKeys", 2);
    let page = "Origin: https://app.example\r\nConnection: close\r\nContent-Length";
    let sent = head.replace("Content-Length", page) + "{}";
    let answer = exchange(address, sent.as_bytes());
    assert!(
        answer.contains("\r\nAccess-Control-Allow-Origin: *\r\n"),
        "{answer}"
    );
    assert!(answer.contains(r#""Keys":[]"#), "{answer}");
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
fn a_malformed_body_is_a_bad_request_and_not_too_large() {
    let address = start(quick());
    let head = head("ANYBODY", "us-east-2", "ListKeys", 0);
    let head = head.replace("Content-Length: 0", "Transfer-Encoding: chunked");
    for body in [
        "x\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "ffffffffffffffffff\r\n",
    ] {
        let answer = exchange(address, format!("{head}{body}").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body:?}: {answer}");
    }
    let whole = head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + "2\r\n{}\r\n0\r\n\r\n";
    let answer = exchange(address, whole.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_request_to_another_host_name_is_refused_with_the_option_that_allows_it() {
    let address = start(Limits::default());
    let request = head("ANYBODY", "us-east-2", "ListKeys", 2)
        .replace("Content-Length", "Connection: close\r\nContent-Length")
        + "{}";
    for (host, status) in [
        ("Host: localhost:80", "200"),
        ("Host: 127.0.0.1", "200"),
        ("Host: kms.test:80", "200"),
        ("Host: evil.example", "403"),
        ("Host: localhost.evil.example:80", "403"),
        ("X-No-Host: x", "403"),
        ("Host: localhost\r\nHost: localhost", "403"),
    ] {
        let request = request.replace("Host: localhost", host);
        let answer = exchange(address, request.as_bytes());
        let start = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&start), "{host}: {answer}");
        assert_eq!(
            answer.contains("--allow-host NAME"),
            status == "403",
            "{answer}"
        );
    }
}

#[test]
fn a_connection_beyond_the_limit_is_refused_until_another_one_ends() {
    let limits = Limits {
        connections: 3,
        ..Limits::default()
    };
    let address = start(limits);
    let open: Vec<_> = (0..3)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let list_keys = || call(address, "ANYBODY", "us-east-2", "ListKeys", "{}");
    let refused = list_keys();
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("Connection: close\r\n"), "{refused}");
    assert!(refused.contains("--max-connections"), "{refused}");
    drop(open);
    until(|| list_keys().starts_with("HTTP/1.1 200 "));
}

#[test]
fn an_idle_connection_is_closed_also_after_a_request() {
    let limits = Limits {
        connections: 1,
        ..quick()
    };
    let address = start(limits);
    let mut idle = TcpStream::connect(address).unwrap();
    let request = head("ANYBODY", "us-east-2", "ListKeys", 2) + "{}";
    idle.write_all(request.as_bytes()).unwrap();
    // It is kept alive after the answer, and closed when nothing more comes.
    let mut answer = Vec::new();
    idle.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    until(|| call(address, "ANYBODY", "us-east-2", "ListKeys", "{}").starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_client_that_never_reads_is_not_kept() {
    let limits = Limits {
        connections: 1,
        ..quick()
    };
    let address = start(limits);
    let mut deaf = TcpStream::connect(address).unwrap();
    deaf.set_write_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // Answers to these fill all buffers on their way, until the server can't write any more, or has hung up.
    let requests = (head("ANYBODY", "us-east-2", "ListKeys", 2) + "{}").repeat(1000);
    for _ in 0..1000 {
        if deaf.write_all(requests.as_bytes()).is_err() {
            until(|| {
                let answer = call(address, "ANYBODY", "us-east-2", "ListKeys", "{}");
                answer.starts_with("HTTP/1.1 200 ")
            });
            return;
        }
    }
    panic!("the server has read a million requests without an answer");
}

/// Waits for something that is to come soon.
#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("it has not come");
}

#[test]
fn only_what_takes_microseconds_is_done_at_once() {
    for (target, body, quick) in [
        (
            "TrentService.ReEncrypt",
            r#"{"KeyId": "alias/app"}"#.to_owned(),
            true,
        ),
        ("TrentService.GenerateDataKey", "{}".to_owned(), true),
        // Both may take seconds or milliseconds.
        ("TrentService.CreateKey", "{}".to_owned(), false),
        (
            "TrentService.ReEncrypt",
            r#"{"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}"#.to_owned(),
            false,
        ),
        ("TrentService.Decrypt", " ".repeat(16 * 1024 + 1), false),
        ("Decrypt", "{}".to_owned(), false),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", target.parse().unwrap());
        assert_eq!(is_quick(&headers, body.as_bytes()), quick, "{target}");
    }
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

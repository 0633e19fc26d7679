//! Where the server listens, and whom it answers.

use std::net::TcpStream;

use crate::support::{Server, authorization, kms_headers, program, refusal, run, until};

#[test]
fn the_first_line_says_where_the_server_listens() {
    let server = Server::start(&[]);
    assert!(
        server
            .announced
            .starts_with("listening on http://127.0.0.1:")
    );
    assert!(
        server
            .create_key()
            .starts_with("arn:aws:kms:us-east-2:111122223333:key/")
    );
}

#[test]
fn a_name_is_listened_on() {
    let server = Server::spawn(&mut program(&["--listen", "localhost:0"]));
    assert!(
        server
            .announced
            .starts_with("listening on http://localhost:")
    );
    assert_eq!(server.call("ANY", "ListKeys", "{}").status, 200);
    let (_, port) = server.authority.split_once(':').unwrap();
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
}

#[test]
fn only_loopback_is_listened_on_unless_the_user_allows_more() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let said = refusal(&["--listen", address]);
        assert!(said.contains("--allow-remote allows it"), "{said}");
        assert!(said.contains("Signatures are not checked"), "{said}");
    }
    let server = Server::spawn(&mut program(&["--listen", "0.0.0.0:0", "--allow-remote"]));
    let credential = authorization("ANY", "us-east-2");
    let mut headers = kms_headers("ListKeys", &credential).to_vec();
    headers.push("Host: kms.internal");
    assert_eq!(server.request("POST", "/", &headers, "{}").status, 200);
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = Server::start(&[]);
    let said = refusal(&["--listen", &server.authority]);
    assert!(said.contains("Another process listens there"), "{said}");
}

#[test]
fn other_host_names_are_answered_if_the_user_allows_them() {
    let server = Server::start(&["--allow-host", "kms.test", "--allow-host", "kms"]);
    let credential = authorization("ANY", "us-east-2");
    for (host, status) in [
        ("Host: kms.test:80", 200),
        ("Host: kms", 200),
        ("Host: evil.example", 403),
    ] {
        let mut headers = kms_headers("ListKeys", &credential).to_vec();
        headers.push(host);
        let answer = server.request("POST", "/", &headers, "{}");
        assert_eq!(answer.status, status, "{host}");
    }
}

#[test]
fn web_pages_may_call_kms_only_if_the_user_allows_it() {
    for (arguments, may) in [(&[][..], false), (&["--allow-web-pages"], true)] {
        let server = Server::start(arguments);
        let preflight = server.request(
            "OPTIONS",
            "/",
            &[
                "Origin: https://app.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: x-amz-target",
            ],
            "",
        );
        let allowed = preflight
            .head
            .contains("Access-Control-Allow-Headers: x-amz-target");
        assert_eq!(allowed, may, "{preflight:?}");
    }
}

#[test]
fn connections_beyond_the_limit_are_refused() {
    let server = Server::start(&["--max-connections", "1"]);
    let first = server.connect();
    let refused = server.call("ANY", "ListKeys", "{}");
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.body.contains("--max-connections"), "{refused:?}");
    drop(first);
    until(|| (server.call("ANY", "ListKeys", "{}").status == 200).then_some(()));
}

#[test]
fn a_health_check_asks_the_server_that_the_options_describe() {
    let server = Server::start(&["--log", "off"]);
    let url = format!("http://{}", server.authority);
    for arguments in [
        &["--health-check", &url][..],
        &["--listen", &server.authority, "--health-check"],
    ] {
        let output = run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
    let by_environment = program(&["--health-check"])
        .env("KMS_REENCRYPT_LISTEN", &server.authority)
        .status();
    assert!(by_environment.unwrap().success());
    server.kill();
    let said = refusal(&["--health-check", &url]);
    assert!(
        said.contains("--health-check: no server at 127.0.0.1:"),
        "{said}"
    );
    let said = refusal(&["--health-check", "http://no-such-name.invalid:80"]);
    assert!(
        said.contains("--health-check: no-such-name.invalid:80: the name"),
        "{said}"
    );
    let said = refusal(&["--health-check", "localhost"]);
    assert!(said.contains("it takes a URL such as http://"), "{said}");
}

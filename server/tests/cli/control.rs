//! The routes for whoever runs the server.

use crate::support::{Answer, Folder, SEED, SEEDED, Server, program};

fn post(server: &Server, path: &str, body: &str) -> Answer {
    server.request("POST", path, &[], body)
}

fn error_of(answer: &Answer) -> String {
    answer.json()["error"].as_str().unwrap().to_owned()
}

#[test]
fn the_health_is_open_to_everybody_on_the_machine() {
    let server = Server::start(&[]);
    let health = server.request("GET", "/health", &[], "");
    assert_eq!(health.status, 200);
    assert!(
        health.head.contains("content-type: application/json")
            || health.head.contains("Content-Type: application/json")
    );
    let health = health.json();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    let head = server.request("HEAD", "/health", &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let post = post(&server, "/health", "");
    assert_eq!(post.status, 405);
    assert!(
        post.head.to_lowercase().contains("allow: get, head"),
        "{post:?}"
    );
    let rebound = server.request("GET", "/health", &["Host: evil.example"], "");
    assert_eq!(rebound.status, 403);
}

#[test]
fn the_other_routes_are_closed_unless_the_user_opens_them() {
    let server = Server::start(&[]);
    let key = server.create_key();
    for (method, path) in [
        ("POST", "/reset"),
        ("POST", "/snapshot"),
        ("GET", "/clock"),
        ("POST", "/clock"),
    ] {
        let answer = server.request(method, path, &[], "{}");
        assert_eq!(answer.status, 404, "{path}");
        assert!(error_of(&answer).contains("--control"), "{answer:?}");
    }
    assert_eq!(server.keys(), [key]);
}

#[test]
fn a_reset_brings_the_keys_back_to_the_seed_file_or_to_none() {
    let folder = Folder::new();
    let seed = folder.write("seed.json", SEED);
    let server = Server::start(&["--control"]);
    server.create_key();
    assert_eq!(post(&server, "/reset", "").json()["status"], "reset");
    assert!(server.keys().is_empty());

    let server = Server::start(&["--control", "--seed", &seed]);
    let body = format!(r#"{{"KeyId":"{SEEDED}","PendingWindowInDays":7}}"#);
    assert_eq!(server.call("ANY", "ScheduleKeyDeletion", &body).status, 200);
    server.create_key();
    assert_eq!(server.keys().len(), 3);
    assert_eq!(post(&server, "/reset", "").status, 200);
    assert_eq!(server.keys().len(), 2);
    let described = server.call("ANY", "DescribeKey", r#"{"KeyId":"alias/app"}"#);
    assert_eq!(described.json()["KeyMetadata"]["KeyState"], "Enabled");

    // A seed file that has become unreadable leaves everything as it is.
    folder.write("seed.json", "{");
    let key = server.create_key();
    let refused = post(&server, "/reset", "");
    assert_eq!(refused.status, 500);
    assert!(error_of(&refused).starts_with("--seed /"), "{refused:?}");
    assert!(server.keys().contains(&key));
}

#[test]
fn only_a_manual_clock_is_moved() {
    let server = Server::start(&["--control", "--clock", "manual:2026-01-01T00:00:00Z"]);
    let clock = server.request("GET", "/clock", &[], "").json();
    assert_eq!(clock["time"], "2026-01-01T00:00:00Z");
    assert_eq!(clock["manual"], true);
    for (body, time) in [
        (r#"{"advance": "90d"}"#, "2026-04-01T00:00:00Z"),
        (r#"{"to": "2027-01-01T12:00:00Z"}"#, "2027-01-01T12:00:00Z"),
    ] {
        assert_eq!(post(&server, "/clock", body).json()["time"], time);
    }
    for (body, reason) in [
        (r#"{"to": "2026-01-01T00:00:00Z"}"#, "cannot go back"),
        (r#"{"advance": "soon"}"#, r#""soon" is not a duration"#),
        ("90d", r#"{"advance": "90d"}"#),
    ] {
        let refused = post(&server, "/clock", body);
        assert_eq!(refused.status, 400);
        assert!(error_of(&refused).contains(reason), "{refused:?}");
    }
    assert_eq!(post(&server, "/reset", "").status, 200);
    let clock = server.request("GET", "/clock", &[], "").json();
    assert_eq!(clock["time"], "2026-01-01T00:00:00Z");

    let server = Server::start(&["--control"]);
    let refused = post(&server, "/clock", r#"{"advance": "90d"}"#);
    assert_eq!(refused.status, 409);
    assert!(error_of(&refused).contains("--clock manual"), "{refused:?}");
}

#[test]
fn a_snapshot_is_saved_only_if_there_is_one() {
    let server = Server::start(&["--control"]);
    let refused = post(&server, "/snapshot", "");
    assert_eq!(refused.status, 409);
    assert!(
        error_of(&refused).contains("--snapshot FILE"),
        "{refused:?}"
    );
}

#[test]
fn no_web_page_and_no_other_host_name_reaches_the_control_routes() {
    let listening_everywhere = ["--listen", "0.0.0.0:0", "--allow-remote", "--control"];
    let with_a_name = [
        "--listen",
        "127.0.0.1:0",
        "--control",
        "--allow-web-pages",
        "--allow-host",
        "kms",
    ];
    for arguments in [&listening_everywhere[..], &with_a_name] {
        let server = Server::spawn(&mut program(arguments));
        let key = server.create_key();
        for headers in [
            &["Origin: https://evil.example"][..],
            &["Origin: null", "Content-Type: text/plain"],
            &["Sec-Fetch-Site: cross-site"],
            &[
                "Sec-Fetch-Site: same-site",
                "Content-Type: application/x-www-form-urlencoded",
            ],
            &["Host: evil.example"],
            // Of a page whose name points to 127.0.0.1.
            &[
                "Host: evil.example:80",
                "Origin: http://evil.example",
                "Sec-Fetch-Site: same-origin",
            ],
        ] {
            for path in ["/reset", "/snapshot", "/clock"] {
                let answer = server.request("POST", path, headers, "{}");
                assert_eq!(answer.status, 403, "{headers:?}: {answer:?}");
                assert!(!answer.head.contains("Access-Control-Allow-Origin"));
            }
        }
        assert_eq!(server.keys(), [key]);
        for headers in [&["Host: localhost"][..], &["Sec-Fetch-Site: none"]] {
            assert_eq!(server.request("POST", "/reset", headers, "").status, 200);
        }
        assert!(server.keys().is_empty());
    }
    let server = Server::start(&with_a_name[2..]);
    assert_eq!(
        server
            .request("POST", "/reset", &["Host: kms:80"], "")
            .status,
        200
    );
}

#[test]
fn a_route_takes_its_own_methods() {
    let server = Server::start(&["--control"]);
    for (method, path, allowed) in [
        ("GET", "/reset", "post"),
        ("DELETE", "/clock", "get, post"),
        ("PUT", "/snapshot", "post"),
    ] {
        let answer = server.request(method, path, &[], "");
        assert_eq!(answer.status, 405);
        let allow = format!("allow: {allowed}");
        assert!(answer.head.to_lowercase().contains(&allow), "{answer:?}");
    }
}

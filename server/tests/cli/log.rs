//! A line for each request, which no request can forge.

use serde_json::Value;

use crate::support::{Folder, SEED, SEEDED, Server, authorization, kms_headers};

/// The lines about requests so far, the one for `/nothing` included.
fn requests(server: Server) -> Vec<String> {
    let log = server.log_with("/nothing");
    drop(server);
    let lines = log.lines().filter(|line| line.contains("request"));
    lines.map(ToOwned::to_owned).collect()
}

/// Asks for nothing, so that its line ends what has been asked before. A request for the health has no line.
fn finish(server: Server) -> Vec<String> {
    assert_eq!(server.request("GET", "/health", &[], "").status, 200);
    assert_eq!(server.request("GET", "/nothing", &[], "").status, 405);
    requests(server)
}

#[test]
fn a_line_of_text_says_what_was_asked_by_whom_and_what_came_of_it() {
    let folder = Folder::new();
    let seed = folder.write("seed.json", SEED);
    let server = Server::start(&[
        "--seed",
        &seed,
        "--principal",
        "ALICE=arn:aws:iam::111122223333:user/alice",
    ]);
    let encrypt =
        r#"{"KeyId":"alias/app","Plaintext":"YXR0YWNr","EncryptionContext":{"a":"hush"}}"#;
    let sealed = server.call("ANY", "Encrypt", encrypt);
    let blob = sealed.json()["CiphertextBlob"].as_str().unwrap().to_owned();
    let request_id = sealed
        .head
        .lines()
        .find_map(|line| line.strip_prefix("x-amzn-RequestId: "));
    let move_it = format!(
        r#"{{"CiphertextBlob":"{blob}","DestinationKeyId":"alias/app","SourceEncryptionContext":{{"a":"hush"}},"GrantTokens":[]}}"#
    );
    assert_eq!(server.call("ANY", "ReEncrypt", &move_it).status, 200);
    let denied = server.call("ALICE", "ReEncrypt", &move_it);
    assert_eq!(denied.status, 400);
    let unknown = server.call("ANY", "DescribeKey", r#"{"KeyId":"alias/other"}"#);
    assert_eq!(unknown.status, 400);
    assert_eq!(server.request("POST", "/", &[], "").status, 404);

    let lines = finish(server);
    let [encrypted, moved, denied, unknown, other, nothing] = &lines[..] else {
        panic!("six lines: {lines:#?}");
    };
    let id = format!("request_id={:?}", request_id.unwrap());
    let key = format!("{SEEDED:?}");
    for (line, texts) in [
        (
            encrypted,
            vec![
                " INFO request operation=\"Encrypt\" status=200 ",
                r#"caller="arn:aws:iam::111122223333:root" account="111122223333" region="us-east-2""#,
                &format!("destination={key}"),
                &id,
                " ms=",
            ],
        ),
        (
            moved,
            vec![
                "operation=\"ReEncrypt\" status=200",
                &format!("source={key} destination={key}"),
            ],
        ),
        (
            denied,
            vec![
                " WARN request operation=\"ReEncrypt\" status=400 code=\"AccessDeniedException\"",
                r#"caller="arn:aws:iam::111122223333:user/alice""#,
                "why=\"kms:ReEncryptFrom is denied: no identity-based policy allows it",
            ],
        ),
        (
            unknown,
            vec![" WARN request operation=\"DescribeKey\" status=400 code=\"NotFoundException\""],
        ),
        (
            other,
            vec![" WARN request operation=\"\" status=404 code=\"UnknownOperationException\""],
        ),
        (
            nothing,
            vec![" WARN request method=\"GET\" path=\"/nothing\" status=405 ms="],
        ),
    ] {
        for text in texts {
            assert!(line.contains(text), "{text}\n{line}");
        }
    }
    let log = lines.concat();
    for secret in ["YXR0YWNr", "attack", "hush", &blob, &blob[..40]] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn json_has_the_same_members() {
    let server = Server::start(&[
        "--log",
        "json",
        "--principal",
        "A=arn:aws:iam::444455556666:user/a",
    ]);
    let key = server.create_key();
    let tokens = format!(
        r#"{{"KeyId":"{key}","Plaintext":"YQ==","GrantTokens":["dG9rZW4tb2YtYS1ncmFudA=="]}}"#
    );
    assert_eq!(server.call("A", "Encrypt", &tokens).status, 400);
    assert_eq!(server.call("A", "ListKeys", "{}").status, 400);
    let dry = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ==","DryRun":true}}"#);
    assert_eq!(server.call("ANY", "Encrypt", &dry).status, 400);
    let lines = finish(server);
    assert!(!lines.concat().contains("dG9rZW4"), "{lines:?}");
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [created, _, denied, dry, _] = &lines[..] else {
        panic!("five lines: {lines:#?}");
    };
    assert_eq!(created["level"], "INFO");
    assert_eq!(created["message"], "request");
    assert_eq!(created["operation"], "CreateKey");
    assert_eq!(created["status"], 200);
    assert_eq!(created["key"], key.as_str());
    assert_eq!(created["code"], Value::Null);
    assert!(created["ms"].as_f64().unwrap() > 0.0);
    assert!(created["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(denied["level"], "WARN");
    assert_eq!(denied["account"], "444455556666");
    let why = denied["why"].as_str().unwrap();
    assert!(why.starts_with("kms:ListKeys is denied: "), "{why}");
    assert_eq!(dry["level"], "INFO");
    assert_eq!(dry["code"], "DryRunOperationException");
    assert_eq!(dry["dry_run"], true);
}

/// What a client may want to have in a log.
const FORGED: &str =
    r#"x\n2026-01-01T00:00:00Z  INFO request operation=\"Forged\" status=200\r\n\u001b[2J"#;

#[test]
fn no_request_forges_a_line() {
    for format in ["text", "json"] {
        let server = Server::start(&["--log", format]);
        let alias = format!(r#"{{"AliasName":"alias/{FORGED}","TargetKeyId":"{FORGED}"}}"#);
        server.call("ANY", "CreateAlias", &alias);
        server.call("ANY", "DescribeKey", &format!(r#"{{"KeyId":"{FORGED}"}}"#));
        // A name with quotes, and a path with what clients may send there.
        let credential = authorization("A\" status=\"200", "us-east-2");
        let mut headers = kms_headers("ListKeys", &credential).to_vec();
        headers[1] = "X-Amz-Target: x\" operation=\"Forged\" y=\"";
        server.request("POST", "/", &headers, "{}");
        server.request("GET", "/%0aoperation=\"Forged\"?a=b", &[], "");
        let long = format!("/{}", "x".repeat(5000));
        server.request("GET", &long, &[], "");
        let lines = finish(server);
        assert_eq!(lines.len(), 6, "{lines:#?}");
        for line in &lines {
            assert!(!line.contains('\u{1b}'), "{line}");
            assert!(line.len() < 2000, "{line}");
            match format {
                "json" => {
                    let line: Value = serde_json::from_str(line).unwrap();
                    assert_eq!(line["message"], "request");
                    assert_ne!(line["operation"], "Forged");
                }
                _ => {
                    assert!(line.starts_with("20"), "{line}");
                    assert!(!line.contains(" operation=\"Forged\""), "{line}");
                }
            }
        }
    }
}

#[test]
fn without_a_log_the_server_says_nothing_of_requests() {
    let server = Server::start(&["--log", "off"]);
    server.create_key();
    server.call("ANY", "DescribeKey", r#"{"KeyId":"alias/other"}"#);
    server.request("GET", "/nowhere", &[], "");
    assert_eq!(server.log(), "");
}

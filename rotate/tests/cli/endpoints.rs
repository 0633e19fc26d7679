//! KMS over HTTP, through the official SDK: what passes is repeated, and what does not pass ends in a sentence.

use core::time::Duration;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use super::endpoint::{Endpoint, Mood};
use super::folder::{Folder, said};

const ROWS: u64 = 300;

fn run<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let run = [
        "run",
        "--in",
        "in",
        "--out",
        "out",
        "--from",
        "alias/old",
        "--to",
        "alias/new",
        "--endpoint-url",
        url,
    ];
    [&run, more].concat()
}

#[test]
fn rows_are_moved_over_http_as_over_a_ring() {
    let folder = Folder::with_rows("http", ROWS);
    let endpoint = Endpoint::serve(folder.keyring(), |_| Mood::Serve);
    let url = endpoint.url();
    let output = folder
        .command_with_credentials(&run(&url, &["--verify"]))
        .output()
        .unwrap();
    let (status, text) = said(&output);
    assert_eq!(status, Some(2), "{text}");
    let summary = String::from_utf8(output.stdout).unwrap();
    assert!(
        summary.starts_with("verified: 294 of 294 rows are under the destination key\n"),
        "{summary}"
    );
    folder.assert_whole(ROWS);
    let verify = [
        "verify",
        "--in",
        "out",
        "--to",
        "alias/new",
        "--endpoint-url",
        &url,
    ];
    let output = folder.command_with_credentials(&verify).output().unwrap();
    assert_eq!(
        output.stdout,
        b"verified: 294 of 294 rows are under the destination key\n"
    );
    let verify = [
        "verify",
        "--in",
        "in",
        "--to",
        "alias/new",
        "--endpoint-url",
        &url,
    ];
    let output = folder.command_with_credentials(&verify).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn throttling_and_broken_connections_are_repeated_and_not_twice() {
    let folder = Folder::with_rows("faults", ROWS);
    let endpoint = Endpoint::serve(folder.keyring(), |request| match request % 7 {
        2 => Mood::Answer(400, "ThrottlingException", "Rate exceeded"),
        4 => Mood::Answer(500, "KMSInternalException", ""),
        5 => Mood::HangUp,
        _ => Mood::Serve,
    });
    let url = endpoint.url();
    let arguments = run(&url, &["--no-preflight", "--in-flight", "4"]);
    let (status, text) = said(
        &folder
            .command_with_credentials(&arguments)
            .output()
            .unwrap(),
    );
    assert_eq!(status, Some(2), "{text}");
    folder.assert_whole(ROWS);
    // Six rows are no rows. Every call but three of seven is the last one of its row.
    let requests = endpoint.re_encrypts.load(Ordering::SeqCst);
    let last_ones = (0..requests)
        .filter(|request| ![2, 4, 5].contains(&(request % 7)))
        .count();
    let rows = folder
        .read("in")
        .lines()
        .filter(|line| line.ends_with('}'))
        .count();
    assert_eq!(last_ones, rows);
}

/// How long the endpoint of the next test is away. `KMS_ROTATE_OUTAGE=60 cargo test --test cli away_for_a_while` is the outage
/// of docs/bulk.md.
fn outage() -> Duration {
    let seconds = env::var("KMS_ROTATE_OUTAGE").ok();
    Duration::from_secs(seconds.map_or(2, |seconds| seconds.parse().unwrap()))
}

#[test]
fn an_endpoint_that_is_away_for_a_while_is_waited_for() {
    let folder = Folder::with_rows("away", ROWS);
    let away = Arc::new(AtomicBool::new(false));
    let mood = Arc::clone(&away);
    let endpoint = Endpoint::serve(folder.keyring(), move |request| {
        if request == 100 {
            mood.store(true, Ordering::SeqCst);
        }
        if mood.load(Ordering::SeqCst) {
            Mood::HangUp
        } else {
            Mood::Serve
        }
    });
    let url = endpoint.url();
    let mut child = folder.command_with_credentials(&run(&url, &[]));
    let child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
    while !away.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(outage());
    away.store(false, Ordering::SeqCst);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    folder.assert_whole(ROWS);
}

#[test]
fn an_endpoint_that_stays_away_ends_the_run_which_goes_on_later() {
    let folder = Folder::with_rows("gone", ROWS);
    let gone = Arc::new(AtomicBool::new(true));
    let mood = Arc::clone(&gone);
    let endpoint = Endpoint::serve(folder.keyring(), move |request| {
        if request >= 100 && mood.load(Ordering::SeqCst) {
            Mood::HangUp
        } else {
            Mood::Serve
        }
    });
    let url = endpoint.url();
    let arguments = run(&url, &["--retry-for", "1"]);
    let started = Instant::now();
    let (status, text) = said(
        &folder
            .command_with_credentials(&arguments)
            .output()
            .unwrap(),
    );
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains(
            "no call has succeeded for a row within 1 seconds (--retry-for): NoConnection: "
        ),
        "{text}"
    );
    assert!(text.ends_with("and run the same command again\n"), "{text}");
    // While it waited, it said so: once, and not for every call.
    let waiting = "such calls are repeated for up to 1 seconds (--retry-for)";
    assert_eq!(text.matches(waiting).count(), 1, "{text}");
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    gone.store(false, Ordering::SeqCst);
    assert_eq!(
        said(
            &folder
                .command_with_credentials(&arguments)
                .output()
                .unwrap()
        )
        .0,
        Some(2)
    );
    folder.assert_whole(ROWS);
}

#[test]
fn credentials_that_expire_in_the_middle_end_the_run_which_goes_on_with_new_ones() {
    let folder = Folder::with_rows("expired", ROWS);
    let expired = Arc::new(AtomicBool::new(true));
    let mood = Arc::clone(&expired);
    let endpoint = Endpoint::serve(folder.keyring(), move |request| {
        if request >= 100 && mood.load(Ordering::SeqCst) {
            let message = "The security token included in the request is expired";
            Mood::Answer(400, "ExpiredTokenException", message)
        } else {
            Mood::Serve
        }
    });
    let url = endpoint.url();
    let arguments = run(&url, &[]);
    let (status, text) = said(
        &folder
            .command_with_credentials(&arguments)
            .output()
            .unwrap(),
    );
    assert_eq!(status, Some(1), "{text}");
    let expected = "ExpiredTokenException: The security token included in the request is expired. The credentials have \
                    expired: renew them, and run the same command again\n";
    assert!(text.ends_with(expected), "{text}");
    expired.store(false, Ordering::SeqCst);
    assert_eq!(
        said(
            &folder
                .command_with_credentials(&arguments)
                .output()
                .unwrap()
        )
        .0,
        Some(2)
    );
    folder.assert_whole(ROWS);
    // What had been moved was not moved again, apart from what was in flight.
    let requests = endpoint.re_encrypts.load(Ordering::SeqCst);
    assert!(requests < ROWS + 50, "{requests}");
}

#[test]
fn missing_credentials_and_a_missing_region_are_said() {
    let folder = Folder::with_rows("nobody", 10);
    let endpoint = Endpoint::serve(folder.keyring(), |_| Mood::Serve);
    let url = endpoint.url();
    let arguments = run(&url, &["--region", "us-east-2"]);
    let (status, text) = said(&folder.command(&arguments).output().unwrap());
    assert_eq!(status, Some(1));
    assert!(text.starts_with("NoCredentials: "), "{text}");
    assert!(
        text.contains("Give it credentials as for the AWS CLI"),
        "{text}"
    );
    let (status, text) = said(&folder.command(&run(&url, &[])).output().unwrap());
    assert_eq!(status, Some(1));
    assert!(
        text.starts_with("no Region is configured: add --region"),
        "{text}"
    );
}

#[test]
fn a_dry_run_moves_nothing_and_tells_what_would_fail() {
    let folder = Folder::with_rows("dry", ROWS);
    let endpoint = Endpoint::serve(folder.keyring(), |_| Mood::Serve);
    let url = endpoint.url();
    let output = folder
        .command_with_credentials(&run(&url, &["--dry-run"]))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        folder.files(),
        ["in", "out.dry-run", "out.dry-run.failed.jsonl"]
    );
    let input = folder.read("in");
    let kept = folder.read("out.dry-run");
    assert_eq!(kept.lines().count(), 294);
    assert!(kept.lines().all(|line| input.contains(line)));
}

#[test]
fn a_rate_holds_for_all_calls() {
    let folder = Folder::with_rows("rate", 90);
    let endpoint = Endpoint::serve(folder.keyring(), |_| Mood::Serve);
    let url = endpoint.url();
    let started = Instant::now();
    let arguments = run(&url, &["--rate", "50", "--no-preflight"]);
    folder
        .command_with_credentials(&arguments)
        .output()
        .unwrap();
    let took = started.elapsed();
    assert!(took > Duration::from_millis(1600), "{took:?}");
}

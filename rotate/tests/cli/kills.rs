//! The program is killed at random points, again and again, and loses nothing.

use core::time::Duration;
use std::env;
use std::fs;
use std::thread;

use super::endpoint::{Endpoint, Mood};
use super::folder::Folder;

const ROWS: u64 = 400;

/// `KMS_ROTATE_KILLS=100 cargo test --test cli kill` is the measure of docs/bulk.md.
fn kills() -> u32 {
    let kills = env::var("KMS_ROTATE_KILLS").ok();
    kills.map_or(12, |kills| kills.parse().unwrap())
}

/// Kills `arguments` after random times until it has been killed so often, over as many jobs as that takes. Each job ends
/// with the whole.
fn kill(test: &str, arguments: &dyn Fn(&Folder) -> Vec<String>, longest: u64) {
    let mut left = kills();
    let mut job = 0;
    let (mut killed, mut resumed) = (0, 0);
    while left > 0 {
        job += 1;
        let folder = Folder::with_rows(&format!("{test}-{job}"), ROWS);
        let arguments = arguments(&folder);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        loop {
            let mut child = folder.command_with_credentials(&arguments);
            let mut child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
            if left > 0 {
                thread::sleep(Duration::from_micros(rand::random_range(0..longest)));
                child.kill().unwrap();
            }
            let status = child.wait().unwrap();
            match status.code() {
                // It was killed, by a signal.
                None => {
                    left -= 1;
                    killed += 1;
                    resumed += u32::from(folder.files().contains(&"out.progress".to_owned()));
                }
                Some(2) => break,
                Some(code) => panic!("status {code}: {:?}", folder.files()),
            }
            // A job may have been killed when it was done, and only its lock was left.
            let is_left = |name: &String| name.ends_with(".part") || name.ends_with(".progress");
            if !folder.files().iter().any(is_left) && folder.file("out").exists() {
                break;
            }
        }
        let _ = fs::remove_file(folder.file("out.lock"));
        assert_eq!(folder.files(), ["in", "out", "out.failed.jsonl"]);
        folder.assert_whole(ROWS);
    }
    println!("{test}: {killed} kills in {job} jobs, {resumed} of them behind a checkpoint");
    assert_eq!(killed, kills());
}

#[test]
fn a_job_over_a_ring_that_is_killed_loses_nothing() {
    let arguments = |_: &Folder| {
        let run = "run --in in --out out --from alias/old --to alias/new --ring ring.json --rate 2000 --checkpoint-millis 1";
        run.split(' ').map(str::to_owned).collect()
    };
    kill("kill-ring", &arguments, 400_000);
}

#[test]
fn a_job_over_http_that_is_killed_loses_nothing() {
    let arguments = |folder: &Folder| {
        // Every tenth answer is a fault that passes.
        let endpoint = Endpoint::serve(folder.keyring(), |request| match request % 10 {
            3 => Mood::Answer(400, "ThrottlingException", "Rate exceeded"),
            7 => Mood::HangUp,
            _ => Mood::Serve,
        });
        let run = format!(
            "run --in in --out out --from alias/old --to alias/new --endpoint-url {} --rate 2000 --checkpoint-millis 1",
            endpoint.url()
        );
        run.split(' ').map(str::to_owned).collect()
    };
    kill("kill-http", &arguments, 900_000);
}

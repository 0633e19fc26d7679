//! The filter that engines run: rows in on standard input, rows out on standard output.

use core::time::Duration;
use std::fs::{self, File};
use std::process::{Command, Output, Stdio};
use std::thread;

use super::folder::{Folder, said};

const FILTER: [&str; 8] = [
    "run",
    "--stdin",
    "--from",
    "alias/old",
    "--to",
    "alias/new",
    "--ring",
    "ring.json",
];

fn filter(folder: &Folder, more: &[&str]) -> Output {
    let mut command = folder.command(&[&FILTER, more].concat());
    command.stdin(File::open(folder.file("in")).unwrap());
    command.output().unwrap()
}

#[test]
fn rows_go_through_in_their_order_and_failures_to_a_file() {
    let folder = Folder::with_rows("filter", 300);
    let output = filter(&folder, &["--failed", "out.failed.jsonl"]);
    assert_eq!(said(&output).0, Some(2));
    folder.write("out", output.stdout);
    folder.assert_whole(300);
    assert_eq!(folder.files(), ["in", "out", "out.failed.jsonl"]);
}

#[test]
fn failures_go_among_the_rows_if_told_so() {
    let folder = Folder::with_rows("inline", 300);
    let output = filter(&folder, &["--failed", "-", "--allow-failed"]);
    assert_eq!(said(&output).0, Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 300);
    for (at, line) in text.lines().enumerate() {
        let failed = (at + 1).is_multiple_of(50);
        assert_eq!(line.contains("kms_rotate_exception"), failed, "{line}");
    }
}

#[test]
fn two_filters_in_one_folder_do_not_share_a_file() {
    let folder = Folder::with_rows("pids", 100);
    for _ in 0..2 {
        assert_eq!(
            said(&filter(&folder, &["--failed", "failed-{pid}"])).0,
            Some(2)
        );
    }
    let failed = folder
        .files()
        .into_iter()
        .filter(|name| name.starts_with("failed-"));
    assert_eq!(failed.count(), 2);
}

#[test]
fn a_full_disk_behind_standard_output_is_said() {
    let folder = Folder::with_rows("devfull", 100);
    let mut command = folder.command(&[&FILTER[..], &["--failed", "-"]].concat());
    command.stdin(File::open(folder.file("in")).unwrap());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let (status, text) = said(&output);
    assert_eq!(status, Some(1));
    assert!(
        text.starts_with("standard output cannot be written: No space left on device"),
        "{text}"
    );
    assert!(
        text.ends_with("run the command again on the same rows\n"),
        "{text}"
    );
}

#[test]
fn a_table_with_a_header_goes_through_with_its_header() {
    let folder = Folder::new("header");
    folder.write("in", format!("id,blob\n1,{}\n2,?\n", folder.sealed("one")));
    let output = filter(&folder, &["--format", "csv", "--failed", "failed"]);
    let (status, text) = said(&output);
    assert_eq!(status, Some(2), "{text}");
    let moved = String::from_utf8(output.stdout).unwrap();
    assert!(moved.starts_with("id,blob\n1,AQIC"), "{moved}");
    let failed = folder.read("failed");
    let expected = "id,blob,kms_rotate_line,kms_rotate_exception,kms_rotate_message,kms_rotate_text\n2,?,3,MalformedRow,";
    assert!(failed.starts_with(expected), "{failed}");
}

#[test]
fn sigint_stops_a_job_at_a_row_and_it_goes_on_from_there() {
    let folder = Folder::with_rows("sigint", 300);
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
        "--ring",
        "ring.json",
    ];
    let slow = [&run[..], &["--rate", "100", "--in-flight", "1"]].concat();
    let mut command = folder.command(&slow);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    // It is in the middle when its first rows are there.
    while !fs::metadata(folder.file("out.part")).is_ok_and(|file| file.len() > 0) {
        thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(
        text.ends_with("stopped: run the same command again, and it goes on from here\n"),
        "{text}"
    );
    let output = folder.run(&[]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("rows before the interruption"), "{text}");
    folder.assert_whole(300);
}

//! Whatever is wrong with the input or the disk ends in a sentence that says what to do, and nothing is lost.

use std::process::Command;

use super::folder::{Folder, said};

#[test]
fn lines_that_are_no_rows_are_kept_and_the_others_are_moved() {
    let folder = Folder::new("lines");
    let huge = format!(
        "{{\"id\":9,\"blob\":\"{}\"}}\n",
        "A".repeat(10 * 1024 * 1024)
    );
    let rows = [
        folder.row(1),
        "what is this?\n".to_owned(),
        "{\"id\":2,\"blob\":\"AQ=\"}\n".to_owned(),
        huge.clone(),
        folder.row(3),
    ];
    folder.write("in", rows.concat());
    let (status, text) = said(&folder.run(&[]));
    assert_eq!(status, Some(2), "{text}");
    assert_eq!(folder.opened("out").into_keys().collect::<Vec<_>>(), [1, 3]);
    let failures = folder.read("out.failed.jsonl");
    let failures: Vec<_> = failures.lines().collect();
    assert_eq!(failures.len(), 3);
    assert!(
        failures[0].contains("not a JSON object: expected value at column 1"),
        "{}",
        failures[0]
    );
    assert!(
        failures[1].contains("--encoding names another encoding"),
        "{}",
        failures[1]
    );
    assert!(failures[2].starts_with(huge.trim_end().strip_suffix('}').unwrap()));
    assert!(failures[2].contains(r#""kms_rotate_exception":"ValidationException""#));
}

#[test]
fn a_line_that_is_too_long_to_hold_stops_the_job_which_goes_on_when_it_is_gone() {
    let folder = Folder::new("long");
    let rows = [folder.row(1), "x".repeat(30_000) + "\n", folder.row(2)];
    folder.write("in", rows.concat());
    let (status, text) = said(&folder.run(&["--max-row-bytes", "20000", "--no-preflight"]));
    assert_eq!(status, Some(1));
    assert_eq!(
        text,
        "line 2 is longer than 20000 bytes: repair or remove it, or raise --max-row-bytes, and run the same command again\n"
    );
    assert!(!folder.file("out").exists());
    folder.write("in", [folder.row(1), folder.row(2)].concat());
    let (status, text) = said(&folder.run(&["--max-row-bytes", "20000"]));
    // The first row was moved, and is another ciphertext now.
    assert_eq!(status, Some(1));
    assert!(
        text.contains("have changed since they were moved: to go on, run the job as it was begun"),
        "{text}"
    );
    folder.write("in", [&rows[0], &rows[2]].map(String::as_str).concat());
    let (status, text) = said(&folder.run(&["--max-row-bytes", "20000"]));
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(folder.opened("out").into_keys().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_full_disk_stops_the_job_which_goes_on_when_there_is_room() {
    const ROWS: u64 = 1000;
    let folder = Folder::with_rows("full", ROWS);
    // No file may have more than 100 KiB.
    let limited = "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\"";
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
    let mut shell = Command::new("sh");
    shell
        .args(["-c", limited, env!("CARGO_BIN_EXE_kms-rotate")])
        .args(run);
    let output = shell.current_dir(folder.file(".")).output().unwrap();
    let (status, text) = said(&output);
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains(
            "out cannot be written: File too large (os error 27). Nothing is lost: make room"
        ),
        "{text}"
    );
    assert!(text.contains("and run the same command again"), "{text}");
    assert!(folder.file("out.progress").exists());
    assert_eq!(said(&folder.run(&[])).0, Some(2));
    folder.assert_whole(ROWS);
}

#[test]
fn files_that_are_not_there_and_columns_that_do_not_exist_are_named() {
    let folder = Folder::new("names");
    let (status, text) = said(&folder.run(&[]));
    assert_eq!(
        (status, text.as_str()),
        (Some(1), "in: No such file or directory (os error 2)\n")
    );
    folder.write("in", "id,ciphertext\n1,AQ==\n");
    let (status, text) = said(&folder.run(&["--format", "csv"]));
    assert_eq!(
        (status, text.as_str()),
        (
            Some(1),
            "the table has no column blob: --blob-column names it\n"
        )
    );
    folder.write("in", folder.row(1));
    let run = [
        "run",
        "--in",
        "in",
        "--out",
        "out",
        "--to",
        "alias/absent",
        "--ring",
        "ring.json",
    ];
    let (status, text) = said(&folder.command(&run).output().unwrap());
    assert_eq!(status, Some(1));
    assert!(
        text.contains(
            "alias/absent is not found. Are --from, --to, the Region and the account right?"
        ),
        "{text}"
    );
    assert_eq!(folder.files(), ["in"]);
}

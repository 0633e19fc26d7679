//! Whatever interrupts a job, every row is moved or kept with its exception, once.

use core::mem::ManuallyDrop;
use core::num::NonZero;
use core::time::Duration;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::{self, Command, Stdio};
use std::{env, thread};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::{DecryptRequest, EncryptRequest, Kms};
use serde_json::Value;

use crate::Error;
use crate::job::Job;
use crate::journal::{Identity, Journal, Progress};
use crate::lines::{self, Lines};
use crate::make::{Make, secret};
use crate::ring::Ring;
use crate::row::Row;

const ROWS: u64 = 3000;
const DAMAGED_EVERY: u64 = 50;

/// A directory with an input and what a job makes of it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let name = format!("kms-reencrypt-rotate-{test}-{}", process::id());
        let folder = Self(env::temp_dir().join(name));
        fs::create_dir(&folder.0).unwrap();
        folder
    }

    /// A folder with the input of most tests.
    fn with_rows(test: &str) -> Self {
        let folder = Self::new(test);
        let make = Make {
            rows: ROWS,
            damaged_every: NonZero::new(DAMAGED_EVERY),
        };
        let mut input = Vec::new();
        make.write(&Ring::new().unwrap(), &mut input).unwrap();
        fs::write(folder.file("in"), input).unwrap();
        folder
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        let mut file = OpenOptions::new()
            .append(true)
            .open(self.file(name))
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    /// The names of the files that are there.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn run(&self) -> Result<Progress, Error> {
        self.run_watched(|_| {})
    }

    /// Runs the job with small batches, a checkpoint after each.
    fn run_watched(&self, watch: impl FnMut(&Progress)) -> Result<Progress, Error> {
        let ring = Ring::new()?;
        self.job(&ring).run(&Kms::new(ring.keyring.clone()), watch)
    }

    fn job(&self, ring: &Ring) -> Job {
        Job {
            input: self.file("in"),
            output: self.file("out"),
            from: ring.old,
            to: ring.new,
            batch: NonZero::new(100).unwrap(),
            checkpoint_every: Duration::ZERO,
        }
    }

    /// Runs the job until so many lines are done, and no further. What it does to files it has done by then, as the
    /// job cleans up nothing; what it knows is lost.
    fn run_until(&self, lines: u64) {
        let run = || {
            self.run_watched(|progress| {
                if progress.lines >= lines {
                    resume_unwind(Box::new("interrupted"));
                }
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    }

    fn journal(&self) -> Journal {
        let Job {
            input,
            output,
            from,
            to,
            ..
        } = self.job(&Ring::new().unwrap());
        let input = File::open(input).unwrap();
        Journal::new(&output, Identity::new(&input, &from, &to).unwrap())
    }

    /// Every row of the input is in one output, once, in order, and is what it should be.
    #[track_caller]
    fn assert_whole(&self) {
        assert_eq!(self.files(), ["in", "out", "out.failed.jsonl"]);
        let ring = Ring::new().unwrap();
        let kms = Kms::new(ring.keyring.clone());
        let (mut moved, mut failed) = (Vec::new(), Vec::new());
        for line in self.read("out").lines() {
            let Row { id, blob, context } = Row::of_line(line.as_bytes()).unwrap();
            let number = id.get().parse().unwrap();
            let request = DecryptRequest::builder()
                .ciphertext_blob(blob)
                .key_id(ring.new)
                .set_encryption_context(Some(context.into_iter().collect()));
            let opened = kms.decrypt(&request.build().unwrap()).unwrap();
            assert_eq!(opened.plaintext().expose(), secret(number).as_bytes());
            moved.push(number);
        }
        for line in self.read("out.failed.jsonl").lines() {
            let failure: Value = serde_json::from_str(line).unwrap();
            failed.push(failure.get("line").and_then(Value::as_u64).unwrap() - 1);
        }
        let (expected_failed, expected_moved): (Vec<u64>, Vec<u64>) =
            (0..ROWS).partition(|number| (number + 1).is_multiple_of(DAMAGED_EVERY));
        assert_eq!(moved, expected_moved);
        assert_eq!(failed, expected_failed);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What a failed test leaves is there to be looked at.
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// What a job says at its end, however often it was interrupted.
#[track_caller]
fn assert_all_counted(progress: &Progress) {
    let counted: Vec<_> = progress.outcomes.iter().collect();
    let expected = [
        ("IncorrectKeyException", 15),
        ("InvalidCiphertextException", 30),
        ("MalformedRow", 15),
        ("moved", 2940),
    ];
    assert_eq!(counted, expected);
    assert_eq!(progress.lines, ROWS);
}

#[test]
fn every_row_is_moved_or_kept_with_its_exception() {
    let folder = Folder::with_rows("whole");
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();

    let input = folder.read("in");
    let originals: Vec<&str> = input.lines().collect();
    let mut messages = BTreeMap::new();
    for line in folder.read("out.failed.jsonl").lines() {
        let failure: Value = serde_json::from_str(line).unwrap();
        let number = usize::try_from(failure["line"].as_u64().unwrap()).unwrap();
        let original = originals[number - 1];
        match failure["text"].as_str() {
            Some(text) => assert_eq!(text, original),
            None => assert!(line.contains(&format!(r#""row":{original},"#)), "{line}"),
        }
        let text = |member| failure[member].as_str().unwrap().to_owned();
        messages.insert(text("exception"), text("message"));
    }
    assert_eq!(messages["InvalidCiphertextException"], "");
    assert!(messages["IncorrectKeyException"].starts_with("The key ID in the request"));
    assert!(messages["MalformedRow"].starts_with("EOF while parsing"));
}

#[test]
fn what_is_no_row_is_kept_as_it_is() {
    let folder = Folder::new("malformed");
    let lines: [(&[u8], &str); 7] = [
        (b"", r#""text":"""#),
        (b"what?", r#""text":"what?""#),
        (b"\xff{}", r#""base64":"/3t9""#),
        (br#""a""#, r#""row":"a""#),
        (br#"{"id":1}"#, r#""row":{"id":1}"#),
        (
            br#"{"id":1,"blob":"AQ=","context":{}}"#,
            r#""row":{"id":1,"blob":"AQ=","context":{}}"#,
        ),
        (
            br#"{"id":1,"blob":"AQ==","since":2019}"#,
            r#""row":{"id":1,"blob":"AQ==","since":2019}"#,
        ),
    ];
    fs::write(folder.file("in"), lines.map(|(line, _)| line).join(&b'\n')).unwrap();
    let progress = folder.run().unwrap();
    assert_eq!(
        progress.outcomes.iter().collect::<Vec<_>>(),
        [("MalformedRow", 7)]
    );
    assert_eq!(folder.read("out"), "");
    let failed = folder.read("out.failed.jsonl");
    assert_eq!(failed.lines().count(), lines.len());
    for (number, (failure, (_, kept))) in (1..).zip(failed.lines().zip(lines)) {
        let start = format!(r#"{{"line":{number},{kept},"exception":"MalformedRow","message":"#);
        assert!(failure.starts_with(&start), "{failure}");
    }
}

#[test]
fn an_id_is_any_json_and_stays_as_it_is_written() {
    let folder = Folder::new("ids");
    let ring = Ring::new().unwrap();
    let encrypt = EncryptRequest::builder().key_id(ring.old).plaintext("x");
    let response = Kms::new(ring.keyring).encrypt(&encrypt.build().unwrap());
    let blob = BASE64_STANDARD.encode(response.unwrap().ciphertext_blob());
    let ids = [
        "12345678901234567890123",
        "1.50",
        r#""a\u00e4""#,
        r#"{"b":1,"a":2}"#,
    ];
    let lines = ids.map(|id| format!(r#"{{"blob":"{blob}","id":{id}}}"#));
    fs::write(folder.file("in"), lines.join("\r\n")).unwrap();
    folder.run().unwrap();
    let moved = folder.read("out");
    assert_eq!(moved.lines().count(), ids.len());
    for (line, id) in moved.lines().zip(ids) {
        assert!(
            line.starts_with(&format!(r#"{{"id":{id},"blob":"AQIC"#)),
            "{line}"
        );
        assert!(line.ends_with(r#","context":{}}"#), "{line}");
    }
}

#[test]
fn an_input_without_rows_gives_outputs_without_rows() {
    let folder = Folder::new("empty");
    fs::write(folder.file("in"), "").unwrap();
    assert_eq!(folder.run().unwrap(), Progress::default());
    assert_eq!(folder.files(), ["in", "out", "out.failed.jsonl"]);
}

#[test]
fn a_line_that_no_memory_should_hold_stops_the_job() {
    let folder = Folder::with_rows("long");
    folder.append("in", &vec![b'x'; 2 * 1024 * 1024]);
    let error = folder.run().unwrap_err();
    assert_eq!(error.to_string(), "line 3001 is longer than 1048576 bytes");
    assert!(!folder.files().contains(&"out".to_owned()));
}

#[test]
fn a_batch_of_long_lines_has_fewer_of_them() {
    let input = [[b'x'; 1023].as_slice(), b"\n"].concat().repeat(20 * 1024);
    let start = lines::Place {
        offset: 0,
        lines: 0,
    };
    let mut lines = Lines::new(input.as_slice(), start);
    let mut batches = core::iter::from_fn(|| {
        let batch = lines.next_batch(usize::MAX).unwrap();
        let lines::Place { offset, lines } = batch.end;
        (!batch.lines.is_empty()).then_some((batch.lines.len(), lines, offset))
    });
    const MIB: u64 = 1024 * 1024;
    assert_eq!(batches.next(), Some((16 * 1024, 16 * 1024, 16 * MIB)));
    assert_eq!(batches.next(), Some((4 * 1024, 20 * 1024, 20 * MIB)));
    assert_eq!(batches.next(), None);
}

#[test]
fn a_job_that_is_interrupted_after_any_batch_goes_on_where_it_was() {
    for lines in (0..=ROWS).step_by(500) {
        let folder = Folder::with_rows(&format!("after-{lines}"));
        folder.run_until(lines);
        let mut start = None;
        let progress = folder.run_watched(|progress| {
            start.get_or_insert(progress.lines);
        });
        assert_all_counted(&progress.unwrap());
        folder.assert_whole();
        // The last batch was written when the watch was told of it, but not its checkpoint.
        assert_eq!(start, Some(lines.saturating_sub(100)));
    }
}

#[test]
fn what_is_behind_the_last_checkpoint_is_cut_off() {
    let folder = Folder::with_rows("tails");
    folder.run_until(1000);
    // Longer than all that is still to come, as that would hide it.
    for name in ["out.part", "out.failed.jsonl.part"] {
        folder.append(name, &br#"{"id":1000,"blob":"AQICAH"#.repeat(100_000));
    }
    fs::write(folder.file("out.progress.new"), r#"{"job":{"inp"#).unwrap();
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn a_job_that_was_interrupted_at_its_very_end_only_names_its_files() {
    const MOVED: [&str; 2] = ["out", "out.part"];
    const FAILED: [&str; 2] = ["out.failed.jsonl", "out.failed.jsonl.part"];
    for (test, unnamed) in [
        ("both-named", &[][..]),
        ("moved-named", &[FAILED]),
        ("failed-named", &[MOVED]),
        ("none-named", &[MOVED, FAILED]),
    ] {
        let folder = Folder::with_rows(test);
        let progress = folder.run().unwrap();
        folder.journal().write(&progress).unwrap();
        fs::write(folder.file("out.progress.new"), r#"{"job":{"inp"#).unwrap();
        for [name, part] in unnamed {
            fs::rename(folder.file(name), folder.file(part)).unwrap();
        }
        let mut seen = Vec::new();
        let again = folder.run_watched(|progress| seen.push(progress.lines));
        assert_all_counted(&again.unwrap());
        folder.assert_whole();
        assert_eq!(seen, [ROWS], "{test}");
    }
}

#[test]
fn a_process_that_is_killed_again_and_again_ends_with_the_whole() {
    const FOLDER: &str = "KMS_REENCRYPT_ROTATE_FOLDER";
    if let Some(path) = env::var_os(FOLDER) {
        // This is the process that is killed. The folder is the other's.
        ManuallyDrop::new(Folder(path.into())).run().unwrap();
        return;
    }
    let folder = Folder::with_rows("killed");
    let journal = || fs::read(folder.file("out.progress")).ok();
    let mut kills = 0;
    loop {
        let before = journal();
        let mut child = Command::new(env::current_exe().unwrap())
            .arg("--exact")
            .arg("tests::a_process_that_is_killed_again_and_again_ends_with_the_whole")
            .env(FOLDER, &folder.0)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Some way beyond its first checkpoint, and not always the same.
        while journal() == before && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(kills % 5));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_ne!(status.code(), Some(101), "it panicked");
        // It may be killed when the job is done, but not the process.
        if folder.files() == ["in", "out", "out.failed.jsonl"] {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0);
    folder.assert_whole();
}

#[test]
fn another_job_does_not_go_on_from_a_foreign_checkpoint() {
    let folder = Folder::with_rows("foreign");
    folder.run_until(1000);
    let refusal = "out.progress is of a job with another input or other keys";

    let ring = Ring::new().unwrap();
    let kms = Kms::new(ring.keyring.clone());
    let other_key = Job {
        to: ring.foreign,
        ..folder.job(&ring)
    };
    let error = other_key.run(&kms, |_| {}).unwrap_err();
    assert!(error.to_string().ends_with(refusal), "{error}");

    let input = folder.read("in");
    for other in [format!("{input}\n"), input.replacen("blue", "bleu", 1)] {
        fs::write(folder.file("in"), other).unwrap();
        let error = folder.run().unwrap_err();
        assert!(error.to_string().ends_with(refusal), "{error}");
    }

    fs::write(folder.file("in"), input).unwrap();
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn an_output_that_is_there_is_not_replaced() {
    for name in ["out", "out.failed.jsonl"] {
        let folder = Folder::with_rows(&format!("there-{name}"));
        fs::write(folder.file(name), "precious").unwrap();
        let error = folder.run().unwrap_err();
        assert!(
            error.to_string().ends_with(&format!("{name} exists")),
            "{error}"
        );
        assert_eq!(folder.files(), ["in", name]);
        assert_eq!(folder.read(name), "precious");
    }
}

#[test]
fn an_output_that_has_lost_rows_since_the_checkpoint_is_not_gone_on_with() {
    let folder = Folder::with_rows("lost");
    folder.run_until(1000);
    fs::write(folder.file("out.part"), "").unwrap();
    let error = folder.run().unwrap_err();
    assert!(
        error.to_string().ends_with("out.part has lost its end"),
        "{error}"
    );
    fs::remove_file(folder.file("out.part")).unwrap();
    let error = folder.run().unwrap_err();
    assert!(error.to_string().contains("out.part: "), "{error}");
}

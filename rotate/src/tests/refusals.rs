//! A job refuses to go on where a row might be lost.

use core::mem::ManuallyDrop;
use core::time::Duration;
use std::io::{self, Read as _};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use kms_reencrypt::Kms;

use crate::job::Job;
use crate::ring::Ring;

use super::folder::{Folder, assert_all_counted};

#[test]
fn another_job_does_not_go_on_from_a_foreign_checkpoint() {
    let folder = Folder::with_rows("foreign");
    folder.run_until(1000);
    let refusal =
        "out.progress is of a job whose input has another length, or with other keys: to go on";

    let ring = Ring::new().unwrap();
    let kms = Kms::new(ring.keyring.clone());
    let other_key = Job {
        to: ring.foreign,
        ..folder.job(&ring)
    };
    let error = other_key.run(&kms, |_| {}).unwrap_err();
    assert!(error.to_string().contains(refusal), "{error}");

    let input = folder.read("in");
    fs::write(folder.file("in"), format!("{input}\n")).unwrap();
    let error = folder.run().unwrap_err();
    assert!(error.to_string().contains(refusal), "{error}");

    fs::write(folder.file("in"), input).unwrap();
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn lines_that_have_changed_since_they_were_moved_stop_the_job() {
    let folder = Folder::with_rows("changed");
    folder.run_until(1000);
    let input = folder.read("in");
    // The first of these lines was moved, the second was not; without a refusal one would be lost.
    let mut swapped: Vec<&str> = input.split_inclusive('\n').collect();
    swapped.swap(10, 2000);
    let swapped = swapped.concat();
    assert_eq!(swapped.len(), input.len());
    for changed in [swapped, input.replacen("blue", "bleu", 1)] {
        fs::write(folder.file("in"), changed).unwrap();
        let error = folder.run().unwrap_err().to_string();
        assert!(error.starts_with("the first 900 lines of "), "{error}");
        assert!(
            error.contains("/in have changed since they were moved: to go on"),
            "{error}"
        );
    }

    fs::write(folder.file("in"), input).unwrap();
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn a_finished_job_is_not_published_for_an_input_that_has_changed() {
    let folder = Folder::with_rows("late");
    let progress = folder.run().unwrap();
    folder.journal().write(&progress).unwrap();
    let changed = folder.read("in").replacen("blue", "bleu", 1);
    fs::write(folder.file("in"), changed).unwrap();
    let error = folder.run().unwrap_err().to_string();
    assert!(error.starts_with("the first 3000 lines of "), "{error}");
}

#[test]
fn a_second_process_is_kept_away_from_an_output_for_the_whole_run() {
    const FOLDER: &str = "KMS_REENCRYPT_ROTATE_LOCKED_FOLDER";
    if let Some(path) = env::var_os(FOLDER) {
        // This is the first process: it waits in the middle until the other says so.
        let mut waited = false;
        let run = ManuallyDrop::new(Folder(path.into())).run_watched(|progress| {
            if progress.lines >= 1000 && !waited {
                waited = true;
                io::stdin().read_to_end(&mut Vec::new()).unwrap();
            }
        });
        run.unwrap();
        return;
    }
    let folder = Folder::with_rows("locked");
    let mut child = Command::new(env::current_exe().unwrap())
        .arg("--exact")
        .arg("tests::refusals::a_second_process_is_kept_away_from_an_output_for_the_whole_run")
        .env(FOLDER, &folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It is under way when its first checkpoint is there.
    while !folder.file("out.progress").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        thread::sleep(Duration::from_millis(1));
    }
    let error = folder.run().unwrap_err().to_string();
    assert!(error.starts_with("another process is writing "), "{error}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    folder.assert_whole();
}

#[test]
fn outputs_that_are_not_as_they_were_written_are_not_published() {
    let folder = Folder::with_rows("overwritten");
    let progress = folder.run().unwrap();
    // As if the job had been interrupted before it named its files.
    folder.journal().write(&progress).unwrap();
    let [out, failed] = ["out", "out.failed.jsonl"];
    for (name, rows) in [(out, 2940), (failed, 60)] {
        let part = folder.file(&format!("{name}.part"));
        let written = fs::read(folder.file(name)).unwrap();
        fs::remove_file(folder.file(name)).unwrap();
        let (start, end) = written.split_at(written.len() / 2);
        for (rest, all_rows) in [
            (vec![0; end.len()], false),
            (Vec::new(), false),
            ([end, b" "].concat(), true),
        ] {
            fs::write(&part, [start, &rest].concat()).unwrap();
            let error = folder.run().unwrap_err().to_string();
            assert!(error.contains("another program has changed it"), "{error}");
            let said = error.contains(&format!(".part has {rows} rows in "));
            assert_eq!(said, all_rows, "{error}");
            assert!(!folder.file(name).exists(), "{name} was published");
        }
        fs::write(part, written).unwrap();
    }
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
            error.to_string().ends_with(&format!(
                "{name} exists, and is not replaced: name another --out, or move it away"
            )),
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
        error
            .to_string()
            .ends_with("out.part has lost its end: remove the files of the job and begin anew"),
        "{error}"
    );
    fs::remove_file(folder.file("out.part")).unwrap();
    let error = folder.run().unwrap_err();
    assert!(error.to_string().contains("out.part: "), "{error}");
}

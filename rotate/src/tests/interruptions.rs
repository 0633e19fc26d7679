//! A job goes on where it was interrupted.

use std::fs;

use super::folder::{Folder, ROWS, assert_all_counted};

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

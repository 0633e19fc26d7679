//! A job refuses to go on where a row might be lost.

use std::fs;

use super::folder::{Folder, assert_all_counted};

#[test]
fn another_job_does_not_go_on_from_a_foreign_checkpoint() {
    let folder = Folder::with_rows("foreign");
    folder.run_until(1000);
    let error = folder
        .run_to("alias/foreign", |_| {})
        .unwrap_err()
        .to_string();
    let refusal = "out.progress is of a job with another value of --to: to go on";
    assert!(error.contains(refusal), "{error}");
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn an_input_that_has_grown_since_is_gone_on_with() {
    let folder = Folder::with_rows("grown");
    let input = folder.read("in");
    let (start, end) = input.split_at(input.len() / 2);
    // The file was cut within a line, which is then not a row.
    fs::write(folder.file("in"), start).unwrap();
    folder.run_until(1000);
    folder.append("in", end.as_bytes());
    assert_all_counted(&folder.run().unwrap());
    folder.assert_whole();
}

#[test]
fn a_last_line_that_has_grown_since_it_was_moved_stops_the_job() {
    let folder = Folder::with_rows("longer");
    let input = folder.read("in");
    let cut = input.strip_suffix('\n').unwrap();
    fs::write(folder.file("in"), cut).unwrap();
    let progress = folder.run().unwrap();
    folder.journal().write(&progress).unwrap();
    fs::write(folder.file("in"), format!("{cut} \n")).unwrap();
    let error = folder.run().unwrap_err().to_string();
    assert!(error.starts_with("line 3000 of "), "{error}");
    assert!(error.contains("has grown since: to go on"), "{error}");
}

#[test]
fn an_input_that_grows_while_it_is_read_loses_no_line() {
    let folder = Folder::with_rows("growing");
    let input = folder.read("in");
    let (start, end) = input.split_at(input.len() / 2);
    fs::write(folder.file("in"), start).unwrap();
    let mut grown = false;
    let result = folder.run_watched(|progress| {
        if progress.lines >= 1000 && !grown {
            grown = true;
            folder.append("in", end.as_bytes());
        }
    });
    // The reader may have been at the end before, or not yet.
    if let Err(error) = result {
        let error = error.to_string();
        assert!(
            error.contains("has grown or shrunk while it was read: run the same command again"),
            "{error}"
        );
        assert_all_counted(&folder.run().unwrap());
    }
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
fn a_second_process_is_kept_away_from_an_output() {
    let folder = Folder::with_rows("locked");
    let mut tried = false;
    let progress = folder.run_watched(|progress| {
        if progress.lines >= 1000 && !tried {
            tried = true;
            let error = folder.run().unwrap_err().to_string();
            assert!(error.starts_with("another process is writing "), "{error}");
        }
    });
    assert_all_counted(&progress.unwrap());
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
            let said = error.contains(&format!(".part has {rows} lines in "));
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
                "{name} exists, and would not be replaced: name another file, or move it away"
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
        error.to_string().ends_with(
            "out.part is shorter than its journal says: remove the files of the job and begin anew"
        ),
        "{error}"
    );
    fs::remove_file(folder.file("out.part")).unwrap();
    let error = folder.run().unwrap_err();
    assert!(error.to_string().contains("out.part: "), "{error}");
}

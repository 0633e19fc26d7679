//! What becomes of a row.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::{EncryptRequest, Kms};
use serde_json::Value;

use crate::lines::{self, Consumed, Lines};
use crate::ring::Ring;

use super::folder::{Folder, assert_all_counted};

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
    let progress = folder.run().unwrap();
    assert_eq!((progress.lines, progress.outcomes.iter().count()), (0, 0));
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
    let mut lines = Lines::new(input.as_slice(), start, Consumed::default());
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

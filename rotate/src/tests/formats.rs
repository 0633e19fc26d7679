//! What a line is, and what becomes of it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::folder::rows;
use crate::rows::{
    ContextRule, CsvLayout, DestinationContext, Encoding, Failure, Format, Row, Rows,
};

/// "hello" and "moved" in base64.
const HELLO: &str = "aGVsbG8=";
const MOVED: &str = "bW92ZWQ=";

fn moved(rows: &Rows, line: &[u8]) -> Result<String, String> {
    let row = rows.parse(line).map_err(|malformed| malformed.0)?;
    assert_eq!(row.blob, b"hello");
    let mut moved = Vec::new();
    rows.append(&row, b"moved", &mut moved);
    Ok(String::from_utf8(moved).unwrap())
}

fn failed(rows: &Rows, line: &[u8]) -> Vec<u8> {
    let failure = Failure {
        line: 7,
        exception: "X",
        message: "why, \"oh\"",
    };
    let mut failed = Vec::new();
    rows.append_failure(line, &failure, &mut failed);
    assert_eq!(failed.pop(), Some(b'\n'));
    failed
}

fn csv(header: &str) -> Rows {
    Rows {
        format: Format::Csv(CsvLayout::of_header(header.as_bytes(), b',').unwrap()),
        source_context: ContextRule::default(),
        ..rows()
    }
}

fn contexts<'a>(row: &'a Row<'_>) -> [BTreeMap<&'a str, &'a str>; 2] {
    [&row.source_context, row.destination_context()].map(|context| {
        let pairs = context.iter();
        pairs
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect()
    })
}

#[test]
fn members_that_are_not_needed_stay_as_they_are_written() {
    let line = format!(
        r#" {{"id":12345678901234567890123, "x":1.50,"y":{{"b":[1, 2],"a":"\u00e4"}},"blob":"{HELLO}","n":null}}"#
    );
    let expected = format!(
        "{{\"id\":12345678901234567890123,\"x\":1.50,\"y\":{{\"b\":[1, 2],\"a\":\"\\u00e4\"}},\"blob\":\"{MOVED}\",\"n\":null}}\n"
    );
    assert_eq!(moved(&rows(), line.as_bytes()).unwrap(), expected);
}

#[test]
fn columns_that_are_not_needed_stay_as_they_are() {
    let rows = csv("id,blob,note");
    let line = format!("7,{HELLO},\"a \"\"b\"\",\nc\"");
    let expected = format!("7,{MOVED},\"a \"\"b\"\",\nc\"\n");
    assert_eq!(moved(&rows, line.as_bytes()).unwrap(), expected);
}

#[test]
fn what_is_no_row_is_refused_with_the_reason() {
    let json = rows();
    for (line, reason) in [
        (
            "",
            "not a JSON object: EOF while parsing a value at column 0",
        ),
        ("what?", "not a JSON object: expected value at column 1"),
        (
            r#""a""#,
            "not a JSON object: invalid type: string \"a\", expected an object at column 3",
        ),
        (
            r#"{"id":1}"#,
            "blob is missing: --blob-column names the column with the ciphertext",
        ),
        (
            r#"{"blob":"AQ="}"#,
            "blob: not base64: Invalid padding. --encoding names another encoding",
        ),
        (r#"{"blob":["AQ=="]}"#, "blob is not a string"),
        (
            r#"{"blob":"AQ==","blob":"AQ=="}"#,
            "not a JSON object: blob occurs twice at column 29",
        ),
        (
            r#"{"blob":"AQ==","context":{"a":1}}"#,
            "context is not an encryption context, which is a JSON object of strings: invalid type: integer `1`, expected a \
             string at line 1 column 6",
        ),
    ] {
        assert_eq!(json.parse(line.as_bytes()).unwrap_err().0, reason, "{line}");
    }
    let csv = csv("id,blob");
    for (line, reason) in [
        ("", "the line is empty"),
        ("1", "the record has 1 fields, and there are 2 columns"),
        (
            "1,AQ==,2",
            "the record has 3 fields, and there are 2 columns",
        ),
        (
            "1,?",
            "blob: not base64: Invalid symbol 63, offset 0. --encoding names another encoding",
        ),
    ] {
        assert_eq!(csv.parse(line.as_bytes()).unwrap_err().0, reason, "{line}");
    }
}

#[test]
fn a_row_that_failed_is_a_row_of_the_next_run() {
    let json = rows();
    let line = format!(r#"{{"blob":"{HELLO}","id":1}}"#);
    let once = failed(&json, line.as_bytes());
    let expected = format!(
        r#"{{"blob":"{HELLO}","id":1,"kms_rotate_line":7,"kms_rotate_exception":"X","kms_rotate_message":"why, \"oh\""}}"#
    );
    assert_eq!(String::from_utf8(once.clone()).unwrap(), expected);
    let again = format!("{{\"blob\":\"{MOVED}\",\"id\":1}}\n");
    assert_eq!(moved(&json, &once).unwrap(), again);
    assert_eq!(failed(&json, &once), once);

    let csv = csv("id,blob");
    let once = failed(&csv, format!("1,{HELLO}").as_bytes());
    let expected = format!("1,{HELLO},7,X,\"why, \"\"oh\"\"\",");
    assert_eq!(String::from_utf8(once.clone()).unwrap(), expected);
    let [header, of_failures] = csv
        .headers()
        .map(|header| String::from_utf8(header).unwrap());
    assert_eq!(header, "id,blob\n");
    let next = self::csv(of_failures.trim_end());
    assert_eq!(moved(&next, &once).unwrap(), format!("1,{MOVED}\n"));
    assert_eq!(failed(&next, &once), once);
    assert_eq!(next.headers(), csv.headers());
}

#[test]
fn a_line_that_is_no_row_is_kept_whole_however_often_it_fails() {
    let json = rows();
    for (line, kept) in [
        (&b""[..], r#""kms_rotate_text":"""#),
        (b"what?", r#""kms_rotate_text":"what?""#),
        (b"{\"blob\":", r#""kms_rotate_text":"{\"blob\":""#),
        (b"\xff{}", r#""kms_rotate_base64":"/3t9""#),
    ] {
        let once = failed(&json, line);
        let text = String::from_utf8(once.clone()).unwrap();
        assert!(
            text.starts_with(&format!("{{{kept},\"kms_rotate_line\":7,")),
            "{text}"
        );
        assert_eq!(
            json.parse(&once).unwrap_err(),
            json.parse(line).unwrap_err()
        );
        assert_eq!(failed(&json, &once), once);
    }
    let csv = csv("id,blob");
    let [_, of_failures] = csv
        .headers()
        .map(|header| String::from_utf8(header).unwrap());
    let next = self::csv(of_failures.trim_end());
    for line in [&b"1,2,3"[..], b"one", b"\xff"] {
        let once = failed(&csv, line);
        assert_eq!(next.parse(&once).unwrap_err(), csv.parse(line).unwrap_err());
        assert_eq!(failed(&next, &once), once);
    }
}

#[test]
fn without_a_header_a_file_of_failures_has_four_fields_more() {
    let columns = ["id".to_owned(), "blob".to_owned()];
    let rows = Rows {
        format: Format::Csv(CsvLayout::without_header(&columns, b'\t').unwrap()),
        source_context: ContextRule::default(),
        ..rows()
    };
    let line = format!("1\t{HELLO}");
    assert_eq!(
        moved(&rows, line.as_bytes()).unwrap(),
        format!("1\t{MOVED}\n")
    );
    let once = failed(&rows, line.as_bytes());
    assert_eq!(moved(&rows, &once).unwrap(), format!("1\t{MOVED}\n"));
    assert_eq!(rows.headers(), [b"", b""]);
}

#[test]
fn a_context_comes_from_a_column_or_is_made_from_columns() {
    let rule = |column: Option<&str>, pairs: &[(&str, &str)]| ContextRule {
        column: column.map(str::to_owned),
        pairs: pairs
            .iter()
            .map(|(key, template)| ((*key).to_owned(), template.parse().unwrap()))
            .collect(),
    };
    let line = format!(r#"{{"blob":"{HELLO}","id":7,"ok":true,"context":{{"a":"b"}},"new":{{}}}}"#);
    let pair = |key, value| BTreeMap::from([(key, value)]);
    for (source, destination, expected) in [
        (
            rule(Some("context"), &[]),
            None,
            [pair("a", "b"), pair("a", "b")],
        ),
        (
            rule(Some("absent"), &[]),
            None,
            [BTreeMap::new(), BTreeMap::new()],
        ),
        (
            rule(None, &[("row", "r-{id}{ok}")]),
            None,
            [pair("row", "r-7true"), pair("row", "r-7true")],
        ),
        (
            rule(Some("context"), &[]),
            Some(rule(Some("new"), &[("id", "{id}")])),
            [pair("a", "b"), pair("id", "7")],
        ),
        (
            rule(Some("context"), &[]),
            Some(ContextRule::default()),
            [pair("a", "b"), BTreeMap::new()],
        ),
    ] {
        let rows = Rows {
            source_context: source,
            destination_context: destination
                .map_or(DestinationContext::Same, DestinationContext::By),
            ..rows()
        };
        assert_eq!(contexts(&rows.parse(line.as_bytes()).unwrap()), expected);
    }
    let twice = Rows {
        source_context: rule(Some("context"), &[("a", "c")]),
        ..rows()
    };
    let reason = twice.parse(line.as_bytes()).unwrap_err().0;
    assert!(
        reason.starts_with("the encryption context has a twice"),
        "{reason}"
    );
}

#[test]
fn a_context_in_csv_is_the_json_text_of_an_object() {
    let rows = Rows {
        source_context: ContextRule {
            column: Some("context".to_owned()),
            pairs: Vec::new(),
        },
        ..csv("blob,context")
    };
    for (field, expected) in [
        ("", BTreeMap::new()),
        ("null", BTreeMap::new()),
        ("\"{\"\"a\"\":\"\"b\"\"}\"", BTreeMap::from([("a", "b")])),
    ] {
        let line = format!("{HELLO},{field}");
        let row = rows.parse(line.as_bytes()).unwrap();
        assert_eq!(contexts(&row), [expected.clone(), expected]);
    }
}

#[test]
fn the_encoding_of_a_table_is_kept() {
    let rows = Rows {
        encoding: Encoding::Hex,
        ..csv("blob")
    };
    assert_eq!(moved(&rows, b"\\x68656c6c6f").unwrap(), "\\x6d6f766564\n");
    assert_eq!(BASE64_STANDARD.encode("moved"), MOVED);
}

#[test]
fn a_header_with_a_column_twice_is_refused() {
    let error = CsvLayout::of_header(b"id,blob,id", b',').unwrap_err();
    assert_eq!(error.0, "column id occurs twice");
}

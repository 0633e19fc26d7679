//! Parses a ring file.

use serde_json::Deserializer;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::bounds;
use super::document::{FORMAT, RingDocument};
use super::error::RingFileError;

/// The longest name that an error repeats. No member has a longer one, and a longer one may be key material in the
/// wrong place.
const NAME_MAX: usize = 32;

/// Parses the text of a file.
pub(super) fn parse(json: &str) -> Result<RingDocument, RingFileError> {
    bounds::check_file(json)?;
    let mut deserializer = Deserializer::from_str(json);
    let document: RingDocument = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| invalid(&place(error.path()), error.inner()))?;
    deserializer.end().map_err(|error| invalid("", &error))?;
    if document.format != FORMAT {
        let reason = format!("this is not {FORMAT:?}");
        return Err(RingFileError::new("Format", reason));
    }
    bounds::check(&document)?;
    Ok(document)
}

/// The error for a place in the text, without the value there, which may be a secret.
fn invalid(place: &str, error: &serde_json::Error) -> RingFileError {
    let position = format!("line {}, column {}", error.line(), error.column());
    let words = error.to_string();
    // serde_json repeats the position at the end of its message.
    let (words, _) = words.rsplit_once(" at line ").unwrap_or((&words, ""));
    let reason = without_value(words);
    // If the text ends or breaks off early, the position is more helpful than the place.
    if place.is_empty() || error.classify() != Category::Data {
        RingFileError::new(position, reason)
    } else {
        RingFileError::new(place, format!("{reason} ({position})"))
    }
}

/// serde's message without the value that it found: `invalid type: string "…", expected a boolean`.
fn without_value(words: &str) -> String {
    for (start, instead) in [
        ("invalid type: ", ""),
        ("invalid value: ", ""),
        ("invalid length ", ""),
        ("unknown field ", "unknown member, "),
        ("unknown variant ", "unknown member, "),
    ] {
        if words.starts_with(start) {
            let expected = words.rsplit_once(", expected ");
            let expected = expected.map_or("another value", |(_, expected)| expected);
            return format!("{instead}expected {expected}");
        }
    }
    words.to_owned()
}

/// A place in the document: `Keys[2].KeySpec`.
fn place(path: &Path) -> String {
    let mut place = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => place.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                if !place.is_empty() {
                    place.push('.');
                }
                let is_name = key.len() <= NAME_MAX;
                place.push_str(if is_name { key } else { "(a long name)" });
            }
            Segment::Unknown => {}
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_error_says_where_and_not_what_stands_there() {
        const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        for (keys, place) in [
            (format!(r#"[{{"{SECRET}":1}}]"#), "Keys[0].(a long name)"),
            (
                format!(r#"[{{"KeyId":"-"}},{{"Hidden":"{SECRET}"}}]"#),
                "Keys[1].Hidden",
            ),
            (
                format!(r#"[{{"KeyMaterials":"{SECRET}"}}]"#),
                "Keys[0].KeyMaterials",
            ),
            (
                format!(r#"[{{"KeyMaterials":["{SECRET}"]}}]"#),
                "Keys[0].KeyMaterials[0]",
            ),
            (
                format!(r#"[{{"KeyMaterials":[{{"KeyMaterial":["{SECRET}"]}}]}}]"#),
                "Keys[0].KeyMaterials[0].KeyMaterial",
            ),
            (
                format!(r#"[{{"Grants":[{{"Constraints":{{"{SECRET}":{{}}}}}}]}}]"#),
                "Keys[0].Grants[0].Constraints.(a long name)",
            ),
            (format!(r#""{SECRET}""#), "Keys"),
            (
                format!(r#"[{{"KeyMaterials":[{{"KeyMaterial" "{SECRET}"}}]}}]"#),
                "line 1, column 101",
            ),
        ] {
            let text = format!(
                r#"{{"Format":"kms-reencrypt ring 1","Account":"1","Region":"r","Keys":{keys}}}"#
            );
            let error = parse(&text).unwrap_err();
            assert_eq!(error.place(), place, "{error}");
            let all = format!("{error} {error:?}");
            assert!(!all.contains("AAEC"), "{all}");
        }
    }

    #[test]
    fn other_texts_are_refused_where_they_are_other() {
        for (text, place) in [
            ("", "line 1, column 0"),
            ("{\n\"Format\"", "line 2, column 8"),
            ("[]", "line 1, column 2"),
            ("{}", "line 1, column 2"),
            (r#"{"Format":"x","Account":"","Region":""}"#, "Format"),
            (
                r#"{"Format":"x","Account":"","Region":""} x"#,
                "line 1, column 41",
            ),
            (r#"{"Formats":"x"}"#, "Formats"),
            (r#"{"Format":"x","Format":"x"}"#, "line 1, column 22"),
        ] {
            assert_eq!(parse(text).unwrap_err().place(), place, "{text}");
        }
    }
}

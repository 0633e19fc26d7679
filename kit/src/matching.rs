//! Compares an answer with what is expected.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::values::special;

/// The names that compare values in answers.
pub(crate) const MATCHERS: [&str; 9] = [
    "like", "bytes", "hex", "present", "absent", "any", "not", "has", "count",
];

/// Adds a line for each place where `found` is not as `expected`.
pub(crate) fn compare(
    place: &str,
    expected: &Value,
    found: Option<&Value>,
    faults: &mut Vec<String>,
) {
    if let Some((name, inner)) = special(expected) {
        if !matches(name, inner, found) {
            let found = found.map_or_else(|| "absent".to_owned(), brief);
            faults.push(format!(
                "{place} is {found}, which is not {}",
                brief(expected)
            ));
        }
        return;
    }
    let Some(found) = found else {
        return faults.push(format!("{place} is absent, expected {}", brief(expected)));
    };
    match (expected, found) {
        (Value::Object(expected), Value::Object(members)) => {
            for (name, value) in expected {
                compare(&format!("{place}.{name}"), value, members.get(name), faults);
            }
        }
        (Value::Array(expected), Value::Array(values)) if expected.len() == values.len() => {
            for (at, (expected, value)) in expected.iter().zip(values).enumerate() {
                compare(&format!("{place}.{at}"), expected, Some(value), faults);
            }
        }
        _ if same(expected, found) => {}
        _ => faults.push(format!(
            "{place} is {}, expected {}",
            brief(found),
            brief(expected)
        )),
    }
}

/// Whether two values are equal. Numbers are compared by value, since a server may write 1 as 1.0.
fn same(one: &Value, two: &Value) -> bool {
    one == two
        || one
            .as_f64()
            .zip(two.as_f64())
            .is_some_and(|(one, two)| (one - two).abs() < f64::EPSILON)
}

fn matches(name: &str, inner: &Value, found: Option<&Value>) -> bool {
    let Some(found) = found else {
        return matches!(name, "absent" | "any");
    };
    let text = found.as_str();
    match name {
        "like" => text
            .zip(inner.as_str())
            .is_some_and(|(text, glob)| is_like(text, glob)),
        "bytes" => {
            let bytes = text.and_then(|text| STANDARD.decode(text).ok());
            bytes.is_some_and(|bytes| u64::try_from(bytes.len()).ok() == inner.as_u64())
        }
        "hex" => text.is_some_and(|text| {
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            text.bytes().all(is_hex) && u64::try_from(text.len()).ok() == inner.as_u64()
        }),
        "present" | "any" => true,
        "not" => {
            let mut faults = Vec::new();
            compare("", inner, Some(found), &mut faults);
            !faults.is_empty()
        }
        "has" => {
            let (wanted, values) = (inner.as_array(), found.as_array());
            wanted.zip(values).is_some_and(|(wanted, values)| {
                wanted
                    .iter()
                    .all(|wanted| values.iter().any(|value| is(wanted, value)))
            })
        }
        "count" => found
            .as_array()
            .is_some_and(|values| u64::try_from(values.len()).ok() == inner.as_u64()),
        _ => false,
    }
}

fn is(expected: &Value, found: &Value) -> bool {
    let mut faults = Vec::new();
    compare("", expected, Some(found), &mut faults);
    faults.is_empty()
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub(crate) fn is_like(text: &str, glob: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A value as text, cut off if it is long.
pub(crate) fn brief(value: &Value) -> String {
    const LONGEST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{compare, is_like};

    fn faults(expected: &Value, found: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        compare("it", expected, Some(found), &mut faults);
        faults
    }

    #[test]
    fn members_that_are_not_named_may_be_anything() {
        let found = json!({"a": 1, "b": [1, {"c": "d"}]});
        for agrees in [
            json!({}),
            json!({"a": 1.0}),
            json!({"b": [1, {"c": "d"}]}),
            found.clone(),
        ] {
            assert_eq!(faults(&agrees, &found), [""; 0], "{agrees}");
        }
        for (expected, fault) in [
            (json!({"a": 2}), "it.a is 1, expected 2"),
            (json!({"e": 2}), "it.e is absent, expected 2"),
            (json!({"b": [1]}), r#"it.b is [1,{"c":"d"}], expected [1]"#),
            (
                json!({"b": [1, {"c": "e"}]}),
                r#"it.b.1.c is "d", expected "e""#,
            ),
        ] {
            assert_eq!(faults(&expected, &found), [fault], "{expected}");
        }
    }

    #[test]
    fn every_matcher_tells_right_from_wrong() {
        for (matcher, right, wrong) in [
            (json!({"$like": "a*c"}), json!("abc"), json!("abd")),
            (json!({"$bytes": 3}), json!("AAAA"), json!("AAA=")),
            (json!({"$hex": 2}), json!("0f"), json!("0F")),
            (json!({"$not": 1}), json!(2), json!(1)),
            (json!({"$has": [1]}), json!([2, 1]), json!([2])),
            (json!({"$count": 1}), json!([2]), json!([])),
        ] {
            assert_eq!(faults(&matcher, &right), [""; 0], "{matcher}");
            assert_eq!(faults(&matcher, &wrong).len(), 1, "{matcher}");
        }
        let found = json!({"a": 1});
        assert_eq!(
            faults(
                &json!({"a": {"$present": true}, "b": {"$absent": true}}),
                &found
            ),
            [""; 0]
        );
        assert_eq!(
            faults(
                &json!({"b": {"$present": true}, "a": {"$absent": true}}),
                &found
            )
            .len(),
            2
        );
        assert_eq!(
            faults(&json!({"a": {"$any": true}, "b": {"$any": true}}), &found),
            [""; 0]
        );
    }

    #[test]
    fn a_star_is_any_text() {
        for (text, glob, fits) in [
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("abc", "*", true),
            ("abc", "a*c", true),
            ("aXbXc", "a*b*c", true),
            ("ab", "a*b*b", false),
            ("", "*", true),
        ] {
            assert_eq!(is_like(text, glob), fits, "{text} {glob}");
        }
    }
}

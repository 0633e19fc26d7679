//! Fills in a value: references are replaced by their values, and `{"$flip": …}` and its like are computed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::values::{pieces, special};
use crate::wrap;

/// The names that make values in requests.
pub(crate) const MAKERS: [&str; 9] = [
    "json", "repeat", "zeros", "flip", "append", "truncate", "upper", "in_days", "wrap",
];

/// The name that makes a list, whose elements can use their position.
pub(crate) const TIMES: &str = "times";

/// The name that stands for the position in a list.
pub(crate) const PLACE: &str = "n";

/// Looks up a path.
pub(crate) type LookUp<'a> = dyn Fn(&str) -> Result<Value, String> + 'a;

/// Fills in a value. The contents of a matcher are filled in too, and the matcher stays.
pub(crate) fn fill(value: &Value, look_up: &LookUp<'_>) -> Result<Value, String> {
    if let Some((name, inner)) = special(value) {
        if name == TIMES {
            return times(inner, look_up);
        }
        let inner = fill(inner, look_up)?;
        return if MAKERS.contains(&name) {
            make(name, &inner)
        } else {
            Ok(json!({(format!("${name}")): inner}))
        };
    }
    Ok(match value {
        Value::String(text) => of_text(text, look_up)?,
        Value::Array(values) => {
            let filled: Result<Vec<Value>, String> =
                values.iter().map(|value| fill(value, look_up)).collect();
            Value::Array(filled?)
        }
        Value::Object(members) => {
            let filled: Result<Map<String, Value>, String> = members
                .iter()
                .map(|(name, value)| Ok((text(name, look_up)?, fill(value, look_up)?)))
                .collect();
            Value::Object(filled?)
        }
        other => other.clone(),
    })
}

/// A text with its references filled in.
pub(crate) fn text(text: &str, look_up: &LookUp<'_>) -> Result<String, String> {
    Ok(shown(&of_text(text, look_up)?))
}

/// A text that consists of one reference becomes the referenced value, with its type.
fn of_text(text: &str, look_up: &LookUp<'_>) -> Result<Value, String> {
    let pieces = pieces(text);
    if let [("", Some(path)), ("", None)] = pieces.as_slice() {
        return look_up(path);
    }
    let mut filled = String::new();
    for (before, path) in pieces {
        filled.push_str(before);
        if let Some(path) = path {
            filled.push_str(&shown(&look_up(path)?));
        }
    }
    Ok(Value::String(filled))
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// `{"$times": [n, value]}`: a list of n values, in which `${n}` is the position.
fn times(inner: &Value, look_up: &LookUp<'_>) -> Result<Value, String> {
    let [times, value] = pair(inner)?;
    let times = times.as_u64().ok_or("$times takes a number first")?;
    let values: Result<Vec<Value>, String> = (1..=times)
        .map(|place| {
            fill(value, &|path| match path {
                PLACE => Ok(json!(place.to_string())),
                _ => look_up(path),
            })
        })
        .collect();
    Ok(Value::Array(values?))
}

fn make(name: &str, inner: &Value) -> Result<Value, String> {
    Ok(match name {
        "json" => Value::String(inner.to_string()),
        "repeat" => {
            let [text, times] = pair(inner)?;
            Value::String(string(text)?.repeat(count(times)?))
        }
        "zeros" => encoded(&vec![0; count(inner)?]),
        "flip" => {
            let [text, place] = pair(inner)?;
            let mut bytes = decoded(text)?;
            let place = place.as_i64().ok_or("$flip takes a place")?;
            let place = match usize::try_from(place) {
                Ok(place) => Some(place),
                Err(_) => usize::try_from(place.unsigned_abs())
                    .ok()
                    .and_then(|back| bytes.len().checked_sub(back)),
            };
            let byte = place.and_then(|place| bytes.get_mut(place));
            *byte.ok_or("$flip: there is no such byte")? ^= 1;
            encoded(&bytes)
        }
        "append" => {
            let [text, more] = pair(inner)?;
            let mut bytes = decoded(text)?;
            bytes.extend(vec![0; count(more)?]);
            encoded(&bytes)
        }
        "truncate" => {
            let [text, length] = pair(inner)?;
            let mut bytes = decoded(text)?;
            bytes.truncate(count(length)?);
            encoded(&bytes)
        }
        "upper" => Value::String(string(inner)?.to_uppercase()),
        "in_days" => json!(in_days(inner.as_u64().ok_or("$in_days takes a number")?)),
        _ => {
            let [material, public_key] = pair(inner)?;
            encoded(&wrap::wrap(&decoded(material)?, &decoded(public_key)?)?)
        }
    })
}

/// The time in this many days, in seconds since 1970.
fn in_days(days: u64) -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
        .saturating_add(days.saturating_mul(86_400))
}

fn pair(value: &Value) -> Result<[&Value; 2], String> {
    match value.as_array().map(Vec::as_slice) {
        Some([one, two]) => Ok([one, two]),
        _ => Err(format!("{value} is not a list of two")),
    }
}

fn string(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} is not a text"))
}

fn count(value: &Value) -> Result<usize, String> {
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("{value} is not a count"))
}

fn decoded(value: &Value) -> Result<Vec<u8>, String> {
    let text = string(value)?;
    let bytes = STANDARD.decode(text);
    bytes.map_err(|error| format!("{text} is not Base64: {error}"))
}

fn encoded(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn fill(value: &Value) -> Value {
        let look_up = |path: &str| match path {
            "key.Arn" => Ok(json!("arn:key")),
            "blob" => Ok(json!("AAAB")),
            "number" => Ok(json!(7)),
            _ => Err(format!("no {path}")),
        };
        super::fill(value, &look_up).unwrap_or_else(|error| json!({"error": error}))
    }

    #[test]
    fn references_get_their_values() {
        for (value, filled) in [
            (
                json!("${key.Arn} is disabled."),
                json!("arn:key is disabled."),
            ),
            (json!("${number}"), json!(7)),
            (json!("${number}."), json!("7.")),
            (
                json!({"${blob}": [1, "${blob}"]}),
                json!({"AAAB": [1, "AAAB"]}),
            ),
            (json!("${nothing}"), json!({"error": "no nothing"})),
        ] {
            assert_eq!(fill(&value), filled, "{value}");
        }
    }

    #[test]
    fn makers_make_values() {
        for (value, made) in [
            (json!({"$flip": ["${blob}", -1]}), json!("AAAA")),
            (json!({"$flip": ["${blob}", 0]}), json!("AQAB")),
            (
                json!({"$flip": ["${blob}", 3]}),
                json!({"error": "$flip: there is no such byte"}),
            ),
            (json!({"$append": ["${blob}", 3]}), json!("AAABAAAA")),
            (json!({"$truncate": ["${blob}", 1]}), json!("AA==")),
            (json!({"$zeros": 3}), json!("AAAA")),
            (json!({"$repeat": ["ab", 2]}), json!("abab")),
            (json!({"$upper": "${key.Arn}"}), json!("ARN:KEY")),
            (json!({"$json": {"a": "${number}"}}), json!(r#"{"a":7}"#)),
            (
                json!({"$times": [2, "k${n}${number}"]}),
                json!(["k17", "k27"]),
            ),
        ] {
            assert_eq!(fill(&value), made, "{value}");
        }
    }

    #[test]
    fn matchers_stay() {
        assert_eq!(
            fill(&json!({"$like": "${blob}*"})),
            json!({"$like": "AAAB*"})
        );
    }
}

//! The judgement on an answer.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::case::Expectation;
use crate::fill::{LookUp, fill};
use crate::matching::compare;
use crate::outcome::MESSAGE;

/// Every difference between an answer and what is expected.
///
/// # Errors
///
/// The reference of the expectation that leads nowhere.
pub(crate) fn differences(
    expect: &Expectation,
    answer: &Answer,
    look_up: &LookUp<'_>,
) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let usual = if expect.code.is_some() { 400 } else { 200 };
    let status = expect.status.unwrap_or(usual);
    if status != answer.status {
        faults.push(format!(
            "the status is {}, expected {status}",
            answer.status
        ));
    }
    let code = answer.code();
    if let Some(expected) = &expect.code {
        let found = code.clone().map(Value::String);
        compare(
            "the exception",
            &json!(expected),
            found.as_ref(),
            &mut faults,
        );
        if let Some(message) = &expect.message {
            let found = answer.message().map(Value::String);
            match fill(message, look_up)? {
                Value::Null => {
                    if let Some(found) = found {
                        faults.push(format!("{MESSAGE} is {found}, expected none"));
                    }
                }
                message => compare(MESSAGE, &message, found.as_ref(), &mut faults),
            }
        }
    } else if let Some(code) = code {
        let message = answer.message().unwrap_or_default();
        faults.push(format!("the exception {code} came back: {message}"));
    } else if let Some(members) = &expect.members {
        compare_members((members, expect.exactly), answer, look_up, &mut faults)?;
    }
    for (name, value) in &expect.headers {
        let found = answer.header(name).map(|value| json!(value));
        let place = format!("the header {name}");
        compare(&place, &fill(value, look_up)?, found.as_ref(), &mut faults);
    }
    if let Some(text) = &expect.body_contains {
        let text = fill(text, look_up)?;
        let body = String::from_utf8_lossy(&answer.body);
        if text.as_str().is_none_or(|text| !body.contains(text)) {
            faults.push(format!("the body does not contain {text}"));
        }
    }
    Ok(faults)
}

fn compare_members(
    (members, exactly): (&Map<String, Value>, bool),
    answer: &Answer,
    look_up: &LookUp<'_>,
    faults: &mut Vec<String>,
) -> Result<(), String> {
    let Some(Value::Object(found)) = answer.json() else {
        faults.push("the body is no JSON object".to_owned());
        return Ok(());
    };
    for (name, value) in members {
        let value = fill(value, look_up)?;
        compare(name, &value, found.get(name), faults);
    }
    if exactly {
        let more = found.keys().filter(|name| !members.contains_key(*name));
        faults.extend(more.map(|name| format!("{name} is present, but not expected")));
    }
    Ok(())
}

//! The service model, and a check of values against it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex_lite::Regex;
use serde_json::Value;

static MODEL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../vectors/kms-model.json")).unwrap());

/// Exceptions that every operation may raise: the model does not list them.
const COMMON: [&str; 5] = [
    "AccessDeniedException",
    "NotAuthorizedException",
    "SerializationException",
    "ThrottlingException",
    "ValidationException",
];

/// The operations of the model.
pub(crate) fn operations() -> Vec<&'static str> {
    let operations = MODEL["operations"].as_object().unwrap();
    operations.keys().map(String::as_str).collect()
}

/// The members that an operation takes, each with its JSON type.
pub(crate) fn input_members(operation: &str) -> Vec<(&'static str, &'static str)> {
    let shape = shape(
        MODEL["operations"][operation]["input"]["shape"]
            .as_str()
            .unwrap(),
    );
    let members = shape["members"].as_object().unwrap().iter();
    members
        .map(|(name, member)| {
            let member = crate::model::shape(member["shape"].as_str().unwrap());
            (name.as_str(), member["type"].as_str().unwrap())
        })
        .collect()
}

/// Holds a request against the model: its members and their types, not their values.
#[track_caller]
pub(crate) fn assert_input(operation: &str, request: &Value) {
    let input = MODEL["operations"][operation]["input"]["shape"]
        .as_str()
        .unwrap();
    assert_shape(input, request, operation, Values::Any);
}

/// Holds a result against the model: its members, their types and their values.
#[track_caller]
pub(crate) fn assert_output(operation: &str, body: &[u8]) {
    match MODEL["operations"][operation]["output"]["shape"].as_str() {
        Some(output) => {
            let result = serde_json::from_slice(body).unwrap();
            assert_shape(output, &result, operation, Values::Valid);
        }
        None => assert_eq!(body, b"", "{operation} has no output"),
    }
}

/// The members that the results of an operation may have: each with the structure that it is in.
pub(crate) fn result_members(operation: &str) -> BTreeSet<(String, String)> {
    let mut members = BTreeSet::new();
    if let Some(output) = MODEL["operations"][operation]["output"]["shape"].as_str() {
        collect(output, None, &mut members);
    }
    members
}

/// The members that a result has.
pub(crate) fn members_of_result(operation: &str, result: &Value) -> BTreeSet<(String, String)> {
    let mut members = BTreeSet::new();
    if let Some(output) = MODEL["operations"][operation]["output"]["shape"].as_str() {
        collect(output, Some(result), &mut members);
    }
    members
}

/// Collects the members of a shape and of all shapes in it; with a value, only those that the value has.
fn collect(name: &str, value: Option<&Value>, members: &mut BTreeSet<(String, String)>) {
    let shape = shape(name);
    if let Some(all) = shape["members"].as_object() {
        for (key, member) in all {
            let inner = value.map(|value| &value[key]);
            if inner.is_none_or(|inner| !inner.is_null()) {
                members.insert((name.to_owned(), key.clone()));
                collect(member["shape"].as_str().unwrap(), inner, members);
            }
        }
    }
    if let Some(item) = shape["member"]["shape"].as_str() {
        match value {
            None => collect(item, None, members),
            Some(list) => {
                for value in list.as_array().into_iter().flatten() {
                    collect(item, Some(value), members);
                }
            }
        }
    }
}

/// Holds an exception against the model: that the operation may raise it.
#[track_caller]
pub(crate) fn assert_error(operation: &str, code: &str) {
    let errors = MODEL["operations"][operation]["errors"].as_array().unwrap();
    let is_listed = errors.iter().any(|error| error["shape"] == code);
    assert!(
        is_listed || COMMON.contains(&code),
        "{operation} does not raise {code}"
    );
}

/// Members that answers of AWS have, although the model does not (RECORDED).
const BEYOND_THE_MODEL: [&str; 2] = ["Decrypt.KeyOrigin", "ListAliases.AliasCount"];

#[derive(Clone, Copy, PartialEq)]
enum Values {
    Any,
    Valid,
}

fn shape(name: &str) -> &'static Value {
    let shape = &MODEL["shapes"][name];
    assert!(shape.is_object(), "no shape {name} in the model");
    shape
}

#[track_caller]
fn assert_shape(name: &str, value: &Value, path: &str, values: Values) {
    let shape = shape(name);
    let size = match shape["type"].as_str().unwrap() {
        "structure" => {
            let members = value
                .as_object()
                .unwrap_or_else(|| panic!("{path}: {value}"));
            // `null` is as good as absent in a request; a result has none.
            let is_given = |value: &Value| values == Values::Valid || !value.is_null();
            for (key, value) in members.iter().filter(|(_, value)| is_given(value)) {
                if BEYOND_THE_MODEL.contains(&format!("{path}.{key}").as_str()) {
                    continue;
                }
                let member = shape["members"][key]["shape"].as_str();
                let member = member.unwrap_or_else(|| panic!("{path}.{key} is not in the model"));
                assert_shape(member, value, &format!("{path}.{key}"), values);
            }
            let required = shape["required"].as_array().into_iter().flatten();
            for key in required.filter(|_| values == Values::Valid) {
                let key = key.as_str().unwrap();
                assert!(members.contains_key(key), "{path}.{key} is required");
            }
            return;
        }
        "list" => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{path}: {value}"));
            for item in items {
                let member = shape["member"]["shape"].as_str().unwrap();
                assert_shape(member, item, &format!("{path}[]"), values);
            }
            items.len()
        }
        "map" => {
            let pairs = value
                .as_object()
                .unwrap_or_else(|| panic!("{path}: {value}"));
            for value in pairs.values() {
                let member = shape["value"]["shape"].as_str().unwrap();
                assert_shape(member, value, &format!("{path}{{}}"), values);
            }
            pairs.len()
        }
        "string" => {
            let text = value.as_str().unwrap_or_else(|| panic!("{path}: {value}"));
            let mut listed = shape["enum"].as_array().into_iter().flatten();
            let known = shape["enum"].is_null() || listed.any(|known| known == text);
            assert!(known || values == Values::Any, "{path}: {text}");
            if let (Some(pattern), Values::Valid) = (shape["pattern"].as_str(), values) {
                // Where the model leaves the ends open, the service does not.
                let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
                assert!(pattern.is_match(text), "{path}: {text} is not {pattern}");
            }
            text.chars().count()
        }
        "blob" => {
            let text = value.as_str().unwrap_or_else(|| panic!("{path}: {value}"));
            STANDARD.decode(text).unwrap().len()
        }
        "boolean" => return assert!(value.is_boolean(), "{path}: {value}"),
        "integer" => {
            let number = value.as_i64().unwrap_or_else(|| panic!("{path}: {value}"));
            let fits = shape["min"].as_i64().is_none_or(|min| number >= min)
                && shape["max"].as_i64().is_none_or(|max| number <= max);
            return assert!(fits || values == Values::Any, "{path}: {number}");
        }
        "timestamp" => return assert!(value.is_number(), "{path}: {value}"),
        other => panic!("{path}: a shape of type {other}"),
    };
    let size = u64::try_from(size).unwrap();
    let fits = shape["min"].as_u64().is_none_or(|min| size >= min)
        && shape["max"].as_u64().is_none_or(|max| size <= max);
    assert!(fits || values == Values::Any, "{path} has the size {size}");
}

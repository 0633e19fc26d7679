//! References in the values of cases: `${name.Member}`.

use serde_json::Value;

/// What a reference begins with.
const OPEN: &str = "${";

/// A text in pieces: each is a text, and the path of the reference that follows it.
pub(crate) fn pieces(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((path, left)) = after.split_once('}') else {
            break;
        };
        pieces.push((before, Some(path)));
        rest = left;
    }
    pieces.push((rest, None));
    pieces
}

/// The paths that a value refers to, with those in the names of members.
pub(crate) fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => of_text(text, found),
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                of_text(name, found);
                references(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn of_text(text: &str, found: &mut Vec<String>) {
    let paths = pieces(text).into_iter().filter_map(|(_, path)| path);
    found.extend(paths.map(str::to_owned));
}

/// The name that a path begins with.
pub(crate) fn head(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// The member that a path leads to.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Array(values) => values.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

/// The name and the value of an object that is `{"$name": value}`.
pub(crate) fn special(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, value) = members.iter().next()?;
    let name = name
        .strip_prefix('$')
        .filter(|name| !name.starts_with('{'))?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{at, pieces, references, special};

    #[test]
    fn a_text_is_split_at_its_references() {
        let text = "${key.Arn} is ${state}.";
        let expected = [("", Some("key.Arn")), (" is ", Some("state")), (".", None)];
        assert_eq!(pieces(text), expected);
        assert_eq!(pieces("^[a-z]+$"), [("^[a-z]+$", None)]);
    }

    #[test]
    fn names_of_members_refer_too() {
        let mut found = Vec::new();
        references(&json!({"${a}": ["${b.C}", 1]}), &mut found);
        assert_eq!(found, ["a", "b.C"]);
    }

    #[test]
    fn a_path_leads_into_lists() {
        let value = json!({"Grants": [{"GrantId": "1"}]});
        assert_eq!(at(&value, "Grants.0.GrantId"), Some(&json!("1")));
        assert_eq!(at(&value, "Grants.1.GrantId"), None);
    }

    #[test]
    fn a_reference_as_a_member_is_nothing_special() {
        assert_eq!(
            special(&json!({"$like": "a*"})),
            Some(("like", &json!("a*")))
        );
        assert_eq!(special(&json!({"${key}": "a"})), None);
    }
}

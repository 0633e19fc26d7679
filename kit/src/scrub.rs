//! Takes out of answers what identifies an account, a caller or a key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::answer::Answer;
use crate::guard::is_key_id;
use crate::ledger::Facts;
use crate::outcome::Shown;

/// Base64 of at least this length is shown as the number of its bytes.
const SHOWN_BASE64: usize = 60;
/// The number of digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// The accounts of AWS's own examples, which stand for those of the principals.
const STAND_INS: [&str; 2] = ["111122223333", "444455556666"];

/// Replaces known texts by names, and what is left by its kind.
#[derive(Debug, Default)]
pub(crate) struct Scrub {
    known: Vec<(String, String)>,
}

impl Scrub {
    /// For the answers of a run with these results.
    pub(crate) fn of<'a>(
        facts: &Facts,
        results: impl Iterator<Item = (&'a String, &'a Value)>,
    ) -> Self {
        let mut scrub = Self::default();
        for (name, result) in results {
            if let Some(id) = result.get("KeyId").and_then(Value::as_str)
                && is_key_id(id)
            {
                scrub.replace(id, &format!("<{name}>"));
            }
        }
        for (principal, arn) in &facts.principals {
            scrub.replace(arn, &format!("<{}>", principal.name()));
        }
        for (text, by) in [
            (&facts.nowhere, "<nowhere>"),
            (&facts.nowhere_mrk, "<nowhere_mrk>"),
            (&facts.run, "<run>"),
            (&facts.account, STAND_INS[0]),
            (&facts.other_account, STAND_INS[1]),
        ] {
            scrub.replace(text, by);
        }
        scrub.ready()
    }

    pub(crate) fn answer(&self, answer: &Answer) -> Shown {
        let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
        Shown {
            status: answer.status,
            body: self.value(&answer.json().unwrap_or_else(text)),
        }
    }

    fn replace(&mut self, text: &str, by: &str) {
        if !text.is_empty() {
            self.known.push((text.to_owned(), by.to_owned()));
        }
    }

    /// Longer texts come first, since shorter ones may be a part of them.
    fn ready(mut self) -> Self {
        self.known
            .sort_by_key(|(text, _)| core::cmp::Reverse(text.len()));
        self
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(members) => {
                let scrubbed = members.iter().map(|(name, value)| {
                    let secret = ["GrantId", "GrantToken", "ImportToken"].contains(&name.as_str());
                    let value = if secret && value.is_string() {
                        Value::String(format!("<a {name}>"))
                    } else {
                        self.value(value)
                    };
                    (self.text(name), value)
                });
                Value::Object(scrubbed.collect())
            }
            other => other.clone(),
        }
    }

    pub(crate) fn text(&self, text: &str) -> String {
        let known = |text: String, (one, by): &(String, String)| text.replace(one, by);
        let text = self.known.iter().fold(text.to_owned(), known);
        let mut scrubbed = String::new();
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || "+/=-_".contains(character);
        let mut rest = text.as_str();
        while let Some(start) = rest.find(is_part) {
            let (before, after) = rest.split_at(start);
            let (word, left) = after.split_at(
                after
                    .find(|character| !is_part(character))
                    .unwrap_or(after.len()),
            );
            scrubbed.push_str(before);
            scrubbed.push_str(&scrub_word(word));
            rest = left;
        }
        scrubbed + rest
    }
}

fn scrub_word(word: &str) -> String {
    let (folder, name) = word
        .rsplit_once('/')
        .map_or(("", word), |(folder, name)| (folder, name));
    if is_key_id(name) {
        return format!("{folder}{}<id>", if folder.is_empty() { "" } else { "/" });
    }
    if STAND_INS.contains(&word) {
        return word.to_owned();
    }
    if word.len() == ACCOUNT_DIGITS && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return "<account>".to_owned();
    }
    if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "<64 digits>".to_owned();
    }
    match STANDARD.decode(word) {
        Ok(bytes) if word.len() >= SHOWN_BASE64 => format!("<{} bytes>", bytes.len()),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Scrub;

    #[test]
    fn nothing_is_left_that_identifies_an_account() {
        let mut scrub = Scrub::default();
        scrub.replace("123456789012", "111122223333");
        scrub.replace("1234abcd-12ab-34cd-56ef-1234567890ab", "<symmetric>");
        let scrub = scrub.ready();
        for (text, expected) in [
            (
                "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab is disabled.",
                "arn:aws:kms:us-east-1:111122223333:key/<symmetric> is disabled.",
            ),
            (
                "arn:aws:kms:us-east-1:999988887777:key/mrk-1234abcd12ab34cd56ef1234567890ab",
                "arn:aws:kms:us-east-1:<account>:key/<id>",
            ),
            ("Grant ID 5d3f not found", "Grant ID 5d3f not found"),
            (&"Z".repeat(64), "<48 bytes>"),
            (&"a".repeat(64), "<64 digits>"),
            (
                "alias/kms-kit-1 is not found.",
                "alias/kms-kit-1 is not found.",
            ),
        ] {
            assert_eq!(scrub.text(text), expected);
        }
    }
}

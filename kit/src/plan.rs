//! [`Plan`]: what a run will create.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::book::Book;
use crate::case::{Call, Case};
use crate::rules;
use crate::values::{head, references};

/// What a run creates and requests at least: waiting for expected answers takes more requests.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Keys by their specs, replicas among them.
    pub keys: BTreeMap<String, u64>,
    /// Rotations on demand: each adds key material that costs as much as a key.
    pub rotations: u64,
    /// Requests at the price of symmetric keys.
    pub requests: u64,
    /// Requests at the price of other keys.
    pub dear_requests: u64,
}

/// The price of a key in a month, in US dollars, prorated hourly; a rotation costs as much. Keys that are pending deletion
/// cost nothing. From AWS's page of prices, 2026.
const KEY_MONTH: f64 = 1.0;
/// The hours of a month, as AWS counts them.
const HOURS: f64 = 730.0;
/// The price of 10,000 requests with symmetric keys and RSA_2048 keys.
const REQUESTS: f64 = 0.03;
/// The price of 10,000 requests with other asymmetric keys.
const DEAR_REQUESTS: f64 = 0.15;

impl Plan {
    /// The plan of these cases.
    pub fn of<'a>(book: &Book, cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut plan = Self::default();
        let mut fixtures = BTreeSet::new();
        for case in cases {
            let mut values = rules::case_values(case);
            for call in &case.setup {
                plan.count(call);
                values.extend(rules::call_values(call));
            }
            values.extend(rules::call_values(&case.request));
            if case.open.is_none() && case.expect.code.is_some() {
                plan.count_request(&case.request);
            } else {
                plan.count(&case.request);
            }
            plan.count_fixtures(book, &values, &mut fixtures);
        }
        plan
    }

    fn count_fixtures(&mut self, book: &Book, values: &[Value], seen: &mut BTreeSet<String>) {
        let mut paths = Vec::new();
        values
            .iter()
            .for_each(|value| references(value, &mut paths));
        for path in paths {
            let Some(fixture) = book.fixture_with(head(&path)) else {
                continue;
            };
            if !seen.insert(fixture.about.clone()) {
                continue;
            }
            for call in &fixture.calls {
                self.count(call);
                self.count_fixtures(book, &rules::call_values(call), seen);
            }
        }
    }

    /// Counts a call that may succeed.
    fn count(&mut self, call: &Call) {
        match call.call.as_str() {
            "CreateKey" => {
                let spec = text(call, "KeySpec").unwrap_or("SYMMETRIC_DEFAULT");
                *self.keys.entry(spec.to_owned()).or_default() += 1;
            }
            "ReplicateKey" => *self.keys.entry("replica".to_owned()).or_default() += 1,
            "RotateKeyOnDemand" => self.rotations += 1,
            _ => {}
        }
        self.count_request(call);
    }

    /// Counts a call that is refused, and makes nothing.
    fn count_request(&mut self, call: &Call) {
        let key = text(call, "KeyId").unwrap_or_default();
        if key.contains("rsa_3072") || key.contains("rsa_4096") || key.contains("ecc") {
            self.dear_requests += 1;
        } else {
            self.requests += 1;
        }
    }

    /// How many keys are created.
    #[must_use]
    pub fn key_count(&self) -> u64 {
        self.keys.values().sum()
    }

    /// What it costs in US dollars if the keys exist for an hour, without the free tier.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        let keys = float(self.key_count() + self.rotations) * KEY_MONTH / HOURS;
        let requests = float(self.requests) * REQUESTS + float(self.dear_requests) * DEAR_REQUESTS;
        keys + requests / 10_000.0
    }
}

fn text<'a>(call: &'a Call, member: &str) -> Option<&'a str> {
    call.with.get(member).and_then(Value::as_str)
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::book::Book;

    #[test]
    fn a_fixture_is_paid_once() {
        let sheet = r#"{"section": "s", "about": "a", "cases": [
            {"id": "a/1", "shows": "A.", "evidence": "DOC", "source": "-", "expect": {"members": {}},
             "request": {"call": "DescribeKey", "with": {"KeyId": "${key.Arn}"}}},
            {"id": "a/2", "shows": "B.", "evidence": "DOC", "source": "-", "expect": {"members": {}},
             "setup": [{"call": "CreateKey", "name": "own", "with": {"KeySpec": "RSA_2048"}}],
             "request": {"call": "Encrypt", "with": {"KeyId": "${own.Arn}", "Plaintext": "${blob.CiphertextBlob}"}}},
            {"id": "a/3", "shows": "C.", "evidence": "DOC", "source": "-", "expect": {"code": "ValidationException", "message": {"$any": true}},
             "request": {"call": "CreateKey", "with": {"KeySpec": "RSA_3072"}}}]}"#;
        let fixtures = r#"{"key": {"about": "k", "calls": [{"name": "key", "call": "CreateKey"}]},
            "blob": {"about": "b", "calls": [{"name": "blob", "call": "Encrypt", "with": {"KeyId": "${key.Arn}"}}]}}"#;
        let book = Book::of(&[("a", sheet)], fixtures).expect("it has the format");
        let plan = Plan::of(&book, book.cases());
        let keys: Vec<(&str, u64)> = plan
            .keys
            .iter()
            .map(|(spec, count)| (spec.as_str(), *count))
            .collect();
        assert_eq!(keys, [("RSA_2048", 1), ("SYMMETRIC_DEFAULT", 1)]);
        assert_eq!((plan.requests, plan.rotations), (6, 0));
        assert!(
            (0.0027..0.0029).contains(&plan.dollars()),
            "{}",
            plan.dollars()
        );
    }
}

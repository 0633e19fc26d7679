//! The rules of the format that its types cannot express.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::book::Book;
use crate::case::{Call, Case, Need, Principal};
use crate::fill::{MAKERS, PLACE, TIMES};
use crate::guard;
use crate::matching::MATCHERS;
use crate::values::{head, references, special};

/// The names that every run gives values to.
pub(crate) const FACTS: [&str; 11] = [
    "account",
    "abroad",
    "nowhere",
    "nowhere_mrk",
    "other_account",
    "owner",
    "partition",
    "region",
    "run",
    "second",
    "stranger",
];

/// A line for each fault.
pub(crate) fn faults(book: &Book, files: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut made = BTreeSet::new();
    for (name, fixture) in &book.fixtures {
        for call in &fixture.calls {
            of_call(&mut faults, &format!("fixture {name}"), call);
            if let Some(result) = &call.name
                && (FACTS.contains(&result.as_str()) || !made.insert(result.clone()))
            {
                faults.push(format!("fixture {name}: the name {result} is taken"));
            }
        }
    }
    for (name, fixture) in &book.fixtures {
        for call in &fixture.calls {
            leads(
                &mut faults,
                &format!("fixture {name}"),
                &call_values(call),
                &made,
            );
        }
    }
    let mut ids = BTreeSet::new();
    for (file, sheet) in files.iter().zip(&book.sheets) {
        for case in &sheet.cases {
            if case
                .id
                .split_once('/')
                .is_none_or(|(section, _)| section != *file)
            {
                faults.push(format!("{}: the id does not begin with {file}/", case.id));
            }
            if !ids.insert(&case.id) {
                faults.push(format!("{}: the id is taken", case.id));
            }
            of_case(&mut faults, case, &made);
        }
    }
    faults
}

fn of_case(faults: &mut Vec<String>, case: &Case, fixtures: &BTreeSet<String>) {
    let id = &case.id;
    if case.open.is_some() == case.evidence.is_some() {
        faults.push(format!("{id}: a case has evidence or is open"));
    }
    if !case.shows.ends_with('.') {
        faults.push(format!("{id}: \"shows\" is a sentence"));
    }
    if case.request.name.is_some() {
        faults.push(format!("{id}: nothing can use the result of the request"));
    }
    let expect = &case.expect;
    if expect.code.is_some() && expect.members.is_some() {
        faults.push(format!(
            "{id}: a result or an exception is expected, not both"
        ));
    }
    if expect.code.is_some() != expect.message.is_some() {
        faults.push(format!(
            "{id}: an exception has a code and a message, which may be null"
        ));
    }
    if expect.code.is_none() && expect.members.is_none() && expect.body_contains.is_none() {
        faults.push(format!("{id}: nothing is expected"));
    }
    let mut names = fixtures.clone();
    for call in &case.setup {
        of_call(faults, id, call);
        leads(faults, id, &call_values(call), &names);
        if let Some(name) = &call.name
            && (FACTS.contains(&name.as_str()) || !names.insert(name.clone()))
        {
            faults.push(format!("{id}: the name {name} is taken"));
        }
    }
    let requests = expect.members.is_some().then_some(&case.request);
    for call in case.setup.iter().chain(requests) {
        let key = call.with.get("KeyId").and_then(Value::as_str);
        let key = key.and_then(|key| key.strip_prefix("${"));
        if guard::changes(&call.call) && key.is_some_and(|key| fixtures.contains(head(key))) {
            faults.push(format!("{id}: {} changes what other cases use", call.call));
        }
    }
    of_call(faults, id, &case.request);
    leads(faults, id, &case_values(case), &names);
    for value in expected_values(case) {
        specials(faults, id, &value, &MATCHERS);
    }
}

fn of_call(faults: &mut Vec<String>, place: &str, call: &Call) {
    if call.body.is_some() && !call.with.is_empty() {
        faults.push(format!("{place}: a call has a body or members"));
    }
    for value in call.with.values() {
        specials(faults, place, value, &MAKERS);
    }
}

fn specials(faults: &mut Vec<String>, place: &str, value: &Value, known: &[&str]) {
    if let Some((name, inner)) = special(value) {
        if !known.contains(&name) && name != TIMES {
            faults.push(format!("{place}: ${name} is not known here"));
        }
        return specials(faults, place, inner, known);
    }
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| specials(faults, place, value, known)),
        Value::Object(members) => members
            .values()
            .for_each(|value| specials(faults, place, value, known)),
        _ => {}
    }
}

fn leads(faults: &mut Vec<String>, place: &str, values: &[Value], names: &BTreeSet<String>) {
    let mut paths = Vec::new();
    values
        .iter()
        .for_each(|value| references(value, &mut paths));
    for path in paths {
        let head = head(&path);
        if head != PLACE && !FACTS.contains(&head) && !names.contains(head) {
            faults.push(format!("{place}: ${{{path}}} leads nowhere"));
        }
    }
}

/// All values of a call that may refer to something.
pub(crate) fn call_values(call: &Call) -> Vec<Value> {
    let mut values = vec![Value::Object(call.with.clone())];
    values.extend(call.body.clone().map(Value::String));
    values
}

/// All values of a case, apart from its set-up, that may refer to something.
pub(crate) fn case_values(case: &Case) -> Vec<Value> {
    let mut values = call_values(&case.request);
    values.extend(expected_values(case));
    values.extend(
        case.uses
            .iter()
            .map(|name| Value::String(format!("${{{name}}}"))),
    );
    values
}

/// All values of what is expected.
fn expected_values(case: &Case) -> Vec<Value> {
    let expect = &case.expect;
    let mut values: Vec<Value> = expect.members.iter().cloned().map(Value::Object).collect();
    values.extend(expect.message.clone());
    values.extend(expect.body_contains.clone());
    values.push(Value::Object(expect.headers.clone()));
    values
}

/// What a case needs, by its own words, by who calls in it and by whom it names.
pub(crate) fn needs(book: &Book, case: &Case) -> BTreeSet<Need> {
    let mut needs: BTreeSet<Need> = case.needs.iter().copied().collect();
    let mut values = case_values(case);
    of_principal(&case.request, &mut needs);
    for call in &case.setup {
        of_principal(call, &mut needs);
        values.extend(call_values(call));
    }
    let mut seen = BTreeSet::new();
    of_values(book, &values, &mut needs, &mut seen);
    needs
}

fn of_principal(call: &Call, needs: &mut BTreeSet<Need>) {
    match call.principal {
        Principal::Owner => {}
        Principal::Second => _ = needs.insert(Need::Second),
        Principal::Stranger => _ = needs.insert(Need::Stranger),
    }
}

fn of_values(
    book: &Book,
    values: &[Value],
    needs: &mut BTreeSet<Need>,
    seen: &mut BTreeSet<String>,
) {
    let mut paths = Vec::new();
    values
        .iter()
        .for_each(|value| references(value, &mut paths));
    for path in paths {
        match head(&path) {
            "second" => _ = needs.insert(Need::Second),
            "stranger" | "other_account" => _ = needs.insert(Need::Stranger),
            name if seen.insert(name.to_owned()) => {
                let Some(fixture) = book.fixture_with(name) else {
                    continue;
                };
                needs.extend(&fixture.needs);
                for call in &fixture.calls {
                    of_principal(call, needs);
                    of_values(book, &call_values(call), needs, seen);
                }
            }
            _ => {}
        }
    }
}

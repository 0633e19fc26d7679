//! The fixtures of a run: made when they are needed, and forgotten when a case has changed them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::case::{Call, Fixture};
use crate::endpoint::Endpoint;
use crate::rules;
use crate::run::Run;
use crate::values::{head, references};

impl<E: Endpoint> Run<'_, E> {
    /// Makes the fixtures that values refer to, unless they exist.
    pub(crate) fn make_fixtures(&mut self, values: &[Value]) -> Result<(), String> {
        let mut paths = Vec::new();
        values
            .iter()
            .for_each(|value| references(value, &mut paths));
        let names: BTreeSet<&str> = paths.iter().map(|path| head(path)).collect();
        for name in names {
            if self.fixtures.contains_key(name) || self.results.contains_key(name) {
                continue;
            }
            let Some(fixture) = self.book.fixture_with(name) else {
                continue;
            };
            let mut made = BTreeMap::new();
            for call in &fixture.calls {
                let result = self.prepare(call)?;
                if let Some(name) = &call.name {
                    self.results.insert(name.clone(), result.clone());
                    made.insert(name.clone(), result);
                }
            }
            // Only complete fixtures are kept: an incomplete one is made again, and its parts are removed at the end.
            self.fixtures.append(&mut made);
        }
        Ok(())
    }

    /// Forgets the fixtures that a request names, after the request has unexpectedly changed one of them: later cases get
    /// new ones. What was made of the old ones is forgotten too.
    pub(crate) fn forget(&mut self, request: &Call) {
        let fixtures = || self.book.fixtures.values();
        let is_made_of = |fixture: &&Fixture, gone: &BTreeSet<String>| {
            let mut calls = fixture.calls.iter().map(rules::call_values);
            calls.any(|values| !names(&values).is_disjoint(gone))
                || results(fixture).any(|name| gone.contains(name))
        };
        let mut gone = names(&rules::call_values(request));
        // The names of aliases are taken as long as the old aliases exist.
        let has_alias =
            |fixture: &&Fixture| fixture.calls.iter().any(|call| call.call == "CreateAlias");
        gone.extend(
            fixtures()
                .filter(has_alias)
                .flat_map(results)
                .map(str::to_owned),
        );
        loop {
            let before = gone.len();
            let more = fixtures().filter(|fixture| is_made_of(fixture, &gone));
            let more: Vec<String> = more.flat_map(results).map(str::to_owned).collect();
            gone.extend(more);
            if gone.len() == before {
                break;
            }
        }
        self.fixtures.retain(|name, _| !gone.contains(name));
        for alias in self.ledger.aliases.clone() {
            // What cannot be removed now stays in the ledger until the end.
            if self.take_away_alias(&alias).is_ok() {
                self.ledger.aliases.retain(|made| *made != alias);
            }
        }
    }
}

fn results(fixture: &Fixture) -> impl Iterator<Item = &str> {
    fixture.calls.iter().filter_map(|call| call.name.as_deref())
}

/// The names of the results that values refer to.
fn names(values: &[Value]) -> BTreeSet<String> {
    let mut paths = Vec::new();
    values
        .iter()
        .for_each(|value| references(value, &mut paths));
    paths.iter().map(|path| head(path).to_owned()).collect()
}

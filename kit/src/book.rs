//! [`Book`]: all cases and fixtures.

use core::fmt;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::case::{Case, Fixture, Sheet};
use crate::rules;

/// The files, in the order in which they are run.
const SHEETS: &[(&str, &str)] = &[
    ("re_encrypt", include_str!("../cases/re_encrypt.json")),
    ("constraints", include_str!("../cases/constraints.json")),
    ("bodies", include_str!("../cases/bodies.json")),
    ("identifiers", include_str!("../cases/identifiers.json")),
    ("states", include_str!("../cases/states.json")),
    ("usages", include_str!("../cases/usages.json")),
    ("source", include_str!("../cases/source.json")),
    ("contexts", include_str!("../cases/contexts.json")),
    ("dry_runs", include_str!("../cases/dry_runs.json")),
    ("precedence", include_str!("../cases/precedence.json")),
    ("rotation", include_str!("../cases/rotation.json")),
    (
        "automatic_rotation",
        include_str!("../cases/automatic_rotation.json"),
    ),
    ("imports", include_str!("../cases/imports.json")),
    ("multi_region", include_str!("../cases/multi_region.json")),
    ("operations", include_str!("../cases/operations.json")),
    (
        "data_key_pairs",
        include_str!("../cases/data_key_pairs.json"),
    ),
    ("keys", include_str!("../cases/keys.json")),
    ("aliases", include_str!("../cases/aliases.json")),
    ("grants", include_str!("../cases/grants.json")),
    ("policies", include_str!("../cases/policies.json")),
    ("accounts", include_str!("../cases/accounts.json")),
];

/// What many cases share.
const FIXTURES: &str = include_str!("../fixtures.json");

/// All cases, and the fixtures that they use.
#[derive(Debug)]
pub struct Book {
    /// The sections.
    pub sheets: Vec<Sheet>,
    /// Fixtures by name.
    pub fixtures: BTreeMap<String, Fixture>,
}

impl Book {
    /// Reads the cases that the library was compiled with.
    ///
    /// # Errors
    ///
    /// [`BookError`] for a case that is not in the format of `kit/README.md`.
    pub fn read() -> Result<Self, BookError> {
        Self::of(SHEETS, FIXTURES)
    }

    /// Reads cases and fixtures: each file has the name of its section.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn of(sheets: &[(&str, &str)], fixtures: &str) -> Result<Self, BookError> {
        let fixtures = parse("fixtures", fixtures)?;
        let read: Result<Vec<Sheet>, BookError> = sheets
            .iter()
            .map(|(name, text)| parse(name, text))
            .collect();
        let book = Self {
            sheets: read?,
            fixtures,
        };
        let names = sheets.iter().map(|(name, _)| *name);
        let faults = rules::faults(&book, &names.collect::<Vec<_>>());
        if faults.is_empty() {
            Ok(book)
        } else {
            Err(BookError(faults.join("\n")))
        }
    }

    /// The names of the files that the library was compiled with.
    pub fn files() -> impl Iterator<Item = &'static str> {
        SHEETS.iter().map(|(name, _)| *name)
    }

    /// All cases, in order.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.sheets.iter().flat_map(|sheet| &sheet.cases)
    }

    /// The fixture that has a call with this name.
    pub(crate) fn fixture_with(&self, result: &str) -> Option<&Fixture> {
        let made_by = |fixture: &&Fixture| {
            let mut names = fixture.calls.iter().filter_map(|call| call.name.as_deref());
            names.any(|name| name == result)
        };
        self.fixtures.values().find(made_by)
    }
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, BookError> {
    serde_json::from_str(text).map_err(|error| BookError(format!("{name}.json: {error}")))
}

/// What is wrong with the cases, a line for each fault.
#[derive(Debug)]
pub struct BookError(String);

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for BookError {}

//! [`Results`]: how a run went, as a file.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use kit::{Case, Outcome, Verdict};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// How a run went.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    /// The version of the kit.
    pub(crate) kit: String,
    /// Who was asked.
    pub(crate) name: String,
    /// The version of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The Region that was asked.
    pub(crate) region: String,
    /// The day, as 2026-01-31.
    pub(crate) date: String,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Results {
    pub(crate) fn new(name: String, version: Option<String>, region: &str) -> Self {
        let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        Self {
            kit: env!("CARGO_PKG_VERSION").to_owned(),
            name,
            version,
            region: region.to_owned(),
            date: now.split('T').next().unwrap_or_default().to_owned(),
            outcomes: Vec::new(),
        }
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Fault> {
        let text = fs::read_to_string(path).map_err(Fault::of_file(path))?;
        let results = serde_json::from_str(&text);
        results.map_err(|error| Fault::new(format!("{}: {error}", path.display())))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(self).map_err(Fault::new)?;
        fs::write(path, text + "\n").map_err(Fault::of_file(path))
    }

    pub(crate) fn of(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id == id)
    }

    /// How many of these cases have one of these verdicts.
    pub(crate) fn count<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
        verdicts: &[Verdict],
    ) -> usize {
        let outcomes = ids.filter_map(|id| self.of(id));
        outcomes
            .filter(|outcome| verdicts.contains(&outcome.verdict))
            .count()
    }

    /// The name with the version.
    pub(crate) fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The ids of the cases whose answer is known: the others are not counted as right or wrong.
pub(crate) fn known(cases: &[Case]) -> impl Iterator<Item = &str> {
    let known = cases.iter().filter(|case| case.open.is_none());
    known.map(|case| case.id.as_str())
}

/// The verdicts that count as a right or a wrong answer, where the right one is known.
pub(crate) const JUDGED: [Verdict; 3] = [Verdict::Agrees, Verdict::Disagrees, Verdict::NotReached];

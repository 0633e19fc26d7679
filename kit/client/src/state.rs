//! [`State`]: what a run has made and asked, in a file, so that the run can go on and nothing is forgotten.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kit::{Facts, Ledger, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Fault;

/// What a run has made and asked.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct State {
    /// Who is asked: a run does not go on elsewhere.
    pub(crate) whom: String,
    pub(crate) facts: Facts,
    pub(crate) ledger: Ledger,
    /// The results of fixtures.
    pub(crate) fixtures: BTreeMap<String, Value>,
    /// Finished cases.
    pub(crate) outcomes: Vec<Outcome>,
}

/// Where a state is kept; nowhere, if no file was named.
#[derive(Clone, Debug)]
pub(crate) struct Keeper(pub(crate) Option<PathBuf>);

impl Keeper {
    /// The state of an earlier run, if there is one.
    pub(crate) fn read(&self) -> Result<Option<State>, Fault> {
        let Some(path) = self.0.as_deref().filter(|path| path.exists()) else {
            return Ok(None);
        };
        let text = fs::read_to_string(path).map_err(Fault::of_file(path))?;
        let state = serde_json::from_str(&text);
        state
            .map(Some)
            .map_err(|error| Fault::new(format!("{}: {error}", path.display())))
    }

    /// Writes a temporary file first: a state that is cut off would forget keys.
    pub(crate) fn write(&self, state: &State) -> Result<(), Fault> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let text = serde_json::to_vec_pretty(state).map_err(Fault::new)?;
        let beside = path.with_extension("new");
        fs::write(&beside, text).map_err(Fault::of_file(&beside))?;
        fs::rename(&beside, path).map_err(Fault::of_file(path))
    }

    /// Removes the file, after a run that is finished and has left nothing.
    pub(crate) fn remove(&self) -> Result<(), Fault> {
        match self.0.as_deref().filter(|path| path.exists()) {
            Some(path) => fs::remove_file(path).map_err(Fault::of_file(path)),
            None => Ok(()),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }
}

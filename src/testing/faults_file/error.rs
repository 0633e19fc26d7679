//! [`FaultsFileError`]: why faults could not be read, and where.

use core::fmt;

use crate::json::Problem;

/// A file of faults that cannot be read. `Display` says where and why: `Faults[2].Error: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct FaultsFileError {
    place: String,
    reason: String,
}

impl FaultsFileError {
    pub(super) fn new(place: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self {
            place: place.into(),
            reason: reason.to_string(),
        }
    }

    /// The same error, in a file.
    pub(super) fn in_file(mut self, path: &str) -> Self {
        self.place = format!("{path}: {}", self.place);
        self
    }

    /// The place of the fault: a member of the document (`Faults[2].Error`), or the text itself if it is not JSON. If the
    /// error is about a file, its name is the place, or comes before the place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl From<Problem> for FaultsFileError {
    fn from(problem: Problem) -> Self {
        Self::new(problem.place, problem.problem)
    }
}

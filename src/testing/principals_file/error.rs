//! [`PrincipalsFileError`]: why callers could not be read, and where.

use core::fmt;

use crate::iam::PolicyError;
use crate::json::Problem;

/// A file of callers that cannot be read. `Display` says where and why: `Principals[2].Arn: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct PrincipalsFileError {
    place: String,
    reason: String,
}

impl PrincipalsFileError {
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

    /// The place of the fault: a member of the document (`Principals[2].Arn`), or the text itself if it is not JSON. If the
    /// error is about a file, its name is the place, or comes before the place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl From<Problem> for PrincipalsFileError {
    fn from(problem: Problem) -> Self {
        Self::new(problem.place, problem.problem)
    }
}

impl From<PolicyError> for PrincipalsFileError {
    fn from(error: PolicyError) -> Self {
        Self::new(error.place(), error.problem())
    }
}

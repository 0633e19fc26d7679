//! [`Failures`]: the result of a conformance suite.

use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The failures of an implementation. `Display` lists them for people, one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures(Vec<String>);

impl Failures {
    /// The failures, each a sentence; at least one.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failures:", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|failure| write!(f, "\n- {failure}"))
    }
}

impl core::error::Error for Failures {}

/// Collects failures.
#[derive(Debug)]
pub(super) struct Report {
    subject: String,
    failures: Vec<String>,
}

impl Report {
    pub(super) const fn new(subject: String) -> Self {
        Self {
            subject,
            failures: Vec::new(),
        }
    }

    /// Adds a failure.
    pub(super) fn fail(&mut self, what: impl fmt::Display) {
        self.failures.push(format!("{}: {what}", self.subject));
    }

    /// Adds a failure unless a condition holds.
    pub(super) fn require(&mut self, holds: bool, what: impl fmt::Display) {
        if !holds {
            self.fail(what);
        }
    }

    /// Calls the implementation. If it panics, adds a failure and returns `None`.
    pub(super) fn call<T>(
        &mut self,
        name: impl fmt::Display,
        act: impl FnOnce() -> T,
    ) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(act));
        if result.is_err() {
            self.fail(format_args!("{name} panics"));
        }
        result.ok()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.failures.extend(other.failures);
    }

    pub(super) fn finish(self) -> Result<(), Failures> {
        if self.failures.is_empty() {
            Ok(())
        } else {
            Err(Failures(self.failures))
        }
    }
}

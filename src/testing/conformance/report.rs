//! [`Failures`]: everything that an implementation does not do as it should.

use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What an implementation failed to do: a list for people, one failure in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures(Vec<String>);

impl Failures {
    /// The failures, each a sentence. There is at least one.
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

    /// Says what the implementation failed to do.
    pub(super) fn fail(&mut self, what: impl fmt::Display) {
        self.failures.push(format!("{}: {what}", self.subject));
    }

    /// Says so if it is not as it should be.
    pub(super) fn require(&mut self, holds: bool, what: impl fmt::Display) {
        if !holds {
            self.fail(what);
        }
    }

    /// Calls the implementation. A panic is a failure of its own, and no result.
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

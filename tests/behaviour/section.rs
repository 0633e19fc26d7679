//! [`Section`]: runs the rows of a table and reports those that fail.

use core::fmt::{Display, Write as _};
use std::io::Write as _;

use kms_reencrypt::KmsError;

use crate::ask::{Answer, Ask};
use crate::texts::Expected;
use crate::world::World;

/// How it is known that AWS does so.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Evidence {
    /// A response of AWS that was captured.
    Recorded,
    /// Measured on AWS, by somebody's word.
    RecordedByWord,
    /// An error that somebody pasted.
    Quoted,
    /// AWS's documentation, or the service model.
    Doc,
    /// Follows from the above.
    Inferred,
    /// A decision, by its number.
    Guess(u32),
}

impl Display for Evidence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Guess(number) => write!(f, "decision {number} of behaviour §12"),
            known => write!(f, "{known:?}"),
        }
    }
}

/// The rows of one table, counted, with all that went wrong.
pub(crate) struct Section<'w> {
    world: &'w World,
    cases: usize,
    failures: String,
}

impl<'w> Section<'w> {
    /// Runs a table of a section. Panics with all rows that do not hold.
    #[track_caller]
    pub(crate) fn run(number: &str, title: &str, world: &'w World, table: impl FnOnce(&mut Self)) {
        let mut section = Self {
            world,
            cases: 0,
            failures: String::new(),
        };
        table(&mut section);
        let Self {
            cases, failures, ..
        } = section;
        assert!(cases > 0, "section {number} ({title}) has no cases");
        // Not by `println!`, which the test harness keeps to itself.
        let line = format!("section {number}: {cases} cases ({title})\n");
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        assert!(failures.is_empty(), "section {number} ({title}):{failures}");
    }

    /// One row: a request and its answer.
    #[track_caller]
    pub(crate) fn case(
        &mut self,
        evidence: Evidence,
        name: impl Display,
        ask: Ask,
        expected: Expected,
    ) {
        let answer = self.world.send(&ask);
        self.answer(evidence, name, answer, expected);
    }

    /// One row whose request was sent already.
    #[track_caller]
    pub(crate) fn answer<T>(
        &mut self,
        evidence: Evidence,
        name: impl Display,
        answer: Result<T, KmsError>,
        expected: Expected,
    ) {
        let actual = match answer {
            Ok(_) => Expected::Success,
            Err(error) => Expected::Refusal {
                code: error.code(),
                message: error.to_string(),
                status: error.http_status(),
            },
        };
        let expected = expected.map_message(|message| self.world.named(message));
        self.compare(evidence, name, &actual, &expected);
    }

    /// One row about what a response says.
    #[track_caller]
    pub(crate) fn response(
        &mut self,
        evidence: Evidence,
        name: impl Display,
        ask: Ask,
        check: impl FnOnce(&World, &Answer) -> bool,
    ) {
        match self.world.send(&ask) {
            Ok(answer) if check(self.world, &answer) => self.cases += 1,
            other => self.compare(
                evidence,
                name,
                &format!("{other:?}"),
                &"another answer".to_owned(),
            ),
        }
    }

    /// One row about anything that can be compared.
    #[track_caller]
    pub(crate) fn compare<T: core::fmt::Debug + PartialEq>(
        &mut self,
        evidence: Evidence,
        name: impl Display,
        actual: &T,
        expected: &T,
    ) {
        self.cases += 1;
        if actual != expected {
            let line = core::panic::Location::caller().line();
            write!(
                self.failures,
                "\n- line {line}: {name} ({evidence})\n  expected {expected:?}\n  but is   {actual:?}"
            )
            .unwrap();
        }
    }
}

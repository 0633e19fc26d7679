//! What AWS KMS answers, as data: [`Book`] reads the cases, [`Run`] puts them to an [`Endpoint`] and judges the answers.
//!
//! `kit/README.md` describes the format of the cases.
#![expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "nobody but this workspace uses the library"
)]

mod answer;
mod book;
mod case;
mod clean;
mod endpoint;
mod fill;
mod fixtures;
mod guard;
mod judge;
mod ledger;
mod matching;
mod outcome;
mod plan;
mod rules;
mod run;
mod scrub;
mod values;
mod wrap;

pub use answer::Answer;
pub use book::{Book, BookError};
pub use case::{Call, Case, Evidence, Expectation, Fixture, Need, Place, Principal, Sheet};
pub use endpoint::{Endpoint, NoAnswer, Sent};
pub use ledger::{Facts, Ledger, MadeAlias, MadeKey};
pub use outcome::{Outcome, Shown, Verdict};
pub use plan::Plan;
pub use run::{Patience, Run};

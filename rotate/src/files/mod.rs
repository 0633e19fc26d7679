//! The files of a job: its input, its outputs, its journal and its lock.

mod journal;
mod lines;
mod lock;
mod outputs;

pub(crate) use journal::{Journal, Outcomes, Progress};
pub(crate) use lines::{Batch, Consumed, Lines, Place, Quoting};
pub(crate) use lock::Lock;
pub(crate) use outputs::{Lengths, Names, Outputs, beside, refuse_to_replace};

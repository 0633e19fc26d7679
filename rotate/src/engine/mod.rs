//! The engine: lines in, moved lines and failures out, in the order of the input, with a bounded number of calls in flight.

mod calls;
mod notices;
mod pace;
mod pipeline;
mod stop;

pub(crate) use calls::{Answer, Calls, Retries};
pub(crate) use notices::Notices;
pub(crate) use pace::Pace;
pub(crate) use pipeline::{Done, End, Engine};
pub(crate) use stop::Stop;

//! Recording: an observer that keeps all operations, with their keys, callers and outcomes.

mod call;
mod calls;
#[cfg(feature = "json")]
mod cloud_trail;
mod log;

pub use call::{RecordedCall, RecordedKey, RecordedNamedKey};
pub use calls::Calls;
pub use log::Recorder;

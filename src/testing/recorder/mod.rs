//! Recording: what was done with which keys, by whom, and how it ended.

mod call;
mod calls;
#[cfg(feature = "json")]
mod cloud_trail;
mod log;

pub use call::{DescribedKey, RecordedCall, RecordedKey};
pub use calls::Calls;
pub use log::Recorder;

//! The program, option by option, as its users start it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod control;
mod keys;
mod log;
mod network;
mod options;
#[cfg(unix)]
mod signals;
mod snapshots;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod unsigned;

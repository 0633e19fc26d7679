//! The program, option by option, as its users start it. On Unix, whose paths, messages and signals the tests know.
#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod control;
mod document;
mod keys;
mod log;
mod network;
mod options;
mod signals;
mod snapshots;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod unsigned;

//! The program as people use it: its options, its files, its exit status, and KMS over HTTP.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod endpoint;
mod endpoints;
mod filter;
mod folder;
mod kills;
mod tables;

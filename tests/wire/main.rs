//! AWS JSON 1.1: exact bodies, and every operation checked against the service model.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

mod bodies;
#[cfg(feature = "testing")]
mod by_name;
#[path = "../common/mod.rs"]
mod common;
mod conditions;
mod coverage;
mod key_details;
mod key_states;
mod last_usage;
mod model;
mod not_served;
mod operations;
mod permissions;
mod random;
mod retirable_grants;
mod server;

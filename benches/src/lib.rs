//! The code that the benches share: the bare cryptography as a reference, the comparison, and rings to measure.
#![allow(
    missing_debug_implementations,
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::missing_panics_doc,
    reason = "only benches use it, and a bench fails by panicking"
)]

pub mod calls;
pub mod floor;
pub mod gcm;
pub mod measured;
pub mod ratio;
pub mod ring;

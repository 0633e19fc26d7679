//! Snapshots: everything in a ring survives, damage is reported with its place, and a crash loses nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crashes;
mod damage;
mod full_ring;
mod histories;
mod protection;
mod survival;

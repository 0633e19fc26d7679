//! What the benches share.
#![allow(dead_code, unreachable_pub, reason = "each bench uses a part of it")]

pub mod floor;
pub mod ratio;
pub mod ring;

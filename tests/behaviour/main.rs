//! How KMS behaves, as tables: one module per section of `docs/behaviour.md`, one row per case, each with its evidence
//! from AWS.
//!
//! The tables name keys by their role (`A`, `rsa`), and `<A>` in a request or a message is the key's ARN, `<A.id>` its
//! key id. The messages of the exceptions are in `texts`, written a second time and independently of the crate's. Every
//! table prints its number of cases; a table that fails lists all failing rows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod ask;
mod section;
mod texts;
mod world;

mod s11_precedence;
mod s12_decisions;
mod s13_captures;
mod s17_aliases;
mod s17_tags;
mod s18_data_keys;
mod s1_2_constraints;
mod s2_identifiers;
mod s3_states;
mod s4_3_source;
mod s4_usage_and_spec;
mod s5_context;
mod s6_wrong_source;
mod s7_dry_run;
mod s9_automatic_rotation;
mod s9_lifecycle;
mod s9_material;
mod s9_multi_region;
mod s9_primary_region;

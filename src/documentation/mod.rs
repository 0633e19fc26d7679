//! A cookbook, and the specification: what AWS KMS does, what a ciphertext blob is, and how the crate is made.
//!
//! These are the files of the folder `docs` in the repository. They change with the code: the recipes are tests, and
//! `tests/references.rs` checks every reference from the sources to the specification.

pub mod cookbook;

#[doc = include_str!("../../docs/behaviour.md")]
pub mod behaviour {}

#[doc = include_str!("../../docs/blob-format.md")]
pub mod blob_format {}

#[doc = include_str!("../../docs/design.md")]
pub mod design {}

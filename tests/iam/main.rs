//! IAM's policy language and evaluation logic, on its own: what a policy says, and what several come to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "json")]
mod documents;
mod explanation;
mod layers;
mod operators;
mod properties;
mod request;
mod variables;

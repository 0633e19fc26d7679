//! Tables of access decisions, which call `authorize` directly.
//!
//! Every row is a policy or grant, a caller, a request and the answer. The key is in account 111122223333; callers of
//! that account are written as `user/alice`, those of account 444455556666 as `other:user/bob`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ask;
mod callers;
mod condition_keys;
mod conditions;
mod explanations;
mod grants;
#[cfg(feature = "json")]
mod json;
mod policies;
mod refusals;

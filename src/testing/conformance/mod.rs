//! Conformance suites for implementations of [`KmsKey`](crate::provider::KmsKey) and [`KeyProvider`](crate::provider::KeyProvider).
//!
//! Whoever brings keys of another kind (an HSM, another library of cryptography, a file) runs them against these: they ask
//! what the engine asks, and what an attacker would. Nothing is assumed of the implementation: a panic in it is a failure
//! on the list like any other.

mod asymmetric;
mod crafted;
mod foreign;
mod key;
mod provider;
mod report;
mod symmetric;

pub use key::{assert_key, check_key, check_same_key};
pub use provider::{assert_provider, check_provider};
pub use report::Failures;

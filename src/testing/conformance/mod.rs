//! Conformance suites for implementations of [`KmsKey`](crate::provider::KmsKey) and [`KeyProvider`](crate::provider::KeyProvider).
//!
//! If your keys come from elsewhere (an HSM, another cryptographic library, a file), run them against these suites:
//! they make the calls that the engine makes, and those that an attacker would. They assume nothing about the
//! implementation: a panic in it is a failure on the list like any other.

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

//! What people need in tests, behind the feature `testing`. None of it belongs into production.
//!
//! - Keys that are there at once, and the same in every run: [`insecure_key`].
//! - Randomness that repeats itself: [`seeded_random`].
//! - A provider that fails when it is told to: [`FaultyProvider`].
//! - A memory of what was done with which keys: [`Recorder`].
//! - A ring from a file, with the feature `json`: `ring_file`. And back, with the feature `snapshot`.
//! - Suites for other implementations of keys and providers: [`conformance`].

pub mod conformance;
mod faults;
mod insecure_key;
mod recorder;
#[cfg(feature = "json")]
pub mod ring_file;
mod seeded_random;
#[cfg(feature = "json")]
mod timestamp;

pub use faults::{Fault, Faults, FaultyProvider, ProviderCall};
pub use insecure_key::{insecure_key, insecure_private_key_pem};
pub use recorder::{Calls, DescribedKey, RecordedCall, RecordedKey, Recorder};
pub use seeded_random::{SeededRandom, seeded_random};

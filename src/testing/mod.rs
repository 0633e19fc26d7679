//! Tools for tests, behind the feature `testing`. Do not use them in production.
//!
//! - Keys that are ready at once and the same in every run: [`insecure_key`].
//! - Repeatable randomness: [`seeded_random`].
//! - A provider that fails on demand: [`FaultyProvider`].
//! - Connections of the official SDK that fail on demand, with the feature `aws-sdk`: `FaultyHttpClient`.
//! - A recorder of all operations on the keys: [`Recorder`].
//! - Rings that are read from a file, with the feature `json`, and saved to one, with the feature `snapshot`:
//!   `ring_file`.
//! - Callers that are read from a file, with all their policies, with the feature `json`: `principals_file`.
//! - Faults that are read from a file, with the feature `json`: `faults_file`.
//! - Conformance suites for your own keys and providers: [`conformance`].
//!
//! ```
//! use kms_reencrypt::testing::{Fault, FaultyProvider, Recorder};
//! use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, ReEncryptRequest};
//!
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! let key = keyring.create_key(KeySpec::SymmetricDefault)?;
//! let provider = FaultyProvider::new(keyring);
//! let faults = provider.faults();
//! let recorder = Recorder::new();
//! let kms = Kms::new(provider).with_observer(recorder.clone());
//! let encrypt = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
//! let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
//! let request = ReEncryptRequest::builder().ciphertext_blob(blob).destination_key_id(key).build()?;
//!
//! faults.inject(Fault::key_unavailable().on_destination().times(1));
//! let error = kms.re_encrypt(&request).unwrap_err();
//! assert_eq!(error.code(), "KeyUnavailableException");
//! assert!(error.is_retryable());
//! assert!(kms.re_encrypt(&request).is_ok());
//! assert_eq!(recorder.re_encrypts().with_destination(&key).count(), 2);
//! # Ok::<(), kms_reencrypt::KmsError>(())
//! ```

#[cfg(feature = "json")]
mod bounded_file;
pub mod conformance;
mod faults;
#[cfg(feature = "json")]
pub mod faults_file;
mod insecure_key;
#[cfg(feature = "json")]
pub mod principals_file;
mod recorder;
#[cfg(feature = "json")]
pub mod ring_file;
mod seeded_random;
#[cfg(feature = "json")]
mod timestamp;
#[cfg(feature = "aws-sdk")]
mod transport;
mod turns;

pub use faults::{Fault, Faults, FaultyProvider, ProviderCall};
pub use insecure_key::{insecure_key, insecure_private_key_pem};
pub use recorder::{Calls, RecordedCall, RecordedKey, RecordedNamedKey, Recorder};
pub use seeded_random::{SeededRandom, seeded_random};
#[cfg(feature = "aws-sdk")]
pub use transport::{FaultyHttpClient, TransportFault, TransportFaults};

//! Tools for tests, behind the feature `testing`. Do not use them in production.
//!
//! | to | use |
//! |---|---|
//! | have keys that are ready at once, and the same in every run | [`insecure_key`], [`insecure_private_key_pem`] |
//! | have the same ids, keys and ciphertexts in every run | [`seeded_random`] |
//! | make KMS fail or answer late | [`FaultyProvider`], [`Faults`] and [`Fault`] |
//! | see what was asked of KMS | [`Recorder`] and [`Calls`] |
//! | check a provider of your own | [`conformance`] |
#![cfg_attr(
    feature = "aws-sdk",
    doc = "| let the connection of the official SDK fail | [`FaultyHttpClient`], [`TransportFaults`] and [`TransportFault`] |"
)]
#![cfg_attr(
    feature = "json",
    doc = "| read rings, callers and faults from files | [`ring_file`], [`principals_file`], [`faults_file`] |"
)]
#![cfg_attr(
    feature = "snapshot",
    doc = "| save a ring | [`ring_file::save_snapshot`] |"
)]
#![cfg_attr(
    feature = "proptest",
    doc = "| test properties of your code with generated requests | [`strategies`] |"
)]
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
//! let request = ReEncryptRequest::builder().ciphertext_blob(blob).destination_key_id(key);
//! let request = request.build()?;
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
#[cfg(feature = "proptest")]
pub mod strategies;
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

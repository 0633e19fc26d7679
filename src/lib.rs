//! The `ReEncrypt` operation of AWS KMS, in process.

#![forbid(unsafe_code)]

pub mod access;
pub mod context;
pub mod error;
pub mod key;
pub mod provider;
pub mod random;
pub mod secret;
mod software;

pub use context::EncryptionContext;
pub use error::KmsError;
pub use key::{
    AccountId, AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyId, KeyIdentifier,
    KeyMaterialId, KeyMetadata, KeySpec, KeyState, KeyUsage, Place, Region,
};
pub use provider::{KeyProvider, KmsKey};
pub use random::{OsRandom, RandomSource, RandomnessUnavailable};
pub use secret::Plaintext;

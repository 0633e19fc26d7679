//! The `ReEncrypt` operation of AWS KMS, in process.

#![forbid(unsafe_code)]

pub mod access;
#[cfg(feature = "aws-sdk")]
pub mod aws_sdk;
pub mod blob;
pub mod constraints;
pub mod context;
pub mod decrypt;
pub mod encrypt;
mod engine;
pub mod error;
pub mod generate_data_key;
pub mod key;
mod kms;
pub mod provider;
pub mod random;
pub mod re_encrypt;
mod resolve;
pub mod secret;
pub mod software;
#[cfg(feature = "json")]
pub mod wire;

pub use context::EncryptionContext;
pub use decrypt::{DecryptRequest, DecryptResponse};
pub use encrypt::{EncryptRequest, EncryptResponse};
pub use error::KmsError;
pub use generate_data_key::{
    DataKeySpec, GenerateDataKeyRequest, GenerateDataKeyResponse,
    GenerateDataKeyWithoutPlaintextResponse,
};
pub use key::{
    AccountId, AliasArn, AliasName, EncryptionAlgorithm, KeyArn, KeyId, KeyIdentifier,
    KeyMaterialId, KeyMetadata, KeySpec, KeyState, KeyUsage, Place, Region,
};
pub use kms::Kms;
pub use provider::{KeyProvider, KmsKey};
pub use random::{OsRandom, RandomSource, RandomnessUnavailable};
pub use re_encrypt::{ReEncryptRequest, ReEncryptResponse};
pub use secret::Plaintext;
pub use software::Keyring;

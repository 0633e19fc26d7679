//! The `ReEncrypt` operation of AWS KMS, inside any Rust program: no account, no network, no container.
//!
//! The crate decrypts a ciphertext and encrypts the data again under another key, with real cryptography on both sides.
//! It refuses as KMS does: with the same exceptions, in the same order, with the same messages.
//!
//! ```
//! use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, KmsError, ReEncryptRequest};
//!
//! // A key ring in memory, and KMS over it.
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! let old = keyring.create_key(KeySpec::SymmetricDefault)?;
//! let new = keyring.create_key(KeySpec::SymmetricDefault)?;
//! let kms = Kms::new(keyring.clone());
//!
//! let encrypt = EncryptRequest::builder()
//!     .key_id(old)
//!     .plaintext(b"attack at dawn")
//!     .encryption_context("tenant", "blue")
//!     .build()?;
//! let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
//!
//! // The code under test forgets the encryption context. AWS KMS answers with this exception, too.
//! let request = ReEncryptRequest::builder().ciphertext_blob(blob.clone()).destination_key_id(new);
//! assert_eq!(kms.re_encrypt(&request.clone().build()?), Err(KmsError::InvalidCiphertext));
//!
//! let response = kms.re_encrypt(&request.source_encryption_context("tenant", "blue").build()?)?;
//! assert_eq!(response.source_key_id(), &old);
//! assert_eq!(response.key_id(), &new);
//! # Ok::<(), KmsError>(())
//! ```
//!
//! # Where to go from here
//!
//! - A first test: [`Keyring`] makes keys, [`Kms`] has one method per operation, the builders have the setters of the
//!   official SDK.
//! - A failing test: every refusal is a [`KmsError`] with AWS's message; [`blob::CiphertextBlob::inspect`] says what a
//!   ciphertext looks like.
//! - Permissions: [`access`] has callers, key policies and grants, and [`iam`] the language of policies;
//!   [`Kms::as_caller`] sends requests as another principal.
//! - Keys from elsewhere, such as an HSM: implement the traits in [`provider`].
//!
//! # Where things are
//!
//! Every item has one path. At the root are [`Kms`], [`Keyring`], [`KmsError`], the requests with their builders and
//! answers, and the types that those are made of. Everything else is in the public module of its family and only there:
//! what an error carries in [`error`], what a provider implements in [`provider`], what a ring takes in [`keyring`],
//! and so on.
//!
//! # What is AWS's and what is ours
//!
//! A ciphertext blob has AWS's layout and sizes, but AWS cannot open it: only the keys of this crate can. Nor can this
//! crate open AWS's blobs. Known behaviour of the service is reproduced, and [`documentation::behaviour`] has the
//! evidence. Where AWS's behaviour is unknown, this crate decides, and the documentation of the item says so, with the
//! number of the decision.
//!
//! # Features
//!
//! No feature is on by default. A feature adds items and never changes behaviour.
//!
//! - `data-key-pairs`: key pairs on the curves of NIST, secp256k1 and Edwards25519: as data keys, and as the pairs of KMS
//!   keys, whose public keys [`Kms::get_public_key`] then returns. RSA and SM2 need no feature.
//! - `json`: key policies as JSON documents; serde's traits for ARNs, ids and enums; the AWS JSON 1.1 protocol without sockets,
//!   in `wire`.
//! - `aws-sdk`: an HTTP client for the official SDK that answers in this process, in `aws_sdk`. Implies `json`.
//! - `testing`: what tests need, in `testing`: fixed keys, seeded randomness, faults on demand, a recorder; with `json`,
//!   rings and callers from files.
//! - `tracing`: an observer that emits a span of the crate `tracing` for each operation: `observe::TracingObserver`.
//! - `snapshot`: rings saved and loaded whole, sealed under a key or passphrase, in `testing::ring_file`. Implies
//!   `testing` and `json`. With it, every ring of the program keeps the bytes of its symmetric key material in memory;
//!   without it, a ring keeps only the hash states that it computes from them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod access;
#[cfg(feature = "aws-sdk")]
pub mod aws_sdk;
pub mod blob;
mod constraints;
mod context;
#[cfg(feature = "json")]
mod control;
mod decrypt;
mod describe_key;
pub mod documentation;
mod encrypt;
mod engine;
pub mod error;
mod generate_data_key;
mod generate_data_key_pair;
mod get_public_key;
mod hex;
pub mod iam;
#[cfg(feature = "json")]
mod json;
mod key;
mod key_states;
pub mod keyring;
mod kms;
pub mod observe;
mod operation;
pub mod primitives;
pub mod provider;
pub mod random;
mod re_encrypt;
mod resolve;
mod secret;
mod setters;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "json")]
pub mod wire;

pub use constraints::{DryRunModifier, ModelValue};
pub use context::EncryptionContext;
pub use decrypt::{DecryptRequest, DecryptRequestBuilder, DecryptResponse};
pub use describe_key::{DescribeKeyRequest, DescribeKeyRequestBuilder, DescribeKeyResponse};
pub use encrypt::{EncryptRequest, EncryptRequestBuilder, EncryptResponse};
pub use error::kms_error::KmsError;
pub use generate_data_key::{
    DataKeySpec, GenerateDataKeyRequest, GenerateDataKeyRequestBuilder, GenerateDataKeyResponse,
    GenerateDataKeyWithoutPlaintextResponse,
};
pub use generate_data_key_pair::{
    GenerateDataKeyPairRequest, GenerateDataKeyPairRequestBuilder, GenerateDataKeyPairResponse,
    GenerateDataKeyPairWithoutPlaintextResponse,
};
pub use get_public_key::{GetPublicKeyRequest, GetPublicKeyRequestBuilder, GetPublicKeyResponse};
pub use key::{
    AccountId, AliasArn, AliasName, DataKeyPairSpec, EncryptionAlgorithm, ExpirationModel,
    InvalidAccountId, InvalidAliasName, InvalidArn, InvalidKeyId, InvalidKeyMaterialId,
    InvalidRegion, KeyArn, KeyId, KeyIdentifier, KeyManager, KeyMaterialId, KeyMetadata,
    KeyMetadataBuilder, KeyOrigin, KeySpec, KeyState, KeyUsage, MultiRegionConfiguration,
    MultiRegionKeyType, Place, Region, UnknownValue,
};
pub use keyring::ring::Keyring;
pub use kms::Kms;
pub use operation::Operation;
pub use re_encrypt::{ReEncryptRequest, ReEncryptRequestBuilder, ReEncryptResponse};
pub use secret::Plaintext;
/// The version of `zeroize` whose trait [`Plaintext`] implements.
pub use zeroize;

/// The code in README is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

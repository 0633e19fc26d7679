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
//! // The code under test forgets the encryption context. AWS KMS answers with this exception.
//! let request = ReEncryptRequest::builder().ciphertext_blob(blob).destination_key_id(new);
//! assert_eq!(kms.re_encrypt(&request.clone().build()?), Err(KmsError::InvalidCiphertext));
//!
//! let request = request.source_encryption_context("tenant", "blue");
//! let response = kms.re_encrypt(&request.build()?)?;
//! assert_eq!(response.source_key_id(), &old);
//! assert_eq!(response.key_id(), &new);
//! # Ok::<(), KmsError>(())
//! ```
//!
//! # Where to go from here
//!
//! | you | begin with | then |
//! |---|---|---|
//! | test an application that uses the official SDK | [`aws_sdk`]: the SDK's client, answered in this process | recipes for a [token vault](documentation::cookbook::token_vault), and for [retries and outages] |
//! | test code that calls this crate, or write a fake of your own | [`Kms`], which has a method for each operation, and [`Keyring`], which begins with a table of tasks | recipes for a [missing permission](documentation::cookbook::missing_permission), [another account](documentation::cookbook::cross_account) and [rotation](documentation::cookbook::rotation) |
//! | bring keys of your own, from an HSM or a vault | [`provider`]: two traits, with a key and a provider in full | [`primitives`] for the cryptography, [`testing::conformance`] for its tests |
//! | fuzz or measure code that handles blobs | [`testing`]: fixed keys, seeded randomness, strategies of proptest | recipes for [fuzzing](documentation::cookbook::fuzzing), [properties] and [keys in a file] |
//!
//! The [cookbook](documentation::cookbook) has all recipes; each is compiled and run with the tests.
//!
//! If one of your tests fails: every refusal is a [`KmsError`] with AWS's message,
//! [`AccessDeniedError::explanation`](error::AccessDeniedError::explanation) says which policy lacks what, and
//! [`CiphertextBlob::inspect`](blob::CiphertextBlob::inspect) says what a ciphertext looks like.
//!
//! # The types at the root
//!
//! | to | there are |
//! |---|---|
//! | ask KMS | [`Kms`], and for each operation a request with its builder, and a response: [`ReEncryptRequest`], [`EncryptRequest`], [`DecryptRequest`], [`GenerateDataKeyRequest`], [`GenerateDataKeyPairRequest`], [`DescribeKeyRequest`], [`GetPublicKeyRequest`] |
//! | have keys | [`Keyring`]; the module [`keyring`] has what it takes and returns |
//! | name a key | [`KeyIdentifier`], which holds a [`KeyId`], [`KeyArn`], [`AliasName`] or [`AliasArn`]; [`Place`], which is an [`AccountId`] and a [`Region`] |
//! | describe a key | [`KeyMetadata`], with [`KeySpec`], [`KeyUsage`], [`KeyState`], [`KeyOrigin`], [`KeyManager`], [`ExpirationModel`] and [`MultiRegionConfiguration`] |
//! | describe a request | [`EncryptionContext`], [`EncryptionAlgorithm`], [`DataKeySpec`], [`DataKeyPairSpec`], [`DryRunModifier`] and [`Plaintext`]; as a [`ModelValue`], a builder also takes a value that AWS does not have |
//! | learn why not | [`KmsError`]; the module [`error`] has the details of each exception |
//!
//! Every item has one path: an item that is not at the root is in the public module of its family, and only there.
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
//! | feature | adds | implies |
//! |---|---|---|
//! | `aws-sdk` | [`aws_sdk`]: an HTTP client for the official SDK that answers in this process | `json` |
//! | `data-key-pairs` | key pairs on the NIST curves, secp256k1 and Edwards25519: as data keys, and as the pairs of KMS keys, whose public keys [`Kms::get_public_key`] then returns. RSA and SM2 need no feature | |
//! | `json` | [`wire`]: the AWS JSON 1.1 protocol without sockets; policies as JSON documents; serde's traits for ARNs, ids and enums | |
//! | `proptest` | [`testing::strategies`]: contexts, ciphertexts, requests and policies for property tests | `testing` |
//! | `snapshot` | [`testing::ring_file`]: rings saved and loaded whole, sealed under a key or passphrase | `testing`, `json` |
//! | `testing` | [`testing`]: fixed keys, seeded randomness, faults on demand, a recorder, conformance suites; with `json`, rings and callers from files | |
//! | `tracing` | [`observe::TracingObserver`], which emits a span of the crate `tracing` for each operation | |
//!
//! With `snapshot`, every ring of the program keeps the bytes of its symmetric key material in memory. Without it, a ring
//! keeps only the hash states that it computes from them.
//!

// In a build without a feature, links to the items of that feature lead to docs.rs.
#![cfg_attr(
    not(feature = "aws-sdk"),
    doc = "[`aws_sdk`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/aws_sdk/"
)]
#![cfg_attr(
    not(feature = "json"),
    doc = "[`wire`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/wire/"
)]
#![cfg_attr(
    not(feature = "proptest"),
    doc = "[`testing::strategies`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/testing/strategies/",
    doc = "[properties]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/property_tests/"
)]
#![cfg_attr(
    feature = "proptest",
    doc = "[properties]: documentation::cookbook::property_tests"
)]
#![cfg_attr(
    not(feature = "testing"),
    doc = "[`testing`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/testing/",
    doc = "[`testing::conformance`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/testing/conformance/",
    doc = "[retries and outages]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/retries/"
)]
#![cfg_attr(
    feature = "testing",
    doc = "[retries and outages]: documentation::cookbook::retries"
)]
#![cfg_attr(
    not(all(feature = "testing", feature = "json")),
    doc = "[`testing::ring_file`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/testing/ring_file/",
    doc = "[keys in a file]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/documentation/cookbook/seed_files/"
)]
#![cfg_attr(
    all(feature = "testing", feature = "json"),
    doc = "[keys in a file]: documentation::cookbook::seed_files"
)]
#![cfg_attr(
    not(feature = "tracing"),
    doc = "[`observe::TracingObserver`]: https://docs.rs/kms-reencrypt/latest/kms_reencrypt/observe/struct.TracingObserver.html"
)]
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

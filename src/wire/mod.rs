//! AWS JSON 1.1 without sockets: a target and a body in, a status and a body out. Feature `json`.
//!
//! This module connects clients of AWS KMS to this crate: the official SDK in the same process (feature `aws-sdk`), or
//! a server for every other language (the package `kms-reencrypt-server`). It reads and writes members by the names and
//! types of the service model, and leaves every decision to the rest of the crate.
//!
//! ```
//! use kms_reencrypt::{Keyring, KeySpec, Kms};
//!
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! let key = keyring.create_key(KeySpec::SymmetricDefault)?;
//! keyring.create_alias("alias/app", key)?;
//!
//! let service = Kms::new(keyring).service();
//! let request = br#"{"KeyId": "alias/app", "Plaintext": "YXR0YWNrIGF0IGRhd24="}"#;
//! let response = service.call("TrentService.Encrypt", request);
//! assert_eq!(response.status(), 200);
//!
//! let request = br#"{"KeyId": "alias/other", "Plaintext": "YQ=="}"#;
//! let response = service.call("TrentService.Encrypt", request);
//! assert_eq!(response.status(), 400);
//! let message = "Alias arn:aws:kms:us-east-2:111122223333:alias/other is not found.";
//! let body = format!(r#"{{"__type":"NotFoundException","message":"{message}"}}"#);
//! assert_eq!(response.body(), body.as_bytes());
//! # Ok::<(), kms_reencrypt::KmsError>(())
//! ```
//!
//! # Differences from AWS
//!
//! The bodies of exceptions are AWS's byte for byte, with two exceptions: an operation of KMS that this crate does not
//! have is an `UnknownOperationException` with a message of this crate, and a few messages of `SerializationException`
//! are guessed. A server has to send the [headers](Response::headers) of each response. Signatures are not verified.

#![warn(clippy::arithmetic_side_effects)]

mod base64;
mod control;
mod control_call;
mod credential;
mod cryptographic;
mod describe;
mod failure;
mod members;
mod object;
mod pages;
mod plain;
mod recipient;
mod request_id;
mod response;
mod rotation;
mod service;

pub use credential::Credential;
#[cfg(feature = "aws-sdk")]
pub(crate) use response::FIXED_HEADERS;
pub use response::{CONTENT_TYPE, Response};
pub use service::Service;

#[cfg(all(feature = "aws-sdk", feature = "testing"))]
pub(crate) use service::operation_of_target;

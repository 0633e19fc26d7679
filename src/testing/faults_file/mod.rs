//! Faults from a file: which requests fail, how, and which are answered late.
//!
//! A server fails its clients as the file says; tests inject the same faults into their own provider.
//!
//! ```json
//! {
//!   "Faults": [
//!     { "Error": "ThrottlingException", "Operation": "ReEncrypt", "Times": 2 },
//!     {
//!       "Error": "KeyUnavailableException",
//!       "Operation": "ReEncrypt",
//!       "Call": "Encrypt",
//!       "KeyArn": "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
//!       "Probability": 0.1,
//!       "Seed": 7
//!     },
//!     { "Delay": "250ms", "Operation": "Decrypt" }
//!   ]
//! }
//! ```
//!
//! | member of a fault | what it is |
//! |---|---|
//! | `Error` | the exception: `DependencyTimeoutException`, `KMSInternalException`, `KMSInvalidStateException`, `KeyUnavailableException` or `ThrottlingException` |
//! | `Message` | the message of the exception, in place of AWS's; `KMSInvalidStateException` needs one, and `ThrottlingException` has none |
//! | `Delay` | how late the answer or the exception is, such as `250ms` or `1s 500ms`; at most an hour |
//! | `Operation` | only requests of this operation, such as `ReEncrypt` or `CreateKey` |
//! | `KeyArn` | only calls for this key |
//! | `Call` | where in a request the fault strikes: a [`ProviderCall`](crate::testing::ProviderCall) by its name. In a `ReEncrypt`, `Decrypt` is the source key and `Encrypt` the destination key |
//! | `After` | how many calls pass before the first one that is struck |
//! | `Times` | how many calls are struck at most |
//! | `Nth` | only this call is struck, counted from 1; in place of `After` and `Times` |
//! | `Probability` | from 0 to 1: how likely a call is struck |
//! | `Seed` | of the generator that decides by `Probability`, so that every run is the same; by default 0 |
//!
//! Each fault has an `Error`, a `Delay` or both. If a fault has several conditions, all of them have to hold. Without
//! `Call` a fault strikes where a [`Fault`] does by default: once in a request if it has an `Operation` and no `KeyArn`, or
//! if it is a `ThrottlingException`, and otherwise at every look-up of a key.
//!
//! An unknown member is an error, and so is the same member twice. A document has at most 1 MiB and 1,000 faults, and a
//! message 8,192 bytes.

mod error;
mod read;

use std::path::Path;

pub use error::FaultsFileError;

use super::bounded_file;
use super::faults::Fault;

/// How many bytes a document may have. The limit is this crate's own.
const FILE_MAX: u64 = 1024 * 1024;

/// Reads the faults in a text, in its order.
///
/// ```
/// use kms_reencrypt::testing::FaultyProvider;
/// use kms_reencrypt::testing::faults_file::read_faults;
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let provider = FaultyProvider::new(keyring);
/// for fault in read_faults(r#"{"Faults": [{"Error": "ThrottlingException", "Times": 1}]}"#)? {
///     provider.faults().inject(fault);
/// }
/// let kms = Kms::new(provider);
/// let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
/// assert_eq!(kms.encrypt(&request).unwrap_err().code(), "ThrottlingException");
/// assert!(kms.encrypt(&request).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FaultsFileError`] if the text is not such a document: what is wrong with it, and where.
pub fn read_faults(json: &str) -> Result<Vec<Fault>, FaultsFileError> {
    if u64::try_from(json.len()).is_ok_and(|len| len <= FILE_MAX) {
        return read::file(json);
    }
    Err(FaultsFileError::new(
        "the document",
        format_args!("it has more than {FILE_MAX} bytes"),
    ))
}

/// Reads the faults in a file.
///
/// # Errors
///
/// [`FaultsFileError`] if the file cannot be read, or for the reasons of [`read_faults`].
pub fn load_faults(path: impl AsRef<Path>) -> Result<Vec<Fault>, FaultsFileError> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let bytes = bounded_file::read(path, FILE_MAX)
        .map_err(|error| FaultsFileError::new(name.as_str(), error))?;
    let json =
        str::from_utf8(&bytes).map_err(|error| FaultsFileError::new(name.as_str(), error))?;
    read_faults(json).map_err(|error| error.in_file(&name))
}

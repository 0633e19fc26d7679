//! Seed files: rings that people write, without encryption.

use std::path::Path;

use crate::keyring::ring::Keyring;
use crate::testing::bounded_file;

use super::bounds::FILE_MAX;
use super::document::RingDocument;
use super::error::RingFileError;
use super::{add, parse, read, secret};

/// Reads a ring from the text of a seed file. [The module](crate::testing::ring_file) documents the format.
///
/// ```
/// use kms_reencrypt::testing::ring_file::read_ring;
/// use kms_reencrypt::{EncryptRequest, Kms, KmsError};
///
/// // Or include_str!("fixtures/ring.json"), or load_ring.
/// let keyring = read_ring(
///     r#"{
///         "Format": "kms-reencrypt ring 1",
///         "Account": "111122223333",
///         "Region": "us-east-2",
///         "Keys": [
///             { "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "KeyState": "Disabled" },
///             { "KeyId": "0987dcba-09fe-87dc-65ba-ab0987654321", "KeySpec": "RSA_4096" }
///         ],
///         "Aliases": [
///             {
///                 "AliasName": "alias/app",
///                 "TargetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"
///             }
///         ]
///     }"#,
/// )?;
///
/// // The code under test: it has to tell its user that the key is disabled.
/// let request = EncryptRequest::builder().key_id("alias/app").plaintext("data").build()?;
/// let error = Kms::new(keyring).encrypt(&request).expect_err("disabled");
/// assert!(matches!(error, KmsError::Disabled { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A mistake in the file is found at once:
///
/// ```
/// use kms_reencrypt::testing::ring_file::read_ring;
///
/// let error = read_ring(
///     r#"{
///         "Format": "kms-reencrypt ring 1", "Account": "111122223333", "Region": "us-east-2",
///         "Keys": [{ "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "KeySpec": "DES" }]
///     }"#,
/// )
/// .expect_err("KMS has no such keys");
/// assert_eq!(error.place(), "Keys[0].KeySpec");
/// ```
///
/// # Errors
///
/// [`RingFileError`] with the place of the fault.
pub fn read_ring(text: &str) -> Result<Keyring, RingFileError> {
    let document = parse::parse(text)?;
    let keyring = read::empty_ring(&document)?;
    fill(&keyring, document)?;
    Ok(keyring)
}

/// Adds the content of a seed file's text to a ring, for example to a ring with a clock or a seeded random source. The
/// file, and not the handle, determines the account and Region of its keys.
///
/// # Errors
///
/// [`RingFileError`] with the place of the fault, or of a key, alias or grant token that the ring has already. Then
/// nothing is added.
pub fn read_ring_into(keyring: &Keyring, text: &str) -> Result<(), RingFileError> {
    fill(keyring, parse::parse(text)?)
}

/// Reads a ring from a seed file.
///
/// # Errors
///
/// [`RingFileError`] if the file cannot be read, or with the place of the fault in it.
pub fn load_ring(path: impl AsRef<Path>) -> Result<Keyring, RingFileError> {
    in_file(path.as_ref(), read_ring)
}

/// Adds the content of a seed file to a ring, as [`read_ring_into`] does with its text.
///
/// # Errors
///
/// [`RingFileError`] if the file cannot be read, or as for [`read_ring_into`], with the name of the file before the place.
pub fn load_ring_into(keyring: &Keyring, path: impl AsRef<Path>) -> Result<(), RingFileError> {
    in_file(path.as_ref(), |text| read_ring_into(keyring, text))
}

/// Writes a ring as the text of a seed file, **with all its secrets unencrypted**. It turns a ring that a program has
/// built into a fixture. The clock and the random source of the ring are not in it.
///
/// ```
/// use kms_reencrypt::testing::insecure_key;
/// use kms_reencrypt::testing::ring_file::{read_ring, write_ring};
/// use kms_reencrypt::{KeySpec, Keyring};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(insecure_key(KeySpec::Rsa2048))?;
/// keyring.disable_key(key)?;
///
/// let fixture = write_ring(&keyring)?;
/// assert_eq!(read_ring(&fixture)?.describe_key(key)?, keyring.describe_key(key)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`RingFileError`] if a key cannot be encoded.
#[cfg(feature = "snapshot")]
pub fn write_ring(keyring: &Keyring) -> Result<String, RingFileError> {
    let (mut document, secrets) = super::write::document(keyring)?;
    for (key, bytes) in document.keys.iter_mut().zip(secrets) {
        secret::put(key, &bytes);
    }
    super::write::text(&document)
}

/// Reads a file, and adds its name to an error.
pub(super) fn in_file<T>(
    path: &Path,
    read: impl FnOnce(&str) -> Result<T, RingFileError>,
) -> Result<T, RingFileError> {
    let name = path.display().to_string();
    // Read as bytes, which are wiped even if they are not UTF-8.
    let bytes =
        bounded_file::read(path, FILE_MAX).map_err(|error| RingFileError::caused(&*name, error))?;
    text(&bytes)
        .and_then(read)
        .map_err(|error| error.in_file(&name))
}

/// The text of a file, or an error with the place where it is not UTF-8.
fn text(bytes: &[u8]) -> Result<&str, RingFileError> {
    str::from_utf8(bytes).map_err(|error| {
        let (before, _) = bytes
            .split_at_checked(error.valid_up_to())
            .unwrap_or_default();
        let mut lines = before.rsplit(|byte| *byte == b'\n');
        let column = lines.next().map_or(0, <[u8]>::len).saturating_add(1);
        let line = lines.count().saturating_add(1);
        let place = format!("line {line}, column {column}");
        RingFileError::caused(place, error)
    })
}

fn fill(keyring: &Keyring, mut document: RingDocument) -> Result<(), RingFileError> {
    if document.protection.is_some() || document.sealed.is_some() {
        let reason = "this is a snapshot, which needs its key or passphrase";
        return Err(RingFileError::new("Protection", reason));
    }
    let mut secrets = Vec::with_capacity(document.keys.len());
    for (at, key) in document.keys.iter_mut().enumerate() {
        let place = format!("Keys[{at}]");
        if key.sealed.is_some() {
            let reason = "only a snapshot has sealed secrets";
            return Err(RingFileError::new(format!("{place}.Sealed"), reason));
        }
        secrets.push(secret::take(key).map_err(|error| error.within(&place))?);
    }
    add(keyring, read::ring(&document, secrets)?)
}

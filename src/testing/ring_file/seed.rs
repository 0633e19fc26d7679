//! Seed files: rings as people write them, with all secrets in the open.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use crate::keyring::ring::Keyring;

use super::document::RingDocument;
use super::error::RingFileError;
use super::{add, parse, read, secret};

/// The ring of a seed file's text: see [the module](crate::testing::ring_file) for what may be in it.
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
///         "Aliases": [{ "AliasName": "alias/app", "TargetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab" }]
///     }"#,
/// )?;
///
/// // The code under test: it has to tell its user that the key is disabled.
/// let request = EncryptRequest::builder().key_id("alias/app").plaintext(b"attack at dawn").build()?;
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
/// [`RingFileError`], saying where.
pub fn read_ring(text: &str) -> Result<Keyring, RingFileError> {
    let document = parse::parse(text)?;
    let keyring = read::empty_ring(&document)?;
    fill(&keyring, document)?;
    Ok(keyring)
}

/// Adds all that a seed file's text says to a ring: one with a clock, say, or with a seeded source of randomness. The
/// account and Region of the file are those of its keys, whatever those of the handle are.
///
/// # Errors
///
/// [`RingFileError`], saying where; also if the ring has one of the keys or aliases already, or one of
/// the grant tokens for another grant. Then nothing is added.
pub fn read_ring_into(keyring: &Keyring, text: &str) -> Result<(), RingFileError> {
    fill(keyring, parse::parse(text)?)
}

/// The ring of a seed file.
///
/// # Errors
///
/// [`RingFileError`] if it cannot be read, or saying where in it something is wrong.
pub fn load_ring(path: impl AsRef<Path>) -> Result<Keyring, RingFileError> {
    in_file(path.as_ref(), read_ring)
}

/// A ring as the text of a seed file, **with all its secrets in the open**: how a fixture is made of a ring that was put
/// together by calls. Time and randomness of the ring are not in it.
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

/// Reads a file, and says in which one something is wrong.
pub(super) fn in_file<T>(
    path: &Path,
    read: impl FnOnce(&str) -> Result<T, RingFileError>,
) -> Result<T, RingFileError> {
    let name = path.display().to_string();
    // Bytes at first: those that are no text are wiped as well.
    let bytes = fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| RingFileError::caused(&*name, error))?;
    text(&bytes)
        .and_then(read)
        .map_err(|error| error.in_file(&name))
}

/// The text of a file, or where it is none.
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

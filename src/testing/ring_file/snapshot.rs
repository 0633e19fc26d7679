//! Snapshots: rings saved whole, with their secrets sealed.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::keyring::ring::Keyring;

use super::document::RingDocument;
use super::error::RingFileError;
use super::protection::Protection;
use super::seal::Part;
use super::secret::SecretBytes;
use super::seed::in_file;
use super::{add, atomic, parse, read, write};

/// Saves a whole ring: keys with all their materials, rotations and expiries, aliases, grants and their tokens, and the
/// changes that are not yet visible.
///
/// The file is replaced atomically: if saving is interrupted at any point, the old or the new file is there in full. A
/// process that is killed meanwhile may leave a hidden file beside it, which can be deleted. On Unix only the owner may
/// read the file. Everything in it except the key material can be read, and any change is detected.
///
/// ```
/// use kms_reencrypt::testing::ring_file::{Protection, load_snapshot, save_snapshot};
/// use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms};
/// # let file = std::env::temp_dir().join(format!("kms-reencrypt-doctest-{}", std::process::id()));
///
/// // One run of a program seals something and ends.
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let request = EncryptRequest::builder().key_id(key).plaintext(b"attack at dawn").build()?;
/// let blob = Kms::new(keyring.clone()).encrypt(&request)?.into_ciphertext_blob();
/// save_snapshot(&keyring, &file, &Protection::passphrase("correct horse")?)?;
///
/// // The next one goes on with the same ring.
/// let keyring = load_snapshot(&file, &Protection::passphrase("correct horse")?)?;
/// let request = DecryptRequest::builder().ciphertext_blob(blob).build()?;
/// assert_eq!(Kms::new(keyring).decrypt(&request)?.plaintext().expose(), b"attack at dawn");
///
/// let error = load_snapshot(&file, &Protection::passphrase("battery staple")?).unwrap_err();
/// assert!(error.place().ends_with("Protection.Check"));
/// # std::fs::remove_file(&file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`RingFileError`] if the file cannot be written, or if the operating system has no randomness.
pub fn save_snapshot(
    keyring: &Keyring,
    path: impl AsRef<Path>,
    protection: &Protection,
) -> Result<(), RingFileError> {
    let path = path.as_ref();
    let (document, secrets) = write::document(keyring)?;
    let text = write::text(&sealed(document, &secrets, protection)?)?;
    atomic::write(path, text.as_bytes())
        .map_err(|error| RingFileError::caused(path.display().to_string(), error))
}

/// Loads the ring of a snapshot. The ring has no clock, and takes its randomness from the operating system; use
/// [`load_snapshot_into`] for any other ring.
///
/// # Errors
///
/// [`RingFileError`] if the file cannot be read, if the key or passphrase is wrong (`Protection.Check`), if its passphrase
/// costs too little or too much (`Protection.Argon2id.Passes`, caused by an
/// [`InvalidArgon2Cost`](super::InvalidArgon2Cost)), or if the file is damaged, with the place (`Keys[3]`).
pub fn load_snapshot(
    path: impl AsRef<Path>,
    protection: &Protection,
) -> Result<Keyring, RingFileError> {
    in_file(path.as_ref(), |text| {
        let document = parse::parse(text)?;
        let keyring = read::empty_ring(&document)?;
        fill(&keyring, document, protection)?;
        Ok(keyring)
    })
}

/// Adds the content of a snapshot to a ring, for example to a ring with a clock.
///
/// # Errors
///
/// As for [`load_snapshot`], and also if the ring has one of the keys or aliases already, or one of the grant tokens
/// for another grant. Then nothing is added.
pub fn load_snapshot_into(
    keyring: &Keyring,
    path: impl AsRef<Path>,
    protection: &Protection,
) -> Result<(), RingFileError> {
    in_file(path.as_ref(), |text| {
        fill(keyring, parse::parse(text)?, protection)
    })
}

/// Seals the secrets of a document, each together with the rest of its key, and then the whole document.
fn sealed(
    mut document: RingDocument,
    secrets: &[SecretBytes],
    protection: &Protection,
) -> Result<RingDocument, RingFileError> {
    let too_much = |place: String| RingFileError::new(place, "it is too large to be sealed");
    let (seal, described) = protection
        .of_new_file()
        .map_err(|error| error.within("Protection"))?;
    document.protection = Some(described);
    for (at, (key, secret)) in document.keys.iter_mut().zip(secrets).enumerate() {
        let sealed = seal.close(Part::Key(at), &bytes(&*key)?, secret);
        let sealed = sealed.ok_or_else(|| too_much(format!("Keys[{at}]")))?;
        key.sealed = Some(STANDARD.encode(sealed));
    }
    let sealed = seal.close(Part::Document, &bytes(&document)?, &[]);
    let sealed = sealed.ok_or_else(|| too_much("Sealed".to_owned()))?;
    document.sealed = Some(STANDARD.encode(sealed));
    Ok(document)
}

fn fill(
    keyring: &Keyring,
    mut document: RingDocument,
    protection: &Protection,
) -> Result<(), RingFileError> {
    let Some(described) = &document.protection else {
        let reason = "it is missing: this is no snapshot";
        return Err(RingFileError::new("Protection", reason));
    };
    let seal = protection
        .of_file(described)
        .map_err(|error| error.within("Protection"))?;
    let whole = decoded(document.sealed.take());
    let public = bytes(&document)?;
    let mut secrets = Vec::with_capacity(document.keys.len());
    for (at, key) in document.keys.iter_mut().enumerate() {
        let sealed = decoded(key.sealed.take());
        let secret = seal.open(Part::Key(at), &bytes(&*key)?, &sealed);
        secrets.push(secret.ok_or_else(|| {
            let reason = "damaged, or sealed under another key, or in another place";
            RingFileError::new(format!("Keys[{at}]"), reason)
        })?);
    }
    // The seals of the keys are intact, so the fault is in the rest.
    if seal.open(Part::Document, &public, &whole).is_none() {
        let reason = "damaged: this seal, Account, Region, SlowChanges, Aliases or GrantTokens, or Keys are missing";
        return Err(RingFileError::new("Sealed", reason));
    }
    add(keyring, read::ring(&document, secrets)?)
}

/// Decodes base64. Text that is not base64 becomes empty, which does not open either.
fn decoded(text: Option<String>) -> Vec<u8> {
    let decoded = text.map(|text| STANDARD.decode(text));
    decoded.and_then(Result::ok).unwrap_or_default()
}

/// The bytes that the seals authenticate: the document as it is written, without whitespace.
fn bytes(document: &impl Serialize) -> Result<Vec<u8>, RingFileError> {
    serde_json::to_vec(document).map_err(|error| RingFileError::caused("the document", error))
}

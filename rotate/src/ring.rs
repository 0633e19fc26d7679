//! The keys that the example moves blobs between: **insecure**, as they are in the open here, and the same in every
//! process, as a job that is resumed needs its keys again.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeyArn, KeySpec, Keyring};

use crate::Error;

/// A ring, and the parts that its keys play.
#[derive(Debug)]
pub(crate) struct Ring {
    pub(crate) keyring: Keyring,
    /// What all blobs are under.
    pub(crate) old: KeyArn,
    /// What all blobs are to be under.
    pub(crate) new: KeyArn,
    /// A key that no blob of the job should be under.
    pub(crate) foreign: KeyArn,
}

impl Ring {
    pub(crate) fn new() -> Result<Self, Error> {
        let keyring = Keyring::new("111122223333", "us-east-2")?;
        let key = |id: &str, material: &[u8; 32]| -> Result<KeyArn, Error> {
            let key = NewKey::new(KeySpec::SymmetricDefault).key_id(id.parse()?);
            Ok(keyring.create_key(key.symmetric_material(*material))?)
        };
        Ok(Self {
            old: key(
                "01d00000-12ab-34cd-56ef-1234567890ab",
                b"INSECURE: the old key of rotate.",
            )?,
            new: key(
                "0e300000-12ab-34cd-56ef-1234567890ab",
                b"INSECURE: the new key of rotate.",
            )?,
            foreign: key(
                "f0e00000-12ab-34cd-56ef-1234567890ab",
                b"INSECURE: another key of rotate.",
            )?,
            keyring,
        })
    }
}

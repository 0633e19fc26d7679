//! The keys of the example. They are **insecure**, since they are public here, and the same in every process, since a
//! resumed job needs the same keys.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeyArn, KeySpec, Keyring};

use crate::Error;

/// A ring, and the roles of its keys.
#[derive(Debug)]
pub(crate) struct Ring {
    pub(crate) keyring: Keyring,
    /// The key that all blobs are under.
    pub(crate) old: KeyArn,
    /// The key to move all blobs to.
    pub(crate) new: KeyArn,
    /// Another key, which no blob of the job should be under.
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

//! What a key was used for last, and when.

use std::time::SystemTime;

use crate::access::Action;
use crate::error::KmsError;
use crate::key::KeyIdentifier;
use crate::provider::KeyLastUsageData;

#[cfg(feature = "json")]
use super::key::SoftwareKey;
use super::ring::Keyring;

/// The last use of a key, and since when its uses have been tracked: `GetKeyLastUsage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyLastUsage {
    /// `KeyLastUsage`; `None` if the key was never used.
    pub key_last_usage: Option<KeyLastUsageData>,
    /// `TrackingStartDate`: the creation of the key, since a ring tracks every use. `None` if the ring has no clock.
    pub tracking_start_date: Option<SystemTime>,
    /// `KeyCreationDate`; `None` if the ring has no clock.
    pub key_creation_date: Option<SystemTime>,
}

impl Keyring {
    /// What a key was used for last: `GetKeyLastUsage`. Every successful cryptographic operation counts; dry runs
    /// do not. A ReEncrypt counts for both of its keys. Related multi-Region keys are tracked separately.
    ///
    /// Without a clock the operation is known, but not its time.
    ///
    /// ```
    /// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, Operation};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// assert_eq!(keyring.key_last_usage(key)?.key_last_usage, None);
    ///
    /// let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
    /// Kms::new(keyring.clone()).encrypt(&request)?;
    /// let last = keyring.key_last_usage(key)?.key_last_usage.expect("it was used");
    /// assert_eq!(last.operation, Operation::Encrypt);
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn key_last_usage(&self, key: impl Into<KeyIdentifier>) -> Result<KeyLastUsage, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, &key.into())?;
        key.require(Action::GetKeyLastUsage)?;
        let created = key.metadata.creation_date();
        Ok(KeyLastUsage {
            key_last_usage: key.last_usage.get(),
            tracking_start_date: created,
            key_creation_date: created,
        })
    }
}

#[cfg(feature = "json")]
impl SoftwareKey {
    /// `kms:TrailingDaysWithoutKeyUsage`: whole days since the last use, or since the creation of a key that was never
    /// used. `None` if the date is not known.
    pub(crate) fn trailing_days_without_usage(&self, now: Option<SystemTime>) -> Option<u64> {
        const DAY: u64 = 24 * 60 * 60;
        let last = match self.last_usage.get() {
            Some(usage) => usage.timestamp,
            None => self.metadata.creation_date(),
        };
        let unused = now?.duration_since(last?).unwrap_or_default();
        unused.as_secs().checked_div(DAY)
    }
}

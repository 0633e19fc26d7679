//! Key states: enabling, disabling and deleting keys.

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::{KeyIdentifier, KeyMetadata, KeyState};

use super::key::SoftwareKey;
use super::ring::Keyring;

/// The waiting period of `ScheduleKeyDeletion`, in days (API reference).
pub(crate) const PENDING_WINDOW: core::ops::RangeInclusive<u32> = 7..=30;

/// Key states. These operations accept a key id or key ARN, not an alias.
impl Keyring {
    /// Enables a key: `EnableKey`. If it missed an automatic rotation while it was disabled, it is rotated at once.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending import or
    /// deletion.
    pub fn enable_key(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        self.set_disabled(key, false)
    }

    /// Disables a key: `DisableKey`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending import or
    /// deletion.
    pub fn disable_key(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        self.set_disabled(key, true)
    }

    /// Schedules the deletion of a key: `ScheduleKeyDeletion`. The waiting period is 7 to 30 days, during which the key
    /// cannot be used.
    ///
    /// The ring's clock decides when the key is deleted. Without a clock the key stays `PendingDeletion` until
    /// [`delete_key`](Self::delete_key). A multi-Region primary is `PendingReplicaDeletion` as long as it has replicas,
    /// and its waiting period begins when the last one is deleted.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if its deletion is already scheduled;
    /// [`KmsError::Validation`] if the number of days is out of range.
    pub fn schedule_key_deletion(
        &self,
        key: impl Into<KeyIdentifier>,
        pending_window_in_days: u32,
    ) -> Result<KeyMetadata, KmsError> {
        let (min, max) = PENDING_WINDOW.into_inner();
        let mut constraints = Constraints::default();
        let days = pending_window_in_days.into();
        let days = constraints.number("pendingWindowInDays", days, min.into(), max.into());
        let days = constraints.finish(|| days)?;
        let identifier = key.into();
        let now = self.now();
        self.replace_key(|snapshot| {
            let mut key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            key.require(Action::ScheduleKeyDeletion)?;
            if snapshot.has_replicas(&key) {
                key.describe(|metadata| {
                    metadata
                        .key_state(KeyState::PendingReplicaDeletion)
                        .pending_deletion_window_in_days(Some(days))
                });
            } else {
                key.wait_for_deletion(days, now);
            }
            let metadata = key.metadata.clone();
            Ok((key, metadata))
        })
    }

    /// Cancels the scheduled deletion of a key: `CancelKeyDeletion`. The key is disabled afterwards, whatever its state
    /// was before (RECORDED).
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if its deletion was not
    /// scheduled.
    pub fn cancel_key_deletion(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        self.write_key(key, |key| {
            key.require(Action::CancelKeyDeletion)?;
            key.disabled = true;
            key.set_state(KeyState::Disabled);
            key.settle();
            Ok(())
        })
    }

    /// Deletes a key at once, without a waiting period. KMS has no such operation; it spares tests the wait.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn delete_key(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        let identifier = key.into();
        let now = self.now();
        self.write(|snapshot| {
            let arn = *self.named_in(snapshot, &identifier)?.metadata.arn();
            snapshot.remove_key(&arn, now);
            Ok(())
        })
    }

    /// Puts a key into any state, for example `Unavailable`, which no operation of KMS leads to. Operations that change
    /// the state go on from there. A scheduled deletion is canceled.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key has no material yet
    /// and the state would claim that it has.
    pub fn set_key_state(
        &self,
        key: impl Into<KeyIdentifier>,
        state: KeyState,
    ) -> Result<(), KmsError> {
        let now = self.now();
        self.write_key(key, |key| {
            let needs_material = matches!(
                state,
                KeyState::Enabled | KeyState::Disabled | KeyState::Updating
            );
            if needs_material && !key.complete() {
                let arn = key.metadata.arn();
                return Err(KmsError::key_state(arn, KeyState::PendingImport));
            }
            key.disabled = state == KeyState::Disabled;
            key.set_state(state);
            key.resume_rotation(now);
            Ok(())
        })
    }

    fn set_disabled(&self, key: impl Into<KeyIdentifier>, disabled: bool) -> Result<(), KmsError> {
        let now = self.now();
        self.write_key(key, |key| {
            let operation = if disabled {
                Action::DisableKey
            } else {
                Action::EnableKey
            };
            key.require(operation)?;
            key.disabled = disabled;
            key.settle();
            key.resume_rotation(now);
            Ok(())
        })
    }
}

//! Automatic rotation: whether it is enabled for a key, and when the key is rotated.

use std::time::SystemTime;

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::{KeyIdentifier, KeyManager, KeyState};

use super::key::{require_primary, unsupported_kind_of_key};
use super::ring::Keyring;
use super::rotation_schedule::{ROTATION_PERIOD, ROTATION_PERIOD_DEFAULT, RotationSchedule};

/// Whether and when a key is rotated automatically, as `GetKeyRotationStatus` describes it.
///
/// On-demand rotations are complete when their call returns, so none of them is ever in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRotationStatus {
    /// `KeyRotationEnabled`
    pub key_rotation_enabled: bool,
    /// `RotationPeriodInDays`, if automatic rotation is enabled.
    pub rotation_period_in_days: Option<u32>,
    /// `NextRotationDate`, if automatic rotation is enabled; `None` if the ring has no clock.
    pub next_rotation_date: Option<SystemTime>,
}

/// Automatic rotation.
impl Keyring {
    /// Enables automatic rotation of a symmetric key: `EnableKeyRotation`. The period is 90 to 2560 days; `None` means
    /// 365. It starts now, even if automatic rotation was already enabled (GUESS 56).
    ///
    /// The ring's clock decides when the key is rotated: at the end of each period, the key gets new material. Without
    /// a clock there is no rotation. On-demand rotations do not change these dates. Related multi-Region keys share the
    /// setting, which only the primary can change, and rotate together.
    ///
    /// ```
    /// use core::time::Duration;
    /// use kms_reencrypt::keyring::{ManualClock, RotationType};
    /// use kms_reencrypt::{KeySpec, Keyring};
    ///
    /// let clock = ManualClock::new();
    /// let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone()).build()?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// keyring.enable_key_rotation(key, 180)?;
    ///
    /// clock.advance(Duration::from_secs(2 * 180 * 24 * 60 * 60));
    /// let materials = keyring.key_rotations(key)?;
    /// let rotations = materials.iter().filter_map(|material| material.rotation_type);
    /// assert!(rotations.eq([RotationType::Automatic, RotationType::Automatic]));
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`]
    ///   depending on the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key is not a symmetric encryption key, if its material is imported or
    ///   in a custom key store, and if it is a replica or an AWS managed key.
    /// - [`KmsError::Validation`] if the number of days is out of range.
    pub fn enable_key_rotation(
        &self,
        key: impl Into<KeyIdentifier>,
        rotation_period_in_days: impl Into<Option<u32>>,
    ) -> Result<(), KmsError> {
        let (min, max) = ROTATION_PERIOD.into_inner();
        let days = rotation_period_in_days.into();
        let days = days.unwrap_or(ROTATION_PERIOD_DEFAULT).into();
        let mut constraints = Constraints::default();
        let days = constraints.number("rotationPeriodInDays", days, min.into(), max.into());
        let days = constraints.finish(|| days)?;
        let schedule = RotationSchedule::beginning(days, self.now());
        self.set_rotation(key.into(), Action::EnableKeyRotation, Some(schedule))
    }

    /// Disables automatic rotation of a key: `DisableKeyRotation`. The key keeps its materials.
    ///
    /// # Errors
    ///
    /// As for [`enable_key_rotation`](Self::enable_key_rotation).
    pub fn disable_key_rotation(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        self.set_rotation(key.into(), Action::DisableKeyRotation, None)
    }

    /// Whether and when a key is rotated automatically: `GetKeyRotationStatus`. While a key is pending deletion, its
    /// automatic rotation counts as not enabled; if the deletion is canceled, the former status returns.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::UnsupportedOperation`] if the key's material is
    /// imported or in a custom key store.
    pub fn key_rotation_status(
        &self,
        key: impl Into<KeyIdentifier>,
    ) -> Result<KeyRotationStatus, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, &key.into())?;
        key.require(Action::GetKeyRotationStatus)?;
        let is_doomed = matches!(
            key.metadata.key_state(),
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
        );
        // A key of another spec has no schedule, but is not refused (QUOTED).
        let schedule = key.rotation.filter(|_| !is_doomed);
        Ok(KeyRotationStatus {
            key_rotation_enabled: schedule.is_some(),
            rotation_period_in_days: schedule.map(|schedule| schedule.period_in_days),
            next_rotation_date: schedule.and_then(|schedule| schedule.next),
        })
    }

    fn set_rotation(
        &self,
        identifier: KeyIdentifier,
        operation: Action,
        schedule: Option<RotationSchedule>,
    ) -> Result<(), KmsError> {
        self.write(|snapshot| {
            let key = self.named_in(snapshot, &identifier)?;
            key.require(operation)?;
            if key.materials().is_none() || key.metadata.key_manager() == KeyManager::Aws {
                return Err(unsupported_kind_of_key());
            }
            require_primary(key)?;
            for arn in snapshot.sharing_material(key) {
                snapshot.change_key(&arn, |key| key.rotation = schedule);
            }
            Ok(())
        })
    }
}

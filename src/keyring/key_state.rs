//! The states of a [`SoftwareKey`]: how they are derived, and what they refuse.

use core::time::Duration;
use std::time::SystemTime;

use crate::access::Action;
use crate::error::KmsError;
use crate::key::{KeyMetadataBuilder, KeyOrigin, KeyState};
use crate::key_states;

use super::key::SoftwareKey;
use super::materials::Materials;
use super::rotation_schedule::RotationSchedule;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl SoftwareKey {
    /// Brings the metadata into line with the materials and with whether the key is disabled. States that come from
    /// elsewhere (deletion, replication, a custom key store) stay.
    pub(super) fn settle(&mut self) {
        let current = self.materials().and_then(Materials::current_id).copied();
        let expiry = self.expiry();
        let complete = self.complete();
        let state = match self.metadata.key_state() {
            KeyState::Enabled
            | KeyState::Disabled
            | KeyState::PendingImport
            | KeyState::Updating
                if !complete =>
            {
                KeyState::PendingImport
            }
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport if self.disabled => {
                KeyState::Disabled
            }
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => KeyState::Enabled,
            other => other,
        };
        let external = self.metadata.origin() == KeyOrigin::External;
        self.describe(|metadata| {
            metadata
                .key_state(state)
                .current_key_material_id(current)
                .valid_to(
                    expiry
                        .and_then(|expiry| expiry.valid_to())
                        .filter(|_| complete),
                )
                .expiration_model(
                    expiry
                        .filter(|_| external && complete)
                        .map(|expiry| expiry.model()),
                )
        });
    }

    /// Puts the key into a state, and cancels a scheduled deletion.
    pub(super) fn set_state(&mut self, state: KeyState) {
        self.describe(|metadata| without_deletion(metadata).key_state(state));
    }

    /// Begins the waiting period before the key is deleted.
    pub(super) fn wait_for_deletion(&mut self, days: u32, now: Option<SystemTime>) {
        let deletion_date = now.and_then(|now| now.checked_add(DAY * days));
        self.describe(|metadata| {
            without_deletion(metadata)
                .key_state(KeyState::PendingDeletion)
                .deletion_date(deletion_date)
        });
    }

    /// The end of the waiting period of the key.
    pub(super) fn end_of_waiting_period(&self) -> Option<SystemTime> {
        self.metadata
            .deletion_date()
            .filter(|_| self.metadata.key_state() == KeyState::PendingDeletion)
    }

    /// The first moment at which the clock changes the key.
    pub(super) fn deadline(&self) -> Option<SystemTime> {
        let rotation = self.running_rotation().and_then(|schedule| schedule.next);
        [rotation, self.next_loss()].into_iter().flatten().min()
    }

    /// The first moment at which the clock takes something away: a material, or the key.
    pub(super) fn next_loss(&self) -> Option<SystemTime> {
        [self.next_expiry(), self.end_of_waiting_period()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The schedule by which the key is rotated now. A key that is disabled or pending deletion is not rotated (DOC), and
    /// a replica follows its primary.
    pub(super) fn running_rotation(&self) -> Option<RotationSchedule> {
        let runs = matches!(
            self.metadata.key_state(),
            KeyState::Enabled | KeyState::Updating
        );
        self.rotation.filter(|_| runs && !self.is_replica())
    }

    /// Resumes automatic rotation if the key can be rotated. However many rotations it missed, one is due now (DOC).
    pub(super) fn resume_rotation(&mut self, now: Option<SystemTime>) {
        if let Some(schedule) = self.running_rotation() {
            self.rotation = Some(schedule.resumed(now));
        }
    }

    /// Refuses an operation that the state of the key does not allow.
    pub(super) fn require(&self, operation: Action) -> Result<(), KmsError> {
        key_states::require(operation, &self.metadata)
    }
}

fn without_deletion(metadata: KeyMetadataBuilder) -> KeyMetadataBuilder {
    metadata
        .deletion_date(None)
        .pending_deletion_window_in_days(None)
}

//! Rotation, on demand and automatic.

use crate::access::{Action, Parameters};
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::{KeyArn, model_enum};
use crate::keyring::{KeyRotation, KeyRotationStatus, ROTATION_PERIOD, ROTATION_PERIOD_DEFAULT};

use super::Control;
use super::page::{Page, PageLen, PageRequest};

model_enum! {
    /// The key materials that `ListKeyRotations` lists: `IncludeKeyMaterial`.
    IncludeKeyMaterial {
        AllKeyMaterial = "ALL_KEY_MATERIAL",
        RotationsOnly = "ROTATIONS_ONLY",
    }
}

impl Control<'_> {
    pub(crate) fn enable_key_rotation(
        &self,
        key_id: Option<&str>,
        rotation_period_in_days: Option<i64>,
    ) -> Result<(), KmsError> {
        let (min, max) = ROTATION_PERIOD.into_inner();
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let default = i64::from(ROTATION_PERIOD_DEFAULT);
        let days = rotation_period_in_days.unwrap_or(default);
        let days = constraints.number("rotationPeriodInDays", days, min.into(), max.into());
        let (key_id, days) = constraints.finish(|| key_id.zip(days))?;
        let parameters = Parameters {
            rotation_period_in_days: Some(days),
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::EnableKeyRotation, &key_id, parameters)?;
        self.keyring.enable_key_rotation(key, days)
    }

    pub(crate) fn disable_key_rotation(&self, key_id: Option<&str>) -> Result<(), KmsError> {
        let key = self.key(Action::DisableKeyRotation, key_id)?;
        self.keyring.disable_key_rotation(key)
    }

    pub(crate) fn get_key_rotation_status(
        &self,
        key_id: Option<&str>,
    ) -> Result<(KeyArn, KeyRotationStatus), KmsError> {
        let key = self.key(Action::GetKeyRotationStatus, key_id)?;
        Ok((key, self.keyring.key_rotation_status(key)?))
    }

    pub(crate) fn rotate_key_on_demand(&self, key_id: Option<&str>) -> Result<KeyArn, KmsError> {
        let key = self.key(Action::RotateKeyOnDemand, key_id)?;
        self.keyring.rotate_key_on_demand(key)?;
        Ok(key)
    }

    /// Returns the key and a page of its rotations, oldest first. The first material of a key, which no rotation made
    /// current, is listed only on request (API reference).
    pub(crate) fn list_key_rotations(
        &self,
        key_id: Option<&str>,
        include_key_material: Option<&str>,
        page: &PageRequest<'_>,
    ) -> Result<(KeyArn, Page<KeyRotation>), KmsError> {
        const LEN: PageLen = PageLen {
            default: 100,
            max: 1000,
        };
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let include = constraints.optional_value(
            "includeKeyMaterial",
            include_key_material,
            IncludeKeyMaterial::ALL,
        );
        page.check(&mut constraints);
        let key_id = constraints.finish(|| key_id)?;
        let key = self.authorized(Action::ListKeyRotations, &key_id)?;
        let mut rotations: Vec<(usize, KeyRotation)> = self
            .keyring
            .key_rotations(key)?
            .into_iter()
            .enumerate()
            .collect();
        if include != Some(IncludeKeyMaterial::AllKeyMaterial) {
            rotations.retain(|(_, rotation)| rotation.rotation_type.is_some());
        }
        // Pages by index: materials are added at the end, and those under which data may be encrypted are never
        // removed.
        let Page { items, next_marker } =
            page.of(rotations, LEN, |(place, _)| format!("{place:06}"))?;
        let items = items.into_iter().map(|(_, rotation)| rotation).collect();
        Ok((key, Page { items, next_marker }))
    }
}

//! On-demand rotation.

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::{KeyArn, model_enum};
use crate::keyring::KeyRotation;

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
            rotations.retain(|(_, rotation)| rotation.rotated);
        }
        // Pages by index: materials are added at the end, and those that data may be under are never removed.
        let Page { items, next_marker } =
            page.of(rotations, LEN, |(place, _)| format!("{place:06}"))?;
        let items = items.into_iter().map(|(_, rotation)| rotation).collect();
        Ok((key, Page { items, next_marker }))
    }
}

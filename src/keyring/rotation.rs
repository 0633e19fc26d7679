//! On-demand rotation.

use std::time::SystemTime;

use crate::access::Action;
use crate::error::{InvalidStateError, KmsError, LimitExceededError};
use crate::key::{KeyIdentifier, KeyMaterialId, KeyOrigin};
use crate::primitives::symmetric::SymmetricMaterial;

use super::key::{SoftwareKey, require_primary, unsupported_kind_of_key};
use super::materials::{
    Expiry, KeyMaterialState, MaterialVersion, ON_DEMAND_ROTATIONS_MAX, Rotated, RotationType,
};
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// One key material of a key, as `ListKeyRotations` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRotation {
    /// `KeyMaterialId`
    pub key_material_id: KeyMaterialId,
    /// `KeyMaterialState`
    pub key_material_state: KeyMaterialState,
    /// `ImportState` of imported material: whether it is present.
    pub imported: Option<bool>,
    /// `KeyMaterialDescription` of imported material.
    pub key_material_description: Option<String>,
    /// `ValidTo` of imported material.
    pub valid_to: Option<SystemTime>,
    /// `RotationType` of the rotation that made it current. The first material of a key became current without one.
    pub rotation_type: Option<RotationType>,
    /// `RotationDate`; `None` if the ring has no clock.
    pub rotation_date: Option<SystemTime>,
}

/// Rotation.
impl Keyring {
    /// Gives a symmetric key new material to encrypt with: `RotateKeyOnDemand`. The key still decrypts what older
    /// material encrypted. In AWS a rotation may take minutes; here it is complete when the call returns.
    ///
    /// Only the primary of a multi-Region key can be rotated; its replicas follow. A key with imported material rotates
    /// to the material that was imported for it.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::Disabled`] or [`KmsError::KmsInvalidState`]
    ///   depending on the key's state.
    /// - [`KmsError::UnsupportedOperation`] if the key is not a symmetric encryption key, is in a custom key store, or
    ///   is a replica.
    /// - [`KmsError::LimitExceeded`] after 25 rotations.
    /// - [`KmsError::KmsInvalidState`] if no imported material waits for rotation.
    #[doc(alias = "rotate")]
    pub fn rotate_key_on_demand(&self, key: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        let identifier = key.into();
        let rotated = Rotated {
            date: self.now(),
            by: RotationType::OnDemand,
        };
        // The material is drawn before the ring is locked, since the random source is foreign code, and only if the
        // rotation is not refused anyway.
        prove_rotatable(self.named_in(&self.snapshot(), &identifier)?)?;
        let bytes = SymmetricMaterial::random_bytes(self.random()).map_err(KmsError::internal)?;
        self.write(|snapshot| {
            let key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            prove_rotatable(&key)?;
            if key.metadata.origin() == KeyOrigin::External {
                return rotate_imported(snapshot, &key, rotated);
            }
            for arn in snapshot.sharing_material(&key) {
                snapshot.change_materials(&arn, |materials| {
                    let material = SymmetricMaterial::new(arn.key_id(), &bytes);
                    materials.add(material, Expiry::default(), None);
                    materials.rotate(rotated);
                });
            }
            Ok(())
        })
    }

    /// The key materials of a symmetric key, oldest first: `ListKeyRotations`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist; [`KmsError::UnsupportedOperation`] if the key is not a
    /// symmetric encryption key.
    pub fn key_rotations(
        &self,
        key: impl Into<KeyIdentifier>,
    ) -> Result<Vec<KeyRotation>, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, &key.into())?;
        key.require(Action::ListKeyRotations)?;
        let external = key.metadata.origin() == KeyOrigin::External;
        let materials = key.materials().ok_or_else(unsupported_kind_of_key)?;
        let rotation = |version: &MaterialVersion| KeyRotation {
            key_material_id: version.id,
            key_material_state: version.state,
            imported: external.then_some(version.material.is_some()),
            key_material_description: version.description.clone(),
            valid_to: version.expiry.valid_to(),
            rotation_type: version.rotated.map(|rotated| rotated.by),
            rotation_date: version.rotated.and_then(|rotated| rotated.date),
        };
        Ok(materials.versions().iter().map(rotation).collect())
    }
}

/// Refuses a key that cannot be rotated. Its state is checked first (RECORDED\*).
fn prove_rotatable(key: &SoftwareKey) -> Result<(), KmsError> {
    key.require(Action::RotateKeyOnDemand)?;
    let materials = key.materials().ok_or_else(unsupported_kind_of_key)?;
    require_primary(key)?;
    if materials.on_demand_rotations() >= ON_DEMAND_ROTATIONS_MAX {
        let error = LimitExceededError::OnDemandRotations(*key.metadata.arn());
        return Err(KmsError::LimitExceeded(error));
    }
    Ok(())
}

fn rotate_imported(
    snapshot: &mut Snapshot,
    key: &SoftwareKey,
    rotated: Rotated,
) -> Result<(), KmsError> {
    for arn in snapshot.sharing_material(key) {
        if snapshot.change_materials(&arn, |materials| materials.rotate(rotated)) != Some(true) {
            let error = InvalidStateError::NoMaterialPendingRotation(*key.metadata.arn());
            return Err(KmsError::KmsInvalidState(error));
        }
    }
    Ok(())
}

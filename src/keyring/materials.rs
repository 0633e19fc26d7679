//! [`Materials`]: the current and former key materials of a symmetric key.

#![warn(clippy::arithmetic_side_effects)]

use std::sync::Arc;
use std::time::SystemTime;

use crate::key::{ExpirationModel, KeyMaterialId, model_enum, serde_as_text};
use crate::primitives::symmetric::SymmetricMaterial;

/// How often a key can be rotated on demand (API reference; 10 until 2025).
pub const ON_DEMAND_ROTATIONS_MAX: u32 = 25;

model_enum! {
    /// The role of a key material in its key: `KeyMaterialState`.
    KeyMaterialState {
        NonCurrent = "NON_CURRENT",
        Current = "CURRENT",
        PendingRotation = "PENDING_ROTATION",
        PendingMultiRegionImportAndRotation = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
    }
}

serde_as_text!(KeyMaterialState);

model_enum! {
    /// What led to a rotation: `RotationType`.
    RotationType {
        Automatic = "AUTOMATIC",
        OnDemand = "ON_DEMAND",
    }
}

/// The key materials of one symmetric key, oldest first. It encrypts with the current one; each of them decrypts what it
/// encrypted.
#[derive(Clone, Debug, Default)]
pub(super) struct Materials {
    /// A slice, as most keys have one material: a `Vec` would reserve memory for four.
    pub(super) versions: Arc<[MaterialVersion]>,
    /// The index of the current one in `versions`.
    pub(super) current: Option<usize>,
    pub(super) on_demand_rotations: u32,
}

/// One key material, present or not.
#[derive(Clone, Debug)]
pub(super) struct MaterialVersion {
    pub(super) id: KeyMaterialId,
    /// `None` if imported material was deleted or has expired. The key keeps its id.
    pub(super) material: Option<Arc<SymmetricMaterial>>,
    pub(super) state: KeyMaterialState,
    /// The rotation that made it current.
    pub(super) rotated: Option<Rotated>,
    pub(super) expiry: Expiry,
    pub(super) description: Option<String>,
}

impl MaterialVersion {
    /// Whether it waits for the rotation that makes it current. Nothing was encrypted with it yet.
    pub(super) const fn is_pending(&self) -> bool {
        matches!(
            self.state,
            KeyMaterialState::PendingRotation
                | KeyMaterialState::PendingMultiRegionImportAndRotation
        )
    }
}

/// A rotation that took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rotated {
    /// `None` if the ring has no clock.
    pub(crate) date: Option<SystemTime>,
    pub(crate) by: RotationType,
}

/// When imported key material expires, if it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expiry(Option<SystemTime>);

impl Expiry {
    pub(super) const fn at(time: Option<SystemTime>) -> Self {
        Self(time)
    }

    pub(super) const fn valid_to(self) -> Option<SystemTime> {
        self.0
    }

    /// Whether the material is no longer valid at this time.
    pub(super) fn is_over(self, now: SystemTime) -> bool {
        self.0.is_some_and(|valid_to| valid_to <= now)
    }

    pub(super) const fn model(self) -> ExpirationModel {
        match self.0 {
            Some(_) => ExpirationModel::KeyMaterialExpires,
            None => ExpirationModel::KeyMaterialDoesNotExpire,
        }
    }
}

impl Materials {
    /// A key with one material, which is current.
    pub(super) fn of(material: Arc<SymmetricMaterial>) -> Self {
        let mut materials = Self::default();
        materials.add(material, Expiry::default(), None);
        materials
    }

    pub(super) fn versions(&self) -> &[MaterialVersion] {
        &self.versions
    }

    pub(super) fn current(&self) -> Option<&SymmetricMaterial> {
        self.versions.get(self.current?)?.material.as_deref()
    }

    /// The id of the current material, which remains if the material itself was deleted (RECORDED).
    pub(super) fn current_id(&self) -> Option<&KeyMaterialId> {
        Some(&self.versions.get(self.current?)?.id)
    }

    /// The material with this id, if it is present.
    pub(super) fn get(&self, id: &KeyMaterialId) -> Option<&SymmetricMaterial> {
        // Most messages are under the current material.
        if let Some(current) = self.current()
            && current.id() == id
        {
            return Some(current);
        }
        self.version(id)?.material.as_deref()
    }

    /// Whether the key has, or once had, this material.
    pub(super) fn has(&self, id: &KeyMaterialId) -> bool {
        self.current_id() == Some(id) || self.version(id).is_some()
    }

    pub(super) fn version(&self, id: &KeyMaterialId) -> Option<&MaterialVersion> {
        self.versions.iter().find(|version| version.id == *id)
    }

    /// Whether the key can act: it has a current material, and no material that data may be encrypted under is missing
    /// (DOC: one missing material makes the whole key unusable).
    pub(super) fn complete(&self) -> bool {
        let needed = |version: &&MaterialVersion| {
            matches!(
                version.state,
                KeyMaterialState::Current | KeyMaterialState::NonCurrent
            )
        };
        self.current.is_some()
            && self
                .versions
                .iter()
                .filter(needed)
                .all(|version| version.material.is_some())
    }

    /// The expiry of the current material.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        Some(self.versions.get(self.current?)?.expiry)
    }

    /// The first moment at which a material that is present expires.
    pub(super) fn next_expiry(&self) -> Option<SystemTime> {
        self.versions
            .iter()
            .filter(|version| version.material.is_some())
            .filter_map(|version| version.expiry.valid_to())
            .min()
    }

    pub(super) const fn on_demand_rotations(&self) -> u32 {
        self.on_demand_rotations
    }

    /// Adds new material: the key's first is current at once, any other waits for a rotation.
    pub(super) fn add(
        &mut self,
        material: Arc<SymmetricMaterial>,
        expiry: Expiry,
        description: Option<String>,
    ) {
        let first = self.current.is_none();
        let state = if first {
            KeyMaterialState::Current
        } else {
            KeyMaterialState::PendingRotation
        };
        if first {
            self.current = Some(self.versions.len());
        }
        self.push(MaterialVersion {
            id: *material.id(),
            material: Some(material),
            state,
            rotated: None,
            expiry,
            description,
        });
    }

    /// Restores material that the key had before. `false` if it never had it.
    pub(super) fn put_back(
        &mut self,
        material: Arc<SymmetricMaterial>,
        expiry: Expiry,
        description: Option<String>,
    ) -> bool {
        let Some(version) = self.version_mut(material.id()) else {
            return false;
        };
        version.material = Some(material);
        version.expiry = expiry;
        if description.is_some() {
            version.description = description;
        }
        true
    }

    /// The material that waits for its first rotation.
    pub(super) fn pending_id(&self) -> Option<&KeyMaterialId> {
        let mut pending = self.versions.iter().filter(|version| version.is_pending());
        pending.next().map(|version| &version.id)
    }

    /// Removes a material and keeps its id. A pending material is removed with its id, since no data can be encrypted
    /// under it, unless the key is a replica: then its primary decides that. `false` if the key never had the material.
    pub(super) fn take_away(&mut self, id: &KeyMaterialId, replica: bool) -> bool {
        let Some(version) = self.version_mut(id) else {
            return false;
        };
        if version.is_pending() && !replica {
            self.forget(|version| version.id == *id);
        } else {
            version.material = None;
            version.expiry = Expiry::default();
        }
        true
    }

    /// Removes expired materials.
    pub(super) fn expire(&mut self, now: SystemTime, replica: bool) {
        let expired: Vec<KeyMaterialId> = self
            .versions
            .iter()
            .filter(|version| version.expiry.is_over(now))
            .map(|version| version.id)
            .collect();
        for id in expired {
            self.take_away(&id, replica);
        }
    }

    /// The same materials without their bytes, as a replica has them before they are imported into it.
    pub(super) fn to_be_imported(&self) -> Self {
        let mut materials = self.clone();
        for version in Arc::make_mut(&mut materials.versions) {
            version.material = None;
            version.expiry = Expiry::default();
        }
        materials
    }

    /// Takes over the pending materials of the primary, and whether they wait for an import into another Region or only
    /// for a rotation.
    pub(super) fn follow(&mut self, pending: &[(KeyMaterialId, KeyMaterialState)]) {
        self.forget(|version| {
            version.is_pending() && !pending.iter().any(|(id, _)| *id == version.id)
        });
        for (id, state) in pending {
            match self.version_mut(id) {
                Some(version) => version.state = *state,
                None => self.push(MaterialVersion {
                    id: *id,
                    material: None,
                    state: *state,
                    rotated: None,
                    expiry: Expiry::default(),
                    description: None,
                }),
            }
        }
    }

    /// Forgets versions that were never current.
    fn forget(&mut self, unwanted: impl Fn(&MaterialVersion) -> bool) {
        let current = self.current_id().copied();
        let kept = self.versions.iter().filter(|version| !unwanted(version));
        self.versions = kept.cloned().collect();
        self.current = self
            .versions
            .iter()
            .position(|version| Some(version.id) == current);
    }

    /// Makes the pending material the current one. `false` if no material is pending.
    pub(super) fn rotate(&mut self, rotated: Rotated) -> bool {
        let pending =
            |version: &MaterialVersion| version.state == KeyMaterialState::PendingRotation;
        let Some(next) = self.versions.iter().position(pending) else {
            return false;
        };
        let versions = Arc::make_mut(&mut self.versions);
        if let Some(current) = self.current.and_then(|at| versions.get_mut(at)) {
            current.state = KeyMaterialState::NonCurrent;
        }
        if let Some(version) = versions.get_mut(next) {
            version.state = KeyMaterialState::Current;
            version.rotated = Some(rotated);
        }
        self.current = Some(next);
        if rotated.by == RotationType::OnDemand {
            // A replica follows its primary, even if a file said otherwise.
            self.on_demand_rotations = self
                .on_demand_rotations
                .saturating_add(1)
                .min(ON_DEMAND_ROTATIONS_MAX);
        }
        true
    }

    fn push(&mut self, version: MaterialVersion) {
        self.versions = self.versions.iter().cloned().chain([version]).collect();
    }

    fn version_mut(&mut self, id: &KeyMaterialId) -> Option<&mut MaterialVersion> {
        Arc::make_mut(&mut self.versions)
            .iter_mut()
            .find(|version| version.id == *id)
    }
}

//! [`ImportedMac`]: the imported material of an HMAC key.

use core::ops::RangeInclusive;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::key::{KeyId, KeyMaterialId, KeySpec};
use crate::secret::overwrite_stack;

use super::materials::Expiry;

/// The greatest length in bytes of the material of an HMAC key (DOC).
const MATERIAL_LEN_MAX: usize = 128;

const LABEL: &[u8] = b"kms-reencrypt:mac-material-id\0";

/// The imported material of an HMAC key. The first that is imported is the only one that the key can ever have (DOC).
///
/// A ring makes no MACs, so it keeps no bytes of the material, only an id that tells it from other material.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportedMac {
    /// Which material it is. `None` until the first import.
    id: Option<KeyMaterialId>,
    /// Whether the material is there: not deleted, and not expired.
    present: bool,
    expiry: Expiry,
}

impl ImportedMac {
    /// Material that was imported, and whether it is still there.
    #[cfg(all(feature = "testing", feature = "json"))]
    pub(super) const fn of(id: KeyMaterialId, present: bool, expiry: Expiry) -> Self {
        Self {
            id: Some(id),
            present,
            expiry,
        }
    }

    /// The lengths in bytes that the material of a key can have (DOC). `None` if the spec is not an HMAC spec.
    pub(super) const fn lengths(spec: KeySpec) -> Option<RangeInclusive<usize>> {
        let least = match spec {
            KeySpec::Hmac224 => 28,
            KeySpec::Hmac256 => 32,
            KeySpec::Hmac384 => 48,
            KeySpec::Hmac512 => 64,
            _ => return None,
        };
        Some(least..=MATERIAL_LEN_MAX)
    }

    /// An id that tells one material of a key from other material of that key.
    pub(super) fn id_of(key: &KeyId, material: &[u8]) -> KeyMaterialId {
        let id = hash(key, material);
        overwrite_stack();
        id
    }

    /// The material that was imported, whether it is there or not.
    #[cfg(feature = "snapshot")]
    pub(super) const fn id(&self) -> Option<&KeyMaterialId> {
        self.id.as_ref()
    }

    pub(super) const fn is_present(&self) -> bool {
        self.present
    }

    /// The expiry of the material, if it is there.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        self.present.then_some(self.expiry)
    }

    /// Imports material, for the first time or again. `false` if the key has or had other material.
    pub(super) fn put(&mut self, id: KeyMaterialId, expiry: Expiry) -> bool {
        if self.id.is_some_and(|own| own != id) {
            return false;
        }
        *self = Self {
            id: Some(id),
            present: true,
            expiry,
        };
        true
    }

    /// Removes the material, and keeps its id.
    pub(super) fn take_away(&mut self) {
        *self = self.to_be_imported();
    }

    /// Removes the material if it has expired.
    pub(super) fn expire(&mut self, now: SystemTime) {
        if self.expiry().is_some_and(|expiry| expiry.is_over(now)) {
            self.take_away();
        }
    }

    /// The same without the material, as a replica has it before the material is imported into it.
    pub(super) fn to_be_imported(&self) -> Self {
        Self {
            id: self.id,
            ..Self::default()
        }
    }
}

/// Out of line, so that the stack frame with the secret ends before the caller overwrites the stack.
#[inline(never)]
fn hash(key: &KeyId, material: &[u8]) -> KeyMaterialId {
    let hash = Sha256::new()
        .chain_update(LABEL)
        .chain_update(key.as_bytes())
        .chain_update(material);
    KeyMaterialId::from_bytes(hash.finalize().into())
}

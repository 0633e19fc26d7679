//! The content of a ring as plain data, for files.
//!
//! The data do not include the clock, the random source and the key that seals import tokens.

#![warn(clippy::arithmetic_side_effects)]

#[cfg(feature = "snapshot")]
mod export;
mod restore;

use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::access::{Grant, GrantId, KeyPolicy};
use crate::key::{AliasArn, KeyArn, KeyMaterialId, KeyMetadata, KeyState};
use crate::primitives::MATERIAL_LEN;
use crate::provider::KeyLastUsageData;

use super::materials::{KeyMaterialState, Rotated};
use super::rotation_schedule::RotationSchedule;

pub(crate) use restore::InvalidRingData;

/// The content of a ring, in all accounts and Regions, at one moment. Values that follow from others are omitted.
#[derive(Default)]
pub(crate) struct RingData {
    /// Sorted by ARN.
    pub(crate) keys: Vec<KeyData>,
    /// Sorted by ARN.
    pub(crate) aliases: Vec<AliasData>,
    /// Sorted.
    pub(crate) grant_tokens: Vec<(String, GrantId)>,
    pub(crate) slow: bool,
}

pub(crate) struct KeyData {
    /// `CurrentKeyMaterialId`, `ValidTo` and `ExpirationModel` follow from the materials and are ignored.
    pub(crate) metadata: KeyMetadata,
    /// The state; `None` if it follows from the materials.
    pub(crate) key_state: Option<KeyState>,
    pub(crate) policy: KeyPolicy,
    pub(crate) grants: Vec<Grant>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) secret: SecretData,
    pub(crate) departed_grants: Vec<GrantId>,
    pub(crate) visible: bool,
    pub(crate) disabled: bool,
    /// Automatic rotation. Without a date, its first period begins when a ring with a clock loads the data.
    pub(crate) rotation: Option<RotationSchedule>,
    pub(crate) last_usage: Option<KeyLastUsageData>,
}

pub(crate) enum SecretData {
    None,
    /// The imported material of an HMAC key, whose bytes a ring does not keep.
    Mac {
        id: KeyMaterialId,
        /// Whether it was neither deleted nor has expired.
        present: bool,
        valid_to: Option<SystemTime>,
    },
    /// The private key of an asymmetric key.
    Pkcs8 {
        /// PKCS#8 in DER.
        der: Zeroizing<Vec<u8>>,
        /// When it expires, if it was imported.
        valid_to: Option<SystemTime>,
    },
    /// The public key of a private key that was imported and is no longer there: the DER of a `SubjectPublicKeyInfo`.
    PublicKey(Vec<u8>),
    Symmetric {
        /// Oldest first.
        materials: Vec<MaterialData>,
        on_demand_rotations: u32,
    },
}

pub(crate) struct MaterialData {
    /// The id of the material. If the bytes are present, they determine the id.
    pub(crate) id: Option<KeyMaterialId>,
    pub(crate) bytes: Option<Box<Zeroizing<[u8; MATERIAL_LEN]>>>,
    pub(crate) state: KeyMaterialState,
    /// The rotation that made it current.
    pub(crate) rotated: Option<Rotated>,
    pub(crate) valid_to: Option<SystemTime>,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct AliasData {
    pub(crate) arn: AliasArn,
    /// The target; `None` if the alias was deleted and requests may still see it.
    pub(crate) target: Option<KeyArn>,
    /// The target that requests see.
    pub(crate) seen: Option<KeyArn>,
    pub(crate) creation_date: Option<SystemTime>,
    pub(crate) last_updated_date: Option<SystemTime>,
}

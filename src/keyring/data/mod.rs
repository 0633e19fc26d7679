//! Everything in a ring as plain data, and a ring of such data: for files.
//!
//! What is not in it: the clock, the source of randomness, and the keys that imported material is wrapped for on its way.

#![warn(clippy::arithmetic_side_effects)]

#[cfg(feature = "snapshot")]
mod export;
mod restore;

use core::fmt;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::access::{Grant, GrantId, KeyPolicy};
use crate::key::{AliasArn, KeyArn, KeyMaterialId, KeyMetadata, KeyState};
use crate::primitives::MATERIAL_LEN;

use super::materials::KeyMaterialState;

pub(crate) use restore::InvalidRingData;

/// A ring of all accounts and Regions at one moment. What follows from the rest is left out.
#[derive(Debug, Default)]
pub(crate) struct RingData {
    /// Sorted by ARN.
    pub(crate) keys: Vec<KeyData>,
    /// Sorted by ARN.
    pub(crate) aliases: Vec<AliasData>,
    /// Sorted.
    pub(crate) grant_tokens: Vec<(String, GrantId)>,
    pub(crate) slow: bool,
}

#[derive(Debug)]
pub(crate) struct KeyData {
    /// `CurrentKeyMaterialId`, `ValidTo` and `ExpirationModel` follow from the materials and are not looked at.
    pub(crate) metadata: KeyMetadata,
    /// The state, unless it is to follow from the materials too.
    pub(crate) key_state: Option<KeyState>,
    pub(crate) policy: KeyPolicy,
    pub(crate) grants: Vec<Grant>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) secret: SecretData,
    pub(crate) departed_grants: Vec<GrantId>,
    pub(crate) visible: bool,
    pub(crate) disabled: bool,
}

pub(crate) enum SecretData {
    None,
    /// The private key of an RSA or SM2 key as PKCS#8 in DER.
    Pkcs8(Zeroizing<Vec<u8>>),
    Symmetric {
        /// Oldest first.
        materials: Vec<MaterialData>,
        on_demand_rotations: u32,
    },
}

pub(crate) struct MaterialData {
    /// What it is known to be. It follows from the bytes where there are any.
    pub(crate) id: Option<KeyMaterialId>,
    pub(crate) bytes: Option<Box<Zeroizing<[u8; MATERIAL_LEN]>>>,
    pub(crate) state: KeyMaterialState,
    /// Whether a rotation made it current, and when if the ring had a clock.
    pub(crate) rotated: Option<Option<SystemTime>>,
    pub(crate) valid_to: Option<SystemTime>,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct AliasData {
    pub(crate) arn: AliasArn,
    /// What it points to; `None` if it was deleted and that is not known everywhere.
    pub(crate) target: Option<KeyArn>,
    /// What requests see it point to.
    pub(crate) seen: Option<KeyArn>,
    pub(crate) creation_date: Option<SystemTime>,
    pub(crate) last_updated_date: Option<SystemTime>,
}

impl fmt::Debug for SecretData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretData(..)")
    }
}

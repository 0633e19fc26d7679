//! The JSON structure of a file, without its meaning.
//!
//! Default values are omitted in writing, so that a document that is read and written again does not change. The seals
//! of a snapshot rely on that.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroize;

/// The value of `Format`.
pub(super) const FORMAT: &str = "kms-reencrypt ring 1";

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RingDocument {
    pub(super) format: String,
    pub(super) account: String,
    pub(super) region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) protection: Option<ProtectionDocument>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) slow_changes: bool,
    #[serde(default)]
    pub(super) keys: Vec<KeyDocument>,
    #[serde(default)]
    pub(super) aliases: Vec<AliasDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) grant_tokens: Vec<GrantTokenDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
}

/// The protection of the secrets of a snapshot.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ProtectionDocument {
    pub(super) salt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) argon2id: Option<Argon2Document>,
    pub(super) check: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Argon2Document {
    pub(super) memory_in_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct KeyDocument {
    pub(super) key_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_spec: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_usage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_state: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) disabled: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) hidden: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_manager: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deletion_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pending_deletion_window_in_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) multi_region: Option<MultiRegionDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<TagDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) grants: Vec<GrantDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) departed_grants: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) key_materials: Vec<MaterialDocument>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) on_demand_rotations: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) key_rotation_enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotation_period_in_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_rotation_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_last_usage: Option<LastUsageDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) private_key: Option<String>,
    /// The public key of an imported private key that was deleted or has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) public_key: Option<String>,
    /// Which material was imported into an HMAC key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_material_id: Option<String>,
    /// When the imported private key, or the material of the HMAC key, expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) no_key_material: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MultiRegionDocument {
    pub(super) multi_region_key_type: String,
    pub(super) primary_region: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) replica_regions: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct LastUsageDocument {
    pub(super) operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TagDocument {
    pub(super) tag_key: String,
    pub(super) tag_value: String,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MaterialDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_material: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_material_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_material_state: Option<String>,
    /// Whether the material itself was deleted, or is still to be imported.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) absent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) rotated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotation_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotation_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_material_description: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GrantDocument {
    pub(super) grant_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grantee_principal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grantee_service_principal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retiring_principal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retiring_service_principal: Option<String>,
    pub(super) operations: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) constraints: Option<ConstraintsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issuing_account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    /// Whether it takes effect only in requests with its token so far.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) hidden: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ConstraintsDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) encryption_context_equals: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) encryption_context_subset: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source_arn: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AliasDocument {
    pub(super) alias_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    /// A key id or key ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target_key_id: Option<String>,
    /// The target that requests see, if it is not yet the new target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<SeenDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_updated_date: Option<String>,
}

/// The target of an alias that requests see: no key, or another key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SeenDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target_key_id: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GrantTokenDocument {
    pub(super) grant_token: String,
    pub(super) grant_id: String,
}

impl fmt::Debug for KeyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDocument(..)")
    }
}

impl fmt::Debug for MaterialDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaterialDocument(..)")
    }
}

impl Drop for MaterialDocument {
    fn drop(&mut self) {
        self.key_material.zeroize();
    }
}

impl Drop for KeyDocument {
    fn drop(&mut self) {
        self.private_key.zeroize();
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(value: &u32) -> bool {
    *value == 0
}

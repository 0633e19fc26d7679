//! Writes the document of a ring.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::to_raw_value;

use crate::access::{Grant, GrantConstraint, GrantPrincipal, KeyPolicy};
use crate::context::EncryptionContext;
use crate::key::{KeyArn, KeyManager, KeyOrigin, KeySpec, KeyUsage, Place};
use crate::keyring::RotationType;
use crate::keyring::data::{AliasData, KeyData, MaterialData, RingData, SecretData};
use crate::keyring::ring::Keyring;
use crate::primitives::MATERIAL_LEN;
use crate::testing::timestamp;

use super::bounds;
use super::document::{
    AliasDocument, ConstraintsDocument, FORMAT, GrantDocument, GrantTokenDocument, KeyDocument,
    LastUsageDocument, MaterialDocument, MultiRegionDocument, RingDocument, SeenDocument,
    TagDocument,
};
use super::error::RingFileError;
use super::secret::SecretBytes;

/// The document of a ring, without the secrets of its keys, and those secrets in the order of the keys.
pub(super) fn document(
    keyring: &Keyring,
) -> Result<(RingDocument, Vec<SecretBytes>), RingFileError> {
    let data = keyring
        .data()
        .map_err(|error| RingFileError::caused("Keys", error))?;
    let RingData {
        keys,
        aliases,
        grant_tokens,
        slow,
    } = data;
    let home = keyring.place();
    let tokens = grant_tokens.into_iter();
    let document = RingDocument {
        format: FORMAT.to_owned(),
        account: home.account.to_string(),
        region: home.region.to_string(),
        protection: None,
        slow_changes: slow,
        keys: keys.iter().map(|key| self::key(home, key)).collect(),
        aliases: aliases.iter().map(|entry| alias(home, entry)).collect(),
        grant_tokens: tokens
            .map(|(grant_token, grant)| GrantTokenDocument {
                grant_token,
                grant_id: grant.to_string(),
            })
            .collect(),
        sealed: None,
    };
    Ok((document, keys.into_iter().map(secret_bytes).collect()))
}

/// The text of a document.
pub(super) fn text(document: &RingDocument) -> Result<String, RingFileError> {
    bounds::check(document)?;
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| RingFileError::caused("the document", error))?;
    bounds::check_file(&text)?;
    Ok(text)
}

fn secret_bytes(key: KeyData) -> SecretBytes {
    match key.secret {
        SecretData::Mac { .. } | SecretData::None | SecretData::PublicKey(_) => {
            SecretBytes::default()
        }
        SecretData::Pkcs8 { der, .. } => der,
        SecretData::Symmetric { materials, .. } => {
            let present = materials.iter().filter_map(|one| one.bytes.as_ref());
            let len = MATERIAL_LEN.saturating_mul(materials.len());
            let mut bytes = SecretBytes::new(Vec::with_capacity(len));
            present.for_each(|material| bytes.extend_from_slice(material.as_slice()));
            bytes
        }
    }
}

fn key(home: &Place, key: &KeyData) -> KeyDocument {
    let KeyData {
        metadata,
        key_state,
        policy,
        grants,
        tags,
        secret,
        departed_grants,
        visible,
        disabled,
        rotation,
        last_usage,
    } = key;
    let arn = metadata.arn();
    let (account, region) = elsewhere(home, arn.place());
    let (key_materials, on_demand_rotations) = match secret {
        SecretData::Symmetric {
            materials,
            on_demand_rotations,
        } => (
            materials.iter().map(material).collect(),
            *on_demand_rotations,
        ),
        _ => (Vec::new(), 0),
    };
    let public_key = match secret {
        SecretData::PublicKey(public_key) => Some(STANDARD.encode(public_key)),
        _ => None,
    };
    let key_material_id = match secret {
        SecretData::Mac { id, .. } => Some(id.to_string()),
        _ => None,
    };
    let valid_to = match secret {
        SecretData::Mac { valid_to, .. } | SecretData::Pkcs8 { valid_to, .. } => *valid_to,
        SecretData::None | SecretData::PublicKey(_) | SecretData::Symmetric { .. } => None,
    };
    let multi_region = metadata.multi_region().map(|related| MultiRegionDocument {
        multi_region_key_type: related.key_type.to_string(),
        primary_region: related.primary.to_string(),
        replica_regions: related.replicas.iter().map(ToString::to_string).collect(),
    });
    KeyDocument {
        key_id: arn.key_id().as_str().to_owned(),
        account,
        region,
        key_spec: unless_default(metadata.key_spec(), KeySpec::SymmetricDefault),
        key_usage: unless_default(metadata.key_usage(), KeyUsage::EncryptDecrypt),
        key_state: key_state.map(|state| state.to_string()),
        disabled: *disabled,
        hidden: !visible,
        origin: unless_default(metadata.origin(), KeyOrigin::AwsKms),
        key_manager: unless_default(metadata.key_manager(), KeyManager::Customer),
        description: metadata.description().to_owned(),
        creation_date: metadata.creation_date().map(timestamp::write),
        deletion_date: metadata.deletion_date().map(timestamp::write),
        pending_deletion_window_in_days: metadata.pending_deletion_window_in_days(),
        multi_region,
        // Written as its text, which `GetKeyPolicy` returns unchanged.
        policy: (policy != KeyPolicy::account_decides())
            .then(|| to_raw_value(&policy.to_json(arn)).ok())
            .flatten(),
        tags: tags.iter().map(tag).collect(),
        grants: grants.iter().map(|one| grant(arn, one)).collect(),
        departed_grants: departed_grants.iter().map(ToString::to_string).collect(),
        key_materials,
        on_demand_rotations,
        key_rotation_enabled: rotation.is_some(),
        rotation_period_in_days: rotation.map(|schedule| schedule.period_in_days),
        next_rotation_date: rotation
            .and_then(|schedule| schedule.next)
            .map(timestamp::write),
        key_last_usage: last_usage.map(|usage| LastUsageDocument {
            operation: usage.operation.to_string(),
            timestamp: usage.timestamp.map(timestamp::write),
        }),
        private_key: None,
        public_key,
        key_material_id,
        valid_to: valid_to.map(timestamp::write),
        no_key_material: is_bare(key),
        sealed: None,
    }
}

/// Whether a key has no material although its spec could have some.
fn is_bare(key: &KeyData) -> bool {
    let encrypts = key.metadata.key_usage() == KeyUsage::EncryptDecrypt;
    match &key.secret {
        SecretData::None => encrypts,
        SecretData::Mac { present, .. } => !present,
        SecretData::Pkcs8 { .. } | SecretData::PublicKey(_) => false,
        SecretData::Symmetric { materials, .. } => materials.is_empty(),
    }
}

fn material(material: &MaterialData) -> MaterialDocument {
    let MaterialData {
        id,
        bytes,
        state,
        rotated,
        valid_to,
        description,
    } = material;
    let mut document = MaterialDocument::default();
    document.key_material_id = id.map(|id| id.to_string());
    document.key_material_state = Some(state.to_string());
    document.absent = bytes.is_none();
    document.rotated = rotated.is_some();
    document.rotation_date = rotated
        .and_then(|rotated| rotated.date)
        .map(timestamp::write);
    document.rotation_type = rotated
        .filter(|rotated| rotated.by != RotationType::OnDemand)
        .map(|rotated| rotated.by.to_string());
    document.valid_to = valid_to.map(timestamp::write);
    document.key_material_description.clone_from(description);
    document
}

fn tag((key, value): &(String, String)) -> TagDocument {
    TagDocument {
        tag_key: key.clone(),
        tag_value: value.clone(),
    }
}

fn grant(key: &KeyArn, grant: &Grant) -> GrantDocument {
    GrantDocument {
        grant_id: grant.id().to_string(),
        grantee_principal: named(Some(grant.grantee())),
        grantee_service_principal: service(Some(grant.grantee())),
        retiring_principal: named(grant.retiring_principal()),
        retiring_service_principal: service(grant.retiring_principal()),
        operations: grant.operations().iter().map(ToString::to_string).collect(),
        name: grant.name().map(ToOwned::to_owned),
        constraints: constraints(grant),
        issuing_account: unless_default(*grant.issuing_account(), *key.account()),
        creation_date: grant.creation_date().map(timestamp::write),
        hidden: !grant.is_consistent(),
    }
}

/// The value of a member for ARNs.
fn named(principal: Option<&GrantPrincipal>) -> Option<String> {
    principal
        .filter(|principal| !matches!(principal, GrantPrincipal::Service(_)))
        .map(ToString::to_string)
}

/// The value of a member for services.
fn service(principal: Option<&GrantPrincipal>) -> Option<String> {
    match principal? {
        GrantPrincipal::Service(service) => Some(service.to_string()),
        _ => None,
    }
}

fn constraints(grant: &Grant) -> Option<ConstraintsDocument> {
    let pairs = |context: &EncryptionContext| {
        let pairs = context.iter();
        pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let (equals, subset) = match grant.constraint() {
        None => (None, None),
        Some(GrantConstraint::EncryptionContextEquals(context)) => (Some(pairs(context)), None),
        Some(GrantConstraint::EncryptionContextSubset(context)) => (None, Some(pairs(context))),
    };
    let source_arn = grant.source_arn().map(ToOwned::to_owned);
    let is_some = equals.is_some() || subset.is_some() || source_arn.is_some();
    is_some.then_some(ConstraintsDocument {
        encryption_context_equals: equals,
        encryption_context_subset: subset,
        source_arn,
    })
}

fn alias(home: &Place, alias: &AliasData) -> AliasDocument {
    let AliasData {
        arn,
        target,
        seen,
        creation_date,
        last_updated_date,
    } = alias;
    let (account, region) = elsewhere(home, arn.place());
    let differs = seen != target;
    AliasDocument {
        alias_name: arn.name().to_string(),
        account,
        region,
        target_key_id: target.map(key_id),
        seen: differs.then(|| SeenDocument {
            target_key_id: seen.map(key_id),
        }),
        creation_date: creation_date.map(timestamp::write),
        last_updated_date: last_updated_date.map(timestamp::write),
    }
}

/// An alias and its key are in one account and Region.
fn key_id(target: KeyArn) -> String {
    target.key_id().as_str().to_owned()
}

/// The account and the Region, each `None` if it is that of the file.
fn elsewhere(home: &Place, place: &Place) -> (Option<String>, Option<String>) {
    (
        unless_default(place.account, home.account),
        unless_default(place.region, home.region),
    )
}

fn unless_default<T: PartialEq + ToString>(value: T, default: T) -> Option<String> {
    (value != default).then(|| value.to_string())
}

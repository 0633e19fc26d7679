//! Restores a ring from [`RingData`].

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use crate::access::GrantId;
use crate::error::ValidationError;
use crate::key::{
    AccountId, KeyArn, KeyId, KeyManager, KeyMetadata, KeyOrigin, KeySpec, KeyState, KeyUsage,
    MultiRegionKeyType, Region,
};
use crate::keyring::alias::{Alias, AliasEntry};
use crate::keyring::create::{awaiting_import, fresh_pair};
use crate::keyring::imported_mac::ImportedMac;
use crate::keyring::imported_pair::ImportedPair;
use crate::keyring::key::{Secret, SoftwareKey, shared_list, shared_policy};
use crate::keyring::materials::{Expiry, KeyMaterialState, MaterialVersion, Materials};
use crate::keyring::ring::Keyring;
use crate::keyring::rotation_schedule::{ROTATION_PERIOD_DEFAULT, RotationSchedule};
use crate::keyring::snapshot::Snapshot;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::provider::LastUsage;
use crate::random::Random;

use super::{AliasData, KeyData, MaterialData, RingData, SecretData};

/// The error for invalid data: what is wrong with a key, alias or grant token, which is named by its index, or with a
/// grant or material of a key.
#[derive(Debug)]
pub(crate) enum InvalidRingData {
    Alias(usize, String),
    Grant(usize, usize, String),
    GrantToken(usize, String),
    Key(usize, String),
    Material(usize, usize, String),
}

impl Keyring {
    /// Adds all of the data to the ring, or nothing.
    pub(crate) fn add_data(&self, data: RingData) -> Result<(), InvalidRingData> {
        let RingData {
            keys,
            aliases,
            grant_tokens,
            slow,
        } = data;
        // Private keys are checked before the ring is locked, since that takes time.
        let now = self.now();
        let keys = keys.into_iter().enumerate();
        let mut keys: Vec<SoftwareKey> = keys
            .map(|(at, key)| software_key(at, key, now, self.random()))
            .collect::<Result<_, _>>()?;
        share_rotation(&mut keys);
        let mut invalid = None;
        let result = self.write(|snapshot| {
            let added = add_keys(snapshot, keys)
                .and_then(|()| add_aliases(snapshot, aliases))
                .and_then(|()| add_grant_tokens(snapshot, grant_tokens));
            if let Err(error) = added {
                invalid = Some(error);
                return Err(ValidationError::other(
                    "the data do not describe a valid ring",
                ));
            }
            snapshot.slow |= slow;
            Ok(())
        });
        debug_assert_eq!(result.is_err(), invalid.is_some());
        invalid.map_or(Ok(()), Err)
    }
}

fn add_keys(snapshot: &mut Snapshot, keys: Vec<SoftwareKey>) -> Result<(), InvalidRingData> {
    let mut primaries = primaries(snapshot);
    for (at, key) in keys.into_iter().enumerate() {
        let arn = key.metadata.arn();
        if let Some((related, primary)) = primary_of(&key)
            && *primaries.entry(related).or_insert(primary) != primary
        {
            let reason = format!("a key with the id of {arn} has another primary Region");
            return Err(InvalidRingData::Key(at, reason));
        }
        if snapshot.get(arn).is_some() {
            let reason = format!("key {arn} already exists");
            return Err(InvalidRingData::Key(at, reason));
        }
        snapshot.put(key);
    }
    Ok(())
}

/// The Regions of all multi-Region primaries, by the account and key id that related keys share.
fn primaries(snapshot: &Snapshot) -> HashMap<(AccountId, KeyId), Region> {
    snapshot.keys().filter_map(|key| primary_of(key)).collect()
}

/// What a key shares with its related keys, and the Region of its primary.
fn primary_of(key: &SoftwareKey) -> Option<((AccountId, KeyId), Region)> {
    let arn = key.metadata.arn();
    let related = (*arn.account(), *arn.key_id());
    Some((related, key.metadata.multi_region()?.primary))
}

fn add_aliases(snapshot: &mut Snapshot, aliases: Vec<AliasData>) -> Result<(), InvalidRingData> {
    for (at, alias) in aliases.into_iter().enumerate() {
        let AliasData {
            arn,
            target,
            seen,
            creation_date,
            last_updated_date,
        } = alias;
        if snapshot.aliases.get(&arn).is_some() {
            let reason = format!("there is an alias {arn} already");
            return Err(InvalidRingData::Alias(at, reason));
        }
        if let Some(target) = target.filter(|target| snapshot.get(target).is_none()) {
            let reason = format!("there is no key {target} for it to point to");
            return Err(InvalidRingData::Alias(at, reason));
        }
        let latest = target.map(|target| Alias {
            arn: arn.clone(),
            target,
            creation_date,
            last_updated_date,
        });
        snapshot.put_alias(arn, AliasEntry { latest, seen });
    }
    Ok(())
}

/// A token may outlive its grant, so the grant need not exist.
fn add_grant_tokens(
    snapshot: &mut Snapshot,
    grant_tokens: Vec<(String, GrantId)>,
) -> Result<(), InvalidRingData> {
    let grants = snapshot.keys().flat_map(|key| {
        let ids = key.grants.iter().map(|grant| grant.id().clone());
        ids.map(|id| (id, *key.metadata.arn()))
    });
    let grants: HashMap<GrantId, KeyArn> = grants.collect();
    for (at, (token, grant)) in grant_tokens.into_iter().enumerate() {
        match snapshot.grant_tokens.get(&token) {
            Some(other) if *other == grant => continue,
            Some(_) => {
                let reason = "the token is that of another grant already".to_owned();
                return Err(InvalidRingData::GrantToken(at, reason));
            }
            None => {}
        }
        match grants.get(&grant) {
            Some(key) => snapshot.grant_tokens.insert(token, grant, *key),
            None => snapshot.grant_tokens.insert_ended(token, grant),
        }
    }
    Ok(())
}

/// Gives replicas the automatic rotation of their primaries.
fn share_rotation(keys: &mut [SoftwareKey]) {
    let primaries: HashMap<(AccountId, KeyId), Option<RotationSchedule>> = keys
        .iter()
        .filter(|key| !key.is_replica())
        .filter_map(|key| Some((primary_of(key)?.0, key.rotation)))
        .collect();
    for key in keys.iter_mut().filter(|key| key.is_replica()) {
        let related = primary_of(key).and_then(|(related, _)| primaries.get(&related));
        if let Some(rotation) = related {
            key.rotation = *rotation;
        }
    }
}

/// The automatic rotation of a key: that of its data. If the data have no date for it, its first period begins now. AWS
/// managed keys always have it.
fn rotation(
    at: usize,
    metadata: &KeyMetadata,
    given: Option<RotationSchedule>,
    now: Option<SystemTime>,
) -> Result<Option<RotationSchedule>, InvalidRingData> {
    let has_own_material =
        metadata.key_spec() == KeySpec::SymmetricDefault && metadata.origin() == KeyOrigin::AwsKms;
    match given {
        Some(_) if !has_own_material => {
            let reason = "only a symmetric encryption key with material of AWS_KMS is rotated";
            Err(InvalidRingData::Key(at, reason.to_owned()))
        }
        Some(schedule) if schedule.next.is_some() => Ok(Some(schedule)),
        Some(schedule) => Ok(Some(RotationSchedule::beginning(
            schedule.period_in_days,
            now,
        ))),
        None => Ok(
            (has_own_material && metadata.key_manager() == KeyManager::Aws)
                .then(|| RotationSchedule::beginning(ROTATION_PERIOD_DEFAULT, now)),
        ),
    }
}

fn software_key(
    at: usize,
    data: KeyData,
    now: Option<SystemTime>,
    random: Random<'_>,
) -> Result<SoftwareKey, InvalidRingData> {
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
    } = data;
    let arn = metadata.arn();
    if metadata.key_spec() == KeySpec::Sm2 && !arn.region().is_in_china() {
        let reason = "SM2 keys are in China Regions only".to_owned();
        return Err(InvalidRingData::Key(at, reason));
    }
    if arn.key_id().is_multi_region() != metadata.multi_region().is_some() {
        let reason =
            "the id of a multi-Region key must begin with mrk-, and no other key has".to_owned();
        return Err(InvalidRingData::Key(at, reason));
    }
    if metadata.multi_region().is_some_and(|configuration| {
        let is_primary = configuration.key_type == MultiRegionKeyType::Primary;
        is_primary != (configuration.primary == *arn.region())
    }) {
        let reason = "a multi-Region key is PRIMARY in the primary Region, and REPLICA elsewhere";
        return Err(InvalidRingData::Key(at, reason.to_owned()));
    }
    if let Err(error) = policy.check(arn.region()) {
        return Err(InvalidRingData::Key(at, format!("Policy: {error}")));
    }
    let mut ids = BTreeSet::new();
    if let Some(place) = grants.iter().position(|grant| !ids.insert(grant.id())) {
        let reason = "the key has a grant with this id already".to_owned();
        return Err(InvalidRingData::Grant(at, place, reason));
    }
    let secret = self::secret(at, &metadata, secret, random)?;
    let rotation = self::rotation(at, &metadata, rotation, now)?;
    let mut key = SoftwareKey::new(metadata, shared_policy(policy), shared_list(tags), secret);
    key.grants = grants.into_iter().collect();
    key.departed_grants = shared_list(departed_grants);
    key.visible = visible;
    key.disabled = disabled;
    key.rotation = rotation;
    key.last_usage = Arc::new(LastUsage::of(last_usage));
    key.describe(|metadata| metadata.key_state(KeyState::Enabled));
    key.settle();
    if let Some(state) = key_state {
        let reason = match state {
            KeyState::Enabled | KeyState::Disabled | KeyState::Updating if !key.complete() => {
                "a key that waits for its material is PendingImport"
            }
            KeyState::Enabled if disabled => "a key that is Enabled is not disabled beneath it",
            _ => {
                key.describe(|metadata| metadata.key_state(state));
                return Ok(key);
            }
        };
        return Err(InvalidRingData::Key(at, reason.to_owned()));
    }
    Ok(key)
}

fn secret(
    at: usize,
    metadata: &KeyMetadata,
    secret: SecretData,
    random: Random<'_>,
) -> Result<Secret, InvalidRingData> {
    match (metadata.key_spec(), secret) {
        (
            KeySpec::SymmetricDefault,
            SecretData::Symmetric {
                materials,
                on_demand_rotations,
            },
        ) => symmetric(at, metadata.arn(), materials, on_demand_rotations),
        (spec, SecretData::Pkcs8 { der, valid_to }) => KeyPair::from_pkcs8_der(spec, &der)
            .map(|pair| match metadata.origin() {
                KeyOrigin::External => {
                    Secret::Imported(ImportedPair::of(Arc::new(pair), Expiry::at(valid_to)))
                }
                _ => Secret::KeyPair(Arc::new(pair)),
            })
            .map_err(|error| InvalidRingData::Key(at, error.to_string())),
        (spec, SecretData::PublicKey(public_key))
            if metadata.origin() == KeyOrigin::External
                && spec != KeySpec::SymmetricDefault
                && ImportedMac::lengths(spec).is_none() =>
        {
            Ok(Secret::Imported(ImportedPair::absent(&public_key)))
        }
        (
            spec,
            SecretData::Mac {
                id,
                present,
                valid_to,
            },
        ) if metadata.origin() == KeyOrigin::External && ImportedMac::lengths(spec).is_some() => {
            let mac = ImportedMac::of(id, present, Expiry::at(valid_to));
            Ok(Secret::ImportedMac(mac))
        }
        (spec, SecretData::None) if spec != KeySpec::SymmetricDefault => {
            match (metadata.origin(), metadata.key_usage()) {
                (KeyOrigin::External, _) => Ok(awaiting_import(spec)),
                (_, KeyUsage::EncryptDecrypt) => Ok(Secret::None),
                (_, usage) => fresh_pair(spec, usage, random)
                    .map_err(|error| InvalidRingData::Key(at, error.to_string())),
            }
        }
        (spec, _) => {
            let reason = format!("this is no key material for a key of spec {spec}");
            Err(InvalidRingData::Key(at, reason))
        }
    }
}

fn symmetric(
    at: usize,
    key: &KeyArn,
    materials: Vec<MaterialData>,
    on_demand_rotations: u32,
) -> Result<Secret, InvalidRingData> {
    let mut versions = Vec::with_capacity(materials.len());
    let mut current = None;
    let mut ids = BTreeSet::new();
    for (place, material) in materials.into_iter().enumerate() {
        let invalid = |reason: String| InvalidRingData::Material(at, place, reason);
        let version = material_version(key, material).map_err(invalid)?;
        if !ids.insert(version.id) {
            return Err(invalid("the key has this material already".to_owned()));
        }
        if version.state == KeyMaterialState::Current && current.replace(place).is_some() {
            return Err(invalid("another key material is CURRENT".to_owned()));
        }
        versions.push(version);
    }
    Ok(Secret::Symmetric(Materials {
        versions: Arc::from(versions),
        current,
        on_demand_rotations,
    }))
}

fn material_version(key: &KeyArn, data: MaterialData) -> Result<MaterialVersion, String> {
    let MaterialData {
        id,
        bytes,
        state,
        rotated,
        valid_to,
        description,
    } = data;
    let material = bytes.map(|bytes| SymmetricMaterial::new(key.key_id(), &bytes));
    let actual = material.as_ref().map(|material| *material.id());
    let id = match (actual, id) {
        (Some(actual), Some(told)) if actual != told => {
            return Err(format!("its id is {actual}, not {told}"));
        }
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => return Err("it has neither bytes nor an id".to_owned()),
    };
    Ok(MaterialVersion {
        id,
        material,
        state,
        rotated,
        expiry: Expiry::at(valid_to),
        description,
    })
}

#[cfg(test)]
mod tests {
    use super::secret;
    use crate::key::{KeyMaterialId, KeyMetadata, KeyOrigin, KeySpec};
    use crate::keyring::data::SecretData;
    use crate::keyring::ring::Keyring;

    #[test]
    fn a_key_has_material_of_its_kind_only() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let symmetric = || SecretData::Symmetric {
            materials: Vec::new(),
            on_demand_rotations: 0,
        };
        let public_key = || SecretData::PublicKey(vec![0x30]);
        let mac = || SecretData::Mac {
            id: KeyMaterialId::from_bytes([7; 32]),
            present: true,
            valid_to: None,
        };
        let [ours, imported] = [KeyOrigin::AwsKms, KeyOrigin::External];
        for (spec, origin, data, fits) in [
            (KeySpec::SymmetricDefault, ours, symmetric(), true),
            (KeySpec::SymmetricDefault, ours, SecretData::None, false),
            (KeySpec::SymmetricDefault, ours, public_key(), false),
            (KeySpec::SymmetricDefault, imported, public_key(), false),
            (KeySpec::Rsa2048, ours, SecretData::None, true),
            (KeySpec::Rsa2048, ours, symmetric(), false),
            (KeySpec::Rsa2048, ours, public_key(), false),
            (KeySpec::Rsa2048, imported, public_key(), true),
            (KeySpec::Rsa2048, imported, mac(), false),
            (KeySpec::Hmac256, ours, mac(), false),
            (KeySpec::Hmac256, imported, mac(), true),
            (KeySpec::Hmac256, imported, SecretData::None, true),
            (KeySpec::Hmac256, imported, public_key(), false),
        ] {
            let metadata =
                KeyMetadata::builder(arn.parse().unwrap(), spec, spec.default_key_usage());
            let metadata = metadata.origin(origin).build();
            let made = secret(0, &metadata, data, keyring.random());
            assert_eq!(made.is_ok(), fits, "{spec} {origin}");
        }
    }
}

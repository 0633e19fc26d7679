//! Exports a ring as [`RingData`].

use std::time::SystemTime;

use crate::access::KeyPolicy;
use crate::error::KmsError;
use crate::key::AliasArn;
use crate::keyring::alias::AliasEntry;
use crate::keyring::key::{Secret, SoftwareKey};
use crate::keyring::materials::{Expiry, MaterialVersion};
use crate::keyring::ring::Keyring;
use crate::primitives::key_pair::KeyPair;
use crate::secret::boxed;

use super::{AliasData, KeyData, MaterialData, RingData, SecretData};

impl Keyring {
    /// The data of the whole ring.
    pub(crate) fn data(&self) -> Result<RingData, KmsError> {
        let snapshot = self.snapshot();
        let mut keys: Vec<_> = snapshot.keys().collect();
        keys.sort_by_key(|key| *key.metadata.arn());
        let keys = keys.into_iter().map(|key| export_key(key));
        let aliases = snapshot.aliases.iter();
        let mut aliases: Vec<_> = aliases
            .map(|(arn, entry)| export_alias(arn, entry))
            .collect();
        aliases.sort_by(|one, other| one.arn.cmp(&other.arn));
        let tokens = snapshot.grant_tokens.iter();
        let mut grant_tokens: Vec<_> = tokens
            .map(|(token, grant)| (token.clone(), grant.clone()))
            .collect();
        grant_tokens.sort();
        Ok(RingData {
            keys: keys.collect::<Result<_, _>>()?,
            aliases,
            grant_tokens,
            slow: snapshot.slow,
        })
    }
}

fn export_key(key: &SoftwareKey) -> Result<KeyData, KmsError> {
    // Destructured by name, so that a new field cannot be forgotten.
    let SoftwareKey {
        metadata,
        policy,
        grants,
        aliases: _,
        tags,
        secret,
        departed_grants,
        visible,
        disabled,
        rotation,
        last_usage,
    } = key;
    Ok(KeyData {
        metadata: metadata.clone(),
        key_state: Some(metadata.key_state()),
        policy: KeyPolicy::clone(policy),
        grants: grants.iter().cloned().collect(),
        tags: tags.to_vec(),
        secret: match secret {
            Secret::None => SecretData::None,
            Secret::KeyPair(pair) => export_pair(pair, None)?,
            // A pair that was not generated yet has no public key that anybody knows, so it may be another one after
            // loading.
            Secret::Deferred(deferred) => match deferred.generated() {
                Some(pair) => export_pair(pair, None)?,
                None => SecretData::None,
            },
            Secret::Imported(imported) => match (imported.pair(), imported.public_key()) {
                (Some(pair), _) => {
                    let valid_to = imported.expiry().and_then(Expiry::valid_to);
                    export_pair(pair, valid_to)?
                }
                (None, Some(public_key)) => SecretData::PublicKey(public_key.to_vec()),
                (None, None) => SecretData::None,
            },
            Secret::ImportedMac(imported) => match imported.id() {
                Some(id) => SecretData::Mac {
                    id: *id,
                    present: imported.is_present(),
                    valid_to: imported.expiry().and_then(Expiry::valid_to),
                },
                None => SecretData::None,
            },
            Secret::Symmetric(materials) => SecretData::Symmetric {
                materials: materials.versions().iter().map(export_material).collect(),
                on_demand_rotations: materials.on_demand_rotations(),
            },
        },
        departed_grants: departed_grants.to_vec(),
        visible: *visible,
        disabled: *disabled,
        rotation: *rotation,
        last_usage: last_usage.get(),
    })
}

fn export_pair(pair: &KeyPair, valid_to: Option<SystemTime>) -> Result<SecretData, KmsError> {
    let der = pair.to_pkcs8_der().map_err(KmsError::internal)?;
    Ok(SecretData::Pkcs8 { der, valid_to })
}

fn export_material(version: &MaterialVersion) -> MaterialData {
    let MaterialVersion {
        id,
        material,
        state,
        rotated,
        expiry,
        description,
    } = version;
    MaterialData {
        id: Some(*id),
        bytes: material.as_ref().map(|material| boxed(material.expose())),
        state: *state,
        rotated: *rotated,
        valid_to: expiry.valid_to(),
        description: description.clone(),
    }
}

fn export_alias(arn: &AliasArn, entry: &AliasEntry) -> AliasData {
    let AliasEntry { latest, seen } = entry;
    let latest = latest.as_ref();
    AliasData {
        arn: arn.clone(),
        target: latest.map(|alias| alias.target),
        seen: *seen,
        creation_date: latest.and_then(|alias| alias.creation_date),
        last_updated_date: latest.and_then(|alias| alias.last_updated_date),
    }
}

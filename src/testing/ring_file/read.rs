//! Restores a ring from its document.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access::{Grant, GrantBuilder, GrantId, KeyPolicy};
use crate::context::EncryptionContext;
use crate::key::{
    AliasArn, KeyArn, KeyManager, KeyMetadata, KeyOrigin, KeySpec, KeyState,
    MultiRegionConfiguration, MultiRegionKeyType, Place,
};
use crate::keyring::data::{AliasData, KeyData, RingData};
use crate::keyring::ring::Keyring;
use crate::keyring::{PENDING_WINDOW, ROTATION_PERIOD, ROTATION_PERIOD_DEFAULT, RotationSchedule};
use crate::provider::KeyLastUsageData;

use super::document::{
    AliasDocument, GrantDocument, KeyDocument, MultiRegionDocument, RingDocument,
};
use super::error::RingFileError;
use super::key_secret;
use super::members::{bounded, parse, parse_optional, parse_or, time};
use super::secret::SecretBytes;

/// The account and Region of the file.
fn home(document: &RingDocument) -> Result<Place, RingFileError> {
    Ok(Place::new(
        parse("Account", &document.account)?,
        parse("Region", &document.region)?,
    ))
}

/// A ring without keys, in the account and Region of the file.
pub(super) fn empty_ring(document: &RingDocument) -> Result<Keyring, RingFileError> {
    let Place { account, region } = home(document)?;
    Keyring::new(account.as_str(), region.as_str())
        .map_err(|error| RingFileError::caused("Account", error))
}

/// The ring of a document and the secrets of its keys.
pub(super) fn ring(
    document: &RingDocument,
    secrets: Vec<SecretBytes>,
) -> Result<RingData, RingFileError> {
    let home = home(document)?;
    let mut data = RingData {
        slow: document.slow_changes,
        ..RingData::default()
    };
    for (at, (document, secret)) in document.keys.iter().zip(secrets).enumerate() {
        let key = key(&home, document, secret);
        let place = format!("Keys[{at}]");
        data.keys.push(key.map_err(|error| error.within(&place))?);
    }
    for (at, document) in document.aliases.iter().enumerate() {
        let alias = alias(&home, document);
        let place = format!("Aliases[{at}]");
        data.aliases
            .push(alias.map_err(|error| error.within(&place))?);
    }
    for (at, token) in document.grant_tokens.iter().enumerate() {
        let id = parse("GrantId", &token.grant_id);
        let place = format!("GrantTokens[{at}]");
        let id = id.map_err(|error| error.within(&place))?;
        data.grant_tokens.push((token.grant_token.clone(), id));
    }
    Ok(data)
}

fn key(
    home: &Place,
    document: &KeyDocument,
    secret: SecretBytes,
) -> Result<KeyData, RingFileError> {
    let place = place(
        home,
        document.account.as_deref(),
        document.region.as_deref(),
    )?;
    let arn = KeyArn::new(place, parse("KeyId", &document.key_id)?);
    let key_spec = parse_or("KeySpec", &document.key_spec, KeySpec::SymmetricDefault)?;
    let key_usage = parse_or(
        "KeyUsage",
        &document.key_usage,
        key_spec.default_key_usage(),
    )?;
    if !key_spec.key_usages().contains(&key_usage) {
        let reason = format!("{key_usage} is no usage of a key of spec {key_spec}");
        return Err(RingFileError::new("KeyUsage", reason));
    }
    let key_state: Option<KeyState> = parse_optional("KeyState", &document.key_state)?;
    let multi_region = match &document.multi_region {
        Some(related) => Some(multi_region(related).map_err(|error| error.within("MultiRegion"))?),
        None => arn.key_id().is_multi_region().then(|| {
            MultiRegionConfiguration::new(MultiRegionKeyType::Primary, place.region, Vec::new())
        }),
    };
    let metadata = KeyMetadata::builder(arn, key_spec, key_usage)
        .origin(parse_or("Origin", &document.origin, KeyOrigin::AwsKms)?)
        .key_manager(parse_or(
            "KeyManager",
            &document.key_manager,
            KeyManager::Customer,
        )?)
        .description(document.description.as_str())
        .creation_date(time("CreationDate", &document.creation_date)?)
        .deletion_date(time("DeletionDate", &document.deletion_date)?)
        .pending_deletion_window_in_days(document.pending_deletion_window_in_days)
        .multi_region(multi_region)
        .build();
    if let Some(days) = document.pending_deletion_window_in_days {
        bounded("PendingDeletionWindowInDays", days, PENDING_WINDOW)?;
    }
    let secret = key_secret::secret(document, &metadata, secret)?;
    let grants = document.grants.iter().enumerate();
    let departed = document.departed_grants.iter();
    Ok(KeyData {
        key_state,
        policy: policy(document.policy.as_deref())?,
        grants: grants
            .map(|(at, document)| {
                grant(&metadata, document).map_err(|error| error.within(&format!("Grants[{at}]")))
            })
            .collect::<Result<_, _>>()?,
        tags: document
            .tags
            .iter()
            .map(|tag| (tag.tag_key.clone(), tag.tag_value.clone()))
            .collect(),
        secret,
        departed_grants: departed
            .map(|id| parse("DepartedGrants", id))
            .collect::<Result<_, _>>()?,
        visible: !document.hidden,
        disabled: document.disabled || key_state == Some(KeyState::Disabled),
        rotation: rotation(document)?,
        last_usage: last_usage(document)?,
        metadata,
    })
}

/// The automatic rotation of a key.
fn rotation(document: &KeyDocument) -> Result<Option<RotationSchedule>, RingFileError> {
    let next = time("NextRotationDate", &document.next_rotation_date)?;
    if !document.key_rotation_enabled {
        let member = [
            (
                "RotationPeriodInDays",
                document.rotation_period_in_days.is_some(),
            ),
            ("NextRotationDate", next.is_some()),
        ];
        return match member.iter().find(|(_, given)| *given) {
            Some((member, _)) => Err(RingFileError::new(
                *member,
                "only a key with KeyRotationEnabled has it",
            )),
            None => Ok(None),
        };
    }
    let period_in_days = document
        .rotation_period_in_days
        .unwrap_or(ROTATION_PERIOD_DEFAULT);
    bounded("RotationPeriodInDays", period_in_days, ROTATION_PERIOD)?;
    Ok(Some(RotationSchedule {
        period_in_days,
        next,
    }))
}

/// The last use of a key.
fn last_usage(document: &KeyDocument) -> Result<Option<KeyLastUsageData>, RingFileError> {
    let Some(usage) = &document.key_last_usage else {
        return Ok(None);
    };
    let operation = parse("KeyLastUsage.Operation", &usage.operation)?;
    let timestamp = time("KeyLastUsage.Timestamp", &usage.timestamp)?;
    match KeyLastUsageData::of(operation, timestamp) {
        Some(usage) => Ok(Some(usage)),
        None => Err(RingFileError::new(
            "KeyLastUsage.Operation",
            "not a cryptographic operation that is supported",
        )),
    }
}

fn multi_region(document: &MultiRegionDocument) -> Result<MultiRegionConfiguration, RingFileError> {
    let replicas = document.replica_regions.iter();
    Ok(MultiRegionConfiguration::new(
        parse("MultiRegionKeyType", &document.multi_region_key_type)?,
        parse("PrimaryRegion", &document.primary_region)?,
        replicas
            .map(|region| parse("ReplicaRegions", region))
            .collect::<Result<_, _>>()?,
    ))
}

/// A policy as a JSON object, or as the text of one. The object is parsed from its original text, since `serde_json`
/// would lose duplicate members and the notation of numbers.
fn policy(document: Option<&RawValue>) -> Result<KeyPolicy, RingFileError> {
    let Some(document) = document else {
        return Ok(KeyPolicy::account_decides().clone());
    };
    let text = serde_json::from_str::<String>(document.get());
    let text = text.as_deref().unwrap_or_else(|_| document.get());
    let is_object = text.trim_start().starts_with('{');
    match serde_json::from_str::<EmptyPolicy>(text) {
        Ok(EmptyPolicy { id: Some(id), .. }) if is_object => Ok(KeyPolicy::new().id(id)),
        Ok(EmptyPolicy { id: None, .. }) if is_object => Ok(KeyPolicy::new()),
        _ => parse("Policy", text),
    }
}

/// A policy without statements. AWS accepts none, but a ring may have one from [`KeyPolicy::new`], so it can be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct EmptyPolicy {
    #[serde(rename = "Version")]
    _version: Option<String>,
    id: Option<String>,
    #[serde(rename = "Statement")]
    _no_statements: [(); 0],
}

fn grant(key: &KeyMetadata, document: &GrantDocument) -> Result<Grant, RingFileError> {
    let id: GrantId = parse("GrantId", &document.grant_id)?;
    let account = parse_or(
        "IssuingAccount",
        &document.issuing_account,
        *key.arn().account(),
    )?;
    let operations = document.operations.iter();
    let operations: Vec<_> = operations
        .map(|operation| parse("Operations", operation))
        .collect::<Result<_, _>>()?;
    let mut builder = GrantBuilder::new(id, account)
        .operations(operations)
        .creation_date(time("CreationDate", &document.creation_date)?);
    if let Some(principal) = &document.grantee_principal {
        builder = builder.grantee_principal(principal.as_str());
    }
    if let Some(service) = &document.grantee_service_principal {
        builder = builder.grantee_service_principal(service.as_str());
    }
    if let Some(principal) = &document.retiring_principal {
        builder = builder.retiring_principal(principal.as_str());
    }
    if let Some(service) = &document.retiring_service_principal {
        builder = builder.retiring_service_principal(service.as_str());
    }
    if let Some(name) = &document.name {
        builder = builder.name(name.as_str());
    }
    if let Some(constraints) = &document.constraints {
        if let Some(pairs) = &constraints.encryption_context_equals {
            builder = builder.encryption_context_equals(context(pairs));
        }
        if let Some(pairs) = &constraints.encryption_context_subset {
            builder = builder.encryption_context_subset(context(pairs));
        }
        if let Some(source) = &constraints.source_arn {
            builder = builder.source_arn(source.as_str());
        }
    }
    let grant = builder.build(key);
    let grant = grant.map_err(|error| RingFileError::caused("", error))?;
    Ok(grant.with_consistency(!document.hidden))
}

fn context(pairs: &BTreeMap<String, String>) -> EncryptionContext {
    pairs
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

fn alias(home: &Place, document: &AliasDocument) -> Result<AliasData, RingFileError> {
    let place = place(
        home,
        document.account.as_deref(),
        document.region.as_deref(),
    )?;
    let target = |text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| key_arn(place, text)).transpose()
    };
    let latest = target(&document.target_key_id)?;
    Ok(AliasData {
        arn: AliasArn::new(place, parse("AliasName", &document.alias_name)?),
        target: latest,
        seen: match &document.seen {
            Some(seen) => target(&seen.target_key_id).map_err(|error| error.within("Seen"))?,
            None => latest,
        },
        creation_date: time("CreationDate", &document.creation_date)?,
        last_updated_date: time("LastUpdatedDate", &document.last_updated_date)?,
    })
}

/// The target of an alias, as a key id or key ARN. The id suffices, since the target has the same account and Region as the
/// alias.
fn key_arn(place: Place, text: &str) -> Result<KeyArn, RingFileError> {
    if !text.starts_with("arn:") {
        return Ok(KeyArn::new(place, parse("TargetKeyId", text)?));
    }
    let arn: KeyArn = parse("TargetKeyId", text)?;
    if *arn.place() == place {
        Ok(arn)
    } else {
        let reason = "an alias points to a key in its own account and Region";
        Err(RingFileError::new("TargetKeyId", reason))
    }
}

fn place(
    home: &Place,
    account: Option<&str>,
    region: Option<&str>,
) -> Result<Place, RingFileError> {
    Ok(Place::new(
        account.map_or(Ok(home.account), |text| parse("Account", text))?,
        region.map_or(Ok(home.region), |text| parse("Region", text))?,
    ))
}

//! The structures that describe keys, aliases, grants and rotations in results.

use crate::access::{Grant, GrantPrincipal};
use crate::context::EncryptionContext;
use crate::control::ListedAlias;
use crate::iam::PrincipalArn;
use crate::key::{ExpirationModel, KeyArn, KeyMetadata, Region};
use crate::keyring::{KeyLastUsage, KeyRotation};

use super::object::Object;

/// `KeyMetadata`
pub(super) fn key(metadata: &KeyMetadata) -> Object {
    let arn = metadata.arn();
    let object = Object::new()
        .text("AWSAccountId", arn.account())
        .text("KeyId", arn.key_id())
        .text("Arn", arn)
        .maybe_time("CreationDate", metadata.creation_date())
        .flag("Enabled", metadata.enabled())
        .text("Description", metadata.description())
        .text("KeyUsage", metadata.key_usage())
        .text("KeyState", metadata.key_state())
        .maybe_time("DeletionDate", metadata.deletion_date())
        .maybe_time("ValidTo", metadata.valid_to())
        .text("Origin", metadata.origin())
        .maybe_text("ExpirationModel", metadata.expiration_model())
        .text("KeyManager", metadata.key_manager());
    let object = key_spec(object, metadata)
        .some_texts("MacAlgorithms", metadata.mac_algorithms())
        .flag("MultiRegion", metadata.multi_region().is_some());
    let object = match metadata.multi_region() {
        Some(configuration) => object.object(
            "MultiRegionConfiguration",
            Object::new()
                .text("MultiRegionKeyType", configuration.key_type)
                .object("PrimaryKey", related_key(arn, &configuration.primary))
                .objects(
                    "ReplicaKeys",
                    configuration
                        .replicas
                        .iter()
                        .map(|region| related_key(arn, region)),
                ),
        ),
        None => object,
    };
    object
        .maybe_integer(
            "PendingDeletionWindowInDays",
            metadata.pending_deletion_window_in_days(),
        )
        .maybe_text("CurrentKeyMaterialId", metadata.current_key_material_id())
}

/// The spec of a key under both of its names, and the algorithms that follow from it.
pub(super) fn key_spec(object: Object, metadata: &KeyMetadata) -> Object {
    let spec = metadata.key_spec();
    // The deprecated member does not have the newer specs.
    let old = Some(spec).filter(|spec| spec.is_customer_master_key_spec());
    object
        .maybe_text("CustomerMasterKeySpec", old)
        .text("KeySpec", spec)
        .some_texts("EncryptionAlgorithms", metadata.encryption_algorithms())
        .some_texts("SigningAlgorithms", metadata.signing_algorithms())
        .some_texts(
            "KeyAgreementAlgorithms",
            metadata.key_agreement_algorithms(),
        )
        .some_texts(
            "EncapsulationAlgorithms",
            metadata.encapsulation_algorithms(),
        )
}

/// `KeyListEntry`
pub(super) fn key_of_list(arn: &KeyArn) -> Object {
    Object::new()
        .text("KeyId", arn.key_id())
        .text("KeyArn", arn)
}

/// `Tag`
pub(super) fn tag((key, value): &(String, String)) -> Object {
    Object::new().text("TagKey", key).text("TagValue", value)
}

/// `AliasListEntry`
pub(super) fn alias(listed: &ListedAlias) -> Object {
    let object = Object::new()
        .text("AliasName", listed.arn().name())
        .text("AliasArn", listed.arn());
    let Some(alias) = listed.alias() else {
        return object;
    };
    object
        .text("TargetKeyId", alias.target().key_id())
        .maybe_time("CreationDate", alias.creation_date())
        .maybe_time("LastUpdatedDate", alias.last_updated_date())
}

/// `GrantListEntry`
pub(super) fn grant(key: &KeyArn, grant: &Grant) -> Object {
    let issuer = PrincipalArn::root(*grant.issuing_account()).in_partition_of(key.region());
    let object = Object::new()
        .text("KeyId", key)
        .text("GrantId", grant.id())
        .maybe_text("Name", grant.name())
        .maybe_time("CreationDate", grant.creation_date())
        .text(
            member(
                grant.grantee(),
                ["GranteePrincipal", "GranteeServicePrincipal"],
            ),
            grant.grantee(),
        );
    let object = match grant.retiring_principal() {
        Some(retiring) => object.text(
            member(retiring, ["RetiringPrincipal", "RetiringServicePrincipal"]),
            retiring,
        ),
        None => object,
    };
    let object = object
        .text("IssuingAccount", issuer)
        .texts("Operations", grant.operations());
    if grant.constraint().is_none() && grant.source_arn().is_none() {
        return object;
    }
    let constraints = Object::new();
    let constraints = match grant.constraint() {
        Some(constraint) => {
            constraints.object(constraint.name(), context(constraint.encryption_context()))
        }
        None => constraints,
    };
    object.object(
        "Constraints",
        constraints.maybe_text("SourceArn", grant.source_arn()),
    )
}

/// `GetKeyLastUsageResponse`. A key that was never used has an empty `KeyLastUsage` (DOC).
pub(super) fn last_usage(key: &KeyArn, usage: &KeyLastUsage) -> Object {
    let last = match usage.key_last_usage {
        Some(last) => Object::new()
            .text("Operation", last.operation)
            .maybe_time("Timestamp", last.timestamp),
        None => Object::new(),
    };
    Object::new()
        .text("KeyId", key)
        .object("KeyLastUsage", last)
        .maybe_time("TrackingStartDate", usage.tracking_start_date)
        .maybe_time("KeyCreationDate", usage.key_creation_date)
}

/// `RotationsListEntry`
pub(super) fn rotation(key: &KeyArn, rotation: &KeyRotation) -> Object {
    let import_state = rotation.imported.map(|imported| {
        if imported {
            "IMPORTED"
        } else {
            "PENDING_IMPORT"
        }
    });
    let expiration_model =
        rotation
            .imported
            .filter(|imported| *imported)
            .map(|_| match rotation.valid_to {
                Some(_) => ExpirationModel::KeyMaterialExpires,
                None => ExpirationModel::KeyMaterialDoesNotExpire,
            });
    Object::new()
        .text("KeyId", key)
        .text("KeyMaterialId", rotation.key_material_id)
        .maybe_text(
            "KeyMaterialDescription",
            rotation.key_material_description.as_ref(),
        )
        .maybe_text("ImportState", import_state)
        .text("KeyMaterialState", rotation.key_material_state)
        .maybe_text("ExpirationModel", expiration_model)
        .maybe_time("ValidTo", rotation.valid_to)
        .maybe_time("RotationDate", rotation.rotation_date)
        .maybe_text("RotationType", rotation.rotation_type)
}

/// `MultiRegionKey`
fn related_key(arn: &KeyArn, region: &Region) -> Object {
    Object::new()
        .text("Arn", arn.in_region(*region))
        .text("Region", region)
}

/// The member that names a principal: services have a member of their own.
fn member(principal: &GrantPrincipal, [arn, service]: [&'static str; 2]) -> &'static str {
    match principal {
        GrantPrincipal::Service(_) => service,
        _ => arn,
    }
}

fn context(context: &EncryptionContext) -> Object {
    let pairs = context.iter();
    pairs.fold(Object::new(), |object, (key, value)| {
        object.entry(key, value)
    })
}

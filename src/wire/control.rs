//! The control operations: reads their members and writes their results.

use crate::control::{
    Control, CreateGrantRequest, CreateKeyRequest, ImportKeyMaterialRequest, ListGrantsRequest,
    ListRetirableGrantsRequest, ParametersRequest, ReplicateKeyRequest, RetireGrantRequest,
    TagMember,
};
use crate::error::ProtocolError;
use crate::operation::Operation;

use super::describe;
use super::failure::Failure;
use super::members::Members;
use super::object::Object;
use super::pages::{marked, page, paged};
use super::recipient::refuse_recipient;
use super::rotation;

/// A function that carries out an operation, given the members of a request.
pub(super) type Handler = fn(&Control<'_>, &Members<'_>) -> Result<Option<Object>, Failure>;

/// The handler of a control operation. `None` if it is not a control operation, or if this crate does not have it.
pub(super) fn handler(operation: Operation) -> Option<Handler> {
    let handler: Handler = match operation {
        Operation::CancelKeyDeletion => cancel_key_deletion,
        Operation::CreateAlias => create_alias,
        Operation::CreateGrant => create_grant,
        Operation::CreateKey => create_key,
        Operation::DeleteAlias => delete_alias,
        Operation::DeleteImportedKeyMaterial => delete_imported_key_material,
        Operation::DescribeCustomKeyStores => describe_custom_key_stores,
        Operation::DisableKey => disable_key,
        Operation::DisableKeyRotation => rotation::disable_key_rotation,
        Operation::EnableKey => enable_key,
        Operation::EnableKeyRotation => rotation::enable_key_rotation,
        Operation::GenerateRandom => generate_random,
        Operation::GetKeyLastUsage => get_key_last_usage,
        Operation::GetKeyPolicy => get_key_policy,
        Operation::GetKeyRotationStatus => rotation::get_key_rotation_status,
        Operation::GetParametersForImport => get_parameters_for_import,
        Operation::ImportKeyMaterial => import_key_material,
        Operation::ListAliases => list_aliases,
        Operation::ListGrants => list_grants,
        Operation::ListKeyPolicies => list_key_policies,
        Operation::ListKeyRotations => rotation::list_key_rotations,
        Operation::ListKeys => list_keys,
        Operation::ListResourceTags => list_resource_tags,
        Operation::ListRetirableGrants => list_retirable_grants,
        Operation::PutKeyPolicy => put_key_policy,
        Operation::ReplicateKey => replicate_key,
        Operation::RetireGrant => retire_grant,
        Operation::RevokeGrant => revoke_grant,
        Operation::RotateKeyOnDemand => rotation::rotate_key_on_demand,
        Operation::ScheduleKeyDeletion => schedule_key_deletion,
        Operation::TagResource => tag_resource,
        Operation::UntagResource => untag_resource,
        Operation::UpdateAlias => update_alias,
        Operation::UpdateKeyDescription => update_key_description,
        Operation::UpdatePrimaryRegion => update_primary_region,
        _ => return None,
    };
    Some(handler)
}

fn create_key(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let metadata = control.create_key(&CreateKeyRequest {
        policy: members.text("Policy")?,
        description: members.text("Description")?,
        key_usage: members.text("KeyUsage")?,
        customer_master_key_spec: members.text("CustomerMasterKeySpec")?,
        key_spec: members.text("KeySpec")?,
        origin: members.text("Origin")?,
        custom_key_store_id: members.text("CustomKeyStoreId")?,
        bypass_policy_lockout_safety_check: bypass(members)?,
        tags: tags(&members.structures("Tags")?)?,
        multi_region: members.flag("MultiRegion")?.unwrap_or_default(),
        xks_key_id: members.text("XksKeyId")?,
    })?;
    Ok(Some(
        Object::new().object("KeyMetadata", describe::key(&metadata)),
    ))
}

fn list_keys(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let owners = members.texts("ResourceOwners")?;
    let page = control.list_keys(&page(members)?, owners.as_deref())?;
    let keys = page.items.iter().map(describe::key_of_list);
    Ok(Some(paged("Keys", keys, &page)))
}

fn update_key_description(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    control.update_key_description(members.text("KeyId")?, members.text("Description")?)?;
    Ok(None)
}

fn enable_key(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.enable_key(members.text("KeyId")?)?;
    Ok(None)
}

fn disable_key(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.disable_key(members.text("KeyId")?)?;
    Ok(None)
}

fn schedule_key_deletion(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let days = members.integer("PendingWindowInDays")?;
    let (metadata, days) = control.schedule_key_deletion(members.text("KeyId")?, days)?;
    Ok(Some(
        Object::new()
            .text("KeyId", metadata.arn())
            .maybe_time("DeletionDate", metadata.deletion_date())
            .text("KeyState", metadata.key_state())
            .integer("PendingWindowInDays", days),
    ))
}

fn cancel_key_deletion(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let key = control.cancel_key_deletion(members.text("KeyId")?)?;
    Ok(Some(Object::new().text("KeyId", key)))
}

fn get_key_last_usage(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let (key, usage) = control.get_key_last_usage(members.text("KeyId")?)?;
    Ok(Some(describe::last_usage(&key, &usage)))
}

fn get_key_policy(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let name = members.text("PolicyName")?;
    let (key, policy) = control.get_key_policy(members.text("KeyId")?, name)?;
    Ok(Some(
        Object::new()
            .text("Policy", policy.to_json(&key))
            .text("PolicyName", "default"),
    ))
}

fn list_key_policies(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let page = control.list_key_policies(members.text("KeyId")?, &page(members)?)?;
    let names = Object::new().texts("PolicyNames", &page.items);
    Ok(Some(marked(names, &page)))
}

fn put_key_policy(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.put_key_policy(
        members.text("KeyId")?,
        members.text("PolicyName")?,
        members.text("Policy")?,
        bypass(members)?,
    )?;
    Ok(None)
}

fn create_alias(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.create_alias(members.text("AliasName")?, members.text("TargetKeyId")?)?;
    Ok(None)
}

fn update_alias(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.update_alias(members.text("AliasName")?, members.text("TargetKeyId")?)?;
    Ok(None)
}

fn delete_alias(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.delete_alias(members.text("AliasName")?)?;
    Ok(None)
}

fn list_aliases(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let page = control.list_aliases(members.text("KeyId")?, &page(members)?)?;
    let aliases = page.items.iter().map(describe::alias);
    // The service model does not have this member, but AWS's answers do (RECORDED).
    let count = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    Ok(Some(
        paged("Aliases", aliases, &page).integer("AliasCount", count),
    ))
}

fn create_grant(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let constraints = members.structure("Constraints")?.unwrap_or_default();
    let created = control.create_grant(&CreateGrantRequest {
        key_id: members.text("KeyId")?,
        grantee_principal: members.text("GranteePrincipal")?,
        grantee_service_principal: members.text("GranteeServicePrincipal")?,
        retiring_principal: members.text("RetiringPrincipal")?,
        retiring_service_principal: members.text("RetiringServicePrincipal")?,
        operations: members.texts("Operations")?,
        encryption_context_subset: constraints.context("EncryptionContextSubset")?,
        encryption_context_equals: constraints.context("EncryptionContextEquals")?,
        source_arn: constraints.text("SourceArn")?,
        grant_tokens: members.texts("GrantTokens")?.unwrap_or_default(),
        name: members.text("Name")?,
        dry_run: members.flag("DryRun")?.unwrap_or_default(),
    })?;
    Ok(Some(
        Object::new()
            .text("GrantToken", created.grant_token)
            .text("GrantId", created.grant_id),
    ))
}

fn list_grants(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let (key, page) = control.list_grants(&ListGrantsRequest {
        key_id: members.text("KeyId")?,
        grant_id: members.text("GrantId")?,
        grantee_principal: members.text("GranteePrincipal")?,
        grantee_service_principal: members.text("GranteeServicePrincipal")?,
        page: page(members)?,
    })?;
    let grants = page.items.iter().map(|grant| describe::grant(&key, grant));
    Ok(Some(paged("Grants", grants, &page)))
}

fn list_retirable_grants(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let page = control.list_retirable_grants(&ListRetirableGrantsRequest {
        page: page(members)?,
        retiring_principal: members.text("RetiringPrincipal")?,
        retiring_service_principal: members.text("RetiringServicePrincipal")?,
    })?;
    let grants = page.items.iter();
    let grants = grants.map(|(key, grant)| describe::grant(key, grant));
    Ok(Some(paged("Grants", grants, &page)))
}

fn revoke_grant(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let dry_run = members.flag("DryRun")?.unwrap_or_default();
    control.revoke_grant(members.text("KeyId")?, members.text("GrantId")?, dry_run)?;
    Ok(None)
}

fn retire_grant(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    control.retire_grant(&RetireGrantRequest {
        grant_token: members.text("GrantToken")?,
        key_id: members.text("KeyId")?,
        grant_id: members.text("GrantId")?,
        dry_run: members.flag("DryRun")?.unwrap_or_default(),
    })?;
    Ok(None)
}

fn get_parameters_for_import(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let parameters = control.get_parameters_for_import(&ParametersRequest {
        key_id: members.text("KeyId")?,
        wrapping_algorithm: members.text("WrappingAlgorithm")?,
        wrapping_key_spec: members.text("WrappingKeySpec")?,
    })?;
    Ok(Some(
        Object::new()
            .text("KeyId", parameters.key_id)
            .blob("ImportToken", &parameters.import_token)
            .blob("PublicKey", &parameters.public_key)
            .maybe_time("ParametersValidTo", parameters.parameters_valid_to),
    ))
}

fn import_key_material(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let token = members.blob("ImportToken")?;
    let material = members.blob("EncryptedKeyMaterial")?;
    let (key, id) = control.import_key_material(&ImportKeyMaterialRequest {
        key_id: members.text("KeyId")?,
        import_token: token.as_ref().map(|token| token.as_slice()),
        encrypted_key_material: material.as_ref().map(|material| material.as_slice()),
        valid_to: members.time("ValidTo")?,
        expiration_model: members.text("ExpirationModel")?,
        import_type: members.text("ImportType")?,
        key_material_description: members.text("KeyMaterialDescription")?,
        key_material_id: members.text("KeyMaterialId")?,
    })?;
    Ok(Some(
        Object::new()
            .text("KeyId", key)
            .maybe_text("KeyMaterialId", id),
    ))
}

fn delete_imported_key_material(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let id = members.text("KeyMaterialId")?;
    let (key, id) = control.delete_imported_key_material(members.text("KeyId")?, id)?;
    Ok(Some(
        Object::new()
            .text("KeyId", key)
            .maybe_text("KeyMaterialId", id),
    ))
}

fn replicate_key(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let replica = control.replicate_key(&ReplicateKeyRequest {
        key_id: members.text("KeyId")?,
        replica_region: members.text("ReplicaRegion")?,
        policy: members.text("Policy")?,
        bypass_policy_lockout_safety_check: bypass(members)?,
        description: members.text("Description")?,
        tags: tags(&members.structures("Tags")?)?,
    })?;
    let metadata = &replica.metadata;
    let object = Object::new()
        .object("ReplicaKeyMetadata", describe::key(metadata))
        .text("ReplicaPolicy", replica.policy.to_json(metadata.arn()));
    // RECORDED: AWS omits an empty list.
    if replica.tags.is_empty() {
        return Ok(Some(object));
    }
    let tags = replica.tags.iter().map(describe::tag);
    Ok(Some(object.objects("ReplicaTags", tags)))
}

fn update_primary_region(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    control.update_primary_region(members.text("KeyId")?, members.text("PrimaryRegion")?)?;
    Ok(None)
}

fn tag_resource(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let structures = members.structures("Tags")?;
    let tags = tags(&structures)?;
    let tags = members.has("Tags").then_some(tags.as_slice());
    control.tag_resource(members.text("KeyId")?, tags)?;
    Ok(None)
}

fn untag_resource(control: &Control<'_>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let keys = members.texts("TagKeys")?;
    control.untag_resource(members.text("KeyId")?, keys.as_deref())?;
    Ok(None)
}

fn list_resource_tags(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let page = control.list_resource_tags(members.text("KeyId")?, &page(members)?)?;
    let tags = page.items.iter().map(describe::tag);
    Ok(Some(paged("Tags", tags, &page)))
}

fn describe_custom_key_stores(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let id = members.text("CustomKeyStoreId")?;
    let name = members.text("CustomKeyStoreName")?;
    let page = control.describe_custom_key_stores(id, name, &page(members)?)?;
    let stores = page.items.iter().map(|store| match *store {});
    Ok(Some(paged("CustomKeyStores", stores, &page)))
}

fn generate_random(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let number = members.integer("NumberOfBytes")?;
    let store = members.text("CustomKeyStoreId")?;
    refuse_recipient(members)?;
    let bytes = control.generate_random(number, store)?;
    Ok(Some(
        Object::with_room_for(bytes.len()).blob("Plaintext", bytes.expose()),
    ))
}

fn bypass(members: &Members<'_>) -> Result<Option<bool>, ProtocolError> {
    members.flag("BypassPolicyLockoutSafetyCheck")
}

fn tags<'m>(tags: &'m [Members<'_>]) -> Result<Vec<TagMember<'m>>, ProtocolError> {
    let tag = |tag: &'m Members<'_>| {
        Ok(TagMember {
            key: tag.text("TagKey")?,
            value: tag.text("TagValue")?,
        })
    };
    tags.iter().map(tag).collect()
}

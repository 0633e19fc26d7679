//! Limits on the length of a ring file and of its texts. Reading and writing enforce the same limits, so a file that was
//! written can always be read.

use super::document::{GrantDocument, KeyDocument, MaterialDocument, RingDocument};
use super::error::RingFileError;

/// How many bytes a ring file may have: enough for half a million keys, and a limit on what a reader takes into memory. The
/// limit is this crate's own.
pub(super) const FILE_MAX: u64 = 256 * 1024 * 1024;

/// The longest of the texts that the service model bounds: `DescriptionType` and `GrantTokenType`, in characters.
const TEXT_MAX: usize = 8192;

/// `TagKeyType`, `TagValueType` and `KeyMaterialDescriptionType`.
const TAG_KEY_MAX: usize = 128;
const TAG_VALUE_MAX: usize = 256;
const MATERIAL_DESCRIPTION_MAX: usize = 256;

/// `PolicyType`. The service's own bound of 32 KB is smaller, and does not count what a text has for its readers.
const POLICY_MAX: usize = 131_072;

/// Secrets in base64 or PEM: an RSA key takes some 3 KB, and the sealed materials of a key 43 bytes each.
const SECRET_MAX: usize = 1024 * 1024;

/// Refuses a text that is too long for a file.
pub(super) fn check_file(text: &str) -> Result<(), RingFileError> {
    if u64::try_from(text.len()).is_ok_and(|len| len <= FILE_MAX) {
        return Ok(());
    }
    let reason = format!("it has more than {FILE_MAX} bytes");
    Err(RingFileError::new("the document", reason))
}

/// Refuses a document with a text that is too long.
pub(super) fn check(document: &RingDocument) -> Result<(), RingFileError> {
    let RingDocument {
        account,
        region,
        protection,
        keys,
        aliases,
        grant_tokens,
        sealed,
        ..
    } = document;
    texts([("Account", Some(account)), ("Region", Some(region))])?;
    if let Some(protection) = protection {
        let members = [
            ("Salt", Some(&protection.salt)),
            ("Check", Some(&protection.check)),
        ];
        texts(members).map_err(|error| error.within("Protection"))?;
    }
    text("Sealed", sealed.as_ref(), SECRET_MAX)?;
    each("Keys", keys, key)?;
    each("Aliases", aliases, |alias| {
        texts([
            ("AliasName", Some(&alias.alias_name)),
            ("Account", alias.account.as_ref()),
            ("Region", alias.region.as_ref()),
            ("TargetKeyId", alias.target_key_id.as_ref()),
            ("CreationDate", alias.creation_date.as_ref()),
            ("LastUpdatedDate", alias.last_updated_date.as_ref()),
        ])?;
        let seen = alias.seen.as_ref();
        let seen = seen.and_then(|seen| seen.target_key_id.as_ref());
        texts([("Seen.TargetKeyId", seen)])
    })?;
    each("GrantTokens", grant_tokens, |token| {
        texts([
            ("GrantToken", Some(&token.grant_token)),
            ("GrantId", Some(&token.grant_id)),
        ])
    })
}

fn key(key: &KeyDocument) -> Result<(), RingFileError> {
    texts([
        ("KeyId", Some(&key.key_id)),
        ("Account", key.account.as_ref()),
        ("Region", key.region.as_ref()),
        ("KeySpec", key.key_spec.as_ref()),
        ("KeyUsage", key.key_usage.as_ref()),
        ("KeyState", key.key_state.as_ref()),
        ("Origin", key.origin.as_ref()),
        ("KeyManager", key.key_manager.as_ref()),
        ("Description", Some(&key.description)),
        ("CreationDate", key.creation_date.as_ref()),
        ("DeletionDate", key.deletion_date.as_ref()),
        ("NextRotationDate", key.next_rotation_date.as_ref()),
        ("KeyMaterialId", key.key_material_id.as_ref()),
        ("ValidTo", key.valid_to.as_ref()),
    ])?;
    if let Some(related) = &key.multi_region {
        let members = [
            ("MultiRegionKeyType", Some(&related.multi_region_key_type)),
            ("PrimaryRegion", Some(&related.primary_region)),
        ];
        let replicas = related.replica_regions.iter();
        let replicas = replicas.map(|region| ("ReplicaRegions", Some(region)));
        texts(members.into_iter().chain(replicas)).map_err(|error| error.within("MultiRegion"))?;
    }
    let policy = key.policy.as_ref().map(|policy| policy.get());
    text("Policy", policy, POLICY_MAX)?;
    each("Tags", &key.tags, |tag| {
        text("TagKey", Some(&tag.tag_key), TAG_KEY_MAX)?;
        text("TagValue", Some(&tag.tag_value), TAG_VALUE_MAX)
    })?;
    each("Grants", &key.grants, grant)?;
    let departed = key.departed_grants.iter();
    texts(departed.map(|id| ("DepartedGrants", Some(id))))?;
    each("KeyMaterials", &key.key_materials, material)?;
    text("PrivateKey", key.private_key.as_ref(), SECRET_MAX)?;
    text("Sealed", key.sealed.as_ref(), SECRET_MAX)
}

fn grant(grant: &GrantDocument) -> Result<(), RingFileError> {
    let service = grant.grantee_service_principal.as_ref();
    let retiring_service = grant.retiring_service_principal.as_ref();
    let members = [
        ("GrantId", Some(&grant.grant_id)),
        ("GranteePrincipal", grant.grantee_principal.as_ref()),
        ("GranteeServicePrincipal", service),
        ("RetiringPrincipal", grant.retiring_principal.as_ref()),
        ("RetiringServicePrincipal", retiring_service),
        ("Name", grant.name.as_ref()),
        ("IssuingAccount", grant.issuing_account.as_ref()),
        ("CreationDate", grant.creation_date.as_ref()),
    ];
    let operations = grant.operations.iter();
    let operations = operations.map(|operation| ("Operations", Some(operation)));
    texts(members.into_iter().chain(operations))?;
    let Some(constraints) = &grant.constraints else {
        return Ok(());
    };
    let contexts = [
        (
            "EncryptionContextEquals",
            &constraints.encryption_context_equals,
        ),
        (
            "EncryptionContextSubset",
            &constraints.encryption_context_subset,
        ),
    ];
    let pairs = contexts.into_iter().flat_map(|(member, context)| {
        let pairs = context.iter().flatten();
        pairs.flat_map(move |(key, value)| [(member, Some(key)), (member, Some(value))])
    });
    texts(pairs.chain([("SourceArn", constraints.source_arn.as_ref())]))
        .map_err(|error| error.within("Constraints"))
}

fn material(material: &MaterialDocument) -> Result<(), RingFileError> {
    texts([
        ("KeyMaterialId", material.key_material_id.as_ref()),
        ("KeyMaterialState", material.key_material_state.as_ref()),
        ("RotationDate", material.rotation_date.as_ref()),
        ("RotationType", material.rotation_type.as_ref()),
        ("ValidTo", material.valid_to.as_ref()),
        ("KeyMaterial", material.key_material.as_ref()),
    ])?;
    let description = material.key_material_description.as_ref();
    text(
        "KeyMaterialDescription",
        description,
        MATERIAL_DESCRIPTION_MAX,
    )
}

fn each<T>(
    member: &str,
    all: &[T],
    check: impl Fn(&T) -> Result<(), RingFileError>,
) -> Result<(), RingFileError> {
    all.iter().enumerate().try_for_each(|(at, one)| {
        check(one).map_err(|error| error.within(&format!("{member}[{at}]")))
    })
}

fn texts<'a>(
    all: impl IntoIterator<Item = (&'static str, Option<&'a String>)>,
) -> Result<(), RingFileError> {
    all.into_iter()
        .try_for_each(|(member, value)| text(member, value, TEXT_MAX))
}

fn text(
    member: &'static str,
    text: Option<impl AsRef<str>>,
    max: usize,
) -> Result<(), RingFileError> {
    let is_short = |text: &str| text.len() <= max || text.chars().count() <= max;
    if text.is_none_or(|text| is_short(text.as_ref())) {
        return Ok(());
    }
    let reason = format!("it has more than {max} characters");
    Err(RingFileError::new(member, reason))
}

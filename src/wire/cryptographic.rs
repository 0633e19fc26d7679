//! The operations that act with a key, member by member.

use std::collections::HashMap;

use crate::constraints::ModelValue;
use crate::decrypt::DecryptRequest;
use crate::encrypt::EncryptRequest;
use crate::error::{KmsError, ProtocolError, ValidationError};
use crate::generate_data_key::GenerateDataKeyRequest;
use crate::kms::Kms;
use crate::provider::KeyProvider;
use crate::re_encrypt::ReEncryptRequest;

use super::failure::Failure;
use super::members::Members;
use super::object::Object;

/// The answer to one of these operations, or `None` if there is none of that name.
pub(super) fn answer<P: KeyProvider>(
    name: &str,
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Option<Result<Option<Object>, Failure>> {
    let operation = match name {
        "Decrypt" => decrypt,
        "Encrypt" => encrypt,
        "GenerateDataKey" => generate_data_key,
        "GenerateDataKeyWithoutPlaintext" => generate_data_key_without_plaintext,
        "ReEncrypt" => re_encrypt,
        _ => return None,
    };
    Some(operation(kms, members))
}

fn re_encrypt<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let mut request = ReEncryptRequest::builder()
        .set_source_encryption_context(map(members, "SourceEncryptionContext")?)
        .set_destination_encryption_context(map(members, "DestinationEncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_dry_run_modifiers(model_value_list(members, "DryRunModifiers")?)
        .dry_run(members.flag("DryRun")?.unwrap_or_default());
    if let Some(blob) = members.blob("CiphertextBlob")? {
        request = request.ciphertext_blob(&**blob);
    }
    if let Some(key) = members.text("SourceKeyId")? {
        request = request.source_key_id(key);
    }
    if let Some(key) = members.text("DestinationKeyId")? {
        request = request.destination_key_id(key);
    }
    if let Some(algorithm) = members.text("SourceEncryptionAlgorithm")? {
        request = request.source_encryption_algorithm(algorithm);
    }
    if let Some(algorithm) = members.text("DestinationEncryptionAlgorithm")? {
        request = request.destination_encryption_algorithm(algorithm);
    }
    let response = kms.re_encrypt(&request.build()?)?;
    Ok(Some(
        Object::with_room_for(response.ciphertext_blob().len())
            .blob("CiphertextBlob", response.ciphertext_blob())
            .plain("SourceKeyId", response.source_key_id())
            .plain("KeyId", response.key_id())
            .plain(
                "SourceEncryptionAlgorithm",
                response.source_encryption_algorithm(),
            )
            .plain(
                "DestinationEncryptionAlgorithm",
                response.destination_encryption_algorithm(),
            )
            .maybe_plain("SourceKeyMaterialId", response.source_key_material_id())
            .maybe_plain(
                "DestinationKeyMaterialId",
                response.destination_key_material_id(),
            ),
    ))
}

fn encrypt<P: KeyProvider>(kms: &Kms<P>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let mut request = EncryptRequest::builder()
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .dry_run(members.flag("DryRun")?.unwrap_or_default());
    if let Some(key) = members.text("KeyId")? {
        request = request.key_id(key);
    }
    if let Some(plaintext) = members.blob("Plaintext")? {
        request = request.plaintext(&*plaintext);
    }
    if let Some(algorithm) = members.text("EncryptionAlgorithm")? {
        request = request.encryption_algorithm(algorithm);
    }
    let response = kms.encrypt(&request.build()?)?;
    Ok(Some(
        Object::with_room_for(response.ciphertext_blob().len())
            .blob("CiphertextBlob", response.ciphertext_blob())
            .plain("KeyId", response.key_id())
            .plain("EncryptionAlgorithm", response.encryption_algorithm()),
    ))
}

fn decrypt<P: KeyProvider>(kms: &Kms<P>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let mut request = DecryptRequest::builder()
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .dry_run(members.flag("DryRun")?.unwrap_or_default());
    for modifier in model_value_list(members, "DryRunModifiers")?.unwrap_or_default() {
        request = request.dry_run_modifiers(modifier);
    }
    if let Some(blob) = members.blob("CiphertextBlob")? {
        request = request.ciphertext_blob(&**blob);
    }
    if let Some(key) = members.text("KeyId")? {
        request = request.key_id(key);
    }
    if let Some(algorithm) = members.text("EncryptionAlgorithm")? {
        request = request.encryption_algorithm(algorithm);
    }
    refuse_recipient(members)?;
    let response = kms.decrypt(&request.build()?)?;
    Ok(Some(
        Object::with_room_for(response.plaintext().len())
            .plain("KeyId", response.key_id())
            .blob("Plaintext", response.plaintext().expose())
            .plain("EncryptionAlgorithm", response.encryption_algorithm())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn generate_data_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    refuse_recipient(members)?;
    let response = kms.generate_data_key(&data_key_request(members)?)?;
    let blobs = response.ciphertext_blob().len() + response.plaintext().len();
    Ok(Some(
        Object::with_room_for(blobs)
            .blob("CiphertextBlob", response.ciphertext_blob())
            .blob("Plaintext", response.plaintext().expose())
            .plain("KeyId", response.key_id())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn generate_data_key_without_plaintext<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let response = kms.generate_data_key_without_plaintext(&data_key_request(members)?)?;
    Ok(Some(
        Object::with_room_for(response.ciphertext_blob().len())
            .blob("CiphertextBlob", response.ciphertext_blob())
            .plain("KeyId", response.key_id())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn data_key_request(members: &Members<'_>) -> Result<GenerateDataKeyRequest, Failure> {
    let mut request = GenerateDataKeyRequest::builder()
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .dry_run(members.flag("DryRun")?.unwrap_or_default());
    if let Some(key) = members.text("KeyId")? {
        request = request.key_id(key);
    }
    if let Some(number) = members.integer("NumberOfBytes")? {
        request = request.number_of_bytes(number);
    }
    if let Some(spec) = members.text("KeySpec")? {
        request = request.key_spec(spec);
    }
    Ok(request.build()?)
}

/// Whoever names a Nitro enclave as the recipient must not get the plaintext in the clear instead.
fn refuse_recipient(members: &Members<'_>) -> Result<(), Failure> {
    match members.structure("Recipient")? {
        Some(_) => Err(KmsError::from(ValidationError::RecipientNotSupported).into()),
        None => Ok(()),
    }
}

fn map(
    members: &Members<'_>,
    name: &str,
) -> Result<Option<HashMap<String, String>>, ProtocolError> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let pairs = members.map(name)?;
    Ok(pairs.map(|pairs| pairs.into_iter().map(owned).collect()))
}

fn texts(members: &Members<'_>, name: &str) -> Result<Option<Vec<String>>, ProtocolError> {
    let texts = members.texts(name)?;
    Ok(texts.map(|texts| texts.into_iter().map(str::to_owned).collect()))
}

fn model_value_list<T>(
    members: &Members<'_>,
    name: &str,
) -> Result<Option<Vec<ModelValue<T>>>, ProtocolError>
where
    for<'t> ModelValue<T>: From<&'t str>,
{
    let texts = members.texts(name)?;
    Ok(texts.map(|texts| texts.into_iter().map(ModelValue::from).collect()))
}

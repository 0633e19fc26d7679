//! The operations of every provider, which use or describe a key: reads their members and writes their results.

use core::mem;
use std::collections::HashMap;

use crate::constraints::ModelValue;
use crate::decrypt::DecryptRequest;
use crate::describe_key::DescribeKeyRequest;
use crate::encrypt::EncryptRequest;
use crate::error::ProtocolError;
use crate::generate_data_key::{GenerateDataKeyRequest, GenerateDataKeyRequestBuilder};
use crate::generate_data_key_pair::{
    GenerateDataKeyPairRequest, GenerateDataKeyPairRequestBuilder,
};
use crate::get_public_key::GetPublicKeyRequest;
use crate::key::KeyIdentifier;
use crate::kms::Kms;
use crate::operation::Operation;
use crate::provider::KeyProvider;
use crate::re_encrypt::ReEncryptRequest;
use crate::secret::Plaintext;

use super::describe;
use super::failure::Failure;
use super::members::Members;
use super::object::Object;
use super::recipient::refuse_recipient;

/// What carries out an operation, by the members of a request.
type Handler<P> = fn(&Kms<P>, &Members<'_>) -> Result<Option<Object>, Failure>;

/// The handler of an operation that uses or describes a key.
pub(super) fn handler<P: KeyProvider>(operation: Operation) -> Option<Handler<P>> {
    let handler: Handler<P> = match operation {
        Operation::Decrypt => decrypt,
        Operation::DescribeKey => describe_key,
        Operation::Encrypt => encrypt,
        Operation::GenerateDataKey => generate_data_key,
        Operation::GenerateDataKeyPair => generate_data_key_pair,
        Operation::GenerateDataKeyPairWithoutPlaintext => generate_data_key_pair_without_plaintext,
        Operation::GenerateDataKeyWithoutPlaintext => generate_data_key_without_plaintext,
        Operation::GetPublicKey => get_public_key,
        Operation::ReEncrypt => re_encrypt,
        _ => return None,
    };
    Some(handler)
}

fn re_encrypt<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = ReEncryptRequest::builder()
        .set_ciphertext_blob(ciphertext_blob(members)?)
        .set_source_key_id(key_id(members, "SourceKeyId")?)
        .set_destination_key_id(key_id(members, "DestinationKeyId")?)
        .set_source_encryption_algorithm(value(members, "SourceEncryptionAlgorithm")?)
        .set_destination_encryption_algorithm(value(members, "DestinationEncryptionAlgorithm")?)
        .set_source_encryption_context(map(members, "SourceEncryptionContext")?)
        .set_destination_encryption_context(map(members, "DestinationEncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_dry_run_modifiers(values(members, "DryRunModifiers")?)
        .set_dry_run(members.flag("DryRun")?);
    let request = kms.checked(Operation::ReEncrypt, request.build())?;
    let response = kms.re_encrypt(&request)?;
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
    let plaintext = members.blob("Plaintext")?;
    let request = EncryptRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_plaintext(plaintext.map(|mut bytes| Plaintext::from_vec(mem::take(&mut *bytes))))
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_encryption_algorithm(value(members, "EncryptionAlgorithm")?)
        .set_dry_run(members.flag("DryRun")?);
    let request = kms.checked(Operation::Encrypt, request.build())?;
    let response = kms.encrypt(&request)?;
    Ok(Some(
        Object::with_room_for(response.ciphertext_blob().len())
            .blob("CiphertextBlob", response.ciphertext_blob())
            .plain("KeyId", response.key_id())
            .plain("EncryptionAlgorithm", response.encryption_algorithm()),
    ))
}

fn decrypt<P: KeyProvider>(kms: &Kms<P>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let request = DecryptRequest::builder()
        .set_ciphertext_blob(ciphertext_blob(members)?)
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_key_id(key_id(members, "KeyId")?)
        .set_encryption_algorithm(value(members, "EncryptionAlgorithm")?)
        .set_dry_run(members.flag("DryRun")?)
        .set_dry_run_modifiers(values(members, "DryRunModifiers")?);
    refuse_recipient(members)?;
    let request = kms.checked(Operation::Decrypt, request.build())?;
    let response = kms.decrypt(&request)?;
    Ok(Some(
        Object::with_room_for(response.plaintext().len())
            .plain("KeyId", response.key_id())
            .blob("Plaintext", response.plaintext().expose())
            .plain("EncryptionAlgorithm", response.encryption_algorithm())
            .maybe_plain("KeyMaterialId", response.key_material_id())
            .plain("KeyOrigin", response.key_origin()),
    ))
}

fn generate_data_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = data_key_request(members)?;
    refuse_recipient(members)?;
    let request = kms.checked(Operation::GenerateDataKey, request.build())?;
    let response = kms.generate_data_key(&request)?;
    let blobs = response.ciphertext_blob().len();
    let blobs = blobs.saturating_add(response.plaintext().len());
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
    let operation = Operation::GenerateDataKeyWithoutPlaintext;
    let request = kms.checked(operation, data_key_request(members)?.build())?;
    let response = kms.generate_data_key_without_plaintext(&request)?;
    Ok(Some(
        Object::with_room_for(response.ciphertext_blob().len())
            .blob("CiphertextBlob", response.ciphertext_blob())
            .plain("KeyId", response.key_id())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn describe_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = DescribeKeyRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_grant_tokens(texts(members, "GrantTokens")?);
    let request = kms.checked(Operation::DescribeKey, request.build())?;
    let response = kms.describe_key(&request)?;
    Ok(Some(Object::new().object(
        "KeyMetadata",
        describe::key(response.key_metadata()),
    )))
}

fn get_public_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = GetPublicKeyRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_grant_tokens(texts(members, "GrantTokens")?);
    let request = kms.checked(Operation::GetPublicKey, request.build())?;
    let response = kms.get_public_key(&request)?;
    let object = Object::new()
        .text("KeyId", response.key_id())
        .blob("PublicKey", response.public_key());
    Ok(Some(
        describe::key_spec(object, response.key_metadata()).text("KeyUsage", response.key_usage()),
    ))
}

fn generate_data_key_pair<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = data_key_pair_request(members)?;
    refuse_recipient(members)?;
    let request = kms.checked(Operation::GenerateDataKeyPair, request.build())?;
    let response = kms.generate_data_key_pair(&request)?;
    let private_key = response.private_key_plaintext();
    let blobs = [
        response.private_key_ciphertext_blob().len(),
        private_key.len(),
        response.public_key().len(),
    ];
    Ok(Some(
        Object::with_room_for(blobs.into_iter().fold(0, usize::saturating_add))
            .blob(
                "PrivateKeyCiphertextBlob",
                response.private_key_ciphertext_blob(),
            )
            .blob("PrivateKeyPlaintext", private_key.expose())
            .blob("PublicKey", response.public_key())
            .plain("KeyId", response.key_id())
            .plain("KeyPairSpec", response.key_pair_spec())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn generate_data_key_pair_without_plaintext<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let operation = Operation::GenerateDataKeyPairWithoutPlaintext;
    let request = kms.checked(operation, data_key_pair_request(members)?.build())?;
    let response = kms.generate_data_key_pair_without_plaintext(&request)?;
    let blobs = response.private_key_ciphertext_blob().len();
    let blobs = blobs.saturating_add(response.public_key().len());
    Ok(Some(
        Object::with_room_for(blobs)
            .blob(
                "PrivateKeyCiphertextBlob",
                response.private_key_ciphertext_blob(),
            )
            .blob("PublicKey", response.public_key())
            .plain("KeyId", response.key_id())
            .plain("KeyPairSpec", response.key_pair_spec())
            .maybe_plain("KeyMaterialId", response.key_material_id()),
    ))
}

fn data_key_pair_request(
    members: &Members<'_>,
) -> Result<GenerateDataKeyPairRequestBuilder, ProtocolError> {
    Ok(GenerateDataKeyPairRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_key_pair_spec(value(members, "KeyPairSpec")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_dry_run(members.flag("DryRun")?))
}

fn data_key_request(members: &Members<'_>) -> Result<GenerateDataKeyRequestBuilder, ProtocolError> {
    Ok(GenerateDataKeyRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_encryption_context(map(members, "EncryptionContext")?)
        .set_number_of_bytes(members.integer("NumberOfBytes")?)
        .set_key_spec(value(members, "KeySpec")?)
        .set_grant_tokens(texts(members, "GrantTokens")?)
        .set_dry_run(members.flag("DryRun")?))
}

fn key_id(members: &Members<'_>, name: &str) -> Result<Option<KeyIdentifier>, ProtocolError> {
    Ok(members.text(name)?.map(KeyIdentifier::from))
}

fn ciphertext_blob(members: &Members<'_>) -> Result<Option<Vec<u8>>, ProtocolError> {
    let blob = members.blob("CiphertextBlob")?;
    Ok(blob.map(|mut bytes| mem::take(&mut *bytes)))
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

fn value<T>(members: &Members<'_>, name: &str) -> Result<Option<ModelValue<T>>, ProtocolError>
where
    for<'t> ModelValue<T>: From<&'t str>,
{
    Ok(members.text(name)?.map(ModelValue::from))
}

fn values<T>(members: &Members<'_>, name: &str) -> Result<Option<Vec<ModelValue<T>>>, ProtocolError>
where
    for<'t> ModelValue<T>: From<&'t str>,
{
    let texts = members.texts(name)?;
    Ok(texts.map(|texts| texts.into_iter().map(ModelValue::from).collect()))
}

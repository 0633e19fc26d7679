//! The operations that use or describe a key, which every provider has: reads their members and writes their results.

use crate::constraints::ModelValue;
use crate::context::ContextBuilder;
use crate::decrypt::DecryptRequestBuilder;
use crate::describe_key::DescribeKeyRequest;
use crate::encrypt::EncryptRequestBuilder;
use crate::error::{KmsError, ProtocolError};
use crate::generate_data_key::GenerateDataKeyRequestBuilder;
use crate::generate_data_key_pair::GenerateDataKeyPairRequestBuilder;
use crate::get_public_key::GetPublicKeyRequest;
use crate::key::KeyIdentifier;
use crate::kms::Kms;
use crate::operation::Operation;
use crate::provider::KeyProvider;
use crate::re_encrypt::ReEncryptRequestBuilder;
use crate::secret::{Plaintext, Wiped};

use super::describe;
use super::failure::Failure;
use super::members::Members;
use super::object::Object;
use super::recipient::refuse_recipient;

/// A function that carries out an operation, given the members of a request.
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

/// Carries out an operation if its request could be built, and writes its response. Neither is moved: they are large, and
/// moving them takes longer than most of what is done with them.
#[inline(always)]
fn respond<P: KeyProvider, Q, R>(
    kms: &Kms<P>,
    operation: Operation,
    request: &Result<Q, KmsError>,
    call: impl FnOnce(&Kms<P>, &Q) -> Result<R, KmsError>,
    write: impl FnOnce(&R) -> Object,
) -> Result<Option<Object>, Failure> {
    let request = kms.checked(operation, request)?;
    match call(kms, request) {
        Ok(ref response) => Ok(Some(write(response))),
        Err(error) => Err(error.into()),
    }
}

fn re_encrypt<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = ReEncryptRequestBuilder {
        ciphertext_blob: ciphertext_blob(members)?,
        source_key_id: key_id(members, "SourceKeyId")?,
        destination_key_id: key_id(members, "DestinationKeyId")?,
        source_encryption_algorithm: value(members, "SourceEncryptionAlgorithm")?,
        destination_encryption_algorithm: value(members, "DestinationEncryptionAlgorithm")?,
        source_encryption_context: context(members, "SourceEncryptionContext")?,
        destination_encryption_context: context(members, "DestinationEncryptionContext")?,
        grant_tokens: texts(members, "GrantTokens")?,
        dry_run_modifiers: values(members, "DryRunModifiers")?,
        dry_run: members.flag("DryRun")?,
    };
    respond(
        kms,
        Operation::ReEncrypt,
        &request.build(),
        Kms::re_encrypt,
        |response| {
            Object::with_room_for(response.ciphertext_blob().len())
                .blob("CiphertextBlob", response.ciphertext_blob())
                .plain("SourceKeyId", response.source_key_id())
                .plain("KeyId", response.key_id())
                .plain(
                    "SourceEncryptionAlgorithm",
                    response.source_encryption_algorithm().as_str(),
                )
                .plain(
                    "DestinationEncryptionAlgorithm",
                    response.destination_encryption_algorithm().as_str(),
                )
                .maybe_plain("SourceKeyMaterialId", response.source_key_material_id())
                .maybe_plain(
                    "DestinationKeyMaterialId",
                    response.destination_key_material_id(),
                )
        },
    )
}

fn encrypt<P: KeyProvider>(kms: &Kms<P>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let plaintext = members.blob("Plaintext")?;
    let request = EncryptRequestBuilder {
        key_id: key_id(members, "KeyId")?,
        plaintext: plaintext.map(|bytes| Plaintext::from_vec(bytes.into_vec())),
        encryption_context: context(members, "EncryptionContext")?,
        grant_tokens: texts(members, "GrantTokens")?,
        encryption_algorithm: value(members, "EncryptionAlgorithm")?,
        dry_run: members.flag("DryRun")?,
    };
    respond(
        kms,
        Operation::Encrypt,
        &request.build(),
        Kms::encrypt,
        |response| {
            Object::with_room_for(response.ciphertext_blob().len())
                .blob("CiphertextBlob", response.ciphertext_blob())
                .plain("KeyId", response.key_id())
                .plain(
                    "EncryptionAlgorithm",
                    response.encryption_algorithm().as_str(),
                )
        },
    )
}

fn decrypt<P: KeyProvider>(kms: &Kms<P>, members: &Members<'_>) -> Result<Option<Object>, Failure> {
    let request = DecryptRequestBuilder {
        ciphertext_blob: ciphertext_blob(members)?,
        encryption_context: context(members, "EncryptionContext")?,
        grant_tokens: texts(members, "GrantTokens")?,
        key_id: key_id(members, "KeyId")?,
        encryption_algorithm: value(members, "EncryptionAlgorithm")?,
        dry_run: members.flag("DryRun")?,
        dry_run_modifiers: values(members, "DryRunModifiers")?,
    };
    refuse_recipient(members)?;
    respond(
        kms,
        Operation::Decrypt,
        &request.build(),
        Kms::decrypt,
        |response| {
            Object::with_room_for(response.plaintext().len())
                .plain("KeyId", response.key_id())
                .blob("Plaintext", response.plaintext().expose())
                .plain(
                    "EncryptionAlgorithm",
                    response.encryption_algorithm().as_str(),
                )
                .maybe_plain("KeyMaterialId", response.key_material_id())
                .plain("KeyOrigin", response.key_origin().as_str())
        },
    )
}

fn generate_data_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = data_key_request(members)?;
    refuse_recipient(members)?;
    respond(
        kms,
        Operation::GenerateDataKey,
        &request.build(),
        Kms::generate_data_key,
        |response| {
            let blobs = response.ciphertext_blob().len();
            let blobs = blobs.saturating_add(response.plaintext().len());
            Object::with_room_for(blobs)
                .blob("CiphertextBlob", response.ciphertext_blob())
                .blob("Plaintext", response.plaintext().expose())
                .plain("KeyId", response.key_id())
                .maybe_plain("KeyMaterialId", response.key_material_id())
        },
    )
}

fn generate_data_key_without_plaintext<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let operation = Operation::GenerateDataKeyWithoutPlaintext;
    respond(
        kms,
        operation,
        &data_key_request(members)?.build(),
        Kms::generate_data_key_without_plaintext,
        |response| {
            Object::with_room_for(response.ciphertext_blob().len())
                .blob("CiphertextBlob", response.ciphertext_blob())
                .plain("KeyId", response.key_id())
                .maybe_plain("KeyMaterialId", response.key_material_id())
        },
    )
}

fn describe_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = DescribeKeyRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_grant_tokens(Some(texts(members, "GrantTokens")?));
    respond(
        kms,
        Operation::DescribeKey,
        &request.build(),
        Kms::describe_key,
        |response| Object::new().object("KeyMetadata", describe::key(response.key_metadata())),
    )
}

fn get_public_key<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = GetPublicKeyRequest::builder()
        .set_key_id(key_id(members, "KeyId")?)
        .set_grant_tokens(Some(texts(members, "GrantTokens")?));
    respond(
        kms,
        Operation::GetPublicKey,
        &request.build(),
        Kms::get_public_key,
        |response| {
            let object = Object::new()
                .text("KeyId", response.key_id())
                .blob("PublicKey", response.public_key());
            describe::key_spec(object, response.key_metadata())
                .text("KeyUsage", response.key_usage())
        },
    )
}

fn generate_data_key_pair<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let request = data_key_pair_request(members)?;
    refuse_recipient(members)?;
    respond(
        kms,
        Operation::GenerateDataKeyPair,
        &request.build(),
        Kms::generate_data_key_pair,
        |response| {
            let private_key = response.private_key_plaintext();
            let blobs = [
                response.private_key_ciphertext_blob().len(),
                private_key.len(),
                response.public_key().len(),
            ];
            Object::with_room_for(blobs.into_iter().fold(0, usize::saturating_add))
                .blob(
                    "PrivateKeyCiphertextBlob",
                    response.private_key_ciphertext_blob(),
                )
                .blob("PrivateKeyPlaintext", private_key.expose())
                .blob("PublicKey", response.public_key())
                .plain("KeyId", response.key_id())
                .plain("KeyPairSpec", response.key_pair_spec().as_str())
                .maybe_plain("KeyMaterialId", response.key_material_id())
        },
    )
}

fn generate_data_key_pair_without_plaintext<P: KeyProvider>(
    kms: &Kms<P>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let operation = Operation::GenerateDataKeyPairWithoutPlaintext;
    respond(
        kms,
        operation,
        &data_key_pair_request(members)?.build(),
        Kms::generate_data_key_pair_without_plaintext,
        |response| {
            let blobs = response.private_key_ciphertext_blob().len();
            let blobs = blobs.saturating_add(response.public_key().len());
            Object::with_room_for(blobs)
                .blob(
                    "PrivateKeyCiphertextBlob",
                    response.private_key_ciphertext_blob(),
                )
                .blob("PublicKey", response.public_key())
                .plain("KeyId", response.key_id())
                .plain("KeyPairSpec", response.key_pair_spec().as_str())
                .maybe_plain("KeyMaterialId", response.key_material_id())
        },
    )
}

fn data_key_pair_request(
    members: &Members<'_>,
) -> Result<GenerateDataKeyPairRequestBuilder, ProtocolError> {
    Ok(GenerateDataKeyPairRequestBuilder {
        key_id: key_id(members, "KeyId")?,
        encryption_context: context(members, "EncryptionContext")?,
        key_pair_spec: value(members, "KeyPairSpec")?,
        grant_tokens: texts(members, "GrantTokens")?,
        dry_run: members.flag("DryRun")?,
    })
}

fn data_key_request(members: &Members<'_>) -> Result<GenerateDataKeyRequestBuilder, ProtocolError> {
    Ok(GenerateDataKeyRequestBuilder {
        key_id: key_id(members, "KeyId")?,
        encryption_context: context(members, "EncryptionContext")?,
        number_of_bytes: members.integer("NumberOfBytes")?,
        key_spec: value(members, "KeySpec")?,
        grant_tokens: texts(members, "GrantTokens")?,
        dry_run: members.flag("DryRun")?,
    })
}

fn key_id(members: &Members<'_>, name: &str) -> Result<Option<KeyIdentifier>, ProtocolError> {
    Ok(members.text(name)?.map(KeyIdentifier::from))
}

fn ciphertext_blob(members: &Members<'_>) -> Result<Option<Vec<u8>>, ProtocolError> {
    let blob = members.blob("CiphertextBlob")?;
    Ok(blob.map(Wiped::into_vec))
}

fn context(members: &Members<'_>, name: &str) -> Result<ContextBuilder, ProtocolError> {
    Ok(members.context(name)?.unwrap_or_default().into())
}

fn texts(members: &Members<'_>, name: &str) -> Result<Vec<String>, ProtocolError> {
    let Some(texts) = members.texts(name)? else {
        return Ok(Vec::new());
    };
    Ok(texts.into_iter().map(str::to_owned).collect())
}

fn value<T>(members: &Members<'_>, name: &str) -> Result<Option<ModelValue<T>>, ProtocolError>
where
    for<'t> ModelValue<T>: From<&'t str>,
{
    Ok(members.text(name)?.map(ModelValue::from))
}

fn values<T>(members: &Members<'_>, name: &str) -> Result<Vec<ModelValue<T>>, ProtocolError>
where
    for<'t> ModelValue<T>: From<&'t str>,
{
    let Some(texts) = members.texts(name)? else {
        return Ok(Vec::new());
    };
    Ok(texts.into_iter().map(ModelValue::from).collect())
}

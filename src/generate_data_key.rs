//! The operations `GenerateDataKey` and `GenerateDataKeyWithoutPlaintext`, which encrypt random bytes.

use crate::access::Action;
use crate::constraints::{Constraints, ModelValue};
use crate::context::{ContextBuilder, EncryptionContext};
use crate::engine::{Sealed, Sealing, SealingRequest, Session};
use crate::error::{Constraint, KmsError, ValidationError};
use crate::key::{
    EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, model_enum, serde_as_text,
};
use crate::provider::PendingUse;
use crate::secret::Plaintext;
use crate::setters::{
    dry_run_setters, encryption_context_setters, grant_token_setters, key_id_setters,
};

/// The maximum length of a data key in bytes (service model).
const NUMBER_OF_BYTES_MAX: i64 = 1024;

model_enum! {
    /// The length of a data key: `DataKeySpec`.
    DataKeySpec {
        Aes256 = "AES_256",
        Aes128 = "AES_128",
    }
}

serde_as_text!(DataKeySpec);

impl DataKeySpec {
    const fn number_of_bytes(self) -> usize {
        match self {
            Self::Aes256 => 32,
            Self::Aes128 => 16,
        }
    }
}

impl From<DataKeySpec> for ModelValue<DataKeySpec> {
    fn from(spec: DataKeySpec) -> Self {
        Self::Known(spec)
    }
}

/// A request for a data key: all of its members, checked.
///
/// ```
/// use kms_reencrypt::{DataKeySpec, GenerateDataKeyRequest};
///
/// let request = GenerateDataKeyRequest::builder()
///     .key_id("alias/app")
///     .key_spec(DataKeySpec::Aes256)
///     .build()?;
/// assert_eq!(request.number_of_bytes(), 32);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateDataKeyRequest {
    key_id: KeyIdentifier,
    encryption_context: EncryptionContext,
    number_of_bytes: usize,
    grant_tokens: Vec<String>,
    dry_run: bool,
}

impl GenerateDataKeyRequest {
    /// An empty builder.
    pub fn builder() -> GenerateDataKeyRequestBuilder {
        GenerateDataKeyRequestBuilder::default()
    }

    /// `KeyId`
    #[must_use]
    pub const fn key_id(&self) -> &KeyIdentifier {
        &self.key_id
    }

    /// `EncryptionContext`
    #[must_use]
    pub const fn encryption_context(&self) -> &EncryptionContext {
        &self.encryption_context
    }

    /// `GrantTokens`
    #[must_use]
    pub fn grant_tokens(&self) -> &[String] {
        &self.grant_tokens
    }

    /// `DryRun`; `false` if it was not set.
    #[must_use]
    pub const fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// The length of the data key in bytes, by `NumberOfBytes` or by `KeySpec`.
    #[must_use]
    pub const fn number_of_bytes(&self) -> usize {
        self.number_of_bytes
    }
}

/// Collects the members of a [`GenerateDataKeyRequest`]. `KeyId` is required, and one of `NumberOfBytes` and `KeySpec`.
///
/// ```
/// use kms_reencrypt::{DataKeySpec, GenerateDataKeyRequest, KeySpec, Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let kms = Kms::new(keyring);
///
/// let builder = GenerateDataKeyRequest::builder().key_id(key).encryption_context("file", "7");
/// let request = builder.clone().key_spec(DataKeySpec::Aes128).build()?;
/// let data_key = kms.generate_data_key(&request)?;
/// assert_eq!(data_key.plaintext().len(), 16);
///
/// let both = builder.key_spec(DataKeySpec::Aes256).number_of_bytes(64).build();
/// assert_eq!(both.unwrap_err().code(), "ValidationException");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct GenerateDataKeyRequestBuilder {
    pub(crate) key_id: Option<KeyIdentifier>,
    pub(crate) encryption_context: ContextBuilder,
    pub(crate) number_of_bytes: Option<i64>,
    pub(crate) key_spec: Option<ModelValue<DataKeySpec>>,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) dry_run: Option<bool>,
}

impl GenerateDataKeyRequestBuilder {
    key_id_setters!(key_id, set_key_id, "KeyId", " Required.");

    encryption_context_setters!(
        encryption_context,
        set_encryption_context,
        "EncryptionContext"
    );

    /// `NumberOfBytes`: 1 to 1024. Set either this or `KeySpec`.
    pub fn number_of_bytes(mut self, number: impl Into<i64>) -> Self {
        self.number_of_bytes = Some(number.into());
        self
    }

    /// Sets or removes `NumberOfBytes`.
    pub const fn set_number_of_bytes(mut self, number: Option<i64>) -> Self {
        self.number_of_bytes = number;
        self
    }

    /// `KeySpec`: the length by name. Set either this or `NumberOfBytes`.
    pub fn key_spec(mut self, spec: impl Into<ModelValue<DataKeySpec>>) -> Self {
        self.key_spec = Some(spec.into());
        self
    }

    /// Sets or removes `KeySpec`.
    pub fn set_key_spec(mut self, spec: Option<ModelValue<DataKeySpec>>) -> Self {
        self.key_spec = spec;
        self
    }

    grant_token_setters!();

    dry_run_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message, and if both or neither of `NumberOfBytes` and
    /// `KeySpec` are set.
    pub fn build(self) -> Result<GenerateDataKeyRequest, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.required_key_id("keyId", self.key_id);
        let number = self
            .number_of_bytes
            .and_then(|number| constraints.number("numberOfBytes", number, 1, NUMBER_OF_BYTES_MAX));
        let spec = self
            .key_spec
            .and_then(|spec| constraints.known("keySpec", spec, Constraint::DATA_KEY_SPECS));
        constraints.grant_tokens(&self.grant_tokens);
        let key_id = constraints.finish(|| key_id)?;
        let number_of_bytes = match (number, spec) {
            (Some(number), None) => number,
            (None, Some(spec)) => spec.number_of_bytes(),
            (Some(_), Some(_)) | (None, None) => return Err(ValidationError::DataKeyLength.into()),
        };
        Ok(GenerateDataKeyRequest {
            key_id,
            encryption_context: self.encryption_context.build(),
            number_of_bytes,
            grant_tokens: self.grant_tokens,
            dry_run: self.dry_run.unwrap_or_default(),
        })
    }
}

/// The response of `GenerateDataKey`: every member of `GenerateDataKeyResponse` in the service model, except those for
/// Nitro enclaves.
#[derive(Debug)]
pub struct GenerateDataKeyResponse {
    ciphertext_blob: Vec<u8>,
    plaintext: Plaintext,
    key_id: KeyArn,
    key_material_id: Option<KeyMaterialId>,
}

impl GenerateDataKeyResponse {
    /// `CiphertextBlob`: the data key, encrypted under the KMS key.
    #[must_use]
    pub fn ciphertext_blob(&self) -> &[u8] {
        &self.ciphertext_blob
    }

    /// `CiphertextBlob`, without a copy. The data key itself is wiped.
    #[must_use]
    pub fn into_ciphertext_blob(self) -> Vec<u8> {
        self.ciphertext_blob
    }

    /// `Plaintext`: the data key.
    #[must_use]
    pub const fn plaintext(&self) -> &Plaintext {
        &self.plaintext
    }

    /// `Plaintext`, without a copy.
    #[must_use]
    pub fn into_plaintext(self) -> Plaintext {
        self.plaintext
    }

    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        &self.key_id
    }

    /// `KeyMaterialId`
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }
}

/// The response of `GenerateDataKeyWithoutPlaintext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateDataKeyWithoutPlaintextResponse {
    ciphertext_blob: Vec<u8>,
    key_id: KeyArn,
    key_material_id: Option<KeyMaterialId>,
}

impl GenerateDataKeyWithoutPlaintextResponse {
    /// `CiphertextBlob`: the data key, encrypted under the KMS key.
    #[must_use]
    pub fn ciphertext_blob(&self) -> &[u8] {
        &self.ciphertext_blob
    }

    /// `CiphertextBlob`, without a copy.
    #[must_use]
    pub fn into_ciphertext_blob(self) -> Vec<u8> {
        self.ciphertext_blob
    }

    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        &self.key_id
    }

    /// `KeyMaterialId`
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }
}

pub(crate) fn generate_data_key(
    session: &mut Session<'_>,
    request: &GenerateDataKeyRequest,
) -> Result<GenerateDataKeyResponse, KmsError> {
    let (plaintext, key_id, sealed) = generate(session, request, Action::GenerateDataKey)?;
    Ok(GenerateDataKeyResponse {
        ciphertext_blob: sealed.ciphertext,
        plaintext,
        key_id,
        key_material_id: sealed.key_material_id,
    })
}

pub(crate) fn generate_data_key_without_plaintext(
    session: &mut Session<'_>,
    request: &GenerateDataKeyRequest,
) -> Result<GenerateDataKeyWithoutPlaintextResponse, KmsError> {
    let action = Action::GenerateDataKeyWithoutPlaintext;
    let (_, key_id, sealed) = generate(session, request, action)?;
    Ok(GenerateDataKeyWithoutPlaintextResponse {
        ciphertext_blob: sealed.ciphertext,
        key_id,
        key_material_id: sealed.key_material_id,
    })
}

fn generate(
    session: &mut Session<'_>,
    request: &GenerateDataKeyRequest,
    action: Action,
) -> Result<(Plaintext, KeyArn, Sealed), KmsError> {
    session.present(&request.grant_tokens)?;
    let sealing = Sealing::prepare(
        session,
        &SealingRequest {
            key_id: &request.key_id,
            // Only symmetric keys encrypt data keys.
            algorithm: EncryptionAlgorithm::SymmetricDefault,
            context: &request.encryption_context,
            action,
            re_encrypted_from: None,
            data_key_pair_spec: None,
        },
    )?;
    if request.dry_run {
        return Err(KmsError::DryRunOperation);
    }
    let plaintext = session.random_bytes(request.number_of_bytes)?;
    let pending = sealing.begin_use(session);
    let sealed = sealing.seal_copy(plaintext.expose())?;
    pending.iter().for_each(PendingUse::note);
    Ok((plaintext, *sealing.key_arn(), sealed))
}

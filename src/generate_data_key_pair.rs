//! The operations `GenerateDataKeyPair` and `GenerateDataKeyPairWithoutPlaintext`, which encrypt new private keys.

use zeroize::Zeroizing;

use crate::access::Action;
use crate::constraints::{Constraints, ModelValue};
use crate::context::{ContextBuilder, EncryptionContext};
use crate::engine::{Sealed, Sealing, SealingRequest, Session};
use crate::error::{Constraint, KmsError, UnsupportedOperationError};
use crate::key::{
    DataKeyPairSpec, EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, KeyOrigin, KeySpec,
};
use crate::primitives::key_pair::KeyPair;
use crate::provider::PendingUse;
use crate::secret::Plaintext;
use crate::setters::{
    dry_run_setters, encryption_context_setters, grant_token_setters, key_id_setters,
};

impl From<DataKeyPairSpec> for ModelValue<DataKeyPairSpec> {
    fn from(spec: DataKeyPairSpec) -> Self {
        Self::Known(spec)
    }
}

/// A request for a pair of data keys: all of its members, checked.
///
/// ```
/// use kms_reencrypt::{DataKeyPairSpec, GenerateDataKeyPairRequest};
///
/// let request = GenerateDataKeyPairRequest::builder()
///     .key_id("alias/app")
///     .key_pair_spec(DataKeyPairSpec::Rsa2048)
///     .build()?;
/// assert_eq!(request.key_pair_spec().as_str(), "RSA_2048");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateDataKeyPairRequest {
    key_id: KeyIdentifier,
    encryption_context: EncryptionContext,
    key_pair_spec: DataKeyPairSpec,
    grant_tokens: Vec<String>,
    dry_run: bool,
}

impl GenerateDataKeyPairRequest {
    /// An empty builder.
    pub fn builder() -> GenerateDataKeyPairRequestBuilder {
        GenerateDataKeyPairRequestBuilder::default()
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

    /// `KeyPairSpec`
    #[must_use]
    pub const fn key_pair_spec(&self) -> DataKeyPairSpec {
        self.key_pair_spec
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
}

/// Collects the members of a [`GenerateDataKeyPairRequest`]. `KeyId` and `KeyPairSpec` are required.
///
/// A spec can also be given by its name, for example from a configuration file. A name that KMS does not know is
/// refused with KMS's message:
///
/// ```
/// use kms_reencrypt::{DataKeyPairSpec, GenerateDataKeyPairRequest};
///
/// let builder = GenerateDataKeyPairRequest::builder().key_id("alias/app");
/// let request = builder.clone().key_pair_spec("RSA_4096").build()?;
/// assert_eq!(request.key_pair_spec(), DataKeyPairSpec::Rsa4096);
///
/// let error = builder.key_pair_spec("RSA_1024").build().unwrap_err();
/// let refused = "Value 'RSA_1024' at 'keyPairSpec' failed to satisfy constraint";
/// assert!(error.to_string().contains(refused));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct GenerateDataKeyPairRequestBuilder {
    pub(crate) key_id: Option<KeyIdentifier>,
    pub(crate) encryption_context: ContextBuilder,
    pub(crate) key_pair_spec: Option<ModelValue<DataKeyPairSpec>>,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) dry_run: Option<bool>,
}

impl GenerateDataKeyPairRequestBuilder {
    key_id_setters!(key_id, set_key_id, "KeyId", " Required.");

    encryption_context_setters!(
        encryption_context,
        set_encryption_context,
        "EncryptionContext"
    );

    /// `KeyPairSpec`: the type of the pair. Required.
    pub fn key_pair_spec(mut self, spec: impl Into<ModelValue<DataKeyPairSpec>>) -> Self {
        self.key_pair_spec = Some(spec.into());
        self
    }

    /// Sets or removes `KeyPairSpec`.
    pub fn set_key_pair_spec(mut self, spec: Option<ModelValue<DataKeyPairSpec>>) -> Self {
        self.key_pair_spec = spec;
        self
    }

    grant_token_setters!();

    dry_run_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<GenerateDataKeyPairRequest, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.required_key_id("keyId", self.key_id);
        let spec = constraints
            .required("keyPairSpec", self.key_pair_spec)
            .and_then(|spec| {
                constraints.known("keyPairSpec", spec, Constraint::data_key_pair_specs())
            });
        constraints.grant_tokens(&self.grant_tokens);
        constraints.finish(|| {
            Some(GenerateDataKeyPairRequest {
                key_id: key_id?,
                encryption_context: self.encryption_context.build(),
                key_pair_spec: spec?,
                grant_tokens: self.grant_tokens,
                dry_run: self.dry_run.unwrap_or_default(),
            })
        })
    }
}

/// The response of `GenerateDataKeyPair`: every member of `GenerateDataKeyPairResponse` in the service model, except
/// those for Nitro enclaves.
#[derive(Debug)]
pub struct GenerateDataKeyPairResponse {
    private_key_plaintext: Plaintext,
    rest: GenerateDataKeyPairWithoutPlaintextResponse,
}

impl GenerateDataKeyPairResponse {
    /// `PrivateKeyCiphertextBlob`: the private key, encrypted under the KMS key.
    #[must_use]
    pub fn private_key_ciphertext_blob(&self) -> &[u8] {
        self.rest.private_key_ciphertext_blob()
    }

    /// `PrivateKeyCiphertextBlob`, without a copy. The private key itself is wiped.
    #[must_use]
    pub fn into_private_key_ciphertext_blob(self) -> Vec<u8> {
        self.rest.into_private_key_ciphertext_blob()
    }

    /// `PrivateKeyPlaintext`: the private key, as the DER of a PKCS#8 `PrivateKeyInfo`.
    #[must_use]
    pub const fn private_key_plaintext(&self) -> &Plaintext {
        &self.private_key_plaintext
    }

    /// `PrivateKeyPlaintext`, without a copy.
    #[must_use]
    pub fn into_private_key_plaintext(self) -> Plaintext {
        self.private_key_plaintext
    }

    /// `PublicKey`: the DER of an X.509 `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        self.rest.public_key()
    }

    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        self.rest.key_id()
    }

    /// `KeyPairSpec`
    #[must_use]
    pub const fn key_pair_spec(&self) -> DataKeyPairSpec {
        self.rest.key_pair_spec()
    }

    /// `KeyMaterialId`
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.rest.key_material_id()
    }
}

/// The response of `GenerateDataKeyPairWithoutPlaintext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateDataKeyPairWithoutPlaintextResponse {
    private_key_ciphertext_blob: Vec<u8>,
    public_key: Vec<u8>,
    key_id: KeyArn,
    key_pair_spec: DataKeyPairSpec,
    key_material_id: Option<KeyMaterialId>,
}

impl GenerateDataKeyPairWithoutPlaintextResponse {
    /// `PrivateKeyCiphertextBlob`: the private key as the DER of a PKCS#8 `PrivateKeyInfo`, encrypted under the KMS key.
    #[must_use]
    pub fn private_key_ciphertext_blob(&self) -> &[u8] {
        &self.private_key_ciphertext_blob
    }

    /// `PrivateKeyCiphertextBlob`, without a copy.
    #[must_use]
    pub fn into_private_key_ciphertext_blob(self) -> Vec<u8> {
        self.private_key_ciphertext_blob
    }

    /// `PublicKey`: the DER of an X.509 `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        &self.key_id
    }

    /// `KeyPairSpec`
    #[must_use]
    pub const fn key_pair_spec(&self) -> DataKeyPairSpec {
        self.key_pair_spec
    }

    /// `KeyMaterialId`
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }
}

pub(crate) fn generate_data_key_pair(
    session: &mut Session<'_>,
    request: &GenerateDataKeyPairRequest,
) -> Result<GenerateDataKeyPairResponse, KmsError> {
    let (mut private_key, rest) = generate(session, request, Action::GenerateDataKeyPair)?;
    Ok(GenerateDataKeyPairResponse {
        private_key_plaintext: Plaintext::from_vec(core::mem::take(&mut *private_key)),
        rest,
    })
}

pub(crate) fn generate_data_key_pair_without_plaintext(
    session: &mut Session<'_>,
    request: &GenerateDataKeyPairRequest,
) -> Result<GenerateDataKeyPairWithoutPlaintextResponse, KmsError> {
    let action = Action::GenerateDataKeyPairWithoutPlaintext;
    generate(session, request, action).map(|(_, response)| response)
}

/// Returns the private key and the rest of the response.
fn generate(
    session: &mut Session<'_>,
    request: &GenerateDataKeyPairRequest,
    action: Action,
) -> Result<
    (
        Zeroizing<Vec<u8>>,
        GenerateDataKeyPairWithoutPlaintextResponse,
    ),
    KmsError,
> {
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
            data_key_pair_spec: Some(request.key_pair_spec),
        },
    )?;
    let spec = KeySpec::from(request.key_pair_spec);
    supported(&sealing, spec)?;
    if request.dry_run {
        return Err(KmsError::DryRunOperation);
    }
    let pair = KeyPair::generate(spec, session.random()).map_err(KmsError::internal)?;
    let private_key = pair.to_pkcs8_der().map_err(KmsError::internal)?;
    let pending = sealing.begin_use(session);
    let Sealed {
        ciphertext,
        key_material_id,
    } = sealing.seal_copy(&private_key)?;
    pending.iter().for_each(PendingUse::note);
    let response = GenerateDataKeyPairWithoutPlaintextResponse {
        private_key_ciphertext_blob: ciphertext,
        public_key: pair.public_key().to_vec(),
        key_id: *sealing.key_arn(),
        key_pair_spec: request.key_pair_spec,
        key_material_id,
    };
    Ok((private_key, response))
}

/// Refuses keys in custom key stores (DOC), SM2 outside of China as `CreateKey` does (INFERRED), and pairs that this
/// build cannot generate.
fn supported(sealing: &Sealing<'_>, spec: KeySpec) -> Result<(), KmsError> {
    let (key, origin) = (sealing.key_arn(), sealing.key_origin());
    let error = if !matches!(origin, KeyOrigin::AwsKms | KeyOrigin::External) {
        UnsupportedOperationError::KeyOrigin { key: *key, origin }
    } else if spec == KeySpec::Sm2 && !key.region().is_in_china() {
        UnsupportedOperationError::KeySpecInRegion(spec)
    } else if !KeyPair::exists_for(spec) {
        UnsupportedOperationError::NoDataKeyPair(spec)
    } else {
        return Ok(());
    };
    Err(KmsError::UnsupportedOperation(error))
}

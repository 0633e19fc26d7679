//! The operation `Decrypt`: its request, its response and its steps.

use crate::access::Action;
use crate::constraints::{Constraints, DryRunModifier, ModelValue, ignores_ciphertext};
use crate::context::{ContextBuilder, EncryptionContext};
use crate::engine::{Opening, OpeningRequest, Session};
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, KeyOrigin};
use crate::provider::PendingUse;
use crate::secret::Plaintext;
use crate::setters::{
    ciphertext_blob_setters, dry_run_modifier_setters, dry_run_setters,
    encryption_algorithm_setters, encryption_context_setters, grant_token_setters, key_id_setters,
};

/// A request to decrypt a ciphertext: all of its members, checked.
///
/// ```
/// use kms_reencrypt::DecryptRequest;
///
/// let request = DecryptRequest::builder()
///     .ciphertext_blob([1, 2, 3])
///     .encryption_context("tenant", "blue")
///     .build()?;
/// assert!(request.key_id().is_none());
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecryptRequest {
    ciphertext_blob: Option<Vec<u8>>,
    encryption_context: EncryptionContext,
    grant_tokens: Vec<String>,
    key_id: Option<KeyIdentifier>,
    encryption_algorithm: EncryptionAlgorithm,
    dry_run: bool,
}

impl DecryptRequest {
    /// An empty builder.
    pub fn builder() -> DecryptRequestBuilder {
        DecryptRequestBuilder::default()
    }

    /// `CiphertextBlob`; `None` only if a dry run ignores it.
    #[must_use]
    pub fn ciphertext_blob(&self) -> Option<&[u8]> {
        self.ciphertext_blob.as_deref()
    }

    /// `EncryptionContext`
    #[must_use]
    pub const fn encryption_context(&self) -> &EncryptionContext {
        &self.encryption_context
    }

    /// `KeyId`
    #[must_use]
    pub const fn key_id(&self) -> Option<&KeyIdentifier> {
        self.key_id.as_ref()
    }

    /// `GrantTokens`
    #[must_use]
    pub fn grant_tokens(&self) -> &[String] {
        &self.grant_tokens
    }

    /// `EncryptionAlgorithm`; `SYMMETRIC_DEFAULT` if it was not set.
    #[must_use]
    pub const fn encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.encryption_algorithm
    }

    /// `DryRun`; `false` if it was not set.
    #[must_use]
    pub const fn dry_run(&self) -> bool {
        self.dry_run
    }
}

/// Collects the members of a [`DecryptRequest`]. `CiphertextBlob` is required; asymmetric algorithms also need `KeyId`.
///
/// A `KeyId` pins the key: a blob of another key is refused, although KMS could open it.
///
/// ```
/// use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms, KmsError};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let ours = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let other = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let kms = Kms::new(keyring);
/// let encrypt = EncryptRequest::builder().key_id(other).plaintext("data").build()?;
/// let blob = kms.encrypt(&encrypt)?.into_ciphertext_blob();
///
/// let request = DecryptRequest::builder().ciphertext_blob(blob);
/// assert_eq!(kms.decrypt(&request.clone().build()?)?.plaintext().expose(), b"data");
/// let pinned = request.key_id(ours).build()?;
/// assert_eq!(kms.decrypt(&pinned).unwrap_err(), KmsError::IncorrectKey);
/// # Ok::<(), KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DecryptRequestBuilder {
    pub(crate) ciphertext_blob: Option<Vec<u8>>,
    pub(crate) encryption_context: ContextBuilder,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) key_id: Option<KeyIdentifier>,
    pub(crate) encryption_algorithm: Option<ModelValue<EncryptionAlgorithm>>,
    pub(crate) dry_run: Option<bool>,
    pub(crate) dry_run_modifiers: Vec<ModelValue<DryRunModifier>>,
}

impl DecryptRequestBuilder {
    ciphertext_blob_setters!();

    encryption_context_setters!(
        encryption_context,
        set_encryption_context,
        "EncryptionContext"
    );

    grant_token_setters!();

    key_id_setters!(key_id, set_key_id, "KeyId");

    encryption_algorithm_setters!(
        encryption_algorithm,
        set_encryption_algorithm,
        "EncryptionAlgorithm"
    );

    dry_run_setters!();

    dry_run_modifier_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<DecryptRequest, KmsError> {
        let dry_run = self.dry_run.unwrap_or_default();
        let ignores_ciphertext = ignores_ciphertext(dry_run, &self.dry_run_modifiers);
        let mut constraints = Constraints::default();
        constraints.ciphertext_blob(self.ciphertext_blob.as_deref(), ignores_ciphertext);
        constraints.grant_tokens(&self.grant_tokens);
        constraints.key_id("keyId", self.key_id.as_ref());
        let encryption_algorithm =
            constraints.algorithm("encryptionAlgorithm", self.encryption_algorithm);
        constraints.dry_run_modifiers(&self.dry_run_modifiers);
        constraints.finish(|| {
            Some(DecryptRequest {
                ciphertext_blob: self.ciphertext_blob.filter(|_| !ignores_ciphertext),
                encryption_context: self.encryption_context.build(),
                grant_tokens: self.grant_tokens,
                key_id: self.key_id,
                encryption_algorithm: encryption_algorithm?,
                dry_run,
            })
        })
    }
}

/// The response of `Decrypt`: every member of `DecryptResponse` in the service model, except those for Nitro enclaves.
#[derive(Debug)]
pub struct DecryptResponse {
    key_id: KeyArn,
    plaintext: Plaintext,
    encryption_algorithm: EncryptionAlgorithm,
    key_material_id: Option<KeyMaterialId>,
    key_origin: KeyOrigin,
}

impl DecryptResponse {
    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        &self.key_id
    }

    /// `Plaintext`
    #[must_use]
    pub const fn plaintext(&self) -> &Plaintext {
        &self.plaintext
    }

    /// `Plaintext`, without a copy.
    #[must_use]
    pub fn into_plaintext(self) -> Plaintext {
        self.plaintext
    }

    /// `EncryptionAlgorithm`
    #[must_use]
    pub const fn encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.encryption_algorithm
    }

    /// `KeyMaterialId`, if the key is symmetric.
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }

    /// `KeyOrigin`: AWS's answers have it (RECORDED), its service model does not.
    #[must_use]
    pub const fn key_origin(&self) -> KeyOrigin {
        self.key_origin
    }
}

pub(crate) fn decrypt(
    session: &mut Session<'_>,
    request: &DecryptRequest,
) -> Result<DecryptResponse, KmsError> {
    session.present(&request.grant_tokens)?;
    let opening = Opening::prepare(
        session,
        &OpeningRequest {
            ciphertext: request.ciphertext_blob(),
            key_id: request.key_id(),
            key_id_member: "KeyId",
            algorithm: request.encryption_algorithm,
            context: &request.encryption_context,
            action: Action::Decrypt,
            re_encrypted_under: None,
        },
    )?;
    let Some(plaintext) = opening.open()?.filter(|_| !request.dry_run) else {
        return Err(KmsError::DryRunOperation);
    };
    let pending = opening.begin_use(session);
    pending.iter().for_each(PendingUse::note);
    Ok(DecryptResponse {
        key_id: *opening.key_arn(),
        plaintext,
        encryption_algorithm: request.encryption_algorithm,
        key_material_id: opening.key_material_id().copied(),
        key_origin: opening.key_origin(),
    })
}

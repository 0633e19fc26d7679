//! The operation `Encrypt`: its request, its response and its steps.

use crate::access::Action;
use crate::constraints::{Constraints, ModelValue};
use crate::context::{ContextBuilder, EncryptionContext};
use crate::engine::{Sealing, SealingRequest, Session};
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, SYMMETRIC_PLAINTEXT_MAX};
use crate::provider::PendingUse;
use crate::secret::Plaintext;
use crate::setters::{
    dry_run_setters, encryption_algorithm_setters, encryption_context_setters, grant_token_setters,
    key_id_setters,
};

/// A request to encrypt up to 4096 bytes: all of its members, checked.
///
/// ```
/// use kms_reencrypt::EncryptRequest;
///
/// let request = EncryptRequest::builder()
///     .key_id("alias/app")
///     .plaintext(b"attack at dawn")
///     .encryption_context("tenant", "blue")
///     .build()?;
/// assert!(!format!("{request:?}").contains("attack"));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Debug)]
pub struct EncryptRequest {
    key_id: KeyIdentifier,
    plaintext: Plaintext,
    encryption_context: EncryptionContext,
    grant_tokens: Vec<String>,
    encryption_algorithm: EncryptionAlgorithm,
    dry_run: bool,
}

impl EncryptRequest {
    /// An empty builder.
    pub fn builder() -> EncryptRequestBuilder {
        EncryptRequestBuilder::default()
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

/// Collects the members of an [`EncryptRequest`]. `KeyId` and `Plaintext` are required.
///
/// A secret that already is a [`Plaintext`] is moved in, so no copy is left to wipe:
///
/// ```
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, Plaintext};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let secret: Plaintext = keyring.generate_random(32)?;
///
/// let request = EncryptRequest::builder()
///     .key_id(key)
///     .set_plaintext(Some(secret))
///     .encryption_context("purpose", "session")
///     .build()?;
/// assert!(Kms::new(keyring).encrypt(&request)?.ciphertext_blob().len() > 32);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct EncryptRequestBuilder {
    pub(crate) key_id: Option<KeyIdentifier>,
    pub(crate) plaintext: Option<Plaintext>,
    pub(crate) encryption_context: ContextBuilder,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) encryption_algorithm: Option<ModelValue<EncryptionAlgorithm>>,
    pub(crate) dry_run: Option<bool>,
}

impl EncryptRequestBuilder {
    key_id_setters!(key_id, set_key_id, "KeyId", " Required.");

    /// `Plaintext`: 1 to 4096 bytes. They are copied; the caller has to wipe the original.
    pub fn plaintext(mut self, plaintext: impl AsRef<[u8]>) -> Self {
        self.plaintext = Some(Plaintext::from_slice(plaintext.as_ref()));
        self
    }

    /// Sets or removes `Plaintext`, without copying it.
    pub fn set_plaintext(mut self, plaintext: Option<Plaintext>) -> Self {
        self.plaintext = plaintext;
        self
    }

    encryption_context_setters!(
        encryption_context,
        set_encryption_context,
        "EncryptionContext"
    );

    grant_token_setters!();

    encryption_algorithm_setters!(
        encryption_algorithm,
        set_encryption_algorithm,
        "EncryptionAlgorithm"
    );

    dry_run_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<EncryptRequest, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.required_key_id("keyId", self.key_id);
        let plaintext = constraints.plaintext("plaintext", self.plaintext, SYMMETRIC_PLAINTEXT_MAX);
        constraints.grant_tokens(&self.grant_tokens);
        let encryption_algorithm =
            constraints.algorithm("encryptionAlgorithm", self.encryption_algorithm);
        constraints.finish(|| {
            Some(EncryptRequest {
                key_id: key_id?,
                plaintext: plaintext?,
                encryption_context: self.encryption_context.build(),
                grant_tokens: self.grant_tokens,
                encryption_algorithm: encryption_algorithm?,
                dry_run: self.dry_run.unwrap_or_default(),
            })
        })
    }
}

/// The response of `Encrypt`: every member of `EncryptResponse` in the service model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptResponse {
    ciphertext_blob: Vec<u8>,
    key_id: KeyArn,
    encryption_algorithm: EncryptionAlgorithm,
}

impl EncryptResponse {
    /// `CiphertextBlob`
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

    /// `EncryptionAlgorithm`
    #[must_use]
    pub const fn encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.encryption_algorithm
    }
}

pub(crate) fn encrypt(
    session: &mut Session<'_>,
    request: &EncryptRequest,
) -> Result<EncryptResponse, KmsError> {
    session.present(&request.grant_tokens)?;
    let sealing = Sealing::prepare(
        session,
        &SealingRequest {
            key_id: &request.key_id,
            algorithm: request.encryption_algorithm,
            context: &request.encryption_context,
            action: Action::Encrypt,
            re_encrypted_from: None,
            data_key_pair_spec: None,
        },
    )?;
    sealing.check_len(request.plaintext.len())?;
    if request.dry_run {
        return Err(KmsError::DryRunOperation);
    }
    let pending = sealing.begin_use(session);
    let sealed = sealing.seal_copy(request.plaintext.expose())?;
    pending.iter().for_each(PendingUse::note);
    Ok(EncryptResponse {
        ciphertext_blob: sealed.ciphertext,
        key_id: *sealing.key_arn(),
        encryption_algorithm: request.encryption_algorithm,
    })
}

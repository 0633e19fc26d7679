//! [`ReEncryptRequest`] and its builder.

use crate::constraints::{Constraints, DryRunModifier, ModelValue, ignores_ciphertext};
use crate::context::{ContextBuilder, EncryptionContext};
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyIdentifier};
use crate::setters::{
    ciphertext_blob_setters, dry_run_modifier_setters, dry_run_setters,
    encryption_algorithm_setters, encryption_context_setters, grant_token_setters, key_id_setters,
};

/// A request to decrypt a ciphertext and encrypt it again under another key: all of its members, checked.
///
/// Its builder has the setters of the official SDK's fluent builder.
///
/// ```
/// use kms_reencrypt::{EncryptionAlgorithm, ReEncryptRequest};
///
/// let request = ReEncryptRequest::builder()
///     .ciphertext_blob([1, 2, 3])
///     .source_key_id("alias/app")
///     .source_encryption_context("tenant", "blue")
///     .destination_key_id("arn:aws:kms:us-east-2:111122223333:alias/archive")
///     .destination_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
///     .build()?;
/// assert_eq!(request.source_encryption_context().get("tenant"), Some("blue"));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReEncryptRequest {
    ciphertext_blob: Option<Vec<u8>>,
    source_encryption_context: EncryptionContext,
    source_key_id: Option<KeyIdentifier>,
    destination_key_id: KeyIdentifier,
    destination_encryption_context: EncryptionContext,
    source_encryption_algorithm: EncryptionAlgorithm,
    destination_encryption_algorithm: EncryptionAlgorithm,
    grant_tokens: Vec<String>,
    dry_run: bool,
}

impl ReEncryptRequest {
    /// An empty builder.
    pub fn builder() -> ReEncryptRequestBuilder {
        ReEncryptRequestBuilder::default()
    }

    /// `CiphertextBlob`; `None` only if a dry run ignores it.
    #[must_use]
    pub fn ciphertext_blob(&self) -> Option<&[u8]> {
        self.ciphertext_blob.as_deref()
    }

    /// `SourceEncryptionContext`
    #[must_use]
    pub const fn source_encryption_context(&self) -> &EncryptionContext {
        &self.source_encryption_context
    }

    /// `SourceKeyId`
    #[must_use]
    pub const fn source_key_id(&self) -> Option<&KeyIdentifier> {
        self.source_key_id.as_ref()
    }

    /// `DestinationKeyId`
    #[must_use]
    pub const fn destination_key_id(&self) -> &KeyIdentifier {
        &self.destination_key_id
    }

    /// `DestinationEncryptionContext`
    #[must_use]
    pub const fn destination_encryption_context(&self) -> &EncryptionContext {
        &self.destination_encryption_context
    }

    /// `SourceEncryptionAlgorithm`; `SYMMETRIC_DEFAULT` if it was not set.
    #[must_use]
    pub const fn source_encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.source_encryption_algorithm
    }

    /// `DestinationEncryptionAlgorithm`; `SYMMETRIC_DEFAULT` if it was not set.
    #[must_use]
    pub const fn destination_encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.destination_encryption_algorithm
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

/// Collects the members of a [`ReEncryptRequest`]. `CiphertextBlob` and `DestinationKeyId` are required.
///
/// A ciphertext of RSA says nothing about itself, so the request names the source key and the algorithm:
///
/// ```
/// use kms_reencrypt::{EncryptionAlgorithm, ReEncryptRequest};
///
/// let delivered = vec![0; 256];
/// let request = ReEncryptRequest::builder()
///     .ciphertext_blob(delivered)
///     .source_key_id("alias/partner")
///     .source_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
///     .destination_key_id("alias/ours")
///     .destination_encryption_context("tenant", "blue")
///     .build()?;
/// assert_eq!(request.destination_encryption_algorithm(), EncryptionAlgorithm::SymmetricDefault);
/// assert_eq!(request.destination_encryption_context().get("tenant"), Some("blue"));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ReEncryptRequestBuilder {
    pub(crate) ciphertext_blob: Option<Vec<u8>>,
    pub(crate) source_encryption_context: ContextBuilder,
    pub(crate) source_key_id: Option<KeyIdentifier>,
    pub(crate) destination_key_id: Option<KeyIdentifier>,
    pub(crate) destination_encryption_context: ContextBuilder,
    pub(crate) source_encryption_algorithm: Option<ModelValue<EncryptionAlgorithm>>,
    pub(crate) destination_encryption_algorithm: Option<ModelValue<EncryptionAlgorithm>>,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) dry_run: Option<bool>,
    pub(crate) dry_run_modifiers: Vec<ModelValue<DryRunModifier>>,
}

impl ReEncryptRequestBuilder {
    ciphertext_blob_setters!();

    encryption_context_setters!(
        source_encryption_context,
        set_source_encryption_context,
        "SourceEncryptionContext"
    );

    key_id_setters!(source_key_id, set_source_key_id, "SourceKeyId");

    key_id_setters!(
        destination_key_id,
        set_destination_key_id,
        "DestinationKeyId",
        " Required."
    );

    encryption_context_setters!(
        destination_encryption_context,
        set_destination_encryption_context,
        "DestinationEncryptionContext",
        " It is not carried over from the source: if it is not set, the new ciphertext has no context."
    );

    encryption_algorithm_setters!(
        source_encryption_algorithm,
        set_source_encryption_algorithm,
        "SourceEncryptionAlgorithm"
    );

    encryption_algorithm_setters!(
        destination_encryption_algorithm,
        set_destination_encryption_algorithm,
        "DestinationEncryptionAlgorithm"
    );

    grant_token_setters!();

    dry_run_setters!();

    dry_run_modifier_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// A malformed key identifier passes here: KMS refuses it only when it resolves it, after other checks.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    ///
    /// ```
    /// use kms_reencrypt::ReEncryptRequest;
    ///
    /// let error = ReEncryptRequest::builder().build().expect_err("nothing is there");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "2 validation errors detected: \
    ///      Value null at 'ciphertextBlob' failed to satisfy constraint: \
    ///      Member must not be null; \
    ///      Value null at 'destinationKeyId' failed to satisfy constraint: \
    ///      Member must not be null",
    /// );
    /// ```
    pub fn build(self) -> Result<ReEncryptRequest, KmsError> {
        let dry_run = self.dry_run.unwrap_or_default();
        let ignores_ciphertext = ignores_ciphertext(dry_run, &self.dry_run_modifiers);
        let mut constraints = Constraints::default();
        constraints.ciphertext_blob(self.ciphertext_blob.as_deref(), ignores_ciphertext);
        constraints.key_id("sourceKeyId", self.source_key_id.as_ref());
        let destination_key_id =
            constraints.required_key_id("destinationKeyId", self.destination_key_id);
        let source_encryption_algorithm = constraints.algorithm(
            "sourceEncryptionAlgorithm",
            self.source_encryption_algorithm,
        );
        let destination_encryption_algorithm = constraints.algorithm(
            "destinationEncryptionAlgorithm",
            self.destination_encryption_algorithm,
        );
        constraints.grant_tokens(&self.grant_tokens);
        constraints.dry_run_modifiers(&self.dry_run_modifiers);
        constraints.finish(|| {
            Some(ReEncryptRequest {
                ciphertext_blob: self.ciphertext_blob.filter(|_| !ignores_ciphertext),
                source_encryption_context: self.source_encryption_context.build(),
                source_key_id: self.source_key_id,
                destination_key_id: destination_key_id?,
                destination_encryption_context: self.destination_encryption_context.build(),
                source_encryption_algorithm: source_encryption_algorithm?,
                destination_encryption_algorithm: destination_encryption_algorithm?,
                grant_tokens: self.grant_tokens,
                dry_run,
            })
        })
    }
}

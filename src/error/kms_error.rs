//! [`KmsError`]: one variant per exception of KMS.

use core::error::Error;
use core::fmt;

use crate::iam::Explanation;
use crate::key::{
    InvalidAccountId, InvalidRegion, KeyArn, KeyMetadata, KeySpec, KeyState, KeyUsage,
};

use super::access_denied::AccessDeniedError;
use super::detail::{
    AlreadyExistsError, InvalidArnError, InvalidKeyUsageError, InvalidStateError,
    LimitExceededError, NotFoundError, TagError, UnsupportedOperationError,
};
use super::infrastructure::InfrastructureError;
use super::validation::ValidationError;

/// An exception of AWS KMS.
///
/// Match on the variant to tell the exceptions apart; [`code`](Self::code) is the name on the wire. `Display` writes
/// AWS's message, which is empty for exceptions without a message, such as `InvalidCiphertextException`.
///
/// `InvalidCiphertext` and `IncorrectKey` carry no details, since details would help an attacker. To find out why a
/// ciphertext is refused, see [`CiphertextBlob::inspect`](crate::blob::CiphertextBlob::inspect).
///
/// The words in capitals say how a message is known: RECORDED from AWS, QUOTED by others, from AWS's documentation (DOC),
/// INFERRED, or, with a number, guessed. [`documentation::behaviour`](crate::documentation::behaviour) has the evidence.
///
/// ```
/// use kms_reencrypt::KmsError;
///
/// let error = KmsError::InvalidCiphertext;
/// assert_eq!(error.code(), "InvalidCiphertextException");
/// assert_eq!(error.http_status(), 400);
/// assert_eq!(error.to_string(), "");
/// assert!(!error.is_retryable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KmsError {
    /// `AccessDeniedException`: the caller lacks a permission for the key, or must not learn whether the key exists.
    #[error(transparent)]
    AccessDenied(AccessDeniedError),

    /// `AlreadyExistsException`: what the request would create already exists.
    #[error(transparent)]
    AlreadyExists(AlreadyExistsError),

    /// `CustomKeyStoreNotFoundException`: a member of the request is about a custom key store. DOC for an account that has
    /// no such store, which is every account here; GUESS 34 for the text.
    #[error("This library has no custom key stores: send the request without {member}.")]
    #[non_exhaustive]
    CustomKeyStoreNotFound {
        /// The member.
        member: &'static str,
    },

    /// `DependencyTimeoutException`: the key provider timed out. May be retried.
    #[error(transparent)]
    DependencyTimeout(InfrastructureError),

    /// `DisabledException`: the key is disabled. QUOTED for ReEncrypt.
    #[error("{key} is disabled.")]
    #[non_exhaustive]
    Disabled {
        /// The key, which tells whether the source or the destination is meant.
        key: KeyArn,
    },

    /// `DryRunOperationException`: without `DryRun` the request would have succeeded. RECORDED.
    #[error("The request would have succeeded, but the DryRun option is set.")]
    DryRunOperation,

    /// `ExpiredImportTokenException`: the import token is too old. DOC; GUESS 35: no message.
    #[error("")]
    ExpiredImportToken,

    /// `IncorrectKeyException`: the ciphertext was made under another key than the request names. RECORDED; AWS still
    /// says CMK here.
    #[error("The key ID in the request does not identify a CMK that can perform this operation.")]
    IncorrectKey,

    /// `IncorrectKeyMaterialException`: the imported bytes are not those that the key had before. DOC; GUESS 35: no
    /// message.
    #[error("")]
    IncorrectKeyMaterial,

    /// `InvalidAliasNameException`: the name is not valid for an alias. On the wire a constraint refuses it.
    #[error("Alias {alias} is not a valid alias name.")]
    #[non_exhaustive]
    InvalidAliasName {
        /// The name in the request.
        alias: String,
    },

    /// `InvalidArnException`: an ARN that the operation does not accept, or a name in the place of one.
    #[error(transparent)]
    InvalidArn(InvalidArnError),

    /// `InvalidCiphertextException`: the ciphertext, or the encryption context that it is bound to, is wrong. RECORDED:
    /// the exception has no message.
    #[error("")]
    InvalidCiphertext,

    /// `InvalidGrantIdException`: the key has no such grant. GUESS 34; AWS refuses some in another way: behaviour §8.
    #[error("No grant with this ID exists for the key.")]
    InvalidGrantId,

    /// `InvalidGrantTokenException`: an unknown grant token. GUESS 2: no message.
    #[error("")]
    InvalidGrantToken,

    /// `InvalidImportTokenException`: the import token is for another key, or is not an import token. DOC; GUESS 35:
    /// no message.
    #[error("")]
    InvalidImportToken,

    /// `InvalidKeyUsageException`: the key is not for this operation or not for this algorithm.
    #[error(transparent)]
    InvalidKeyUsage(InvalidKeyUsageError),

    /// `InvalidMarkerException`: a pagination marker that no list issued. DOC; GUESS 35 for the text.
    #[error("The marker is not valid.")]
    InvalidMarker,

    /// `KeyUnavailableException`: the key provider cannot reach the key now. May be retried.
    #[error(transparent)]
    KeyUnavailable(InfrastructureError),

    /// `KMSInternalException`: the key provider failed. May be retried.
    #[error(transparent)]
    KmsInternal(InfrastructureError),

    /// `KMSInvalidStateException`: the state of the key does not allow the operation.
    #[error(transparent)]
    KmsInvalidState(InvalidStateError),

    /// `LimitExceededException`: a quota was exceeded.
    #[error(transparent)]
    LimitExceeded(LimitExceededError),

    /// `MalformedPolicyDocumentException`: a key policy that AWS KMS refuses. Where AWS's message is not known, this
    /// crate's says what is wrong and where (GUESS 33).
    #[error("{reason}")]
    #[non_exhaustive]
    MalformedPolicyDocument {
        /// The message: what is wrong with the policy, and where.
        reason: String,
    },

    /// `NotAuthorizedException`: an alias that is reserved for AWS services. PEER: no message.
    #[error("")]
    NotAuthorized,

    /// `NotFoundException`: the request names a key, alias or grant that does not exist.
    #[error(transparent)]
    NotFound(NotFoundError),

    /// `TagException`: tags that a key cannot have.
    #[error(transparent)]
    Tag(TagError),

    /// `ThrottlingException`: too many requests. May be retried. DOC.
    #[error(
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
    )]
    Throttling,

    /// `UnsupportedOperationException`: the operation does not support this kind of key, or this value.
    #[error(transparent)]
    UnsupportedOperation(UnsupportedOperationError),

    /// `ValidationException`: the request violates a constraint.
    #[error(transparent)]
    Validation(ValidationError),
}

impl KmsError {
    /// The name of the exception on the wire, `__type`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AccessDenied(_) => "AccessDeniedException",
            Self::AlreadyExists(_) => "AlreadyExistsException",
            Self::CustomKeyStoreNotFound { .. } => "CustomKeyStoreNotFoundException",
            Self::DependencyTimeout(_) => "DependencyTimeoutException",
            Self::Disabled { .. } => "DisabledException",
            Self::DryRunOperation => "DryRunOperationException",
            Self::ExpiredImportToken => "ExpiredImportTokenException",
            Self::IncorrectKey => "IncorrectKeyException",
            Self::IncorrectKeyMaterial => "IncorrectKeyMaterialException",
            Self::InvalidAliasName { .. } => "InvalidAliasNameException",
            Self::InvalidArn(_) => "InvalidArnException",
            Self::InvalidCiphertext => "InvalidCiphertextException",
            Self::InvalidGrantId => "InvalidGrantIdException",
            Self::InvalidGrantToken => "InvalidGrantTokenException",
            Self::InvalidImportToken => "InvalidImportTokenException",
            Self::InvalidKeyUsage(_) => "InvalidKeyUsageException",
            Self::InvalidMarker => "InvalidMarkerException",
            Self::KeyUnavailable(_) => "KeyUnavailableException",
            Self::KmsInternal(_) => "KMSInternalException",
            Self::KmsInvalidState(_) => "KMSInvalidStateException",
            Self::LimitExceeded(_) => "LimitExceededException",
            Self::MalformedPolicyDocument { .. } => "MalformedPolicyDocumentException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::NotFound(_) => "NotFoundException",
            Self::Tag(_) => "TagException",
            Self::Throttling => "ThrottlingException",
            Self::UnsupportedOperation(_) => "UnsupportedOperationException",
            Self::Validation(_) => "ValidationException",
        }
    }

    /// The HTTP status of the service's answer: 500 if the provider is at fault, 400 for everything else.
    ///
    /// The public Smithy model says 404, 409, 412 or 503 for some exceptions. The wire does not (RECORDED).
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::DependencyTimeout(_) | Self::KeyUnavailable(_) | Self::KmsInternal(_) => 500,
            _ => 400,
        }
    }

    /// Whether the same request may succeed if it is sent again (API page; throttling: developer guide).
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::DependencyTimeout(_)
                | Self::KeyUnavailable(_)
                | Self::KmsInternal(_)
                | Self::Throttling
        )
    }

    /// The refusal of an operation by the state that a key is in.
    ///
    /// Out of line, and by reference: when inlined, the compiler hoists the copy of the ARN above the check of the
    /// state.
    #[cold]
    #[inline(never)]
    pub(crate) const fn key_state(key: &KeyArn, state: KeyState) -> Self {
        match state {
            KeyState::Disabled => Self::Disabled { key: *key },
            state => Self::KmsInvalidState(InvalidStateError::key_state(*key, state)),
        }
    }

    /// The refusal of `GetPublicKey` for a key without a public key. It distinguishes keys that have no key pair in AWS
    /// either, keys that wait for their material (GUESS 59), and keys whose key pair is not here.
    pub(crate) fn no_public_key(key: &KeyMetadata) -> Self {
        let error = match (key.key_spec(), key.key_usage()) {
            (KeySpec::SymmetricDefault, _) | (_, KeyUsage::GenerateVerifyMac) => {
                UnsupportedOperationError::KindOfKey
            }
            _ if key.key_state() == KeyState::PendingImport => {
                return Self::key_state(key.arn(), KeyState::PendingImport);
            }
            (key_spec, _) => UnsupportedOperationError::NoPublicKey {
                key: *key.arn(),
                key_spec,
            },
        };
        Self::UnsupportedOperation(error)
    }

    /// `KMSInternalException` for a failure that the request did not cause.
    pub(crate) fn internal(source: impl Error + Send + Sync + 'static) -> Self {
        Self::KmsInternal(InfrastructureError::new(source.to_string()).with_source(source))
    }

    /// The error for a usable symmetric key whose metadata name no current material: a fault of its provider.
    pub(crate) fn no_current_material() -> Self {
        Self::KmsInternal(InfrastructureError::new(
            "The key provider did not name the current key material.",
        ))
    }

    /// The error for a buffer whose length does not fit its frame: a bug of this crate, which must not panic.
    pub(crate) fn unframed() -> Self {
        Self::KmsInternal(InfrastructureError::new(
            "A blob does not fit its frame. This is a bug.",
        ))
    }

    /// Whether a statement of a policy denies the request.
    #[cfg(feature = "json")]
    pub(crate) const fn is_explicit_deny(&self) -> bool {
        matches!(self, Self::AccessDenied(error) if error.is_explicit())
    }

    /// The same refusal with its explanation, and with the policy that denied it if `names_policy`; any other error
    /// unchanged.
    pub(crate) fn explained(
        self,
        names_policy: bool,
        explain: impl FnOnce() -> Explanation,
    ) -> Self {
        match self {
            Self::AccessDenied(error) => {
                Self::AccessDenied(error.with_explanation(explain(), names_policy))
            }
            other => other,
        }
    }

    /// The error for a provider that did not call back with a view of its keys.
    pub(crate) fn no_view() -> Self {
        Self::KmsInternal(InfrastructureError::new(
            "The key provider did not provide a view of its keys.",
        ))
    }

    // The API page's description is the message of a provider that gives none of its own.

    pub(crate) fn dependency_timeout(failure: InfrastructureError) -> Self {
        Self::DependencyTimeout(failure.or_message(
            "The system timed out while trying to fulfill the request. You can retry the request.",
        ))
    }

    pub(crate) fn key_unavailable(failure: InfrastructureError) -> Self {
        Self::KeyUnavailable(failure.or_message(
            "The request was rejected because the specified KMS key was not available. \
             You can retry the request.",
        ))
    }

    pub(crate) fn kms_internal(failure: InfrastructureError) -> Self {
        Self::KmsInternal(failure.or_message(
            "The request was rejected because an internal exception occurred. \
             The request can be retried.",
        ))
    }
}

impl From<AccessDeniedError> for KmsError {
    fn from(error: AccessDeniedError) -> Self {
        Self::AccessDenied(error)
    }
}

impl From<InvalidArnError> for KmsError {
    fn from(error: InvalidArnError) -> Self {
        Self::InvalidArn(error)
    }
}

/// `ValidationException`: an account that is not 12 digits. The text is this crate's.
impl From<InvalidAccountId> for KmsError {
    fn from(error: InvalidAccountId) -> Self {
        ValidationError::other(error)
    }
}

/// `ValidationException`: a Region whose name is malformed. The text is this crate's.
impl From<InvalidRegion> for KmsError {
    fn from(error: InvalidRegion) -> Self {
        ValidationError::other(error)
    }
}

impl From<NotFoundError> for KmsError {
    fn from(error: NotFoundError) -> Self {
        Self::NotFound(error)
    }
}

impl From<ValidationError> for KmsError {
    fn from(error: ValidationError) -> Self {
        Self::Validation(error)
    }
}

impl ValidationError {
    /// The exception for a rule of a control operation, with a message of this crate.
    pub(crate) fn other(rule: impl fmt::Display) -> KmsError {
        Self::Other(rule.to_string().into()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::KmsError;

    #[test]
    fn an_error_stays_small_enough_to_pass_around() {
        // The bound is a reminder, not a law: every operation returns the error by value.
        assert!(size_of::<KmsError>() <= 144, "{}", size_of::<KmsError>());
    }
}

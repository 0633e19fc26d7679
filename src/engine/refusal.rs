//! Maps the failures of providers and keys to [`KmsError`].

use crate::error::{InvalidStateError, KmsError};
use crate::provider::{KeyActionError, KeyProviderError};

/// The error for a provider that failed to answer.
pub(crate) fn provider(error: KeyProviderError) -> KmsError {
    match error {
        KeyProviderError::DependencyTimeout(failure) => KmsError::dependency_timeout(failure),
        KeyProviderError::Internal(failure) => KmsError::kms_internal(failure),
        KeyProviderError::KeyStore(message) => {
            KmsError::KmsInvalidState(InvalidStateError::CustomKeyStore(message))
        }
        KeyProviderError::KeyUnavailable(failure) => KmsError::key_unavailable(failure),
        // Callers handle `NotFound`, since they know what was looked up. What arrives here is a `NotFound` that the
        // provider must not return.
        KeyProviderError::NotFound => KmsError::internal(KeyProviderError::NotFound),
        KeyProviderError::Throttled => KmsError::Throttling,
    }
}

/// The error for a key that failed to act.
pub(super) fn action(error: KeyActionError) -> KmsError {
    match error {
        KeyActionError::Provider(error) => provider(error),
        KeyActionError::Rejected => KmsError::InvalidCiphertext,
    }
}

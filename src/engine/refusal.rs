//! From what went wrong below to the exception that says so: the only place that decides which.

use crate::access::Action;
use crate::error::{DenialReason, DeniedResource, InvalidStateError, KmsError};
use crate::key::KeyArn;
use crate::provider::{KeyActionError, KeyProviderError};
use crate::resolve::{self, Unresolved};

use super::session::Session;

/// How the request leads to a key: it decides what a refusal may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The request names it.
    Named,
    /// Only the ciphertext names it.
    FromCiphertext,
}

impl Session<'_> {
    /// The refusal of a permission: texts T1 to T5.
    pub(super) fn denied(
        &self,
        action: Action,
        key: &KeyArn,
        found: Found,
        reason: DenialReason,
    ) -> KmsError {
        match found {
            Found::FromCiphertext => {
                let resource = DeniedResource::from_ciphertext(action.as_str(), reason);
                self.access_denied(action, resource)
            }
            Found::Named => resolve::denied(self.caller(), action, key, reason),
        }
    }

    /// An identifier that leads nowhere.
    pub(super) fn unresolved(&self, action: Action, error: Unresolved) -> KmsError {
        match error {
            Unresolved::NotFound(error) => error.into(),
            Unresolved::OtherAccount => self.access_denied(action, DeniedResource::OtherAccount),
            Unresolved::Provider(error) => provider(error),
        }
    }

    /// A ciphertext whose key is not there: that it is not is not told (GUESS 17 for the text, T5).
    pub(super) fn unknown_material(&self, action: Action, error: KeyProviderError) -> KmsError {
        match error {
            KeyProviderError::NotFound => {
                let reason = DenialReason::NoKeyPolicy;
                let resource = DeniedResource::from_ciphertext(action.as_str(), reason);
                self.access_denied(action, resource)
            }
            error => provider(error),
        }
    }

    fn access_denied(&self, action: Action, resource: DeniedResource) -> KmsError {
        resolve::access_denied(self.caller(), action, resource)
    }
}

/// A provider that did not answer.
pub(crate) fn provider(error: KeyProviderError) -> KmsError {
    match error {
        KeyProviderError::DependencyTimeout(failure) => KmsError::dependency_timeout(failure),
        KeyProviderError::Internal(failure) => KmsError::kms_internal(failure),
        KeyProviderError::KeyStore(message) => {
            KmsError::KmsInvalidState(InvalidStateError::CustomKeyStore(message))
        }
        KeyProviderError::KeyUnavailable(failure) => KmsError::key_unavailable(failure),
        // What was not found is known to whoever looked, and told there. Here a provider says it where it makes none.
        KeyProviderError::NotFound => KmsError::internal(KeyProviderError::NotFound),
        KeyProviderError::Throttled => KmsError::Throttling,
    }
}

/// A key that did not act.
pub(crate) fn action(error: KeyActionError) -> KmsError {
    match error {
        KeyActionError::Provider(error) => provider(error),
        KeyActionError::Rejected => KmsError::InvalidCiphertext,
    }
}

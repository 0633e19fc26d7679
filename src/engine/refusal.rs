//! Maps the failures of keys to [`KmsError`].

use crate::error::KmsError;
use crate::provider::KeyActionError;
use crate::resolve;

/// The error for a key that failed to act.
pub(super) fn action(error: KeyActionError) -> KmsError {
    match error {
        KeyActionError::Provider(error) => resolve::failure(error),
        KeyActionError::Rejected => KmsError::InvalidCiphertext,
    }
}

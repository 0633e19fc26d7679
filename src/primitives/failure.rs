//! The failures of a software key that are not the ciphertext's fault.

use core::error::Error;

use crate::error::InfrastructureError;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::{KeyActionError, KeyProviderError};
use crate::random::RandomnessUnavailable;

/// The key could not do what it is for, and the error that stopped it.
pub(crate) fn internal(
    message: &str,
    source: impl Error + Send + Sync + 'static,
) -> KeyActionError {
    failed(InfrastructureError::new(message).with_source(source))
}

/// What the `rsa` crate's errors mean once everything that depends on the ciphertext is out of the way: it hides the
/// generator's own error, and anything else is a computation that went wrong.
pub(crate) fn rsa_failed(error: rsa::Error) -> KeyActionError {
    match error {
        rsa::Error::Rng => RandomnessUnavailable::new().into(),
        error => internal("the RSA computation went wrong", error),
    }
}

/// Refuses a plaintext that no ciphertext can hold, or an empty one: the engine asks for neither.
///
/// An encryption checks it again because the arithmetic behind it relies on it.
pub(crate) fn prove_fit(
    spec: KeySpec,
    algorithm: EncryptionAlgorithm,
    plaintext: &[u8],
) -> Result<(), KeyActionError> {
    let max = spec
        .plaintext_max(algorithm)
        .ok_or_else(|| KeyActionError::unsupported(spec, algorithm))?;
    if (1..=max).contains(&plaintext.len()) {
        return Ok(());
    }
    Err(failed(InfrastructureError::new(format!(
        "{algorithm} under a key of spec {spec} takes 1 to {max} bytes, not {}",
        plaintext.len()
    ))))
}

fn failed(error: InfrastructureError) -> KeyActionError {
    KeyProviderError::Internal(error).into()
}

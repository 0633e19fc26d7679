//! The failures of a key that are not the fault of the ciphertext.

use core::error::Error;

use crate::error::InfrastructureError;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::{KeyActionError, KeyProviderError};
use crate::random::RandomnessUnavailable;

/// The error of a key that could not act, with its cause.
pub(crate) fn internal(
    message: &str,
    source: impl Error + Send + Sync + 'static,
) -> KeyActionError {
    failed(InfrastructureError::new(message).with_source(source))
}

/// Maps the errors of the `rsa` crate where they cannot depend on the ciphertext. The crate hides the error of the
/// random source; any other error means that the computation failed.
pub(crate) fn rsa_failed(error: rsa::Error) -> KeyActionError {
    match error {
        rsa::Error::Rng => RandomnessUnavailable::new().into(),
        error => internal("the RSA computation failed", error),
    }
}

/// Refuses a plaintext that is empty or too long. The engine never passes one.
///
/// Encryption checks the length again because its arithmetic relies on it.
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

//! The refusal of `Recipient`, which this crate does not support.

use crate::error::{KmsError, ValidationError};

use super::failure::Failure;
use super::members::Members;

/// A request that names a Nitro enclave as the recipient must not get the plaintext in the clear instead.
pub(super) fn refuse_recipient(members: &Members<'_>) -> Result<(), Failure> {
    match members.structure("Recipient")? {
        Some(_) => Err(KmsError::from(ValidationError::RecipientNotSupported).into()),
        None => Ok(()),
    }
}

//! What the exceptions of [`KmsError`] carry, and every message that KMS sends.
//!
//! AWS changes its texts now and then. They all stand in this module, each where its variant is, with the label of its
//! evidence, from RECORDED to a decision of this crate: [`documentation::behaviour`](crate::documentation::behaviour)
//! defines them.

mod access_denied;
mod detail;
mod infrastructure;
mod key_policy;
pub(crate) mod kms_error;
#[cfg(feature = "json")]
mod protocol;
mod validation;

pub(crate) use access_denied::is_of_the_keys_account;
pub use access_denied::{AccessDeniedError, DeniedResource};
pub use detail::{
    InvalidArnError, InvalidKeyUsageError, InvalidStateError, LimitExceededError, NotFoundError,
    UnsupportedOperationError,
};
pub use infrastructure::InfrastructureError;
pub(crate) use kms_error::KmsError;
#[cfg(feature = "json")]
pub(crate) use protocol::{JsonType, MemberType, ProtocolError};
pub use validation::{Constraint, ConstraintViolation, RejectedValue, ValidationError};

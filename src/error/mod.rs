//! The details of the exceptions of [`KmsError`], and every message that KMS sends.
//!
//! AWS changes its texts now and then. They are all in this module, each at its variant, with the label of its
//! evidence, from RECORDED to a decision of this crate. [`documentation::behaviour`](crate::documentation::behaviour)
//! defines the labels.

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
    AlreadyExistsError, InvalidArnError, InvalidKeyUsageError, InvalidStateError,
    LimitExceededError, NotFoundError, TagError, UnsupportedOperationError,
};
pub use infrastructure::InfrastructureError;
pub(crate) use kms_error::KmsError;
#[cfg(feature = "json")]
pub(crate) use protocol::{JsonType, MemberType, ProtocolError};
pub use validation::{Constraint, ConstraintViolation, RejectedValue, ValidationError};

//! [`Failure`]: why a call has no result, and the body that says so.

use core::fmt::Display;

use crate::error::{KmsError, ProtocolError};

use super::object::Object;

/// An exception of KMS, or a call that came to no operation at all.
#[derive(Debug)]
pub(super) enum Failure {
    Kms(KmsError),
    Protocol(ProtocolError),
}

impl Failure {
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Kms(error) => error.code(),
            Self::Protocol(error) => error.code(),
        }
    }

    pub(super) const fn status(&self) -> u16 {
        match self {
            Self::Kms(error) => error.http_status(),
            Self::Protocol(ProtocolError::OtherProtocol) => 404,
            Self::Protocol(_) => 400,
        }
    }

    /// Whether the body is XML: what is in another protocol is refused in none of ours (INFERRED).
    pub(super) const fn is_xml(&self) -> bool {
        matches!(self, Self::Protocol(ProtocolError::OtherProtocol))
    }

    /// The short name of the exception, and its message unless there is none (RECORDED\*: the key is absent then).
    pub(super) fn body(&self) -> Vec<u8> {
        if self.is_xml() {
            return format!("<{}/>", self.code()).into_bytes();
        }
        let (key, message): (_, &dyn Display) = match self {
            // RECORDED\*: this one has a capital letter.
            Self::Kms(error @ KmsError::AccessDenied(_)) => ("Message", error),
            Self::Kms(error) => ("message", error),
            // So has this one (INFERRED).
            Self::Protocol(error @ ProtocolError::WrongType(..)) => ("Message", error),
            Self::Protocol(error) => ("message", error),
        };
        let message = message.to_string();
        Object::new()
            .text("__type", self.code())
            .maybe_text(key, Some(message).filter(|message| !message.is_empty()))
            .into_json()
    }
}

impl From<KmsError> for Failure {
    fn from(error: KmsError) -> Self {
        Self::Kms(error)
    }
}

impl From<ProtocolError> for Failure {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}

//! [`Failure`]: the failure of a call, and its body.

use core::fmt::Display;

use crate::error::{KmsError, ProtocolError};

use super::object::Object;

/// An exception of KMS, or an error of the protocol.
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

    /// Whether the body is XML, as it is for a request in another protocol (INFERRED).
    pub(super) const fn is_xml(&self) -> bool {
        matches!(self, Self::Protocol(ProtocolError::OtherProtocol))
    }

    /// The short name of the exception, and its message. Without a message the member is absent (RECORDED\*).
    pub(super) fn body(&self) -> Vec<u8> {
        if self.is_xml() {
            return format!("<{}/>", self.code()).into_bytes();
        }
        let (key, message): (_, &dyn Display) = match self {
            // RECORDED\*: the member has a capital letter here.
            Self::Kms(error @ KmsError::AccessDenied(_)) => ("Message", error),
            Self::Kms(error) => ("message", error),
            // The same (INFERRED).
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

//! The errors of the protocol: what can be wrong with a call before it is a request of an operation.

use core::fmt;

use crate::operation::Operation;

/// A call that cannot be read, that is not authenticated, or whose operation is not available.
///
/// See behaviour §1.1 and behaviour §1.3 for which answers are AWS KMS's and which were measured on other services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProtocolError {
    /// `SerializationException`: a blob that is not base64. RECORDED\*: the exception has no message.
    NotBase64,

    /// `SerializationException`: a body that is not JSON, or neither an object nor a list. INFERRED: the exception has
    /// no message.
    NotJson,

    /// `SerializationException`: a value of another JSON type than the member has.
    WrongType(JsonType, MemberType),

    /// `UnknownOperationException`: not an operation of KMS. INFERRED: the exception has no message.
    UnknownOperation,

    /// `UnknownOperationException`: an operation of KMS that this crate does not implement. GUESS 18 for the text.
    NotServed(Operation),

    /// `UnknownOperationException`: an operation that needs a ring, at a service without a ring. GUESS 18 for the text.
    NoKeyring,

    /// `UnknownOperationException` in XML: a request in another protocol. INFERRED.
    OtherProtocol,

    /// `MissingAuthenticationTokenException`: the request is not signed. INFERRED.
    NotSigned,

    /// `InvalidSignatureException`: the request was signed for another service. QUOTED for other services of the
    /// protocol, including the space at its end.
    OtherService,
}

impl ProtocolError {
    /// The name of the exception on the wire, `__type`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotBase64 | Self::NotJson | Self::WrongType(..) => "SerializationException",
            Self::UnknownOperation | Self::NotServed(_) | Self::NoKeyring | Self::OtherProtocol => {
                "UnknownOperationException"
            }
            Self::NotSigned => "MissingAuthenticationTokenException",
            Self::OtherService => "InvalidSignatureException",
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBase64 | Self::NotJson | Self::UnknownOperation | Self::OtherProtocol => {
                Ok(())
            }
            Self::WrongType(found, expected) => write_wrong_type(f, *found, *expected),
            Self::NotServed(operation) => write!(
                f,
                "The operation {operation} is not served here: this library serves what ReEncrypt needs."
            ),
            Self::NoKeyring => f.write_str(
                "The operation is not served here: it needs a ring of keys, which Service::with_keyring adds.",
            ),
            Self::NotSigned => f.write_str("Missing Authentication Token"),
            Self::OtherService => {
                f.write_str("Credential should be scoped to correct service: 'kms'. ")
            }
        }
    }
}

impl core::error::Error for ProtocolError {}

/// The type of JSON value that a body has in the place of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonType {
    False,
    List,
    Null,
    Number,
    Object,
    String,
    True,
}

/// What a member of the service model is. A blob is a string here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberType {
    Boolean,
    Integer,
    List,
    Map,
    String,
    Structure,
    Timestamp,
}

/// INFERRED for strings, integers, lists and structures; GUESS 18 for the rest.
fn write_wrong_type(
    f: &mut fmt::Formatter<'_>,
    found: JsonType,
    expected: MemberType,
) -> fmt::Result {
    let found = match found {
        JsonType::List => return f.write_str("Start of list found where not expected"),
        // This one ends in a full stop.
        JsonType::Object => {
            return f.write_str("Start of structure or map found where not expected.");
        }
        JsonType::False => "FALSE_VALUE",
        JsonType::Null => "NULL_VALUE",
        JsonType::Number => "NUMBER_VALUE",
        JsonType::String => "STRING_VALUE",
        JsonType::True => "TRUE_VALUE",
    };
    let expected = match expected {
        MemberType::List => return f.write_str("Expected list or null"),
        MemberType::Map => return f.write_str("Expected map or null"),
        MemberType::Structure => return f.write_str("Expected null"),
        MemberType::Boolean => "a Boolean",
        MemberType::Integer => "an Integer",
        MemberType::String => "a String",
        MemberType::Timestamp => "a Timestamp",
    };
    write!(f, "{found} can not be converted to {expected}")
}

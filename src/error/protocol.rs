//! What is wrong with a call before it is a request: the errors of the protocol, which no operation of KMS raises.

/// A call that cannot be read, or that is for an operation that is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProtocolError {
    /// `SerializationException`: a blob that is not base64. RECORDED\*: there is no message.
    #[error("")]
    NotBase64,

    /// `SerializationException`: a body that is not JSON, or not an object. GUESS 18 for the text.
    #[error("The request body is not a JSON object.")]
    NotJson,

    /// `SerializationException`: a member of another JSON type. GUESS 18 for the text.
    #[error("The member {member} is not {expected}.")]
    WrongType {
        /// The member, by its path.
        member: String,
        /// What it should have been, with its article.
        expected: &'static str,
    },

    /// `UnknownOperationException`. GUESS 18 for the text.
    #[error("The operation {0} is not known here.")]
    UnknownOperation(String),
}

impl ProtocolError {
    /// The name of the exception on the wire, `__type`.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NotBase64 | Self::NotJson | Self::WrongType { .. } => "SerializationException",
            Self::UnknownOperation(_) => "UnknownOperationException",
        }
    }
}

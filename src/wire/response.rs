//! [`Response`]: what a call answers.

use core::fmt;

use zeroize::Zeroizing;

use crate::error::ProtocolError;

use super::failure::Failure;
use super::object::Object;
use super::request_id;

/// The content type of every request and response.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What a call answers: an HTTP status, headers and a body in JSON.
///
/// The body may hold a plaintext: it is not printed, and it is wiped unless it is taken out.
pub struct Response {
    status: u16,
    body: Zeroizing<Vec<u8>>,
    content_type: Option<&'static str>,
    error_code: Option<&'static str>,
    request_id: String,
}

impl Response {
    /// The answer to a request that nobody signed: `MissingAuthenticationTokenException`.
    #[must_use]
    pub fn not_signed() -> Self {
        Self::new(Err(ProtocolError::NotSigned.into()))
    }

    /// The answer to a request whose [`Credential`](super::Credential) is for another service than `kms`:
    /// `InvalidSignatureException`.
    #[must_use]
    pub fn signed_for_another_service() -> Self {
        Self::new(Err(ProtocolError::OtherService.into()))
    }

    /// The answer to a request whose content type is not [`CONTENT_TYPE`]: a 404 in XML, `UnknownOperationException`.
    #[must_use]
    pub fn other_protocol() -> Self {
        Self::new(Err(ProtocolError::OtherProtocol.into()))
    }

    /// The answer with this result: an object, or nothing at all from an operation that has no output.
    pub(super) fn new(answer: Result<Option<Object>, Failure>) -> Self {
        let is_xml = matches!(&answer, Err(failure) if failure.is_xml());
        let (status, body, error_code) = match answer {
            Ok(object) => (200, object.map(Object::into_json).unwrap_or_default(), None),
            Err(failure) => (failure.status(), failure.body(), Some(failure.code())),
        };
        Self {
            status,
            body: Zeroizing::new(body),
            content_type: (!is_xml).then_some(CONTENT_TYPE),
            error_code,
            request_id: request_id::next(),
        }
    }

    /// The HTTP status: 200, 400, 404 or 500.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body: JSON, or nothing at all where an operation has no output.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    #[must_use]
    pub fn into_body(mut self) -> Vec<u8> {
        core::mem::take(&mut *self.body)
    }

    /// The name of the exception, if it is one: the `__type` of the body.
    #[must_use]
    pub const fn error_code(&self) -> Option<&'static str> {
        self.error_code
    }

    /// The headers, by the names that AWS gives them: clients that compare names with their case are told apart by it.
    ///
    /// Those that HTTP itself asks for, such as `Content-Length` and `Date`, are the server's.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value));
        let fixed = [
            (
                "Cache-Control",
                "no-cache, no-store, must-revalidate, private",
            ),
            ("Expires", "0"),
            ("Pragma", "no-cache"),
        ];
        let request_id = ("x-amzn-RequestId", self.request_id());
        content_type.into_iter().chain(fixed).chain([request_id])
    }

    /// What goes into the header `x-amzn-RequestId`: another UUID for every call in a process.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("error_code", &self.error_code)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

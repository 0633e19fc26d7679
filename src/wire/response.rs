//! [`Response`]: what a call answers.

use core::fmt;

use zeroize::Zeroizing;

use super::failure::Failure;
use super::object::Object;
use super::request_id;

/// What a call answers: an HTTP status and a body in JSON.
///
/// The body may hold a plaintext: it is not printed, and it is wiped unless it is taken out.
pub struct Response {
    status: u16,
    body: Zeroizing<Vec<u8>>,
    error_code: Option<&'static str>,
    request_id: String,
}

impl Response {
    /// The answer with this result: an object, or nothing at all from an operation that has no output.
    pub(super) fn new(answer: Result<Option<Object>, Failure>) -> Self {
        let (status, body, error_code) = match answer {
            Ok(object) => (200, object.map(Object::into_json).unwrap_or_default(), None),
            Err(failure) => (failure.status(), failure.body(), Some(failure.code())),
        };
        Self {
            status,
            body: Zeroizing::new(body),
            error_code,
            request_id: request_id::next(),
        }
    }

    /// The HTTP status: 200, 400 or 500.
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

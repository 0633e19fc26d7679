//! [`Response`]: the HTTP response of a call.

use core::fmt;

use crate::error::{KmsError, ProtocolError};
use crate::secret::Wiped;

use super::failure::Failure;
use super::object::Object;
use super::request_id::RequestId;

/// The content type of every request and response.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The response of a call: an HTTP status, headers and a JSON body.
///
/// The body may contain a plaintext. It is never printed, and is wiped unless [`into_body`](Self::into_body) takes it.
pub struct Response {
    status: u16,
    body: Wiped,
    content_type: Option<&'static str>,
    error_code: Option<&'static str>,
    request_id: RequestId,
    browsers: Browsers,
}

/// What the response lets a browser do for a web page of another origin.
enum Browsers {
    /// Nothing: the response has no headers for browsers.
    Nothing,
    /// Hand the response to the page.
    Read,
    /// Send a request with these headers.
    Send(Option<String>),
}

/// The headers of every response.
pub(crate) const FIXED_HEADERS: [(&str, &str); 3] = [
    (
        "Cache-Control",
        "no-cache, no-store, must-revalidate, private",
    ),
    ("Expires", "0"),
    ("Pragma", "no-cache"),
];

/// The headers of a response that browsers hand to web pages. RECORDED 2020.
const EXPOSED: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";

impl Response {
    /// The response to an unsigned request: `MissingAuthenticationTokenException`.
    #[must_use]
    pub fn not_signed() -> Self {
        Self::new(Err(ProtocolError::NotSigned.into()))
    }

    /// The response to a request whose [`Credential`](super::Credential) is for another service than `kms`:
    /// `InvalidSignatureException`.
    #[must_use]
    pub fn signed_for_another_service() -> Self {
        Self::new(Err(ProtocolError::OtherService.into()))
    }

    /// The response to a request whose content type is not [`CONTENT_TYPE`]: a 404 in XML, `UnknownOperationException`.
    #[must_use]
    pub fn other_protocol() -> Self {
        Self::new(Err(ProtocolError::OtherProtocol.into()))
    }

    /// The response to a preflight request: before a browser sends a web page's request to another origin, it asks with the
    /// method `OPTIONS` whether it may. This response allows it to the pages of every origin, with the headers that the
    /// preflight asks for: the value of `Access-Control-Request-Headers`. RECORDED 2020.
    ///
    /// Without headers the browser does not send the request, since every request to KMS needs some. A server that checks
    /// no signatures should pass them only if web pages are meant to call it.
    ///
    /// ```
    /// use kms_reencrypt::wire::Response;
    ///
    /// let response = Response::preflight(Some("content-type,x-amz-target"));
    /// assert_eq!(response.status(), 200);
    /// let headers: Vec<_> = response.headers().collect();
    /// assert!(headers.contains(&("Access-Control-Allow-Origin", "*")));
    /// assert!(headers.contains(&("Access-Control-Allow-Headers", "content-type,x-amz-target")));
    /// ```
    #[must_use]
    pub fn preflight(requested_headers: Option<&str>) -> Self {
        Self {
            content_type: None,
            browsers: Browsers::Send(requested_headers.map(ToOwned::to_owned)),
            ..Self::new(Ok(None))
        }
    }

    /// The same response, which a browser may hand to a web page of any origin.
    #[must_use]
    pub fn readable_by_web_pages(self) -> Self {
        Self {
            browsers: Browsers::Read,
            ..self
        }
    }

    /// The response with this result: an object, or an empty body for an operation without output.
    pub(super) fn new(answer: Result<Option<Object>, Failure>) -> Self {
        let is_xml = matches!(&answer, Err(failure) if failure.is_xml());
        let (status, body, error_code) = match answer {
            Ok(object) => (200, object.map(Object::into_json).unwrap_or_default(), None),
            Err(failure) => (failure.status(), failure.body(), Some(failure.code())),
        };
        Self {
            status,
            body: Wiped::new(body),
            content_type: (!is_xml).then_some(CONTENT_TYPE),
            error_code,
            request_id: RequestId::next(),
            browsers: Browsers::Nothing,
        }
    }

    /// The HTTP status: 200, 400, 404 or 500.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body: JSON, or empty if the operation has no output.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body.into_vec()
    }

    /// Takes the body out, without a copy.
    #[cfg(feature = "aws-sdk")]
    pub(crate) fn take_body(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.body).into_vec()
    }

    /// The name of the exception, which is the `__type` of the body; `None` for a result.
    #[must_use]
    pub const fn error_code(&self) -> Option<&'static str> {
        self.error_code
    }

    /// The headers, in AWS's spelling, since some clients compare names case-sensitively.
    ///
    /// The server adds the headers that HTTP itself requires, such as `Content-Length` and `Date`.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value));
        let request_id = ("x-amzn-RequestId", self.request_id());
        let headers = content_type.into_iter().chain(FIXED_HEADERS);
        headers
            .chain([request_id])
            .chain(self.headers_for_browsers())
    }

    #[cfg(feature = "aws-sdk")]
    pub(crate) const fn content_type(&self) -> Option<&'static str> {
        self.content_type
    }

    fn headers_for_browsers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let (origin, sent, allowed) = match &self.browsers {
            Browsers::Nothing => (None, None, None),
            Browsers::Read => (Some("*"), None, None),
            Browsers::Send(headers) => (Some("*"), Some("POST"), headers.as_deref()),
        };
        [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Headers", allowed),
            ("Access-Control-Allow-Methods", sent),
            ("Access-Control-Expose-Headers", origin.map(|_| EXPOSED)),
            ("Access-Control-Max-Age", sent.map(|_| "172800")),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The value of the header `x-amzn-RequestId`: a UUID that is unique to the call.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.request_id.as_str()
    }
}

/// The response with which KMS reports an exception, for fakes of your own.
///
/// ```
/// use kms_reencrypt::KmsError;
/// use kms_reencrypt::wire::Response;
///
/// let response = Response::from(KmsError::Throttling);
/// assert_eq!(response.status(), 400);
/// let content_type = ("Content-Type", "application/x-amz-json-1.1");
/// assert!(response.headers().any(|header| header == content_type));
/// assert!(response.body().starts_with(br#"{"__type":"ThrottlingException","message":"#));
/// ```
impl From<KmsError> for Response {
    fn from(error: KmsError) -> Self {
        Self::new(Err(error.into()))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("error_code", &self.error_code)
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Response;

    #[test]
    fn only_who_asks_for_it_gets_headers_for_browsers() {
        let plain = || Response::new(Ok(None));
        let preflight = Response::preflight(Some("content-type"));
        let [origin, expose] = [
            "Access-Control-Allow-Origin",
            "Access-Control-Expose-Headers",
        ];
        let rows: [(Response, &[&str]); 3] = [
            (plain(), &["Content-Type"]),
            (
                plain().readable_by_web_pages(),
                &["Content-Type", origin, expose],
            ),
            (
                preflight,
                &[
                    origin,
                    "Access-Control-Allow-Headers",
                    "Access-Control-Allow-Methods",
                    expose,
                    "Access-Control-Max-Age",
                ],
            ),
        ];
        for (response, expected) in rows {
            let headers = response.headers().map(|(name, _)| name);
            let shown = |name: &&str| name.starts_with("Access-") || *name == "Content-Type";
            assert_eq!(headers.filter(shown).collect::<Vec<_>>(), expected);
        }
    }
}

//! [`Spelling`]: the names of headers as AWS writes them.

use core::convert::Infallible;
use std::cell::OnceCell;

use http_body_util::Empty;
use hyper::Response;
use hyper::body::Bytes;
use hyper::http::Extensions;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

/// How the names of a response's headers are spelled: `x-amzn-RequestId`, and `Content-Type` like all others.
///
/// Names of headers are not case-sensitive in HTTP, but some clients compare their case: libmongocrypt finds no body
/// without a `Content-Length` in this spelling. hyper writes names in lower case or in title case, and takes any other
/// spelling only from a message that it has read. So it is given one to read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spelling(Extensions);

impl Spelling {
    /// Lets hyper read a request with the name that is not in title case.
    pub(crate) async fn learn() -> Self {
        const REQUEST: &[u8] =
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-amzn-RequestId: 0\r\n\r\n";
        let learned = OnceCell::new();
        let service = service_fn(|request: hyper::Request<_>| {
            learned.get_or_init(|| request.extensions().clone());
            async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) }
        });
        let request = tokio::io::join(REQUEST, tokio::io::sink());
        // Without the spelling, the name is in title case.
        let _ = http1::Builder::new()
            .preserve_header_case(true)
            .serve_connection(TokioIo::new(request), service)
            .await;
        Self(learned.into_inner().unwrap_or_default())
    }

    /// Applies the spelling to the headers of a response, on a connection that writes title case.
    pub(crate) fn apply<B>(&self, response: &mut Response<B>) {
        response.extensions_mut().extend(self.0.clone());
    }
}

//! HTTP around a [`Service`]: bytes in, bytes out, and nobody keeps it waiting.

use core::convert::Infallible;
use core::time::Duration;
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::SystemClock;
use kms_reencrypt::wire::{self, Credential, Service};
use kms_reencrypt::{AccountId, Keyring, Kms, KmsError};

/// The Region of the ring's own handle. Every request says its own.
const HOME: &str = "us-east-1";

/// How much a request may take of anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a body. The largest request of KMS is a key policy of 128 KiB.
    pub(crate) body: usize,
    /// Until the head of a request is there, from when the connection waits for it.
    pub(crate) head_timeout: Duration,
    /// Until the body is there.
    pub(crate) body_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(10),
        }
    }
}

/// Who acts, by the access key id of a request.
#[derive(Debug)]
pub(crate) struct Callers {
    account: AccountId,
    principals: HashMap<String, Caller>,
}

impl Callers {
    pub(crate) fn new(
        account: AccountId,
        principals: impl IntoIterator<Item = (String, Caller)>,
    ) -> Self {
        Self {
            account,
            principals: principals.into_iter().collect(),
        }
    }

    fn of(&self, credential: &Credential<'_>) -> Caller {
        match self.principals.get(credential.access_key_id()) {
            Some(caller) => caller.clone(),
            None => Caller::account_root(self.account).in_partition_of(credential.region()),
        }
    }
}

/// A ring behind a port.
#[derive(Clone)]
pub(crate) struct Server {
    service: Service<Keyring>,
    callers: Arc<Callers>,
    limits: Limits,
}

impl Server {
    pub(crate) fn new(callers: Callers, limits: Limits) -> Result<Self, KmsError> {
        let keyring =
            Keyring::builder(callers.account.as_str(), HOME).clock(SystemClock::default());
        Ok(Self {
            service: Kms::new(keyring.build()?).service(),
            callers: Arc::new(callers),
            limits,
        })
    }

    /// Serves until the process ends.
    pub(crate) fn run(self, listener: TcpListener) -> Result<(), crate::Error> {
        listener.set_nonblocking(true)?;
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.accept(listener))
    }

    async fn accept(self, listener: TcpListener) -> Result<(), crate::Error> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            // A connection that is gone before it is accepted, or too many open files: the next may do better.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let server = self.clone();
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.head_timeout)
                .serve_connection(
                    TokioIo::new(stream),
                    service_fn(move |request| server.clone().answer(request)),
                );
            // What is wrong with a connection concerns nobody but its client, which has been told or has gone.
            tokio::spawn(async { drop(connection.await) });
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        if request.method() != Method::POST {
            return Ok(refusal(StatusCode::METHOD_NOT_ALLOWED, ""));
        }
        let (head, body) = request.into_parts();
        let body = Limited::new(body, self.limits.body).collect();
        let body = match tokio::time::timeout(self.limits.body_timeout, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) => return Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE, "")),
            Err(_) => return Ok(refusal(StatusCode::REQUEST_TIMEOUT, "")),
        };
        // Making an RSA key takes seconds: nobody else waits for it.
        let answer = tokio::task::spawn_blocking(move || self.call(&head.headers, &body));
        Ok(answer
            .await
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, "")))
    }

    fn call(&self, headers: &HeaderMap, body: &[u8]) -> Response<Full<Bytes>> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(credential) = text(AUTHORIZATION.as_str()).and_then(Credential::of_authorization)
        else {
            let body = r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#;
            return refusal(StatusCode::BAD_REQUEST, body);
        };
        let service = self
            .service
            .as_caller(self.callers.of(&credential))
            .in_region(*credential.region());
        let response = service.call(text("x-amz-target").unwrap_or_default(), body);
        Response::builder()
            .status(response.status())
            .header(CONTENT_TYPE, wire::CONTENT_TYPE)
            .header("x-amzn-RequestId", response.request_id())
            .body(Full::from(response.into_body()))
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, ""))
    }
}

/// The answer to what is no request of KMS. What may still be on its way is not waited for.
fn refusal(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let close = hyper::header::HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

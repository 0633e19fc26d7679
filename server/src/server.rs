//! The HTTP server around a [`Service`], with limits for its clients.

use core::convert::Infallible;
use core::time::Duration;
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, ORIGIN,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioTimer;
use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::SystemClock;
use kms_reencrypt::testing::principals_file::PrincipalsFile;
use kms_reencrypt::wire::{self, Credential, Service};
use kms_reencrypt::{AccountId, Keyring, Kms, KmsError};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::connection::Connection;
use crate::hosts::Hosts;
use crate::spelling::Spelling;

/// The Region of the ring's own handle. Every request has its own Region.
const HOME: &str = "us-east-1";

/// The answer to a request for another host name. It names the option, since the sender may be the user of the server.
const HOST_REFUSAL: &str = "\
this server listens on loopback and answers only to loopback names, such as localhost and 127.0.0.1. \
To let requests name another host, start it with --allow-host NAME\n";

/// The number of clients beyond the limit that get an answer at the same time. Further connections are closed.
const TURNED_AWAY: usize = 16;

/// The time that such a client has in all.
const TURNED_AWAY_TIMEOUT: Duration = Duration::from_secs(1);

/// What clients may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The number of concurrent connections.
    pub(crate) connections: usize,
    /// The length of a body in bytes. The largest request of KMS is a key policy of 128 KiB.
    pub(crate) body: usize,
    /// The time to receive the head of a request, and so the longest time for which a connection may be idle.
    pub(crate) head_timeout: Duration,
    /// The time to receive the body.
    pub(crate) body_timeout: Duration,
    /// The time to send an answer, from when the client first makes the server wait.
    pub(crate) write_timeout: Duration,
    /// Whether web pages may call the server.
    pub(crate) web_pages: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // On macOS a process may have 256 open files.
            connections: 200,
            body: 1024 * 1024,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            web_pages: false,
        }
    }
}

/// The callers, by the access key id of a request.
#[derive(Debug)]
pub(crate) struct Callers {
    account: AccountId,
    principals: HashMap<String, Caller>,
    file: PrincipalsFile,
}

impl Callers {
    /// Principals without policies, and those of a file. The file's policies for everybody are for all of them.
    pub(crate) fn new(
        account: AccountId,
        principals: impl IntoIterator<Item = (String, Caller)>,
        file: PrincipalsFile,
    ) -> Result<Self, crate::Error> {
        let mut by_id = HashMap::new();
        for (id, caller) in principals {
            let caller = file.limit(caller);
            if file.caller(&id).is_some() || by_id.insert(id.clone(), caller).is_some() {
                return Err(format!("two principals have the access key id {id}").into());
            }
        }
        Ok(Self {
            account,
            principals: by_id,
            file,
        })
    }

    fn of(&self, credential: &Credential<'_>) -> Caller {
        let id = credential.access_key_id();
        let known = self.principals.get(id).or_else(|| self.file.caller(id));
        known.cloned().unwrap_or_else(|| {
            let root = Caller::account_root(self.account);
            self.file.limit(root.in_partition_of(credential.region()))
        })
    }
}

/// A server for a ring.
#[derive(Clone)]
pub(crate) struct Server {
    service: Service<Keyring>,
    callers: Arc<Callers>,
    hosts: Arc<Hosts>,
    limits: Limits,
    spelling: Spelling,
}

impl Server {
    pub(crate) fn new(callers: Callers, hosts: Hosts, limits: Limits) -> Result<Self, KmsError> {
        let keyring =
            Keyring::builder(callers.account.as_str(), HOME).clock(SystemClock::default());
        let kms = callers.file.limit_resources(Kms::new(keyring.build()?));
        Ok(Self {
            service: kms.service(),
            callers: Arc::new(callers),
            hosts: Arc::new(hosts),
            limits,
            spelling: Spelling::default(),
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

    async fn accept(mut self, listener: TcpListener) -> Result<(), crate::Error> {
        self.spelling = Spelling::learn().await;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let served = Arc::new(Semaphore::new(self.limits.connections));
        let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
        loop {
            // The connection was closed before it was accepted, or too many files are open. The next one may succeed.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let server = self.clone();
            if let Ok(permit) = Arc::clone(&served).try_acquire_owned() {
                tokio::spawn(async {
                    server.serve(stream).await;
                    drop(permit);
                });
            } else if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                tokio::spawn(async {
                    server.turn_away(stream).await;
                    drop(permit);
                });
            }
        }
    }

    /// Answers the requests of a connection until one side closes it.
    async fn serve(self, stream: TcpStream) {
        let limits = self.limits;
        let server = Arc::new(self);
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async { Ok::<_, Infallible>(server.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .title_case_headers(true)
            .serve_connection(Connection::new(stream, limits.write_timeout), service);
        // Ignores the errors of a connection, which concern only its client: it has got an answer or has disconnected.
        let _ = connection.await;
    }

    /// Answers that the limit of connections is reached, and closes the connection.
    async fn turn_away(self, stream: TcpStream) {
        let most = self.limits.connections;
        let service = service_fn(move |_| async move {
            let body = format!(
                "the server has {most} connections, and --max-connections allows no more\n"
            );
            Ok::<_, Infallible>(refusal(StatusCode::SERVICE_UNAVAILABLE, body))
        });
        let connection = http1::Builder::new()
            .title_case_headers(true)
            .serve_connection(Connection::new(stream, TURNED_AWAY_TIMEOUT), service);
        let _ = tokio::time::timeout(TURNED_AWAY_TIMEOUT, connection).await;
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if !self.hosts.allow(request.headers()) {
            return refusal(StatusCode::FORBIDDEN, HOST_REFUSAL);
        }
        if request.method() == Method::OPTIONS {
            let requested = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS);
            let requested = requested.and_then(|value| value.to_str().ok());
            // A page that is not to call the server gets no leave for the headers that it would need.
            let requested = requested.filter(|_| self.limits.web_pages);
            return self.response(wire::Response::preflight(requested));
        }
        if request.method() != Method::POST {
            return refusal(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        let (head, body) = request.into_parts();
        let body = Limited::new(body, self.limits.body).collect();
        let body = match tokio::time::timeout(self.limits.body_timeout, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return refusal(StatusCode::PAYLOAD_TOO_LARGE, "");
            }
            // The body ends too early, or its chunks are malformed.
            Ok(Err(_)) => return refusal(StatusCode::BAD_REQUEST, ""),
            Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT, ""),
        };
        if is_quick(&head.headers, &body) {
            return self.call(&head.headers, &body);
        }
        // Runs on a blocking thread, since generating an RSA key takes seconds and other requests must not wait for
        // it.
        let answer = tokio::task::spawn_blocking(move || self.call(&head.headers, &body));
        answer
            .await
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, ""))
    }

    fn call(&self, headers: &HeaderMap, body: &[u8]) -> Response<Full<Bytes>> {
        let answer = self.answer_of_service(headers, body);
        let is_of_a_page = self.limits.web_pages && headers.contains_key(ORIGIN);
        self.response(match is_of_a_page {
            true => answer.readable_by_web_pages(),
            false => answer,
        })
    }

    fn response(&self, answer: wire::Response) -> Response<Full<Bytes>> {
        let response = Response::builder().status(answer.status());
        let response = answer.headers().fold(response, |response, (name, value)| {
            response.header(name, value)
        });
        let mut response = response
            .body(Full::from(answer.into_body()))
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, ""));
        self.spelling.apply(&mut response);
        response
    }

    fn answer_of_service(&self, headers: &HeaderMap, body: &[u8]) -> wire::Response {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if !text(CONTENT_TYPE.as_str()).is_some_and(is_protocol) {
            return wire::Response::other_protocol();
        }
        let Some(credential) = text(AUTHORIZATION.as_str()).and_then(Credential::of_authorization)
        else {
            return wire::Response::not_signed();
        };
        if credential.service() != "kms" {
            return wire::Response::signed_for_another_service();
        }
        let service = self
            .service
            .as_caller(self.callers.of(&credential))
            .in_region(*credential.region());
        service.call(text("x-amz-target").unwrap_or_default(), body)
    }
}

/// Whether a call takes microseconds, less than to wake a thread for it: one that moves data, of a size that KMS has, and
/// names no algorithm, so that it is symmetric.
pub(crate) fn is_quick(headers: &HeaderMap, body: &[u8]) -> bool {
    const QUICK: [&str; 5] = [
        "TrentService.Decrypt",
        "TrentService.Encrypt",
        "TrentService.GenerateDataKey",
        "TrentService.GenerateDataKeyWithoutPlaintext",
        "TrentService.ReEncrypt",
    ];
    const MOST: usize = 16 * 1024;
    let target = headers.get("x-amz-target");
    target.is_some_and(|target| QUICK.iter().any(|quick| target == quick))
        && body.len() <= MOST
        && core::str::from_utf8(body).is_ok_and(|body| !body.contains("EncryptionAlgorithm"))
}

/// Whether a content type is that of KMS, with parameters or without.
fn is_protocol(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(wire::CONTENT_TYPE)
}

/// The answer to a request that is not for KMS. The server does not wait for the rest of its body.
fn refusal(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let close = hyper::header::HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

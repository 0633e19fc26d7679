//! [`Answers`]: from a request to its answer.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, ORIGIN,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use kms_reencrypt::Region;
use kms_reencrypt::access::Caller;
use kms_reencrypt::wire::{self, Credential};

use crate::callers::Callers;
use crate::control::{Control, Route};
use crate::hosts::Hosts;
use crate::keys::Keys;
use crate::log::{Answer, Line, Sender, Witness};
use crate::server::Limits;
use crate::snapshot::Snapshots;
use crate::spelling::Spelling;

/// The answer to a request for another host name. It names the option, since the sender may be the user of the server.
const HOST_REFUSAL: &str = "\
this server listens on loopback and answers only to loopback names, such as localhost and 127.0.0.1. \
To let requests name another host, start it with --allow-host NAME\n";

/// Answers requests.
#[derive(Debug)]
pub(crate) struct Answers {
    callers: Arc<Callers>,
    keys: Arc<Keys>,
    snapshots: Option<Arc<Snapshots>>,
    control: Control,
    hosts: Hosts,
    limits: Limits,
    /// Whether each request has a line in the log.
    is_logged: bool,
    spelling: Spelling,
}

impl Answers {
    /// Answers over a ring that is not kept in a file, without control routes and without a log.
    pub(crate) fn new(
        callers: Arc<Callers>,
        keys: Arc<Keys>,
        hosts: Hosts,
        limits: Limits,
        spelling: Spelling,
    ) -> Self {
        let control = Control {
            keys: Arc::clone(&keys),
            snapshots: None,
            is_open: false,
        };
        Self {
            callers,
            keys,
            snapshots: None,
            control,
            hosts,
            limits,
            is_logged: false,
            spelling,
        }
    }

    /// The same, over a ring that is kept in a file, unless `snapshots` is `None`.
    pub(crate) fn kept_in(mut self, snapshots: Option<Arc<Snapshots>>) -> Self {
        self.control.snapshots.clone_from(&snapshots);
        self.snapshots = snapshots;
        self
    }

    /// The same, with the control routes open or not.
    pub(crate) const fn controlled(mut self, is_open: bool) -> Self {
        self.control.is_open = is_open;
        self
    }

    /// The same, with a line in the log for each request or not.
    pub(crate) const fn logged(mut self, is_logged: bool) -> Self {
        self.is_logged = is_logged;
        self
    }

    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let line = self.is_logged.then(Line::begin);
        let (head, body) = request.into_parts();
        match self.received(&head, body).await {
            Ok(body) if is_quick(&head.headers, &body) && !self.keys.may_sleep() => {
                self.call(&head.headers, &body, line.as_ref())
            }
            Ok(body) => self.answer_elsewhere(head, body, line).await,
            Err(other) => {
                let (path, status) = (head.uri.path(), other.status());
                // Health checks come every few seconds and would fill the log.
                let is_of_no_interest =
                    Route::of(path) == Some(Route::Health) && status == StatusCode::OK;
                if let Some(line) = line.filter(|_| !is_of_no_interest) {
                    line.of_http(head.method.as_str(), path, status.as_u16());
                }
                other
            }
        }
    }

    /// The body of a request to KMS, or the answer to any other request.
    async fn received(&self, head: &Parts, body: Incoming) -> Result<Bytes, Response<Full<Bytes>>> {
        let Parts {
            method, headers, ..
        } = head;
        if !self.hosts.allow(headers) {
            return Err(refusal(StatusCode::FORBIDDEN, HOST_REFUSAL));
        }
        if *method == Method::OPTIONS {
            let requested = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
            let requested = requested.and_then(|value| value.to_str().ok());
            // If web pages may not call the server, the preflight allows none of the headers that they would need.
            let requested = requested.filter(|_| self.limits.web_pages);
            return Err(self.response(wire::Response::preflight(requested)));
        }
        if let Some(route) = Route::of(head.uri.path()) {
            let refused = self.control.refusal(route, method, headers, &self.hosts);
            return Err(match refused {
                Some(refused) => refused,
                None => {
                    let body = self.whole(body).await?;
                    self.control.answer(route, method, &body).await
                }
            });
        }
        if *method != Method::POST {
            return Err(refusal(StatusCode::METHOD_NOT_ALLOWED, ""));
        }
        self.whole(body).await
    }

    /// A body in full.
    async fn whole(&self, body: Incoming) -> Result<Bytes, Response<Full<Bytes>>> {
        let body = Limited::new(body, self.limits.body).collect();
        match tokio::time::timeout(self.limits.body_timeout, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, ""))
            }
            // The body ends too early, or its chunks are malformed.
            Ok(Err(_)) => Err(refusal(StatusCode::BAD_REQUEST, "")),
            Err(_) => Err(refusal(StatusCode::REQUEST_TIMEOUT, "")),
        }
    }

    /// Answers on a blocking thread, since generating an RSA key takes seconds and other requests must not wait for it.
    async fn answer_elsewhere(
        self: Arc<Self>,
        head: Parts,
        body: Bytes,
        line: Option<Line>,
    ) -> Response<Full<Bytes>> {
        let answer =
            tokio::task::spawn_blocking(move || self.call(&head.headers, &body, line.as_ref()));
        answer
            .await
            .unwrap_or_else(|_| refusal(StatusCode::INTERNAL_SERVER_ERROR, ""))
    }

    fn call(&self, headers: &HeaderMap, body: &[u8], line: Option<&Line>) -> Response<Full<Bytes>> {
        let answer = self.answer_of_service(headers, body, line);
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

    fn answer_of_service(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        line: Option<&Line>,
    ) -> wire::Response {
        let target = text(headers, "x-amz-target").unwrap_or_default();
        let (caller, region) = match self.sender(headers) {
            Ok(sender) => sender,
            Err(refused) => {
                if let Some(line) = line {
                    line.of_kms(target, None, None, Answer::of(&refused));
                }
                return refused;
            }
        };
        let ring = self.keys.ring();
        let answer = match line {
            None => ring.call((caller, region), None::<Witness>, (target, body)),
            Some(line) => {
                let sender = Sender::of(&caller, &region);
                let witness = Witness::default();
                let observer = Some(witness.clone());
                let answer = ring.call((caller, region), observer, (target, body));
                let seen = witness.take();
                line.of_kms(target, Some(&sender), seen.as_ref(), Answer::of(&answer));
                answer
            }
        };
        // Noted after the change: a save between note and change would miss the change.
        if let Some(snapshots) = &self.snapshots {
            snapshots.note_change();
        }
        answer
    }

    /// The caller of a request and its Region, or the refusal of a request that is not for KMS.
    fn sender(&self, headers: &HeaderMap) -> Result<(Caller, Region), wire::Response> {
        if !text(headers, CONTENT_TYPE.as_str()).is_some_and(is_protocol) {
            return Err(wire::Response::other_protocol());
        }
        if let (None, Some(unsigned)) = (headers.get(AUTHORIZATION), self.callers.unsigned()) {
            return Ok(unsigned.clone());
        }
        let Some(credential) =
            text(headers, AUTHORIZATION.as_str()).and_then(Credential::of_authorization)
        else {
            return Err(wire::Response::not_signed());
        };
        if credential.service() != "kms" {
            return Err(wire::Response::signed_for_another_service());
        }
        Ok((self.callers.of(&credential), *credential.region()))
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a call takes only microseconds, less than waking a thread for it: a call that encrypts, decrypts or makes a data
/// key, of a size that KMS allows, and that names no algorithm, so that it is symmetric.
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
pub(crate) fn refusal(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let close = hyper::header::HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

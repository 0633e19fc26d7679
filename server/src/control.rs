//! The routes for the operator of the server: its health, and with `--control` its ring, its clock and its snapshot.

use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use http_body_util::Full;
use humantime::format_rfc3339;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use hyper::{Method, Response, StatusCode};
use kms_reencrypt::keyring::Clock as _;
use kms_reencrypt::provider::KeyProvider as _;
use serde_json::{Map, Value, json};
use tracing::info;

use crate::Error;
use crate::clock::{read_duration, read_time};
use crate::hosts::Hosts;
use crate::keys::{Keys, Ring};
use crate::snapshot::Snapshots;

/// The header in which browsers say where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const CLOSED: &str = "the control routes are closed: start the server with --control";

const NOT_HERE: &str = "the control routes answer only to loopback host names, such as localhost and 127.0.0.1, and to \
     those of --allow-host NAME";

const NO_PAGES: &str = "the control routes do not answer to web pages";

/// What a path of the server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Clock,
    Health,
    Reset,
    Snapshot,
}

/// What the routes act on.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) keys: Arc<Keys>,
    pub(crate) snapshots: Option<Arc<Snapshots>>,
    /// Whether the routes other than the health are open.
    pub(crate) is_open: bool,
}

impl Route {
    /// The route of a path. Every other path belongs to KMS.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            "/clock" => Some(Self::Clock),
            "/health" => Some(Self::Health),
            "/reset" => Some(Self::Reset),
            "/snapshot" => Some(Self::Snapshot),
            _ => None,
        }
    }

    const fn methods(self) -> &'static str {
        match self {
            Self::Clock => "GET, POST",
            Self::Health => "GET, HEAD",
            Self::Reset | Self::Snapshot => "POST",
        }
    }
}

impl Control {
    /// Why a request to a route is refused, before its body is read; `None` if it is not.
    pub(crate) fn refusal(
        &self,
        route: Route,
        method: &Method,
        headers: &HeaderMap,
        hosts: &Hosts,
    ) -> Option<Response<Full<Bytes>>> {
        if route != Route::Health {
            if !self.is_open {
                return Some(failed(StatusCode::NOT_FOUND, CLOSED));
            }
            if !hosts.allow_control(headers) {
                return Some(failed(StatusCode::FORBIDDEN, NOT_HERE));
            }
            // A page of any origin can send a POST without a preflight, and can do harm without seeing the answer.
            if is_of_a_page(headers) {
                return Some(failed(StatusCode::FORBIDDEN, NO_PAGES));
            }
        }
        let methods = route.methods();
        if methods.split(", ").any(|one| one == method.as_str()) {
            return None;
        }
        let reason = format!("this route takes {methods}");
        let mut refusal = failed(StatusCode::METHOD_NOT_ALLOWED, &reason);
        let methods = HeaderValue::from_static(methods);
        refusal.headers_mut().insert(ALLOW, methods);
        Some(refusal)
    }

    /// Answers a request to a route.
    pub(crate) async fn answer(
        &self,
        route: Route,
        method: &Method,
        body: &[u8],
    ) -> Response<Full<Bytes>> {
        let answered = match route {
            Route::Health => Ok(json!({
                "status": "ok",
                "version": env!("CARGO_PKG_VERSION"),
            })),
            Route::Clock if method == Method::GET => self.clock(),
            Route::Clock => self.move_clock(body),
            Route::Reset => self.reset().await,
            Route::Snapshot => self.save().await,
        };
        match answered {
            Ok(answer) => response(StatusCode::OK, &answer),
            Err((status, reason)) => failed(status, &reason),
        }
    }

    fn clock(&self) -> Answered {
        let ring = self.keys.ring();
        let Some(time) = ring.time() else {
            return Err((
                StatusCode::INTERNAL_SERVER_ERROR,
                "the ring has no clock".to_owned(),
            ));
        };
        Ok(json!({ "time": time, "manual": ring.clock.is_some() }))
    }

    fn move_clock(&self, body: &[u8]) -> Answered {
        let ring = self.keys.ring();
        let Some(clock) = &ring.clock else {
            let reason = "the clock cannot be moved: start the server with --clock manual";
            return Err((StatusCode::CONFLICT, reason.to_owned()));
        };
        let refused = |reason: String| (StatusCode::BAD_REQUEST, reason);
        let by = match movement(body).map_err(refused)? {
            Movement::By(by) => by,
            Movement::To(time) => time.duration_since(clock.now()).map_err(|_| {
                refused("the clock cannot go back: POST /reset restarts it".to_owned())
            })?,
        };
        clock.advance(by);
        if let Some(snapshots) = &self.snapshots {
            snapshots.note_change();
        }
        self.clock()
    }

    async fn reset(&self) -> Answered {
        let keys = Arc::clone(&self.keys);
        // A seed file may be large, and its keys may take long to check.
        let reset = tokio::task::spawn_blocking(move || keys.reset()).await;
        reset.map_err(internal)?.map_err(internal)?;
        if let Some(snapshots) = &self.snapshots {
            snapshots.note_change();
        }
        info!("reset the keys");
        Ok(json!({ "status": "reset" }))
    }

    async fn save(&self) -> Answered {
        let Some(snapshots) = &self.snapshots else {
            let reason = "there is no snapshot: start the server with --snapshot FILE";
            return Err((StatusCode::CONFLICT, reason.to_owned()));
        };
        let saved = Arc::clone(snapshots).save(Arc::clone(&self.keys)).await;
        saved.map_err(internal)?;
        Ok(json!({ "status": "saved" }))
    }
}

/// The object of an answer, or why there is none.
type Answered = Result<Value, (StatusCode, String)>;

impl Ring {
    /// The time of the ring's clock, as text.
    fn time(&self) -> Option<String> {
        let now = self.keyring.now()?;
        Some(format_rfc3339(now).to_string())
    }
}

/// Where a request moves the clock to.
#[derive(Debug)]
enum Movement {
    By(Duration),
    To(SystemTime),
}

/// `{"advance": "90d"}` or `{"to": "2026-01-01T00:00:00Z"}`
fn movement(body: &[u8]) -> Result<Movement, String> {
    const FORM: &str = r#"the body is {"advance": "90d"} or {"to": "2026-01-01T00:00:00Z"}"#;
    let members: Map<String, Value> = serde_json::from_slice(body).map_err(|_| FORM)?;
    let mut members = members.iter();
    let (Some((name, Value::String(value))), None) = (members.next(), members.next()) else {
        return Err(FORM.to_owned());
    };
    match name.as_str() {
        "advance" => read_duration(value).map(Movement::By),
        "to" => read_time(value).map(Movement::To),
        _ => Err(FORM.to_owned()),
    }
}

/// Whether a web page has sent a request: browsers say so in one of two headers, whatever the page does.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE);
    headers.contains_key(ORIGIN) || site.is_some_and(|site| site != "none")
}

fn internal(error: impl Into<Error>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.into().to_string())
}

fn failed(status: StatusCode, reason: &str) -> Response<Full<Bytes>> {
    response(status, &json!({ "error": reason }))
}

fn response(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{body}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use hyper::header::{HeaderMap, HeaderValue, ORIGIN};

    use super::{FETCH_SITE, Movement, is_of_a_page, movement};

    #[test]
    fn the_clock_moves_by_a_duration_or_to_a_time() {
        let day = Duration::from_secs(24 * 60 * 60);
        assert!(matches!(movement(br#"{"advance": "1d"}"#), Ok(Movement::By(by)) if by == day));
        assert!(matches!(
            movement(br#"{"to": "1970-01-02T00:00:00Z"}"#),
            Ok(Movement::To(time)) if time == std::time::SystemTime::UNIX_EPOCH + day
        ));
        for body in [
            "",
            "1d",
            "{}",
            "[]",
            r#"{"advance": 1}"#,
            r#"{"advance": "soon"}"#,
            r#"{"advance": "-1d"}"#,
            r#"{"to": "1d"}"#,
            r#"{"back": "1d"}"#,
            r#"{"advance": "1d", "to": "1970-01-02T00:00:00Z"}"#,
        ] {
            assert!(movement(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_page_is_known_by_what_its_browser_says() {
        let headers = |name, value| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            headers
        };
        for (headers, is_page) in [
            (HeaderMap::new(), false),
            (headers(FETCH_SITE, "none"), false),
            (headers(FETCH_SITE, "cross-site"), true),
            (headers(FETCH_SITE, "same-origin"), true),
            (headers(ORIGIN, "https://evil.example"), true),
            (headers(ORIGIN, "null"), true),
        ] {
            assert_eq!(is_of_a_page(&headers), is_page, "{headers:?}");
        }
    }
}

//! [`Line`]: what the log says of a request.

use std::time::Instant;

use kms_reencrypt::Region;
use kms_reencrypt::access::Caller;
use kms_reencrypt::wire::Response;
use tracing::{info, warn};

use super::witness::Seen;

/// How many characters of a client's own text a line has at most: of a path, or of the name of an operation.
const TEXT_MAX: usize = 200;

/// The line of a request, which is written when it has its answer.
///
/// Every text of a client is a value of type `str`, which the text format writes with quotes and escapes, and JSON as a
/// string. So no client can end a line, or begin another.
#[derive(Debug)]
pub(crate) struct Line {
    begun: Instant,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    status: u16,
    /// The name of the exception.
    code: Option<&'a str>,
    request_id: &'a str,
}

/// Who sent a request.
#[derive(Debug)]
pub(crate) struct Sender {
    caller: String,
    account: Option<String>,
    region: String,
}

impl<'a> Answer<'a> {
    pub(crate) fn of(response: &'a Response) -> Self {
        Self {
            status: response.status(),
            code: response.error_code(),
            request_id: response.request_id(),
        }
    }
}

impl Sender {
    pub(crate) fn of(caller: &Caller, region: &Region) -> Self {
        Self {
            caller: caller.to_string(),
            account: caller.account().map(ToString::to_string),
            region: region.to_string(),
        }
    }
}

impl Line {
    /// The line of a request whose head has just arrived.
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
        }
    }

    /// Writes the line of a request to KMS. The target is the header that names its operation, for requests in which the
    /// service has not recognized one.
    pub(crate) fn of_kms(
        &self,
        target: &str,
        sender: Option<&Sender>,
        seen: Option<&Seen>,
        answer: Answer<'_>,
    ) {
        let named = target.strip_prefix("TrentService.").unwrap_or(target);
        let operation = seen.map_or_else(|| shortened(named), |seen| seen.operation);
        let caller = sender.map(|sender| sender.caller.as_str());
        let account = sender.and_then(|sender| sender.account.as_deref());
        let region = sender.map(|sender| sender.region.as_str());
        let source = seen.and_then(|seen| seen.source.as_deref());
        let destination = seen.and_then(|seen| seen.destination.as_deref());
        let key = seen.and_then(|seen| seen.key.as_deref());
        let alias = seen.and_then(|seen| seen.alias.as_deref());
        let dry_run = seen.is_some_and(|seen| seen.dry_run).then_some(true);
        let why = seen.and_then(|seen| seen.why.as_deref());
        let Answer {
            status,
            code,
            request_id,
        } = answer;
        let ms = self.milliseconds();
        // The level is fixed where a macro is called, so there are two calls.
        if code.is_none_or(|code| code == "DryRunOperationException") {
            info!(
                operation,
                status,
                code,
                caller,
                account,
                region,
                source,
                destination,
                key,
                alias,
                dry_run,
                request_id,
                ms,
                "request"
            );
        } else {
            warn!(
                operation,
                status,
                code,
                caller,
                account,
                region,
                source,
                destination,
                key,
                alias,
                dry_run,
                why,
                request_id,
                ms,
                "request"
            );
        }
    }

    /// Writes the line of a request that is not for KMS: one for the server itself, or one that it refuses.
    pub(crate) fn of_http(&self, method: &str, path: &str, status: u16) {
        let (method, path) = (shortened(method), shortened(path));
        let ms = self.milliseconds();
        if status < 400 {
            info!(method, path, status, ms, "request");
        } else {
            warn!(method, path, status, ms, "request");
        }
    }

    /// The time since the head arrived, with three places after the point.
    fn milliseconds(&self) -> f64 {
        (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }
}

fn shortened(text: &str) -> &str {
    let end = text.char_indices().nth(TEXT_MAX);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

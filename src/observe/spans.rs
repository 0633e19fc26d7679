//! [`TracingObserver`]: operations as spans of `tracing`.

use tracing::field::{DisplayValue, Empty, display};
use tracing::{Span, info, info_span, warn};

use crate::error::KmsError;
use crate::iam::Explanation;
use crate::key::KeyArn;

use super::{Event, KeyUse, Observer};

/// An observer that emits a span of `tracing` for each operation, and in it an event with the outcome. Feature `tracing`.
///
/// The span is named `kms` and has the level INFO. Its fields are `operation`, `caller`, `region`, the ARNs of the keys
/// (`source`, `destination`, `key`), `alias` and `dry_run`. The event is INFO for an operation that succeeds, or a dry
/// run that would succeed, and WARN for an exception, whose name is the field `code` and whose message is that of the
/// event. The field `why` explains a missing permission, and says more than AWS does. No field contains a plaintext, a
/// ciphertext or an encryption context.
///
/// The span is opened after the operation has ended, inside the span in which the caller made the request, so its
/// duration is meaningless.
///
/// ```
/// use kms_reencrypt::observe::TracingObserver;
/// use kms_reencrypt::{Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let kms = Kms::new(keyring).with_observer(TracingObserver::new());
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingObserver;

impl TracingObserver {
    /// The observer. It has no state: the subscriber of the program decides what happens to spans.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Observer for TracingObserver {
    fn observe(&self, event: &Event<'_>) {
        let span = span(event);
        let _entered = span.enter();
        match event.result {
            Ok(()) => info!("succeeded"),
            Err(error @ KmsError::DryRunOperation) => info!(code = error.code(), "{error}"),
            Err(error) => warn!(code = error.code(), why = why(error), "{error}"),
        }
    }
}

fn span(event: &Event<'_>) -> Span {
    let span = info_span!(
        "kms",
        operation = event.operation.as_str(),
        caller = %event.caller,
        region = event.region.as_str(),
        source = Empty,
        destination = Empty,
        key = Empty,
        alias = event.alias_name,
        dry_run = event.dry_run,
    );
    let used = |key: Option<KeyUse<'_>>| key.and_then(|key| key.key_arn);
    record(&span, "source", used(event.source));
    record(&span, "destination", used(event.destination));
    record(&span, "key", event.key.and_then(|key| key.key_arn));
    span
}

fn record(span: &Span, field: &'static str, arn: Option<KeyArn>) {
    if let Some(arn) = arn {
        span.record(field, display(arn));
    }
}

/// Why a permission is missing.
fn why(error: &KmsError) -> Option<DisplayValue<&Explanation>> {
    match error {
        KmsError::AccessDenied(denied) => denied.explanation().map(display),
        _ => None,
    }
}

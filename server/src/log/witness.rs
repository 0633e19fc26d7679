//! [`Witness`]: sees what the service did for a request.

use std::sync::{Arc, Mutex, PoisonError};

use kms_reencrypt::KmsError;
use kms_reencrypt::observe::{Event, Observer};

/// An observer that keeps the operation of one request. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness(Arc<Mutex<Option<Seen>>>);

/// What a log may say of an operation: no plaintext, no ciphertext, no encryption context, no grant token.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) operation: &'static str,
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) dry_run: bool,
    /// Why a permission is missing.
    pub(crate) why: Option<String>,
}

impl Witness {
    /// What was seen; `None` for a request that carried out no operation.
    pub(crate) fn take(&self) -> Option<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Observer for Witness {
    fn observe(&self, event: &Event<'_>) {
        let used = |key: Option<kms_reencrypt::KeyArn>| key.map(|arn| arn.to_string());
        let seen = Seen {
            operation: event.operation.as_str(),
            source: used(event.source.and_then(|key| key.key_arn)),
            destination: used(event.destination.and_then(|key| key.key_arn)),
            key: used(event.key.and_then(|key| key.key_arn)),
            alias: event.alias_name.map(ToOwned::to_owned),
            dry_run: event.dry_run,
            why: event.result.err().and_then(why),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}

/// The explanation of a refused permission, on one line.
fn why(error: &KmsError) -> Option<String> {
    let KmsError::AccessDenied(denied) = error else {
        return None;
    };
    let explanation = denied.explanation()?.to_string();
    Some(explanation.replace("\n- ", "; "))
}

//! [`Recorder`]: an observer that keeps the calls that it sees.

use core::fmt;
use core::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::keyring::Clock;
use crate::observe::{Event, Observer};

use super::call::RecordedCall;
use super::calls::Calls;

/// An observer that keeps every operation of a [`Kms`](crate::Kms) with its keys, encryption contexts, algorithms,
/// caller and outcome, control operations of its service and of SDK clients included. It never sees a plaintext, a
/// ciphertext or key material.
///
/// Clones share the same calls, which are in the order in which they ended.
///
/// ```
/// use kms_reencrypt::testing::Recorder;
/// use kms_reencrypt::{EncryptRequest, Keyring, KeySpec, Kms, KmsError, ReEncryptRequest};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let old = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let new = keyring.create_key(KeySpec::SymmetricDefault)?;
/// keyring.create_alias("alias/archive", new)?;
/// let recorder = Recorder::new();
/// let kms = Kms::new(keyring).with_observer(recorder.clone());
///
/// // The code under test: archive a record of a tenant.
/// let encrypt = EncryptRequest::builder().key_id(old).plaintext("data");
/// let blob = kms.encrypt(&encrypt.build()?)?.into_ciphertext_blob();
/// let re_encrypt = ReEncryptRequest::builder()
///     .ciphertext_blob(blob)
///     .destination_key_id("alias/archive")
///     .destination_encryption_context("tenant", "blue");
/// kms.re_encrypt(&re_encrypt.build()?)?;
///
/// assert_eq!(recorder.re_encrypts().with_destination(&new).count(), 1);
/// let of_tenant = recorder.re_encrypts().with_destination_context("tenant", "blue");
/// assert_eq!(of_tenant.with_source(&old).count(), 1);
/// assert!(recorder.decrypts().is_empty(), "no plaintext left KMS");
/// assert!(recorder.calls().failed().is_empty());
/// # Ok::<(), KmsError>(())
/// ```
#[derive(Clone, Default)]
pub struct Recorder {
    calls: Arc<Mutex<Vec<RecordedCall>>>,
    clock: Option<Arc<dyn Clock>>,
}

impl Recorder {
    /// A recorder without a clock, whose calls have no time.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A recorder that takes the time of each call from a clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self {
            clock: Some(Arc::new(clock)),
            ..Self::default()
        }
    }

    /// All calls so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        Calls::new(self.log().clone())
    }

    /// The calls of `ReEncrypt`.
    #[must_use]
    pub fn re_encrypts(&self) -> Calls {
        self.calls().re_encrypts()
    }

    /// The calls of `Encrypt`.
    #[must_use]
    pub fn encrypts(&self) -> Calls {
        self.calls().encrypts()
    }

    /// The calls of `Decrypt`.
    #[must_use]
    pub fn decrypts(&self) -> Calls {
        self.calls().decrypts()
    }

    /// The calls of `GenerateDataKey`, `GenerateDataKeyPair` and both without plaintext.
    #[must_use]
    pub fn generated_data_keys(&self) -> Calls {
        self.calls().generated_data_keys()
    }

    /// Forgets all calls so far.
    pub fn clear(&self) {
        // Dropped after the log is unlocked: an error may contain a provider's own error, whose `drop` may run any code.
        let calls = mem::take(&mut *self.log());
        drop(calls);
    }

    fn log(&self) -> MutexGuard<'_, Vec<RecordedCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints only the number of calls: they may be many, and a [`Kms`](crate::Kms) prints its observer.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("calls", &self.log().len())
            .finish_non_exhaustive()
    }
}

impl Observer for Recorder {
    fn observe(&self, event: &Event<'_>) {
        let time = self.clock.as_ref().map(|clock| clock.now());
        // Copied before the log is locked, so that other threads do not wait for it.
        let call = RecordedCall::new(event, time);
        self.log().push(call);
    }
}

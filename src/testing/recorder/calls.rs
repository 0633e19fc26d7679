//! [`Calls`]: a list of recorded calls, with filters.

use core::slice;

use crate::access::Caller;
use crate::key::KeyArn;
use crate::operation::Operation;

use super::call::{RecordedCall, RecordedKey, RecordedNamedKey};

/// The calls of a [`Recorder`](super::Recorder), in the order in which they ended. Each filter keeps the calls that it
/// describes.
///
/// ```
/// use kms_reencrypt::testing::Recorder;
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let recorder = Recorder::new();
/// let kms = Kms::new(keyring.clone()).with_observer(recorder.clone());
/// let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
/// kms.encrypt(&request)?;
/// keyring.disable_key(key)?;
/// kms.encrypt(&request).unwrap_err();
///
/// assert_eq!(recorder.calls().with_destination(&key).count(), 2);
/// assert_eq!(recorder.calls().succeeded().count(), 1);
/// assert_eq!(recorder.calls().failed_with("DisabledException").count(), 1);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(Vec<RecordedCall>);

impl Calls {
    pub(super) const fn new(calls: Vec<RecordedCall>) -> Self {
        Self(calls)
    }

    /// Keeps the calls of an operation.
    #[must_use]
    pub fn of(self, operation: Operation) -> Self {
        self.filter(|call| call.operation() == operation)
    }

    /// Keeps the calls of `ReEncrypt`.
    #[must_use]
    pub fn re_encrypts(self) -> Self {
        self.of(Operation::ReEncrypt)
    }

    /// Keeps the calls of `Encrypt`.
    #[must_use]
    pub fn encrypts(self) -> Self {
        self.of(Operation::Encrypt)
    }

    /// Keeps the calls of `Decrypt`.
    #[must_use]
    pub fn decrypts(self) -> Self {
        self.of(Operation::Decrypt)
    }

    /// Keeps the calls of `GenerateDataKey`, `GenerateDataKeyPair` and both without plaintext.
    #[must_use]
    pub fn generated_data_keys(self) -> Self {
        self.filter(|call| {
            matches!(
                call.operation(),
                Operation::GenerateDataKey
                    | Operation::GenerateDataKeyPair
                    | Operation::GenerateDataKeyPairWithoutPlaintext
                    | Operation::GenerateDataKeyWithoutPlaintext
            )
        })
    }

    /// Keeps the calls whose source is this key.
    #[must_use]
    pub fn with_source(self, key: &KeyArn) -> Self {
        self.filter(|call| is(call.source(), key))
    }

    /// Keeps the calls whose destination is this key.
    #[must_use]
    pub fn with_destination(self, key: &KeyArn) -> Self {
        self.filter(|call| is(call.destination(), key))
    }

    /// Keeps the calls that use this key or are about it.
    #[must_use]
    pub fn with_key(self, key: &KeyArn) -> Self {
        self.filter(|call| {
            let named = call.key().and_then(RecordedNamedKey::key_arn);
            is(call.source(), key) || is(call.destination(), key) || named == Some(key)
        })
    }

    /// Keeps the calls with this pair in the encryption context of the source.
    #[must_use]
    pub fn with_source_context(self, key: &str, value: &str) -> Self {
        self.filter(|call| has(call.source(), key, value))
    }

    /// Keeps the calls with this pair in the encryption context of the destination.
    #[must_use]
    pub fn with_destination_context(self, key: &str, value: &str) -> Self {
        self.filter(|call| has(call.destination(), key, value))
    }

    /// Keeps the calls of this principal.
    #[must_use]
    pub fn by(self, caller: &Caller) -> Self {
        self.filter(|call| call.caller().principal() == caller.principal())
    }

    /// Keeps the calls that succeeded.
    #[must_use]
    pub fn succeeded(self) -> Self {
        self.filter(|call| call.result().is_ok())
    }

    /// Keeps the calls that ended with an exception.
    #[must_use]
    pub fn failed(self) -> Self {
        self.filter(|call| call.result().is_err())
    }

    /// Keeps the calls that ended with the exception of this name, such as `DisabledException`.
    #[must_use]
    pub fn failed_with(self, code: &str) -> Self {
        self.filter(|call| call.result().is_err_and(|error| error.code() == code))
    }

    /// Keeps the calls that meet a condition of your own.
    #[must_use]
    pub fn filter(mut self, condition: impl FnMut(&RecordedCall) -> bool) -> Self {
        self.0.retain(condition);
        self
    }

    /// The number of calls.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether the list is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last call.
    #[must_use]
    pub fn last(&self) -> Option<&RecordedCall> {
        self.0.last()
    }

    /// An iterator over the calls.
    pub fn iter(&self) -> slice::Iter<'_, RecordedCall> {
        self.0.iter()
    }

    /// The calls as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[RecordedCall] {
        &self.0
    }
}

impl IntoIterator for Calls {
    type Item = RecordedCall;
    type IntoIter = std::vec::IntoIter<RecordedCall>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Calls {
    type Item = &'a RecordedCall;
    type IntoIter = slice::Iter<'a, RecordedCall>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn is(recorded: Option<&RecordedKey>, key: &KeyArn) -> bool {
    recorded.and_then(RecordedKey::key_arn) == Some(key)
}

fn has(recorded: Option<&RecordedKey>, key: &str, value: &str) -> bool {
    recorded.is_some_and(|recorded| recorded.encryption_context().get(key) == Some(value))
}

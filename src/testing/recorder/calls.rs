//! [`Calls`]: recorded calls, to be picked from and counted.

use core::slice;

use crate::access::Caller;
use crate::key::KeyArn;
use crate::observe::Operation;

use super::call::{DescribedKey, RecordedCall, RecordedKey};

/// Calls that a [`Recorder`](super::Recorder) remembers, in the order in which they ended. Each method keeps those that it
/// names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(Vec<RecordedCall>);

impl Calls {
    pub(super) const fn new(calls: Vec<RecordedCall>) -> Self {
        Self(calls)
    }

    /// Those of `ReEncrypt`.
    #[must_use]
    pub fn re_encrypts(self) -> Self {
        self.of(&[Operation::ReEncrypt])
    }

    /// Those of `Encrypt`.
    #[must_use]
    pub fn encrypts(self) -> Self {
        self.of(&[Operation::Encrypt])
    }

    /// Those of `Decrypt`.
    #[must_use]
    pub fn decrypts(self) -> Self {
        self.of(&[Operation::Decrypt])
    }

    /// Those of `GenerateDataKey` and `GenerateDataKeyWithoutPlaintext`.
    #[must_use]
    pub fn generated_data_keys(self) -> Self {
        self.of(&[
            Operation::GenerateDataKey,
            Operation::GenerateDataKeyWithoutPlaintext,
        ])
    }

    /// Those in which this key was to decrypt.
    #[must_use]
    pub fn with_source(self, key: &KeyArn) -> Self {
        self.filter(|call| is(call.source(), key))
    }

    /// Those in which this key was to encrypt.
    #[must_use]
    pub fn with_destination(self, key: &KeyArn) -> Self {
        self.filter(|call| is(call.destination(), key))
    }

    /// Those in which this key had any part.
    #[must_use]
    pub fn with_key(self, key: &KeyArn) -> Self {
        self.filter(|call| {
            let described = call.described().and_then(DescribedKey::key_arn);
            is(call.source(), key) || is(call.destination(), key) || described == Some(key)
        })
    }

    /// Those whose source has this pair in its encryption context.
    #[must_use]
    pub fn with_source_context(self, key: &str, value: &str) -> Self {
        self.filter(|call| has(call.source(), key, value))
    }

    /// Those whose destination has this pair in its encryption context.
    #[must_use]
    pub fn with_destination_context(self, key: &str, value: &str) -> Self {
        self.filter(|call| has(call.destination(), key, value))
    }

    /// Those of this principal.
    #[must_use]
    pub fn by(self, caller: &Caller) -> Self {
        self.filter(|call| call.caller().principal() == caller.principal())
    }

    /// Those that went well.
    #[must_use]
    pub fn succeeded(self) -> Self {
        self.filter(|call| call.result().is_ok())
    }

    /// Those that ended with an exception.
    #[must_use]
    pub fn failed(self) -> Self {
        self.filter(|call| call.result().is_err())
    }

    /// Those that ended with this exception, by its name: `DisabledException`.
    #[must_use]
    pub fn failed_with(self, code: &str) -> Self {
        self.filter(|call| call.result().is_err_and(|error| error.code() == code))
    }

    /// Those that meet a condition of one's own.
    #[must_use]
    pub fn filter(mut self, condition: impl FnMut(&RecordedCall) -> bool) -> Self {
        self.0.retain(condition);
        self
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&RecordedCall> {
        self.0.last()
    }

    /// The calls, one by one.
    pub fn iter(&self) -> slice::Iter<'_, RecordedCall> {
        self.0.iter()
    }

    /// The calls themselves.
    #[must_use]
    pub fn as_slice(&self) -> &[RecordedCall] {
        &self.0
    }

    fn of(self, operations: &[Operation]) -> Self {
        self.filter(|call| operations.contains(&call.operation()))
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

//! [`Fault`]: an error or a delay, and when it occurs.

use core::time::Duration;

use crate::error::InfrastructureError;
use crate::key::KeyArn;
use crate::operation::Operation;
use crate::provider::KeyProviderError;
use crate::testing::turns::{Chance, Turns};

/// A call, and the operation that makes it, if that is known.
pub(super) type Struck = (ProviderCall, Option<Operation>);

/// A call that an operation makes to a provider or to one of its keys. A request makes them in this order: the view, grant
/// tokens, aliases and keys (the source before the destination), and after both keys have been checked, `Decrypt` and
/// `Encrypt`. A control operation asks for the view, and looks up what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProviderCall {
    /// Looks up the key that an alias points to.
    AliasLookUp,
    /// Decrypts with a key, such as the source key of a `ReEncrypt`.
    Decrypt,
    /// Encrypts with a key, such as the destination key of a `ReEncrypt`.
    Encrypt,
    /// Looks up the grant that a token stands for.
    GrantTokenLookUp,
    /// Looks up a key by its ARN or its key material.
    KeyLookUp,
    /// Gets the view of the keys, once in every request and before anything else.
    View,
}

/// A fault of a [`FaultyProvider`](super::FaultyProvider): an error, a delay or both.
///
/// By default a fault strikes every look-up of a key: once in an `Encrypt` or a `Decrypt`, and for each of the two keys
/// of a `ReEncrypt`. A fault of an [operation](Self::on_operation) strikes once in each of its requests. If a fault has
/// several conditions, all of them have to hold.
///
/// Two requests to encrypt pass, the next two are throttled, and all others pass again:
///
/// ```
/// use kms_reencrypt::testing::{Fault, FaultyProvider};
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, Operation};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let provider = FaultyProvider::new(keyring);
/// let fault = Fault::throttling().on_operation(Operation::Encrypt).after(2).times(2);
/// provider.faults().inject(fault);
///
/// let kms = Kms::new(provider);
/// let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
/// let passed: Vec<bool> = (0..6).map(|_| kms.encrypt(&request).is_ok()).collect();
/// assert_eq!(passed, [true, true, false, false, true, true]);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Fault {
    error: Option<KeyProviderError>,
    delay: Duration,
    call: Option<ProviderCall>,
    key: Option<KeyArn>,
    operation: Option<Operation>,
    turns: Turns,
}

impl Fault {
    /// A fault with any error of a provider. An empty message becomes AWS's.
    pub fn new(error: KeyProviderError) -> Self {
        Self {
            error: Some(error),
            ..Self::latency(Duration::ZERO)
        }
    }

    /// `DependencyTimeoutException`
    pub fn dependency_timeout() -> Self {
        Self::new(KeyProviderError::DependencyTimeout(no_words()))
    }

    /// `KMSInternalException`
    pub fn kms_internal() -> Self {
        Self::new(KeyProviderError::Internal(no_words()))
    }

    /// `KeyUnavailableException`
    pub fn key_unavailable() -> Self {
        Self::new(KeyProviderError::KeyUnavailable(no_words()))
    }

    /// `ThrottlingException`, which strikes once in a request, before any look-up.
    pub fn throttling() -> Self {
        Self::new(KeyProviderError::Throttled).at(ProviderCall::View)
    }

    /// Only a delay: the call takes this long and then succeeds. See [`Faults::delay`](super::Faults::delay).
    pub const fn latency(delay: Duration) -> Self {
        Self {
            error: None,
            delay,
            call: None,
            key: None,
            operation: None,
            turns: Turns::all(),
        }
    }

    /// Strikes this kind of call.
    pub const fn at(mut self, call: ProviderCall) -> Self {
        self.call = Some(call);
        self
    }

    /// Strikes only requests of this operation, control operations included. Unless [`at`](Self::at) or
    /// [`on_key`](Self::on_key) says where, it strikes once in a request, before any look-up.
    ///
    /// A control operation can be struck where it comes through the fault injector: in the service, the server or the SDK's
    /// client of a [`Kms`](crate::Kms), but not in the methods of a [`Keyring`](crate::Keyring).
    pub const fn on_operation(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Strikes when a key decrypts: in a `ReEncrypt` only on the source side, after both keys were looked up and checked.
    pub const fn on_source(self) -> Self {
        self.at(ProviderCall::Decrypt)
    }

    /// Strikes when a key encrypts: in a `ReEncrypt` only on the destination side, after the source key has decrypted.
    pub const fn on_destination(self) -> Self {
        self.at(ProviderCall::Encrypt)
    }

    /// Strikes only calls for this key. Views and grant tokens belong to no key.
    pub const fn on_key(mut self, key: KeyArn) -> Self {
        self.key = Some(key);
        self
    }

    /// Lets the first `calls` calls pass.
    pub const fn after(mut self, calls: u64) -> Self {
        self.turns.after = calls;
        self
    }

    /// Strikes at most `calls` calls.
    pub const fn times(mut self, calls: u64) -> Self {
        self.turns.times = calls;
        self
    }

    /// Strikes only the nth call, counted from 1.
    pub const fn nth(self, call: u64) -> Self {
        self.after(call.saturating_sub(1)).times(1)
    }

    /// Strikes with a probability between 0 and 1. A generator with this seed decides, so every run is the same.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.turns.chance = Some(Chance::new(probability, seed));
        self
    }

    /// Delays the call by this long, before the error if there is one.
    pub const fn delayed_by(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Whether the fault strikes a call. Each call that meets the other conditions counts for [`after`](Self::after)
    /// and [`times`](Self::times).
    pub(super) fn strikes(&mut self, (call, operation): Struck, key: Option<&KeyArn>) -> bool {
        let default = match (self.operation, self.key) {
            (Some(_), None) => ProviderCall::View,
            _ => ProviderCall::KeyLookUp,
        };
        self.call.unwrap_or(default) == call
            && self.key.is_none_or(|wanted| key == Some(&wanted))
            && self
                .operation
                .is_none_or(|wanted| operation == Some(wanted))
            && self.turns.strikes()
    }

    pub(super) const fn error(&self) -> Option<&KeyProviderError> {
        self.error.as_ref()
    }

    pub(super) const fn delay(&self) -> Duration {
        self.delay
    }
}

fn no_words() -> InfrastructureError {
    InfrastructureError::new("")
}

#[cfg(test)]
mod tests {
    use super::{Fault, ProviderCall};
    use crate::operation::Operation;

    /// Which of the first eight look-ups a fault strikes.
    fn struck(mut fault: Fault) -> Vec<u64> {
        let is_struck =
            |_: &u64| fault.strikes((ProviderCall::KeyLookUp, Some(Operation::Encrypt)), None);
        (1..=8).filter(is_struck).collect()
    }

    #[test]
    fn a_fault_strikes_when_it_is_told_to() {
        let fault = Fault::key_unavailable;
        for (fault, calls) in [
            (fault(), vec![1, 2, 3, 4, 5, 6, 7, 8]),
            (fault().nth(1), vec![1]),
            (fault().nth(3), vec![3]),
            (fault().nth(0), vec![1]),
            (fault().times(2), vec![1, 2]),
            (fault().times(0), vec![]),
            (fault().after(6), vec![7, 8]),
            (fault().after(2).times(3), vec![3, 4, 5]),
            (fault().at(ProviderCall::View), vec![]),
            (Fault::throttling(), vec![]),
            (fault().on_operation(Operation::Encrypt), vec![]),
            (
                fault()
                    .on_operation(Operation::Encrypt)
                    .at(ProviderCall::KeyLookUp)
                    .nth(2),
                vec![2],
            ),
            (
                fault()
                    .on_operation(Operation::Decrypt)
                    .at(ProviderCall::KeyLookUp),
                vec![],
            ),
            (fault().with_probability(0.0, 1), vec![]),
            (
                fault().with_probability(1.0, 1),
                vec![1, 2, 3, 4, 5, 6, 7, 8],
            ),
            (fault().with_probability(1.0, 1).nth(3), vec![3]),
        ] {
            assert_eq!(struck(fault.clone()), calls, "{fault:?}");
        }
    }

    #[test]
    fn chance_repeats_itself_and_is_about_as_likely_as_it_says() {
        let thrown = |seed| {
            let mut fault = Fault::key_unavailable().with_probability(0.25, seed);
            [(); 1000]
                .map(|()| fault.strikes((ProviderCall::KeyLookUp, Some(Operation::Encrypt)), None))
        };
        assert_eq!(thrown(1), thrown(1));
        assert_ne!(thrown(1), thrown(2));
        let count = thrown(1).iter().filter(|struck| **struck).count();
        assert!((200..300).contains(&count), "{count}");
    }
}

//! [`RingProvider`]: a provider over a ring.

use std::sync::Arc;

use crate::provider::KeyProvider;

use super::ring::Keyring;

/// A provider whose keys are those of a ring, so that KMS's control operations can be carried out on it: a [`Keyring`]
/// itself, or a provider that wraps one, such as the fault injector of the feature `testing`.
///
/// With the feature `json` a [`Kms`](crate::Kms) over such a provider has a
/// [`service`](crate::Kms#method.service) with every operation. A control operation takes place in a view of the provider,
/// which is asked for every key, alias and grant token that the operation looks up. So a provider that fails makes control
/// operations fail, too.
pub trait RingProvider: KeyProvider {
    /// The ring.
    fn keyring(&self) -> &Keyring;
}

impl RingProvider for Keyring {
    fn keyring(&self) -> &Keyring {
        self
    }
}

impl<P: RingProvider + ?Sized> RingProvider for Arc<P> {
    fn keyring(&self) -> &Keyring {
        (**self).keyring()
    }
}

//! [`ImportedPair`]: the imported material of an asymmetric key.

use std::sync::Arc;
use std::time::SystemTime;

use crate::primitives::key_pair::KeyPair;

use super::materials::Expiry;

/// The key pair of an asymmetric key with the origin `EXTERNAL`. The first that is imported is the only one that the key
/// can ever have (DOC).
#[derive(Clone, Debug, Default)]
pub(super) struct ImportedPair {
    /// `None` if it was deleted, has expired, or is still to be imported.
    pair: Option<Arc<KeyPair>>,
    /// The public key of the pair that is or was imported. It remains when the pair is removed.
    public_key: Option<Arc<[u8]>>,
    expiry: Expiry,
}

impl ImportedPair {
    /// A pair that was imported.
    pub(super) fn of(pair: Arc<KeyPair>, expiry: Expiry) -> Self {
        Self {
            public_key: Some(Arc::from(pair.public_key())),
            pair: Some(pair),
            expiry,
        }
    }

    /// A pair that was imported once and is no longer present.
    #[cfg(all(feature = "testing", feature = "json"))]
    pub(super) fn absent(public_key: &[u8]) -> Self {
        Self {
            public_key: Some(Arc::from(public_key)),
            ..Self::default()
        }
    }

    pub(super) fn pair(&self) -> Option<&KeyPair> {
        self.pair.as_deref()
    }

    /// The public key, which is known from the first import on.
    pub(super) fn public_key(&self) -> Option<&[u8]> {
        self.public_key.as_deref()
    }

    /// The expiry of the pair, if it is there.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        self.pair.as_ref().map(|_| self.expiry)
    }

    /// Imports a pair, for the first time or again. `false` if the key has or had another one.
    pub(super) fn put(&mut self, pair: Arc<KeyPair>, expiry: Expiry) -> bool {
        let other = self
            .public_key()
            .is_some_and(|own| own != pair.public_key());
        if !other {
            *self = Self::of(pair, expiry);
        }
        !other
    }

    /// Removes the pair, and keeps its public key.
    pub(super) fn take_away(&mut self) {
        self.pair = None;
        self.expiry = Expiry::default();
    }

    /// Removes the pair if it has expired.
    pub(super) fn expire(&mut self, now: SystemTime) {
        if self.expiry().is_some_and(|expiry| expiry.is_over(now)) {
            self.take_away();
        }
    }

    /// The same without the pair, as a replica has it before the pair is imported into it.
    pub(super) fn to_be_imported(&self) -> Self {
        Self {
            public_key: self.public_key.clone(),
            ..Self::default()
        }
    }
}

//! [`Trail`]: the keys that an operation found, for its observer.

use core::cell::Cell;

use crate::key::{KeyArn, KeyMaterialId};

/// The keys that an operation found, whether the caller may use them or not.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    source: Cell<Option<FoundKey>>,
    destination: Cell<Option<FoundKey>>,
    named: Cell<Option<FoundKey>>,
}

/// A key, and the material that the operation uses or asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundKey {
    pub(crate) arn: KeyArn,
    pub(crate) material: Option<KeyMaterialId>,
}

impl FoundKey {
    pub(super) fn new(arn: &KeyArn, material: Option<&KeyMaterialId>) -> Self {
        Self {
            arn: *arn,
            material: material.copied(),
        }
    }
}

impl Trail {
    /// The key for decryption.
    pub(crate) const fn source(&self) -> Option<FoundKey> {
        self.source.get()
    }

    /// The key for encryption.
    pub(crate) const fn destination(&self) -> Option<FoundKey> {
        self.destination.get()
    }

    /// The key that an operation names without using it.
    pub(crate) const fn named(&self) -> Option<FoundKey> {
        self.named.get()
    }

    pub(super) fn leave_source(&self, key: FoundKey) {
        self.source.set(Some(key));
    }

    pub(super) fn leave_destination(&self, key: FoundKey) {
        self.destination.set(Some(key));
    }

    pub(super) fn leave_named(&self, key: FoundKey) {
        self.named.set(Some(key));
    }
}

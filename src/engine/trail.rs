//! [`Trail`]: which keys an operation came upon, for whoever observes it.

use core::cell::Cell;

use crate::key::{KeyArn, KeyMaterialId};

/// The keys that an operation found, whether it might use them or not.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    source: Cell<Option<FoundKey>>,
    destination: Cell<Option<FoundKey>>,
    described: Cell<Option<FoundKey>>,
}

/// A key, and the material in question.
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
    /// The key that was to decrypt.
    pub(crate) const fn source(&self) -> Option<FoundKey> {
        self.source.get()
    }

    /// The key that was to encrypt.
    pub(crate) const fn destination(&self) -> Option<FoundKey> {
        self.destination.get()
    }

    /// The key that was to be described.
    pub(crate) const fn described(&self) -> Option<FoundKey> {
        self.described.get()
    }

    pub(super) fn leave_source(&self, key: FoundKey) {
        self.source.set(Some(key));
    }

    pub(super) fn leave_destination(&self, key: FoundKey) {
        self.destination.set(Some(key));
    }

    pub(super) fn leave_described(&self, key: FoundKey) {
        self.described.set(Some(key));
    }
}

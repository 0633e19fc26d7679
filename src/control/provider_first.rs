//! [`ProviderFirst`]: the state of a ring that is reached through a provider.

use crate::key::{AliasArn, KeyArn, KeyMaterialId, Place};
use crate::keyring::{Latest, Snapshot};
use crate::provider::{KeyProviderError, KeyRef, KeyView};

/// The latest state of a ring. Every look-up first asks the view of the provider, and fails if the provider does.
///
/// What the provider finds does not count: control operations see changes that are not yet visible in the view.
pub(super) struct ProviderFirst<'v> {
    provider: &'v dyn KeyView,
    ring: Latest<'v>,
}

impl<'v> ProviderFirst<'v> {
    pub(super) const fn new(provider: &'v dyn KeyView, snapshot: &'v Snapshot) -> Self {
        let ring = Latest(snapshot);
        Self { provider, ring }
    }
}

impl KeyView for ProviderFirst<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        answered(self.provider.key(arn))?;
        self.ring.key(arn)
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        answered(self.provider.key_with_material(place, id))?;
        self.ring.key_with_material(place, id)
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        answered(self.provider.alias_target(alias))?;
        self.ring.alias_target(alias)
    }
}

/// Whether the provider answered, whatever it found.
pub(super) fn answered<T>(answer: Result<T, KeyProviderError>) -> Result<(), KeyProviderError> {
    match answer {
        Ok(_) | Err(KeyProviderError::NotFound) => Ok(()),
        Err(failure) => Err(failure),
    }
}

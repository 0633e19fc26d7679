//! [`Snapshot`]: the content of a ring at one moment, as a view.

use std::sync::Arc;
use std::time::SystemTime;

use crate::access::{Grant, GrantId};
use crate::key::{AliasArn, AliasName, KeyArn, KeyId, KeyMaterialId, Place};
use crate::provider::{KeyProviderError, KeyRef, KeyView, KmsKey};

use super::alias::{Alias, AliasEntry};
use super::grant_tokens::GrantTokens;
use super::key::{SoftwareKey, shared_list};
use super::key_index::KeyIndex;
use super::map::Map;
use super::materials::Materials;

/// The keys, aliases and grants of a ring, of all its accounts and Regions. A copy shares everything that does not
/// change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    keys: Map<KeyArn, Arc<SoftwareKey>>,
    /// The keys that have, or once had, a material. Related keys share theirs. So do keys with the same id in several
    /// accounts or Regions, if they were given the same material.
    owners: KeyIndex<KeyMaterialId>,
    /// The multi-Region keys of each id, in all accounts.
    multi_region: KeyIndex<KeyId>,
    pub(super) aliases: Map<AliasArn, AliasEntry>,
    pub(crate) grant_tokens: GrantTokens,
    /// Whether changes take effect only after the ring settles.
    pub(super) slow: bool,
    /// The first moment at which the clock changes something.
    pub(super) deadline: Option<SystemTime>,
}

impl Snapshot {
    pub(crate) fn get(&self, arn: &KeyArn) -> Option<&Arc<SoftwareKey>> {
        self.keys.get(arn)
    }

    /// The key with this ARN, as requests see it.
    pub(super) fn visible(&self, arn: &KeyArn) -> Result<&SoftwareKey, KeyProviderError> {
        match self.get(arn) {
            Some(key) if key.visible => Ok(key),
            _ => Err(KeyProviderError::NotFound),
        }
    }

    /// The key that has, or once had, this material, as requests see it.
    pub(super) fn visible_owner(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<&SoftwareKey, KeyProviderError> {
        let owners = self.owners.get(id);
        let in_region = || {
            owners
                .iter()
                .filter(|owner| *owner.region() == place.region)
        };
        let own = in_region().filter(|owner| *owner.account() == place.account);
        // Keys that are not yet visible are skipped.
        own.chain(in_region())
            .find_map(|owner| self.visible(owner).ok())
            .ok_or(KeyProviderError::NotFound)
    }

    pub(super) const fn changes_are_slow(&self) -> bool {
        self.slow
    }

    /// All keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<SoftwareKey>> {
        self.keys.iter().map(|(_, key)| key)
    }

    /// The multi-Region keys with an id, in all accounts.
    pub(super) fn of_id(&self, id: &KeyId) -> &[KeyArn] {
        self.multi_region.get(id)
    }

    /// Inserts a key, or replaces the one with its ARN, and returns that one.
    pub(super) fn put(&mut self, key: SoftwareKey) -> Option<Arc<SoftwareKey>> {
        let arn = *key.metadata.arn();
        self.deadline = [self.deadline, key.deadline()].into_iter().flatten().min();
        let key = Arc::new(key);
        let old = self.keys.get(&arn).cloned();
        if old.is_none() && arn.key_id().is_multi_region() {
            self.multi_region.enter(arn.key_id(), &arn);
        }
        self.keys.insert(arn, Arc::clone(&key));
        self.change_owners(&arn, old.as_deref(), Some(&key));
        old
    }

    /// Removes a key, and the aliases that point to it.
    pub(super) fn take_key(&mut self, arn: &KeyArn) -> Option<Arc<SoftwareKey>> {
        let key = Arc::clone(self.keys.get(arn)?);
        self.keys.remove(arn);
        if arn.key_id().is_multi_region() {
            self.multi_region.leave(arn.key_id(), arn);
        }
        for grant in key.grants.iter() {
            self.grant_tokens.end(grant.id());
        }
        self.change_owners(arn, Some(&key), None);
        for name in key.aliases.iter() {
            self.aliases
                .remove(&AliasArn::new(*arn.place(), name.clone()));
        }
        Some(key)
    }

    /// The size of each collection.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> Vec<(&'static str, usize)> {
        let (ids, multi_region) = self.multi_region.sizes();
        let (owned, owners) = self.owners.sizes();
        let each = |count: fn(&SoftwareKey) -> usize| self.keys().map(|key| count(key)).sum();
        vec![
            ("keys", self.keys.len()),
            ("ids of multi-Region keys", ids),
            ("multi-Region keys", multi_region),
            ("owned materials", owned),
            ("owners", owners),
            ("aliases", self.aliases.len()),
            ("grant tokens", self.grant_tokens.iter().count()),
            ("alias names of keys", each(|key| key.aliases.len())),
            ("grants", each(|key| key.grants.len())),
            ("departed grants", each(|key| key.departed_grants.len())),
            ("materials", each(|key| materials(Some(key)).count())),
        ]
    }

    /// Updates the owners of materials for a key that replaces the one with its ARN.
    fn change_owners(
        &mut self,
        arn: &KeyArn,
        old: Option<&SoftwareKey>,
        new: Option<&SoftwareKey>,
    ) {
        let lost = materials(old).filter(|id| !has(new, id));
        let gained = materials(new).filter(|id| !has(old, id));
        for id in lost {
            self.owners.leave(id, arn);
        }
        for id in gained {
            self.owners.enter(id, arn);
        }
    }

    /// Changes the materials of a symmetric key.
    pub(super) fn change_materials<T>(
        &mut self,
        arn: &KeyArn,
        change: impl FnOnce(&mut Materials) -> T,
    ) -> Option<T> {
        self.change_key(arn, |key| key.materials_mut().map(change))?
    }

    /// Changes a key, and settles it.
    pub(super) fn change_key<T>(
        &mut self,
        arn: &KeyArn,
        change: impl FnOnce(&mut SoftwareKey) -> T,
    ) -> Option<T> {
        let mut key = SoftwareKey::clone(self.get(arn)?);
        let result = change(&mut key);
        key.settle();
        self.put(key);
        Some(result)
    }

    /// An alias after all changes, also those that are not yet visible.
    pub(crate) fn latest_alias(&self, arn: &AliasArn) -> Option<&Alias> {
        self.aliases.get(arn)?.latest.as_ref()
    }

    /// Points an alias to a key.
    pub(super) fn point_alias(&mut self, alias: Alias) {
        let arn = alias.arn.clone();
        let seen = if self.changes_are_slow() {
            self.aliases.get(&arn).and_then(AliasEntry::visible_target)
        } else {
            Some(alias.target)
        };
        let latest = Some(alias);
        self.put_alias(arn, AliasEntry { latest, seen });
    }

    /// Inserts an alias, and adds its name to those of its key.
    pub(super) fn put_alias(&mut self, arn: AliasArn, entry: AliasEntry) {
        if let Some(alias) = &entry.latest {
            self.change_alias_names(&alias.target, |names| names.push(arn.name().clone()));
        }
        self.aliases.insert(arn, entry);
    }

    /// Removes an alias, also from its key.
    pub(super) fn remove_alias(&mut self, arn: &AliasArn) {
        let Some(AliasEntry {
            latest: Some(alias),
            seen,
        }) = self.aliases.get(arn).cloned()
        else {
            return;
        };
        self.aliases.remove(arn);
        self.change_alias_names(&alias.target, |names| {
            names.retain(|name| name != arn.name());
        });
        if self.changes_are_slow() {
            self.aliases
                .insert(arn.clone(), AliasEntry { latest: None, seen });
        }
    }

    fn change_alias_names(&mut self, key: &KeyArn, change: impl FnOnce(&mut Vec<AliasName>)) {
        let Some(key) = self.key_mut(key) else {
            return;
        };
        let mut names = key.aliases.to_vec();
        change(&mut names);
        names.sort();
        key.aliases = shared_list(names);
    }

    /// Adds a grant to a key.
    pub(super) fn add_grant(&mut self, arn: &KeyArn, grant: Grant) {
        if let Some(key) = self.key_mut(arn) {
            key.grants.push(grant);
        }
    }

    /// Removes a grant from its key.
    pub(super) fn remove_grant(&mut self, arn: &KeyArn, grant: &GrantId) {
        let slow = self.changes_are_slow();
        let Some(key) = self.key_mut(arn) else {
            return;
        };
        if slow {
            let departed = key.departed_grants.iter().chain([grant]);
            key.departed_grants = departed.cloned().collect();
        } else {
            key.grants.remove(grant);
            self.grant_tokens.end(grant);
        }
    }

    /// A key to be changed in place, in something that no index and no deadline depends on. All other changes go through
    /// [`put`](Self::put).
    fn key_mut(&mut self, arn: &KeyArn) -> Option<&mut SoftwareKey> {
        self.keys.get_mut(arn).map(Arc::make_mut)
    }
}

impl KeyView for Snapshot {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        Ok(KeyRef::Borrowed(self.visible(arn)?))
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        Ok(KeyRef::Borrowed(self.visible_owner(place, id)?))
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        let entry = self.aliases.get(alias);
        entry
            .and_then(AliasEntry::visible_target)
            .ok_or(KeyProviderError::NotFound)
    }

    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        let grant = self.grant_tokens.get(token);
        grant.cloned().ok_or(KeyProviderError::NotFound)
    }
}

/// A snapshot as code that holds the ring sees it: with all changes, also those that are not yet visible to requests.
pub(crate) struct Latest<'s>(pub(crate) &'s Snapshot);

impl KeyView for Latest<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.0.get(arn).ok_or(KeyProviderError::NotFound)?;
        Ok(KeyRef::Borrowed(key.as_ref()))
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        self.0.key_with_material(place, id)
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        self.0
            .latest_alias(alias)
            .map(|alias| *alias.target())
            .ok_or(KeyProviderError::NotFound)
    }
}

/// The ids of a key's materials.
fn materials(key: Option<&SoftwareKey>) -> impl Iterator<Item = &KeyMaterialId> {
    key.and_then(SoftwareKey::materials)
        .map(Materials::versions)
        .unwrap_or_default()
        .iter()
        .map(|version| &version.id)
}

fn has(key: Option<&SoftwareKey>, id: &KeyMaterialId) -> bool {
    key.is_some_and(|key| key.has_material(id))
}

//! [`Snapshot`]: everything in a ring at one moment, and the view of it.

use std::sync::Arc;
use std::time::SystemTime;

use crate::access::GrantId;
use crate::key::{AliasArn, AliasName, KeyArn, KeyMaterialId, Region};
use crate::provider::{KeyProviderError, KeyRef, KeyView};

use super::alias::{Alias, AliasEntry};
use super::cow_map::CowMap;
use super::grant_tokens::GrantTokens;
use super::key::SoftwareKey;
use super::materials::Materials;

/// The keys, aliases and grants of a ring, of all its accounts and Regions. A copy shares everything that is not changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    keys: CowMap<KeyArn, Arc<SoftwareKey>>,
    /// Which key a material belongs to, in the Region that had it first: its id is the same in every Region that has the
    /// key.
    owners: CowMap<KeyMaterialId, KeyArn>,
    pub(super) aliases: CowMap<AliasArn, AliasEntry>,
    pub(crate) grant_tokens: GrantTokens,
    /// Whether changes count only after the ring settles.
    pub(super) slow: bool,
    /// The first moment at which the clock changes something.
    pub(super) deadline: Option<SystemTime>,
}

impl Snapshot {
    pub(crate) fn get(&self, arn: &KeyArn) -> Option<&Arc<SoftwareKey>> {
        self.keys.get(arn)
    }

    pub(super) const fn changes_are_slow(&self) -> bool {
        self.slow
    }

    /// All keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<SoftwareKey>> {
        self.keys.iter().map(|(_, key)| key)
    }

    /// Puts a key in place of the one with its ARN, if there is one.
    pub(super) fn put(&mut self, key: SoftwareKey) {
        let arn = *key.metadata.arn();
        for version in key.materials().map(Materials::versions).unwrap_or_default() {
            if self.owners.get(&version.id).is_none() {
                self.owners.insert(version.id, arn);
            }
        }
        self.deadline = [self.deadline, key.deadline()].into_iter().flatten().min();
        self.keys.insert(arn, Arc::new(key));
    }

    /// Takes a key out, and the aliases that point to it with it.
    pub(super) fn take_key(&mut self, arn: &KeyArn) -> Option<Arc<SoftwareKey>> {
        let key = self.keys.remove(arn)?;
        for grant in key.grants.iter() {
            self.grant_tokens.end(grant.id());
        }
        for name in key.aliases.iter() {
            self.aliases
                .remove(&AliasArn::new(*arn.place(), name.clone()));
        }
        Some(key)
    }

    /// Changes the materials of a symmetric key.
    pub(super) fn change_materials<T>(
        &mut self,
        arn: &KeyArn,
        change: impl FnOnce(&mut Materials) -> T,
    ) -> Option<T> {
        let mut key = SoftwareKey::clone(self.get(arn)?);
        let result = change(key.materials_mut()?);
        key.settle();
        self.put(key);
        Some(result)
    }

    /// An alias as it was left last, whether that is known everywhere or not.
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

    /// Puts an alias in, and its name to those of its key.
    pub(super) fn put_alias(&mut self, arn: AliasArn, entry: AliasEntry) {
        if let Some(alias) = &entry.latest {
            self.change_alias_names(&alias.target, |names| names.push(arn.name().clone()));
        }
        self.aliases.insert(arn, entry);
    }

    /// Takes an alias away from its key.
    pub(super) fn remove_alias(&mut self, arn: &AliasArn) {
        let Some(AliasEntry {
            latest: Some(alias),
            seen,
        }) = self.aliases.remove(arn)
        else {
            return;
        };
        self.change_alias_names(&alias.target, |names| {
            names.retain(|name| name != arn.name());
        });
        if self.changes_are_slow() {
            self.aliases
                .insert(arn.clone(), AliasEntry { latest: None, seen });
        }
    }

    fn change_alias_names(&mut self, key: &KeyArn, change: impl FnOnce(&mut Vec<AliasName>)) {
        let Some(key) = self.get(key) else {
            return;
        };
        let mut key = SoftwareKey::clone(key);
        let mut names = key.aliases.to_vec();
        change(&mut names);
        names.sort();
        key.aliases = Arc::from(names);
        self.put(key);
    }
}

impl KeyView for Snapshot {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        match self.get(arn) {
            Some(key) if key.visible => Ok(KeyRef::Borrowed(key.as_ref())),
            _ => Err(KeyProviderError::NotFound),
        }
    }

    fn key_with_material(
        &self,
        region: &Region,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        let owner = self.owners.get(id).ok_or(KeyProviderError::NotFound)?;
        // Most keys are in one Region, and an ARN that is used where it stands costs nothing.
        if owner.region() == region {
            return self.key(owner);
        }
        self.key(&owner.in_region(*region))
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

/// A snapshot as the holder of the ring sees it: with every change, known to all of KMS or not.
pub(crate) struct Latest<'s>(pub(crate) &'s Snapshot);

impl KeyView for Latest<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.0.get(arn).ok_or(KeyProviderError::NotFound)?;
        Ok(KeyRef::Borrowed(key.as_ref()))
    }

    fn key_with_material(
        &self,
        region: &Region,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        self.0.key_with_material(region, id)
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        self.0
            .latest_alias(alias)
            .map(|alias| *alias.target())
            .ok_or(KeyProviderError::NotFound)
    }
}

//! [`Snapshot`]: everything in a ring at one moment, and the view of it.

use std::sync::Arc;
use std::time::SystemTime;

use crate::access::GrantId;
use crate::key::{AliasArn, KeyArn, KeyMaterialId, KeyState, Region};
use crate::provider::{KeyProviderError, KeyRef, KeyView};

use super::aliases::{AliasEntry, latest};
use super::cow_map::CowMap;
use super::key::SoftwareKey;
use super::materials::Materials;
use super::multi_region;

/// The keys, aliases and grants of a ring, of all its accounts and Regions. A copy shares everything that is not changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    keys: CowMap<KeyArn, Arc<SoftwareKey>>,
    /// Which key a material belongs to, in the Region that had it first: its id is the same in every Region that has the
    /// key.
    owners: CowMap<KeyMaterialId, KeyArn>,
    pub(crate) aliases: CowMap<AliasArn, AliasEntry>,
    pub(crate) grant_tokens: CowMap<String, GrantId>,
    /// Whether changes count only after the ring settles.
    pub(crate) slow: bool,
    /// The first moment at which the clock changes something.
    deadline: Option<SystemTime>,
}

impl Snapshot {
    pub(crate) fn get(&self, arn: &KeyArn) -> Option<&Arc<SoftwareKey>> {
        self.keys.get(arn)
    }

    pub(crate) const fn changes_are_slow(&self) -> bool {
        self.slow
    }

    /// All keys, in no order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Arc<SoftwareKey>> {
        self.keys.iter().map(|(_, key)| key)
    }

    /// The keys that are related to a multi-Region key, itself included: all with its id in its account.
    pub(crate) fn related(&self, arn: &KeyArn) -> Vec<KeyArn> {
        self.keys()
            .map(|key| *key.metadata.arn())
            .filter(|other| other.key_id() == arn.key_id() && other.account() == arn.account())
            .collect()
    }

    /// Puts a key in place of the one with its ARN, if there is one.
    pub(crate) fn put(&mut self, key: SoftwareKey) {
        let arn = *key.metadata.arn();
        for version in key.materials().map(Materials::versions).unwrap_or_default() {
            if self.owners.get(&version.id).is_none() {
                self.owners.insert(version.id, arn);
            }
        }
        self.deadline = earliest(self.deadline, deadline(&key));
        self.keys.insert(arn, Arc::new(key));
    }

    /// Takes a key out, and the aliases that point to it with it.
    pub(crate) fn remove(&mut self, arn: &KeyArn) -> Option<Arc<SoftwareKey>> {
        let key = self.keys.remove(arn)?;
        for name in key.aliases.iter() {
            self.aliases
                .remove(&AliasArn::new(*arn.place(), name.clone()));
        }
        Some(key)
    }

    /// Whether the clock changes something at this time.
    pub(crate) fn is_due(&self, now: SystemTime) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// What the clock has changed: expired material is gone, and so are keys whose waiting period is over.
    pub(crate) fn advance(&mut self, now: SystemTime) {
        // Twice: the end of a last replica begins the waiting period of its primary, which may be over by now as well.
        for _ in 0..2 {
            if self.is_due(now) {
                self.advance_once(now);
            }
        }
    }

    fn advance_once(&mut self, now: SystemTime) {
        let due: Vec<KeyArn> = self
            .keys()
            .filter(|key| deadline(key).is_some_and(|deadline| deadline <= now))
            .map(|key| *key.metadata.arn())
            .collect();
        for arn in due {
            // As it is now: what became of a related key may have changed it.
            let Some(key) = self.get(&arn).cloned() else {
                continue;
            };
            if let Some(date) = deletion(&key).filter(|date| *date <= now) {
                multi_region::remove(self, &arn, Some(date));
                continue;
            }
            let mut key = SoftwareKey::clone(&key);
            let replica = key.is_replica();
            if let Some(materials) = key.materials_mut() {
                materials.expire(now, replica);
            }
            key.settle();
            self.put(key);
            multi_region::reconcile(self, &arn);
        }
        self.deadline = self.keys().filter_map(|key| deadline(key)).min();
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
        let grant = self.grant_tokens.get(&token.to_owned());
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
        latest(self.0, alias)
            .map(|alias| *alias.target())
            .ok_or(KeyProviderError::NotFound)
    }
}

/// The first moment at which the clock changes this key.
fn deadline(key: &SoftwareKey) -> Option<SystemTime> {
    let expiry = key.materials().and_then(Materials::next_expiry);
    earliest(expiry, deletion(key))
}

/// When the waiting period of a key is over.
fn deletion(key: &SoftwareKey) -> Option<SystemTime> {
    key.metadata
        .deletion_date()
        .filter(|_| key.metadata.key_state() == KeyState::PendingDeletion)
}

fn earliest(one: Option<SystemTime>, other: Option<SystemTime>) -> Option<SystemTime> {
    [one, other].into_iter().flatten().min()
}

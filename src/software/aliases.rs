//! The aliases of a ring.

use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{KmsError, NotFoundError};
use crate::key::{AliasArn, AliasName, KeyArn, KeyIdentifier};

use super::key::SoftwareKey;
use super::keyring::Keyring;
use super::snapshot::Snapshot;

/// What an alias points to, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasEntry {
    target: KeyArn,
    creation_date: Option<SystemTime>,
    last_updated_date: Option<SystemTime>,
}

impl AliasEntry {
    pub(super) const fn new(target: KeyArn, now: Option<SystemTime>) -> Self {
        Self {
            target,
            creation_date: now,
            last_updated_date: now,
        }
    }

    /// `TargetKeyId`
    #[must_use]
    pub const fn target(&self) -> &KeyArn {
        &self.target
    }

    /// `CreationDate`, if a clock told it.
    #[must_use]
    pub const fn creation_date(&self) -> Option<SystemTime> {
        self.creation_date
    }

    /// `LastUpdatedDate`, if a clock told it.
    #[must_use]
    pub const fn last_updated_date(&self) -> Option<SystemTime> {
        self.last_updated_date
    }
}

/// Aliases. They belong to the account and Region of the handle.
impl Keyring {
    /// Gives a key an alias: `CreateAlias`.
    ///
    /// # Errors
    ///
    /// - [`KmsError::InvalidAliasName`] if no customer's alias can be called that.
    /// - [`KmsError::AlreadyExists`] if there is an alias of that name in the account and Region.
    /// - [`KmsError::NotFound`] if there is no such key.
    pub fn create_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let alias = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            if snapshot.aliases.get(&alias).is_some() {
                return Err(KmsError::AlreadyExists { alias });
            }
            let target = self.own_key(snapshot, &target)?;
            point(snapshot, alias, AliasEntry::new(target, now));
            Ok(())
        })
    }

    /// Points an alias to another key: `UpdateAlias`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if there is no such alias or no such key; [`KmsError::InvalidAliasName`] if no customer's
    /// alias can be called that.
    pub fn update_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let alias = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            let Some(old) = unpoint(snapshot, &alias) else {
                return Err(NotFoundError::Alias(alias).into());
            };
            let target = self.own_key(snapshot, &target)?;
            let entry = AliasEntry {
                target,
                last_updated_date: now,
                ..old
            };
            point(snapshot, alias, entry);
            Ok(())
        })
    }

    /// Takes an alias away: `DeleteAlias`. The key stays.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if there is no such alias; [`KmsError::InvalidAliasName`] if no customer's alias can be
    /// called that.
    pub fn delete_alias(&self, name: &str) -> Result<(), KmsError> {
        let alias = self.alias(name)?;
        self.write(|snapshot| match unpoint(snapshot, &alias) {
            Some(_) => Ok(()),
            None => Err(NotFoundError::Alias(alias).into()),
        })
    }

    /// The aliases of this account and Region, sorted by name: `ListAliases`.
    #[must_use]
    pub fn aliases(&self) -> Vec<(AliasArn, AliasEntry)> {
        let snapshot = self.snapshot();
        let mut aliases: Vec<_> = snapshot
            .aliases
            .iter()
            .filter(|(alias, _)| *alias.place() == self.place())
            .map(|(alias, entry)| (alias.clone(), entry.clone()))
            .collect();
        aliases.sort_by(|(one, _), (other, _)| one.cmp(other));
        aliases
    }

    /// The key that an alias is to point to. It has to be in the alias's own account (API reference); in its Region it is
    /// anyway.
    fn own_key(&self, snapshot: &Snapshot, target: &KeyIdentifier) -> Result<KeyArn, KmsError> {
        let arn = *self.named_in(snapshot, target)?.metadata.arn();
        if *arn.place() == self.place() {
            Ok(arn)
        } else {
            Err(NotFoundError::Key(arn).into())
        }
    }

    /// The ARN of an alias that a customer may have.
    fn alias(&self, name: &str) -> Result<AliasArn, KmsError> {
        name.parse()
            .ok()
            .filter(AliasName::is_creatable)
            .map(|name| AliasArn::new(self.place(), name))
            .ok_or_else(|| KmsError::InvalidAliasName {
                alias: name.to_owned(),
            })
    }
}

/// Points an alias to a key, and tells the key.
pub(super) fn point(snapshot: &mut Snapshot, alias: AliasArn, entry: AliasEntry) {
    let name = alias.name().clone();
    retell(snapshot, entry.target(), |aliases| aliases.push(name));
    snapshot.aliases.insert(alias, entry);
}

/// Takes an alias away from whatever it points to.
fn unpoint(snapshot: &mut Snapshot, alias: &AliasArn) -> Option<AliasEntry> {
    let entry = snapshot.aliases.remove(alias)?;
    retell(snapshot, entry.target(), |aliases| {
        aliases.retain(|name| name != alias.name())
    });
    Some(entry)
}

fn retell(snapshot: &mut Snapshot, target: &KeyArn, change: impl FnOnce(&mut Vec<AliasName>)) {
    let Some(key) = snapshot.get(target) else {
        return;
    };
    let mut key = SoftwareKey::clone(key);
    let mut aliases = key.aliases.to_vec();
    change(&mut aliases);
    aliases.sort();
    key.aliases = Arc::from(aliases);
    snapshot.put(key);
}

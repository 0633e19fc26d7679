//! The aliases of a ring.

use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{KmsError, NotFoundError};
use crate::key::{AliasArn, AliasName, KeyArn, KeyIdentifier};

use super::key::SoftwareKey;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// An alias: what it points to, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub(crate) arn: AliasArn,
    pub(crate) target: KeyArn,
    pub(crate) creation_date: Option<SystemTime>,
    pub(crate) last_updated_date: Option<SystemTime>,
}

impl Alias {
    pub(crate) const fn new(arn: AliasArn, target: KeyArn, now: Option<SystemTime>) -> Self {
        Self {
            arn,
            target,
            creation_date: now,
            last_updated_date: now,
        }
    }

    /// `AliasArn`
    #[must_use]
    pub const fn arn(&self) -> &AliasArn {
        &self.arn
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

/// What the ring knows of one alias name.
#[derive(Clone, Debug)]
pub(crate) struct AliasEntry {
    /// As it was left last; `None` if it was deleted and that is not known everywhere.
    pub(crate) latest: Option<Alias>,
    /// What requests still see it point to, until the ring settles. The same as `latest` in a settled ring.
    pub(crate) seen: Option<KeyArn>,
}

impl AliasEntry {
    /// What a request that uses the alias gets.
    pub(crate) const fn visible_target(&self) -> Option<KeyArn> {
        self.seen
    }

    /// What is left when every change is known: nothing of a deleted alias.
    pub(crate) fn settled(&self) -> Option<Self> {
        let latest = self.latest.clone()?;
        let seen = Some(latest.target);
        Some(Self {
            latest: Some(latest),
            seen,
        })
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
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            if latest(snapshot, &arn).is_some() {
                return Err(KmsError::AlreadyExists { alias: arn });
            }
            let target = self.own_key(snapshot, &target)?;
            point(snapshot, Alias::new(arn, target, now));
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
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            let Some(old) = latest(snapshot, &arn).cloned() else {
                return Err(NotFoundError::Alias(arn).into());
            };
            let target = self.own_key(snapshot, &target)?;
            unpoint(snapshot, &arn);
            point(
                snapshot,
                Alias {
                    target,
                    last_updated_date: now,
                    ..old
                },
            );
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
        let arn = self.alias(name)?;
        self.write(|snapshot| {
            if latest(snapshot, &arn).is_none() {
                return Err(NotFoundError::Alias(arn).into());
            }
            unpoint(snapshot, &arn);
            Ok(())
        })
    }

    /// The aliases of this account and Region, sorted by name: `ListAliases`.
    #[must_use]
    pub fn aliases(&self) -> Vec<Alias> {
        let snapshot = self.snapshot();
        let latest = snapshot
            .aliases
            .iter()
            .filter_map(|(_, entry)| entry.latest.as_ref());
        let mut aliases: Vec<Alias> = latest
            .filter(|alias| alias.arn.place() == self.place())
            .cloned()
            .collect();
        aliases.sort_by(|one, other| one.arn.cmp(&other.arn));
        aliases
    }

    /// The key that an alias is to point to. It has to be in the alias's own account (API reference); in its Region it is
    /// anyway.
    fn own_key(&self, snapshot: &Snapshot, target: &KeyIdentifier) -> Result<KeyArn, KmsError> {
        let arn = *self.named_in(snapshot, target)?.metadata.arn();
        if arn.place() == self.place() {
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
            .map(|name| AliasArn::new(*self.place(), name))
            .ok_or_else(|| KmsError::InvalidAliasName {
                alias: name.to_owned(),
            })
    }
}

/// What the holder of the ring sees an alias point to: the last that was said of it.
pub(crate) fn latest<'s>(snapshot: &'s Snapshot, arn: &AliasArn) -> Option<&'s Alias> {
    snapshot.aliases.get(arn)?.latest.as_ref()
}

/// Points an alias to a key, and tells the key.
pub(crate) fn point(snapshot: &mut Snapshot, alias: Alias) {
    let arn = alias.arn.clone();
    retell(snapshot, &alias.target, |aliases| {
        aliases.push(arn.name().clone())
    });
    let seen = if snapshot.changes_are_slow() {
        snapshot
            .aliases
            .get(&arn)
            .and_then(AliasEntry::visible_target)
    } else {
        Some(alias.target)
    };
    snapshot.aliases.insert(
        arn,
        AliasEntry {
            latest: Some(alias),
            seen,
        },
    );
}

/// Takes an alias away from whatever it points to, and tells the key.
fn unpoint(snapshot: &mut Snapshot, arn: &AliasArn) {
    let Some(AliasEntry {
        latest: Some(alias),
        seen,
    }) = snapshot.aliases.remove(arn)
    else {
        return;
    };
    retell(snapshot, &alias.target, |aliases| {
        aliases.retain(|name| name != arn.name())
    });
    if snapshot.changes_are_slow() {
        snapshot
            .aliases
            .insert(arn.clone(), AliasEntry { latest: None, seen });
    }
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

//! The aliases of a ring.

use crate::access::Action;
use crate::error::{KmsError, NotFoundError};
use crate::key::{AliasArn, AliasName, KeyArn, KeyIdentifier};

use super::alias::Alias;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// Aliases. They belong to the account and Region of the handle.
impl Keyring {
    /// Gives a key an alias: `CreateAlias`.
    ///
    /// # Errors
    ///
    /// - [`KmsError::InvalidAliasName`] if a customer's alias cannot have that name.
    /// - [`KmsError::AlreadyExists`] if the account and Region have an alias of that name.
    /// - [`KmsError::NotFound`] if the key does not exist.
    pub fn create_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            if snapshot.latest_alias(&arn).is_some() {
                return Err(KmsError::AlreadyExists { alias: arn });
            }
            let target = self.own_key(snapshot, Action::CreateAlias, &target)?;
            snapshot.point_alias(Alias::new(arn, target, now));
            Ok(())
        })
    }

    /// Points an alias to another key: `UpdateAlias`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the alias or the key does not exist; [`KmsError::InvalidAliasName`] if a customer's
    /// alias cannot have that name.
    pub fn update_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        self.write(|snapshot| {
            let Some(old) = snapshot.latest_alias(&arn).cloned() else {
                return Err(NotFoundError::Alias(arn).into());
            };
            let target = self.own_key(snapshot, Action::UpdateAlias, &target)?;
            snapshot.remove_alias(&arn);
            snapshot.point_alias(Alias {
                target,
                last_updated_date: now,
                ..old
            });
            Ok(())
        })
    }

    /// Deletes an alias: `DeleteAlias`. The key stays.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the alias does not exist; [`KmsError::InvalidAliasName`] if a customer's alias cannot
    /// have that name.
    pub fn delete_alias(&self, name: &str) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        self.write(|snapshot| {
            if snapshot.latest_alias(&arn).is_none() {
                return Err(NotFoundError::Alias(arn).into());
            }
            snapshot.remove_alias(&arn);
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

    /// The new target of an alias. It has to be in the alias's account (API reference); it is always in the alias's
    /// Region.
    fn own_key(
        &self,
        snapshot: &Snapshot,
        operation: Action,
        target: &KeyIdentifier,
    ) -> Result<KeyArn, KmsError> {
        let key = self.named_in(snapshot, target)?;
        let arn = *key.metadata.arn();
        if arn.place() != self.place() {
            return Err(NotFoundError::Key(arn).into());
        }
        key.require(operation)?;
        Ok(arn)
    }

    /// The ARN of an alias, whose name has to be one for customers.
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

//! The aliases of a ring.

use crate::access::Action;
use crate::error::{AlreadyExistsError, KmsError, NotFoundError, ValidationError};
use crate::key::{AliasArn, AliasName, KeyIdentifier, KeyMetadata, KeySpec};

use super::alias::Alias;
use super::key::SoftwareKey;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// Aliases. They belong to the account and Region of the handle.
impl Keyring {
    /// Gives a key an alias: `CreateAlias`. The name has at most 256 characters: `alias/`, then letters, digits and `:/_-`.
    ///
    /// # Errors
    ///
    /// - [`KmsError::Validation`] if the name does not begin with `alias/`; [`KmsError::NotAuthorized`] if it begins
    ///   with `alias/aws/`; [`KmsError::InvalidAliasName`] for any other name that an alias cannot have.
    /// - [`KmsError::AlreadyExists`] if the account and Region have an alias of that name.
    /// - [`KmsError::NotFound`] if the key does not exist in the account and Region of the handle;
    ///   [`KmsError::KmsInvalidState`] if it is pending deletion.
    pub fn create_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        let check = |snapshot: &Snapshot| {
            if snapshot.latest_alias(&arn).is_some() {
                return Err(KmsError::AlreadyExists(AlreadyExistsError::Alias(arn)));
            }
            let key = self.own_key(snapshot, Action::CreateAlias, &target)?;
            Ok(Alias::new(arn, *key.metadata.arn(), now))
        };
        self.write_checked(check, Snapshot::point_alias)
    }

    /// Points an alias to another key: `UpdateAlias`.
    ///
    /// # Errors
    ///
    /// As for [`create_alias`](Self::create_alias), but [`KmsError::NotFound`] if the alias does not exist, and
    /// [`KmsError::Validation`] if the usage or the type of the new key is not that of the old one.
    pub fn update_alias(
        &self,
        name: &str,
        target: impl Into<KeyIdentifier>,
    ) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        let now = self.now();
        let target = target.into();
        let check = |snapshot: &Snapshot| {
            let Some(old) = snapshot.latest_alias(&arn).cloned() else {
                return Err(NotFoundError::Alias(arn).into());
            };
            let key = self.own_key(snapshot, Action::UpdateAlias, &target)?;
            if let Some(before) = snapshot.get(old.target()) {
                require_alike(arn.name(), &before.metadata, &key.metadata)?;
            }
            Ok(Alias {
                target: *key.metadata.arn(),
                last_updated_date: now,
                ..old
            })
        };
        self.write_checked(check, |snapshot, alias| {
            snapshot.remove_alias(&alias.arn);
            snapshot.point_alias(alias);
        })
    }

    /// Deletes an alias: `DeleteAlias`. The key stays.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the alias does not exist; for a name that an alias cannot have, as for
    /// [`create_alias`](Self::create_alias).
    pub fn delete_alias(&self, name: &str) -> Result<(), KmsError> {
        let arn = self.alias(name)?;
        let check = |snapshot: &Snapshot| match snapshot.latest_alias(&arn) {
            Some(_) => Ok(arn),
            None => Err(NotFoundError::Alias(arn).into()),
        };
        self.write_checked(check, |snapshot, arn| snapshot.remove_alias(&arn))
    }

    /// The aliases of this account and Region that have a key, sorted by name: `ListAliases`. Over the wire, that
    /// operation also lists AWS's predefined aliases that have no key.
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
    fn own_key<'s>(
        &self,
        snapshot: &'s Snapshot,
        operation: Action,
        target: &KeyIdentifier,
    ) -> Result<&'s SoftwareKey, KmsError> {
        let key = self.named_in(snapshot, target)?;
        let arn = *key.metadata.arn();
        if arn.place() != self.place() {
            return Err(NotFoundError::Key(arn).into());
        }
        key.require(operation)?;
        Ok(key)
    }

    /// The ARN of an alias, whose name has to be one for customers.
    fn alias(&self, name: &str) -> Result<AliasArn, KmsError> {
        let name: AliasName = name.parse().map_err(|_| ValidationError::AliasPrefix)?;
        if name.is_reserved() {
            return Err(KmsError::NotAuthorized);
        }
        if !name.is_creatable() {
            let alias = name.to_string();
            return Err(KmsError::InvalidAliasName { alias });
        }
        Ok(AliasArn::new(*self.place(), name))
    }
}

/// Refuses to move an alias to a key that callers could not use like the old one. The usage is checked first, then the
/// type.
fn require_alike(alias: &AliasName, from: &KeyMetadata, to: &KeyMetadata) -> Result<(), KmsError> {
    if from.key_usage() != to.key_usage() {
        return Err(ValidationError::alias_usage(alias, from.key_usage(), to.key_usage()).into());
    }
    let [from, to] = [from, to].map(|key| key_type(key.key_spec()));
    if from != to {
        return Err(ValidationError::alias_type(alias, from, to).into());
    }
    Ok(())
}

/// The type of a key of this spec. Only keys with the same usage are compared, so HMAC keys, which have a usage of
/// their own, need no type.
const fn key_type(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::SymmetricDefault => "SYMMETRIC",
        _ => "ASYMMETRIC",
    }
}

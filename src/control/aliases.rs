//! Aliases. Their operations need a permission for the alias and for its keys, checked in this order (GUESS 41).

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::AliasArn;
use crate::keyring::{Alias, PREDEFINED_SERVICES};
use crate::provider::{KeyProviderError, KeyView as _};
use crate::resolve;

use super::Control;
use super::model::ALIAS_NAME;
use super::page::{Page, PageLen, PageRequest};
use super::provider_first::ProviderFirst;

/// An alias as `ListAliases` lists it.
#[derive(Debug)]
pub(crate) enum ListedAlias {
    /// An alias with a key.
    Associated(Alias),
    /// A predefined alias that AWS has not associated with a key.
    Predefined(AliasArn),
}

impl ListedAlias {
    pub(crate) const fn arn(&self) -> &AliasArn {
        match self {
            Self::Associated(alias) => alias.arn(),
            Self::Predefined(arn) => arn,
        }
    }

    pub(crate) const fn alias(&self) -> Option<&Alias> {
        match self {
            Self::Associated(alias) => Some(alias),
            Self::Predefined(_) => None,
        }
    }
}

impl Control<'_> {
    pub(crate) fn create_alias(
        &self,
        alias_name: Option<&str>,
        target_key_id: Option<&str>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let name = constraints.text("aliasName", alias_name, &ALIAS_NAME);
        let target = constraints.key("targetKeyId", target_key_id);
        let (name, target) = constraints.finish(|| name.zip(target))?;
        self.authorize_name(Action::CreateAlias, name)?;
        let target = self.authorized(Action::CreateAlias, &target)?;
        self.keyring.create_alias(name, target)
    }

    pub(crate) fn update_alias(
        &self,
        alias_name: Option<&str>,
        target_key_id: Option<&str>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let name = constraints.text("aliasName", alias_name, &ALIAS_NAME);
        let target = constraints.key("targetKeyId", target_key_id);
        let (name, target) = constraints.finish(|| name.zip(target))?;
        self.authorize_name(Action::UpdateAlias, name)?;
        self.authorize_present_target(Action::UpdateAlias, name)?;
        let target = self.authorized(Action::UpdateAlias, &target)?;
        self.keyring.update_alias(name, target)
    }

    pub(crate) fn delete_alias(&self, alias_name: Option<&str>) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let name = constraints.text("aliasName", alias_name, &ALIAS_NAME);
        let name = constraints.finish(|| name)?;
        self.authorize_name(Action::DeleteAlias, name)?;
        self.authorize_present_target(Action::DeleteAlias, name)?;
        self.keyring.delete_alias(name)
    }

    pub(crate) fn list_aliases(
        &self,
        key_id: Option<&str>,
        page: &PageRequest<'_>,
    ) -> Result<Page<ListedAlias>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 50,
            max: 100,
        };
        let mut constraints = Constraints::default();
        let key_id = constraints.optional_key("keyId", key_id);
        page.check(&mut constraints);
        constraints.finish(|| Some(()))?;
        self.authorize_listing(Action::ListAliases)?;
        let mut aliases = self.keyring.aliases();
        let predefined = match key_id {
            Some(key_id) => {
                let snapshot = self.keyring.snapshot();
                let key = self.find(&snapshot, Action::ListAliases, &key_id)?;
                aliases.retain(|alias| alias.target() == key.metadata.arn());
                Vec::new()
            }
            None => self.predefined_aliases(&aliases),
        };
        let aliases = aliases.into_iter().map(ListedAlias::Associated);
        let predefined = predefined.into_iter().map(ListedAlias::Predefined);
        let all = aliases.chain(predefined).collect();
        page.of(all, LEN, |alias| alias.arn().name().to_string())
    }

    /// The predefined aliases that no AWS managed key has yet.
    fn predefined_aliases(&self, associated: &[Alias]) -> Vec<AliasArn> {
        let services = PREDEFINED_SERVICES.into_iter();
        services
            .filter_map(|service| self.alias(&format!("alias/aws/{service}")))
            .filter(|arn| !associated.iter().any(|alias| alias.arn() == arn))
            .collect()
    }

    /// Checks the permission for an alias, whether the alias exists or not.
    fn authorize_name(&self, action: Action, name: &str) -> Result<(), KmsError> {
        match self.alias(name) {
            Some(alias) => self.authorize_alias(action, &alias),
            None => Ok(()),
        }
    }

    /// Checks the permission for the target of an alias, if the alias exists.
    fn authorize_present_target(&self, action: Action, name: &str) -> Result<(), KmsError> {
        let Some(alias) = self.alias(name) else {
            return Ok(());
        };
        let snapshot = self.keyring.snapshot();
        let view = ProviderFirst::new(self.view, &snapshot);
        match view.alias_target(&alias) {
            Ok(target) => self.authorized(action, &target.into()).map(|_| ()),
            Err(KeyProviderError::NotFound) => Ok(()),
            Err(failure) => Err(resolve::failure(failure)),
        }
    }

    /// The ARN of an alias. `None` if the name is not valid, which the ring then refuses.
    fn alias(&self, name: &str) -> Option<AliasArn> {
        let name = name.parse().ok()?;
        Some(AliasArn::new(*self.keyring.place(), name))
    }
}

//! Aliases. Their operations need a permission for the alias and for its keys, checked in this order (GUESS 41).

use crate::access::Action;
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::AliasArn;
use crate::keyring::Alias;
use crate::provider::{KeyProviderError, KeyView as _};
use crate::resolve;

use super::Control;
use super::model::ALIAS_NAME;
use super::page::{Page, PageLen, PageRequest};
use super::provider_first::ProviderFirst;

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
    ) -> Result<Page<Alias>, KmsError> {
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
        if let Some(key_id) = key_id {
            let snapshot = self.keyring.snapshot();
            let key = self.find(&snapshot, Action::ListAliases, &key_id)?;
            aliases.retain(|alias| alias.target() == key.metadata.arn());
        }
        page.of(aliases, LEN, |alias| alias.arn().name().to_string())
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

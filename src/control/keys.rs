//! Keys: their description and their states.

use crate::access::{Action, Parameters, Resource};
use crate::constraints::{Constraints, listed};
use crate::error::{Constraint, KmsError};
use crate::key::{KeyArn, KeyId, KeyIdentifier, KeyMetadata, model_enum};
use crate::keyring::KeyLastUsage;

use super::Control;
use super::model::DESCRIPTION;
use super::page::{Page, PageLen, PageRequest};

/// The longest waiting period in days in the service model; the operation itself allows less.
const PENDING_WINDOW_MAX: i64 = 365;

/// The default waiting period in days (API reference).
const PENDING_WINDOW_DEFAULT: i64 = 30;

model_enum! {
    /// Whose keys `ListKeys` lists: `ResourceOwnerType`.
    ResourceOwner {
        Itself = "SELF",
        OtherAccountsViaRam = "OTHER_ACCOUNTS_VIA_RAM",
    }
}

impl Control<'_> {
    pub(crate) fn list_keys(
        &self,
        page: &PageRequest<'_>,
        resource_owners: Option<&[&str]>,
    ) -> Result<Page<KeyArn>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 100,
            max: 1000,
        };
        let mut constraints = Constraints::default();
        page.check(&mut constraints);
        let owners = constraints.resource_owners(resource_owners);
        constraints.finish(|| Some(()))?;
        self.authorize_listing(Action::ListKeys)?;
        // Nobody shares keys through AWS RAM here.
        let keys = match owners {
            Some(owners) if !owners.contains(&ResourceOwner::Itself) => Vec::new(),
            _ => self.keyring.keys(),
        };
        page.of(keys, LEN, |arn| arn.key_id().to_string())
    }

    pub(crate) fn update_key_description(
        &self,
        key_id: Option<&str>,
        description: Option<&str>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let description = constraints.text("description", description, &DESCRIPTION);
        let (key_id, description) = constraints.finish(|| key_id.zip(description))?;
        let key = self.authorized(Action::UpdateKeyDescription, &key_id)?;
        self.keyring.update_key_description(key, description)
    }

    pub(crate) fn enable_key(&self, key_id: Option<&str>) -> Result<(), KmsError> {
        let key = self.key(Action::EnableKey, key_id)?;
        self.keyring.enable_key(key)
    }

    pub(crate) fn disable_key(&self, key_id: Option<&str>) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let key_id = constraints.finish(|| key_id)?;
        let parameters = Parameters::default();
        let key = self.authorized_by_usage(Action::DisableKey, &key_id, parameters)?;
        self.keyring.disable_key(key)
    }

    /// Returns the metadata of the key, and the waiting period in days.
    pub(crate) fn schedule_key_deletion(
        &self,
        key_id: Option<&str>,
        pending_window_in_days: Option<i64>,
    ) -> Result<(KeyMetadata, u32), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let days = pending_window_in_days.unwrap_or(PENDING_WINDOW_DEFAULT);
        let days = constraints.number("pendingWindowInDays", days, 1, PENDING_WINDOW_MAX);
        let (key_id, days) = constraints.finish(|| key_id.zip(days))?;
        let parameters = Parameters {
            pending_window_in_days: Some(days),
            ..Parameters::default()
        };
        let key = self.authorized_by_usage(Action::ScheduleKeyDeletion, &key_id, parameters)?;
        Ok((self.keyring.schedule_key_deletion(key, days)?, days))
    }

    /// The key that an id or ARN names, after checking the permission for it, which may depend on how long the key has
    /// been unused.
    fn authorized_by_usage(
        &self,
        action: Action,
        key_id: &KeyIdentifier,
        parameters: Parameters<'_>,
    ) -> Result<KeyArn, KmsError> {
        let snapshot = self.keyring.snapshot();
        let key = self.find(&snapshot, action, key_id)?;
        let parameters = Parameters {
            trailing_days_without_key_usage: key.trailing_days_without_usage(self.keyring.now()),
            ..parameters
        };
        self.authorize(action, key, parameters)?;
        Ok(*key.metadata.arn())
    }

    pub(crate) fn get_key_last_usage(
        &self,
        key_id: Option<&str>,
    ) -> Result<(KeyArn, KeyLastUsage), KmsError> {
        let key = self.key(Action::GetKeyLastUsage, key_id)?;
        Ok((key, self.keyring.key_last_usage(key)?))
    }

    pub(crate) fn cancel_key_deletion(&self, key_id: Option<&str>) -> Result<KeyArn, KmsError> {
        let key = self.key(Action::CancelKeyDeletion, key_id)?;
        self.keyring.cancel_key_deletion(key)?;
        Ok(key)
    }

    /// Checks a permission to list the resources of the account and Region.
    pub(super) fn authorize_listing(&self, action: Action) -> Result<(), KmsError> {
        let place = self.keyring.place();
        self.authorize_any(action, Resource::Any(place), Parameters::default())
    }

    /// An ARN for a key that does not exist yet, since conditions may ask for its account and Region.
    pub(super) fn arn_of_no_key(&self) -> Result<KeyArn, KmsError> {
        let id: KeyId = "00000000-0000-0000-0000-000000000000"
            .parse()
            .map_err(KmsError::internal)?;
        Ok(KeyArn::new(*self.keyring.place(), id))
    }
}

impl Constraints {
    /// `ResourceOwners`: one or two of the values.
    fn resource_owners(&mut self, owners: Option<&[&str]>) -> Option<Vec<ResourceOwner>> {
        const MEMBER: &str = "resourceOwners";
        let owners = owners?;
        let max = ResourceOwner::ALL.len();
        if owners.is_empty() {
            self.add(MEMBER, listed(owners), Constraint::LengthAtLeast(1));
        }
        if owners.len() > max {
            self.add(MEMBER, listed(owners), Constraint::LengthAtMost(max));
        }
        self.values(MEMBER, Some(owners), ResourceOwner::ALL)
    }
}

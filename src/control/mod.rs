//! [`Control`]: the control operations of a ring, with the checks that KMS makes for a caller.
//!
//! The [`Keyring`]'s own methods are for code that holds the ring. Here the same operations behave as in KMS: they
//! check members against the service model, require a permission of the caller and return lists in pages. The ring's
//! method of the same name then does the work.

mod aliases;
mod create;
mod custom_key_stores;
mod grants;
#[expect(
    unreachable_pub,
    reason = "one macro writes all enums of the service model"
)]
mod import;
#[expect(
    unreachable_pub,
    reason = "one macro writes all enums of the service model"
)]
mod keys;
mod model;
mod page;
mod policies;
mod primary_region;
mod provider_first;
mod random;
mod replicate;
mod retirable_grants;
#[expect(
    unreachable_pub,
    reason = "one macro writes all enums of the service model"
)]
mod rotation;
mod tags;

pub(crate) use aliases::ListedAlias;
pub(crate) use create::CreateKeyRequest;
pub(crate) use grants::{CreateGrantRequest, ListGrantsRequest, RetireGrantRequest};
pub(crate) use import::{ImportKeyMaterialRequest, ParametersRequest};
pub(crate) use model::TagMember;
pub(crate) use page::{Page, PageRequest};
pub(crate) use replicate::ReplicateKeyRequest;
pub(crate) use retirable_grants::ListRetirableGrantsRequest;

use core::cell::Cell;
use std::sync::Arc;

use crate::access::{
    self, AccessRequest, Action, Caller, Explanations, GrantId, KeyResource, Parameters, Resource,
    ResourceControls,
};
use crate::constraints::Constraints;
use crate::error::{DeniedResource, InvalidArnError, KmsError};
use crate::iam::Denial;
use crate::key::{AliasArn, KeyArn, KeyIdentifier, Place};
use crate::keyring::ring::Keyring;
use crate::keyring::{Snapshot, SoftwareKey};
use crate::provider::KeyView;
use crate::resolve::{self, Unresolved};

use provider_first::{ProviderFirst, answered};

/// The control operations of a ring, for one caller in one Region.
///
/// Permissions are decided by the state of the ring after all changes, even those that are not yet visible, since the
/// operations themselves see that state.
pub(crate) struct Control<'a> {
    keyring: Keyring,
    /// The view of the provider in which the operation takes place.
    view: &'a dyn KeyView,
    actor: ControlActor<'a>,
    /// The last key that the operation found or made, for its observer.
    found: Cell<Option<KeyArn>>,
}

/// The caller of a control operation, and what decides about the caller's permissions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ControlActor<'a> {
    pub(crate) caller: &'a Caller,
    /// The caller's account and the endpoint's Region.
    pub(crate) place: &'a Place,
    pub(crate) controls: &'a ResourceControls,
    /// Where to collect explanations of decisions; `None` if the handle does not explain.
    pub(crate) explanations: Option<&'a Explanations>,
}

impl<'a> Control<'a> {
    pub(crate) fn new(keyring: &Keyring, view: &'a dyn KeyView, actor: ControlActor<'a>) -> Self {
        Self {
            keyring: keyring.in_place(*actor.place),
            view,
            actor,
            found: Cell::new(None),
        }
    }

    /// The last key that the operation found or made, whether the caller may use it or not.
    pub(crate) const fn found(&self) -> Option<KeyArn> {
        self.found.get()
    }

    /// The key that a request's only member names by id or ARN, after checking the permission for it.
    fn key(&self, action: Action, key_id: Option<&str>) -> Result<KeyArn, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let key_id = constraints.finish(|| key_id)?;
        self.authorized(action, &key_id)
    }

    /// The key that an id or ARN names, after checking the permission for it.
    fn authorized(&self, action: Action, key_id: &KeyIdentifier) -> Result<KeyArn, KmsError> {
        self.authorized_with(action, key_id, Parameters::default())
    }

    /// The same, for a request with parameters that policies see.
    fn authorized_with(
        &self,
        action: Action,
        key_id: &KeyIdentifier,
        parameters: Parameters<'_>,
    ) -> Result<KeyArn, KmsError> {
        let key = self.authorized_key(action, key_id, parameters)?;
        Ok(*key.metadata.arn())
    }

    /// The whole key that an id or ARN names, after checking the permission for it.
    fn authorized_key(
        &self,
        action: Action,
        key_id: &KeyIdentifier,
        parameters: Parameters<'_>,
    ) -> Result<Arc<SoftwareKey>, KmsError> {
        let snapshot = self.keyring.snapshot();
        let key = self.find(&snapshot, action, key_id)?;
        self.authorize(action, key, parameters)?;
        Ok(Arc::clone(key))
    }

    /// Checks a permission for a key.
    fn authorize(
        &self,
        action: Action,
        key: &SoftwareKey,
        parameters: Parameters<'_>,
    ) -> Result<(), KmsError> {
        let resource = Resource::Key(KeyResource {
            metadata: &key.metadata,
            policy: &key.policy,
            grants: &key.grants,
            aliases: &key.aliases,
            tags: &key.tags,
            resource_control_policies: self.actor.controls.of(key.metadata.arn().account()),
        });
        self.decide(action, resource, parameters, |reason| {
            resolve::denied(self.actor.caller, action, key.metadata.arn(), reason)
        })
    }

    /// Checks a permission for an alias.
    fn authorize_alias(&self, action: Action, alias: &AliasArn) -> Result<(), KmsError> {
        let resource = Resource::Alias(alias);
        self.decide(action, resource, Parameters::default(), |reason| {
            self.denied(action, DeniedResource::alias(alias.clone(), reason))
        })
    }

    /// Checks a permission that is not for an existing resource.
    fn authorize_any(
        &self,
        action: Action,
        resource: Resource<'_>,
        parameters: Parameters<'_>,
    ) -> Result<(), KmsError> {
        self.decide(action, resource, parameters, |reason| {
            self.denied(action, DeniedResource::any(reason))
        })
    }

    /// Decides, and explains the decision if the handle collects explanations.
    fn decide(
        &self,
        action: Action,
        resource: Resource<'_>,
        parameters: Parameters<'_>,
        refuse: impl FnOnce(Denial) -> KmsError,
    ) -> Result<(), KmsError> {
        let request = AccessRequest {
            caller: self.actor.caller,
            action,
            resource,
            parameters: Parameters {
                now: self.keyring.now(),
                ..parameters
            },
        };
        let explained = self.actor.explanations.map(|explanations| {
            let explanation = access::explain_access(&request);
            explanations.add(explanation.clone());
            explanation
        });
        access::authorize(&request).map(|_| ()).map_err(|reason| {
            let explain = || explained.unwrap_or_else(|| access::explain_access(&request));
            refuse(reason).explained(request.is_within_account(), explain)
        })
    }

    /// The key that an id or ARN names. The refusal does not reveal that another account's key does not exist.
    fn find<'s>(
        &self,
        snapshot: &'s Snapshot,
        action: Action,
        key_id: &KeyIdentifier,
    ) -> Result<&'s Arc<SoftwareKey>, KmsError> {
        if key_id.alias_name().is_some() {
            return Err(InvalidArnError::Alias.into());
        }
        let view = ProviderFirst::new(self.view, snapshot);
        let place = self.keyring.place();
        resolve::key_arn(&view, place, key_id)
            .and_then(|arn| {
                resolve::key(&view, place, &arn)?;
                self.found.set(Some(arn));
                Ok(snapshot.get(&arn))
            })
            .map_err(|error| match error {
                Unresolved::NotFound(error) => error.into(),
                Unresolved::OtherAccount => self.denied(action, DeniedResource::OtherAccount),
                Unresolved::Provider(error) => resolve::failure(error),
            })?
            .ok_or_else(|| self.denied(action, DeniedResource::OtherAccount))
    }

    /// The grants of tokens. An ended token gives none.
    fn presented(&self, tokens: &[&str]) -> Result<Vec<GrantId>, KmsError> {
        let snapshot = self.keyring.snapshot();
        let grant = |token: &&str| {
            self.ask_for_token(token)?;
            let grant = snapshot.grant_tokens.get(token).cloned();
            grant.ok_or(KmsError::InvalidGrantToken)
        };
        tokens.iter().map(grant).collect()
    }

    /// Asks the provider for a grant token, as [`ProviderFirst`] asks for keys and aliases.
    fn ask_for_token(&self, token: &str) -> Result<(), KmsError> {
        answered(self.view.grant_of_token(token)).map_err(resolve::failure)
    }

    fn denied(&self, action: Action, resource: DeniedResource) -> KmsError {
        resolve::access_denied(self.actor.caller, action, resource)
    }
}

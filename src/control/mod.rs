//! [`Control`]: the control operations of a ring as a caller may use them.
//!
//! The [`Keyring`]'s own methods are for whoever holds the ring. Here the same operations are those of KMS: members are
//! checked against the service model, the caller needs a permission, lists come in pages, and only then the ring's
//! method of the same name does the work.

mod aliases;
mod create;
mod grants;
#[expect(
    unreachable_pub,
    reason = "one macro writes all enums of the service model"
)]
mod import;
mod keys;
mod model;
mod page;
mod policies;
mod replicate;
#[expect(
    unreachable_pub,
    reason = "one macro writes all enums of the service model"
)]
mod rotation;

pub(crate) use create::CreateKeyRequest;
pub(crate) use grants::{CreateGrantRequest, ListGrantsRequest, RetireGrantRequest};
pub(crate) use import::{ImportKeyMaterialRequest, ParametersRequest};
pub(crate) use model::TagMember;
pub(crate) use page::{Page, PageRequest};
pub(crate) use replicate::ReplicateKeyRequest;

use std::sync::Arc;

use crate::access::{self, AccessRequest, Action, Caller, GrantId, KeyPolicy, Resource};
use crate::constraints::Constraints;
use crate::error::{DeniedResource, InvalidArnError, KmsError};
use crate::key::{KeyArn, KeyIdentifier, KeyMetadata, Place};
use crate::keyring::ring::Keyring;
use crate::keyring::{Latest, Snapshot, SoftwareKey};
use crate::resolve::{self, Unresolved};

/// The control operations of a ring, for one caller in one Region.
///
/// A permission is asked of the ring as it was left last, whether all of KMS knows that or not, as the operations
/// themselves see it.
#[derive(Debug)]
pub(crate) struct Control<'a> {
    keyring: Keyring,
    caller: &'a Caller,
}

/// Which identifiers an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Key ids and key ARNs.
    Keys,
    /// Alias names and alias ARNs as well.
    KeysAndAliases,
}

impl<'a> Control<'a> {
    pub(crate) fn new(keyring: &Keyring, caller: &'a Caller, place: Place) -> Self {
        Self {
            keyring: keyring.in_place(place),
            caller,
        }
    }

    /// The key that a request's only member names by its id or ARN, if the caller has the permission for it.
    fn key(&self, action: Action, key_id: Option<&str>) -> Result<KeyArn, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let key_id = constraints.finish(|| key_id)?;
        self.authorized(action, &key_id)
    }

    /// The key that an id or ARN names, if the caller has the permission for it.
    fn authorized(&self, action: Action, key_id: &KeyIdentifier) -> Result<KeyArn, KmsError> {
        let key = self.authorized_key(action, key_id, Names::Keys, &[])?;
        Ok(*key.metadata.arn())
    }

    /// The key that an identifier names, if the caller has the permission for it.
    fn authorized_key(
        &self,
        action: Action,
        key_id: &KeyIdentifier,
        names: Names,
        presented_grants: &[GrantId],
    ) -> Result<Arc<SoftwareKey>, KmsError> {
        let snapshot = self.keyring.snapshot();
        let key = self.find(&snapshot, action, key_id, names)?;
        let arn = key.metadata.arn();
        if arn.account() != self.caller.account() && !crosses_accounts(action) {
            return Err(self.denied(action, DeniedResource::OtherAccount));
        }
        let request = AccessRequest {
            request_alias: key_id.alias_name(),
            presented_grants,
            ..self.request(action, &key.metadata, &key.policy)
        };
        let resource = Resource {
            grants: &key.grants,
            aliases: &key.aliases,
            tags: &key.tags,
            ..request.resource
        };
        access::authorize(&AccessRequest {
            resource,
            ..request
        })
        .map_err(|reason| resolve::denied(self.caller, action, arn, reason))?;
        Ok(Arc::clone(key))
    }

    /// The key that an identifier names; that another account has none is not told.
    fn find<'s>(
        &self,
        snapshot: &'s Snapshot,
        action: Action,
        key_id: &KeyIdentifier,
        names: Names,
    ) -> Result<&'s Arc<SoftwareKey>, KmsError> {
        if names == Names::Keys && key_id.alias_name().is_some() {
            return Err(InvalidArnError::Alias.into());
        }
        let view = Latest(snapshot);
        let place = self.keyring.place();
        resolve::key_arn(&view, place, key_id)
            .and_then(|arn| {
                resolve::key(&view, place, &arn)?;
                Ok(snapshot.get(&arn))
            })
            .map_err(|error| match error {
                Unresolved::NotFound(error) => error.into(),
                Unresolved::OtherAccount => self.denied(action, DeniedResource::OtherAccount),
                Unresolved::Provider(error) => KmsError::internal(error),
            })?
            .ok_or_else(|| self.denied(action, DeniedResource::OtherAccount))
    }

    /// Proves a permission that is about no key that exists. Conditions see the metadata of the key that is to be.
    fn authorize_without_key(
        &self,
        action: Action,
        metadata: &KeyMetadata,
        tags: &[(String, String)],
    ) -> Result<(), KmsError> {
        let request = self.request(action, metadata, KeyPolicy::account_decides());
        let resource = Resource {
            tags,
            ..request.resource
        };
        access::authorize_without_key(&AccessRequest {
            resource,
            ..request
        })
        .map_err(|reason| self.denied(action, DeniedResource::any(reason)))
    }

    /// The question whether the caller may do something with a key of which no more is known than this.
    fn request<'r>(
        &'r self,
        action: Action,
        metadata: &'r KeyMetadata,
        policy: &'r KeyPolicy,
    ) -> AccessRequest<'r> {
        AccessRequest {
            caller: self.caller,
            action,
            resource: Resource {
                metadata,
                policy,
                grants: &[],
                aliases: &[],
                tags: &[],
            },
            encryption_algorithm: None,
            encryption_context: None,
            re_encrypt_on_same_key: None,
            request_alias: None,
            presented_grants: &[],
        }
    }

    /// The grants behind some tokens.
    fn presented(&self, tokens: &[&str]) -> Result<Vec<GrantId>, KmsError> {
        let grant = |token: &&str| self.keyring.grant_of_token(token).map(|(_, grant)| grant);
        tokens.iter().map(grant).collect()
    }

    fn denied(&self, action: Action, resource: DeniedResource) -> KmsError {
        resolve::access_denied(self.caller, action, resource)
    }
}

/// Whether an operation can be used with a key of another account at all (API reference: "Cross-account use").
const fn crosses_accounts(action: Action) -> bool {
    matches!(
        action,
        Action::CreateGrant
            | Action::DescribeKey
            | Action::GetPublicKey
            | Action::ListGrants
            | Action::RetireGrant
            | Action::RevokeGrant
    )
}

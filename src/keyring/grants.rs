//! The grants of a ring.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::access::{Action, Grant, GrantBuilder, GrantId, GrantPrincipal};
use crate::error::{KmsError, NotFoundError};
use crate::key::{KeyArn, KeyIdentifier};

use super::grant_set::GrantSet;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// The number of random bytes in a grant token. AWS's tokens are some hundred characters of base64 with unknown
/// content.
const TOKEN_LEN: usize = 96;

/// The response of `CreateGrant`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatedGrant {
    /// `GrantId`
    pub grant_id: GrantId,
    /// `GrantToken`: a request that has it sees the grant before it is visible everywhere in KMS.
    ///
    /// It is not secret (DOC: the developer guide calls it nonsecret): it adds no permission for anybody but the grantee,
    /// and requests, errors and files show it as they show any other identifier.
    pub grant_token: String,
}

/// Grants. These operations accept a key id or key ARN, not an alias.
impl Keyring {
    /// Grants a principal operations with a key: `CreateGrant`. `terms` sets the terms of the grant on the
    /// [`GrantBuilder`].
    ///
    /// Repeating a named grant returns it with a new token. Its latest hundred tokens stay valid.
    ///
    /// ```
    /// use kms_reencrypt::access::GrantOperation;
    /// use kms_reencrypt::{Keyring, KeySpec};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// let auditor = "arn:aws:iam::444455556666:role/Auditor";
    /// let created = keyring.create_grant(key, auditor, |grant| {
    ///     grant
    ///         .operation(GrantOperation::ReEncryptFrom)
    ///         .encryption_context_subset([("tenant", "blue")])
    /// })?;
    /// assert_eq!(keyring.grants(key)?[0].id(), &created.grant_id);
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending
    ///   deletion.
    /// - [`KmsError::Validation`] or [`KmsError::InvalidArn`] if [`GrantBuilder::build`] refuses the terms.
    /// - [`KmsError::KmsInternal`] if the random source fails.
    pub fn create_grant(
        &self,
        key: impl Into<KeyIdentifier>,
        grantee_principal: impl Into<String>,
        terms: impl FnOnce(GrantBuilder) -> GrantBuilder,
    ) -> Result<CreatedGrant, KmsError> {
        let (grant, token) = self.new_grant()?;
        let grant = grant.grantee_principal(grantee_principal);
        self.create_grant_or_dry_run(false, key, terms(grant), token)
    }

    /// Grants an AWS service operations with a key: `CreateGrant` with a `GranteeServicePrincipal`. The terms need a
    /// `SourceArn` and a retiring principal or service.
    ///
    /// # Errors
    ///
    /// As for [`create_grant`](Self::create_grant).
    pub fn create_grant_for_service(
        &self,
        key: impl Into<KeyIdentifier>,
        grantee_service_principal: impl Into<String>,
        terms: impl FnOnce(GrantBuilder) -> GrantBuilder,
    ) -> Result<CreatedGrant, KmsError> {
        let (grant, token) = self.new_grant()?;
        let grant = grant.grantee_service_principal(grantee_service_principal);
        self.create_grant_or_dry_run(false, key, terms(grant), token)
    }

    /// A builder for a grant that this account issues now, and the token of that grant.
    pub(crate) fn new_grant(&self) -> Result<(GrantBuilder, String), KmsError> {
        let token = self.random_token()?;
        let grant = GrantBuilder::new(self.random_grant_id()?, self.place().account);
        Ok((grant.creation_date(self.now()), token))
    }

    /// Creates a grant, or in a dry run proves that it could be created.
    pub(crate) fn create_grant_or_dry_run(
        &self,
        dry_run: bool,
        key: impl Into<KeyIdentifier>,
        grant: GrantBuilder,
        grant_token: String,
    ) -> Result<CreatedGrant, KmsError> {
        let identifier = key.into();
        let check = |snapshot: &Snapshot| {
            let key = self.named_in(snapshot, &identifier)?;
            key.require(Action::CreateGrant)?;
            let grant = grant
                .build(&key.metadata)?
                .with_consistency(!snapshot.changes_are_slow());
            if dry_run {
                return Err(KmsError::DryRunOperation);
            }
            let arn = *key.metadata.arn();
            Ok(match repeated(&key.grants, &grant) {
                Some(same) => (arn, same.id().clone(), None),
                None => (arn, grant.id().clone(), Some(grant)),
            })
        };
        self.write_checked(check, |snapshot, (arn, grant_id, new)| {
            if let Some(grant) = new {
                snapshot.add_grant(&arn, grant);
            }
            snapshot
                .grant_tokens
                .insert(grant_token.clone(), grant_id.clone(), arn);
            CreatedGrant {
                grant_id,
                grant_token,
            }
        })
    }

    /// The grants on a key, oldest first: `ListGrants`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn grants(&self, key: impl Into<KeyIdentifier>) -> Result<Vec<Grant>, KmsError> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, &key.into())?;
        let is_there = |grant: &&Grant| !key.departed_grants.contains(grant.id());
        Ok(key.grants.iter().filter(is_there).cloned().collect())
    }

    /// The grants that a principal may retire, each with its key: `ListRetirableGrants`. The keys are in this Region, in any
    /// account; for an AWS service they are those of this account (INFERRED).
    #[must_use]
    pub fn retirable_grants(&self, retiring_principal: &GrantPrincipal) -> Vec<(KeyArn, Grant)> {
        let place = *self.place();
        let is_shown = |key: &KeyArn| match retiring_principal {
            GrantPrincipal::Arn(_) => *key.region() == place.region,
            _ => *key.place() == place,
        };
        let snapshot = self.snapshot();
        let keys = snapshot.keys().filter(|key| is_shown(key.metadata.arn()));
        keys.flat_map(|key| {
            let arn = *key.metadata.arn();
            let grants = key.grants.iter().filter(|grant| {
                grant.retiring_principal() == Some(retiring_principal)
                    && !key.departed_grants.contains(grant.id())
            });
            grants.map(move |grant| (arn, grant.clone()))
        })
        .collect()
    }

    /// Revokes a grant: `RevokeGrant`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist or does not have the grant.
    pub fn revoke_grant(
        &self,
        key: impl Into<KeyIdentifier>,
        grant: &GrantId,
    ) -> Result<(), KmsError> {
        self.revoke_grant_or_dry_run(false, key, grant)
    }

    /// Revokes a grant, or in a dry run proves that it exists.
    pub(crate) fn revoke_grant_or_dry_run(
        &self,
        dry_run: bool,
        key: impl Into<KeyIdentifier>,
        grant: &GrantId,
    ) -> Result<(), KmsError> {
        let identifier = key.into();
        let check = |snapshot: &Snapshot| {
            let key = self.named_in(snapshot, &identifier)?;
            let is_there = key.grants.get(grant).is_some() && !key.departed_grants.contains(grant);
            if !is_there {
                return Err(no_grant(grant));
            }
            if dry_run {
                return Err(KmsError::DryRunOperation);
            }
            Ok(*key.metadata.arn())
        };
        self.write_checked(check, |snapshot, key| snapshot.remove_grant(&key, grant))
    }

    /// Retires a grant by its token: `RetireGrant`.
    ///
    /// # Errors
    ///
    /// [`KmsError::InvalidGrantToken`] if the token is unknown; [`KmsError::NotFound`] if the grant has ended.
    pub fn retire_grant(&self, grant_token: &str) -> Result<(), KmsError> {
        let (key, grant) = self.grant_of_token(grant_token)?;
        self.in_place_of(&key).revoke_grant(key, &grant)
    }

    /// The key and the grant that a token stands for.
    ///
    /// # Errors
    ///
    /// [`KmsError::InvalidGrantToken`] if the token is unknown; [`KmsError::NotFound`] if the grant has ended.
    pub fn grant_of_token(&self, grant_token: &str) -> Result<(KeyArn, GrantId), KmsError> {
        let snapshot = self.snapshot();
        let tokens = &snapshot.grant_tokens;
        let grant = tokens.get(grant_token).ok_or(KmsError::InvalidGrantToken)?;
        let key = tokens.key(grant).ok_or_else(|| no_grant(grant))?;
        Ok((*key, grant.clone()))
    }

    fn random_token(&self) -> Result<String, KmsError> {
        let bytes: [u8; TOKEN_LEN] = self.random().array().map_err(KmsError::internal)?;
        Ok(STANDARD.encode(bytes))
    }

    /// 64 hexadecimal digits, as AWS's are.
    fn random_grant_id(&self) -> Result<GrantId, KmsError> {
        let bytes: [u8; 32] = self.random().array().map_err(KmsError::internal)?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.parse().map_err(KmsError::internal)
    }
}

fn no_grant(id: &GrantId) -> KmsError {
    NotFoundError::Grant(id.to_string()).into()
}

/// The grant that a request repeats. Only named grants can be repeated.
fn repeated<'g>(grants: &'g GrantSet, new: &Grant) -> Option<&'g Grant> {
    grants
        .named(new.name()?)
        .find(|old| has_same_terms(old, new))
}

fn has_same_terms(old: &Grant, new: &Grant) -> bool {
    old.name() == new.name()
        && old.grantee() == new.grantee()
        && old.retiring_principal() == new.retiring_principal()
        && old.operations() == new.operations()
        && old.constraint() == new.constraint()
        && old.source_arn() == new.source_arn()
}

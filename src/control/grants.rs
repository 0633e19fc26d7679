//! Grants.

use crate::access::{Action, Grant, GrantBuilder, GrantId, GrantOperation};
use crate::constraints::{Constraints, GRANT_NAME, PRINCIPAL};
use crate::context::EncryptionContext;
use crate::error::{KmsError, ValidationError};
use crate::key::{KeyArn, KeyIdentifier};
use crate::keyring::CreatedGrant;

use super::model::{GRANT_ID, GRANT_TOKEN};
use super::page::{Page, PageLen, PageRequest};
use super::{Control, Names};

/// What `CreateGrant` takes.
#[derive(Debug, Default)]
pub(crate) struct CreateGrantRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) grantee_principal: Option<&'a str>,
    pub(crate) retiring_principal: Option<&'a str>,
    pub(crate) operations: Option<Vec<&'a str>>,
    pub(crate) encryption_context_subset: Option<EncryptionContext>,
    pub(crate) encryption_context_equals: Option<EncryptionContext>,
    pub(crate) grant_tokens: Vec<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) dry_run: bool,
}

/// What `ListGrants` takes.
#[derive(Debug, Default)]
pub(crate) struct ListGrantsRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) grant_id: Option<&'a str>,
    pub(crate) grantee_principal: Option<&'a str>,
    pub(crate) page: PageRequest<'a>,
}

/// What `RetireGrant` takes: a token, or a key and a grant.
#[derive(Debug, Default)]
pub(crate) struct RetireGrantRequest<'a> {
    pub(crate) grant_token: Option<&'a str>,
    pub(crate) key_id: Option<&'a str>,
    pub(crate) grant_id: Option<&'a str>,
    pub(crate) dry_run: bool,
}

impl Control<'_> {
    pub(crate) fn create_grant(
        &self,
        request: &CreateGrantRequest<'_>,
    ) -> Result<CreatedGrant, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", request.key_id);
        let grantee = request.grantee_principal;
        let grantee = constraints.text("granteePrincipal", grantee, &PRINCIPAL);
        let retiring = request.retiring_principal;
        constraints.optional_text("retiringPrincipal", retiring, &PRINCIPAL);
        let operations = constraints.values(
            "operations",
            request.operations.as_deref(),
            GrantOperation::ALL,
        );
        constraints.grant_tokens(&request.grant_tokens);
        constraints.optional_text("name", request.name, &GRANT_NAME);
        let (key_id, grantee, operations) =
            constraints.finish(|| Some((key_id?, grantee?, operations?)))?;
        let key = self.granted(Action::CreateGrant, &key_id, &request.grant_tokens)?;
        let terms = |grant: GrantBuilder| {
            let mut grant = grant
                .operations(operations)
                .set_retiring_principal(request.retiring_principal.map(str::to_owned))
                .set_name(request.name.map(str::to_owned));
            if let Some(context) = &request.encryption_context_subset {
                grant = grant.encryption_context_subset(context.clone());
            }
            if let Some(context) = &request.encryption_context_equals {
                grant = grant.encryption_context_equals(context.clone());
            }
            grant
        };
        self.keyring
            .create_grant_or_dry_run(request.dry_run, key, grantee, terms)
    }

    /// The key and a page of its grants.
    pub(crate) fn list_grants(
        &self,
        request: &ListGrantsRequest<'_>,
    ) -> Result<(KeyArn, Page<Grant>), KmsError> {
        const LEN: PageLen = PageLen {
            default: 50,
            max: 100,
        };
        let mut constraints = Constraints::default();
        request.page.check(&mut constraints);
        let key_id = constraints.key("keyId", request.key_id);
        constraints.optional_text("grantId", request.grant_id, &GRANT_ID);
        let grantee = request.grantee_principal;
        constraints.optional_text("granteePrincipal", grantee, &PRINCIPAL);
        let key_id = constraints.finish(|| key_id)?;
        let key = self.authorized(Action::ListGrants, &key_id)?;
        let mut grants = self.keyring.grants(key)?;
        if let Some(id) = request.grant_id {
            grants.retain(|grant| grant.id().as_str() == id);
            if grants.is_empty() {
                return Err(KmsError::InvalidGrantId);
            }
        }
        if let Some(grantee) = request.grantee_principal {
            grants.retain(|grant| grant.grantee_principal().to_string() == grantee);
        }
        let page = request
            .page
            .of(grants, LEN, |grant| grant.id().to_string())?;
        Ok((key, page))
    }

    pub(crate) fn revoke_grant(
        &self,
        key_id: Option<&str>,
        grant_id: Option<&str>,
        dry_run: bool,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let grant_id = constraints.text("grantId", grant_id, &GRANT_ID);
        let (key_id, grant_id) = constraints.finish(|| key_id.zip(grant_id))?;
        let key = self.authorized(Action::RevokeGrant, &key_id)?;
        self.keyring
            .revoke_grant_or_dry_run(dry_run, key, &parse_grant_id(grant_id)?)
    }

    /// Whoever may retire the grant by its own terms needs no permission.
    pub(crate) fn retire_grant(&self, request: &RetireGrantRequest<'_>) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        constraints.optional_text("grantToken", request.grant_token, &GRANT_TOKEN);
        let key_id = constraints.optional_key("keyId", request.key_id);
        constraints.optional_text("grantId", request.grant_id, &GRANT_ID);
        constraints.finish(|| Some(()))?;
        let (key_id, grant_id) = match (request.grant_token, key_id, request.grant_id) {
            (Some(token), None, None) => {
                let (key, grant) = self.keyring.grant_of_token(token)?;
                (key.into(), grant)
            }
            (None, Some(key_id), Some(grant_id)) => (key_id, parse_grant_id(grant_id)?),
            _ => return Err(ValidationError::GrantToRetire.into()),
        };
        let key = self.retirable(&key_id, &grant_id)?;
        self.keyring
            .in_place(*key.place())
            .revoke_grant_or_dry_run(request.dry_run, key, &grant_id)
    }

    /// The key of a grant that the caller may retire.
    fn retirable(&self, key_id: &KeyIdentifier, grant_id: &GrantId) -> Result<KeyArn, KmsError> {
        let snapshot = self.keyring.snapshot();
        let key = self.find(&snapshot, Action::RetireGrant, key_id, Names::Keys)?;
        let arn = *key.metadata.arn();
        let mut grants = key.grants.iter();
        let by_its_terms = grants
            .find(|grant| grant.id() == grant_id)
            .is_some_and(|grant| grant.may_be_retired_by(self.caller));
        if by_its_terms {
            Ok(arn)
        } else {
            self.authorized(Action::RetireGrant, &arn.into())
        }
    }

    /// The key that an id or ARN names, if the caller has the permission for it, by a grant that it presents or else.
    fn granted(
        &self,
        action: Action,
        key_id: &KeyIdentifier,
        grant_tokens: &[&str],
    ) -> Result<KeyArn, KmsError> {
        let grants = self.presented(grant_tokens)?;
        let key = self.authorized_key(action, key_id, Names::Keys, &grants)?;
        Ok(*key.metadata.arn())
    }
}

/// The service model has checked its length: there is nothing else to it.
fn parse_grant_id(text: &str) -> Result<GrantId, KmsError> {
    text.parse().map_err(KmsError::internal)
}

//! Grants.

use crate::access::{
    Action, Grant, GrantBuilder, GrantId, GrantOperation, GrantPrincipal, Parameters,
};
use crate::constraints::{Constraints, GRANT_NAME, PRINCIPAL};
use crate::context::EncryptionContext;
use crate::error::{KmsError, ValidationError};
use crate::key::{KeyArn, KeyIdentifier};
use crate::keyring::CreatedGrant;

use super::Control;
use super::model::{GRANT_ID, GRANT_TOKEN};
use super::page::{Page, PageLen, PageRequest};

/// The members of `CreateGrant`.
#[derive(Debug, Default)]
pub(crate) struct CreateGrantRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) grantee_principal: Option<&'a str>,
    pub(crate) grantee_service_principal: Option<&'a str>,
    pub(crate) retiring_principal: Option<&'a str>,
    pub(crate) retiring_service_principal: Option<&'a str>,
    pub(crate) operations: Option<Vec<&'a str>>,
    pub(crate) encryption_context_subset: Option<EncryptionContext>,
    pub(crate) encryption_context_equals: Option<EncryptionContext>,
    pub(crate) source_arn: Option<&'a str>,
    pub(crate) grant_tokens: Vec<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) dry_run: bool,
}

/// The members of `ListGrants`.
#[derive(Debug, Default)]
pub(crate) struct ListGrantsRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) grant_id: Option<&'a str>,
    pub(crate) grantee_principal: Option<&'a str>,
    pub(crate) grantee_service_principal: Option<&'a str>,
    pub(crate) page: PageRequest<'a>,
}

/// The members of `RetireGrant`: a token, or a key and a grant.
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
        constraints.optional_text("granteePrincipal", request.grantee_principal, &PRINCIPAL);
        constraints.optional_text("retiringPrincipal", request.retiring_principal, &PRINCIPAL);
        let operations = constraints.values(
            "operations",
            request.operations.as_deref(),
            GrantOperation::ALL,
        );
        constraints.source_arn("constraints.sourceArn", request.source_arn);
        constraints.grant_tokens(&request.grant_tokens);
        constraints.optional_text("name", request.name, &GRANT_NAME);
        let grantee = request.grantee_service_principal;
        constraints.service_principal("granteeServicePrincipal", grantee);
        let retiring = request.retiring_service_principal;
        constraints.service_principal("retiringServicePrincipal", retiring);
        let (key_id, operations) = constraints.finish(|| key_id.zip(operations))?;
        let presented = self.presented(&request.grant_tokens)?;
        let (grant, token) = self.keyring.new_grant()?;
        let grant = request.grant(grant, operations);
        let asked = Parameters {
            presented_grants: &presented,
            new_grant: Some(grant.terms()),
            ..Parameters::default()
        };
        let key = self.authorized_key(Action::CreateGrant, &key_id, asked)?;
        self.keyring
            .create_grant_or_dry_run(request.dry_run, key.metadata.arn(), grant, token)
    }

    /// Returns the key and a page of its grants.
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
        let service = request.grantee_service_principal;
        constraints.service_principal("granteeServicePrincipal", service);
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
            grants.retain(|grant| {
                let is_service = matches!(grant.grantee(), GrantPrincipal::Service(_));
                !is_service && grant.grantee().to_string() == grantee
            });
        }
        if let Some(service) = request.grantee_service_principal {
            let grantee = GrantPrincipal::Service(service.into());
            grants.retain(|grant| *grant.grantee() == grantee);
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

    /// A principal that may retire the grant by its terms needs no permission.
    pub(crate) fn retire_grant(&self, request: &RetireGrantRequest<'_>) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        constraints.optional_text("grantToken", request.grant_token, &GRANT_TOKEN);
        let key_id = constraints.optional_key("keyId", request.key_id);
        constraints.optional_text("grantId", request.grant_id, &GRANT_ID);
        constraints.finish(|| Some(()))?;
        let (key_id, grant_id) = match (request.grant_token, key_id, request.grant_id) {
            (Some(token), None, None) => {
                self.ask_for_token(token)?;
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
        let key = self.find(&snapshot, Action::RetireGrant, key_id)?;
        let grant = key.grants.get(grant_id);
        let asked = Parameters {
            retired_grant: grant,
            ..Parameters::default()
        };
        let arn = *key.metadata.arn();
        match self.authorize(Action::RetireGrant, key, asked) {
            // Reveals that a grant does not exist only within the key's account, and only if no policy denies the
            // request.
            Err(error) if grant.is_none() && self.actor.caller.account() == Some(arn.account()) => {
                if error.is_explicit_deny() {
                    return Err(error);
                }
            }
            decision => decision?,
        }
        Ok(arn)
    }
}

impl CreateGrantRequest<'_> {
    /// The grant in the request.
    fn grant(&self, mut grant: GrantBuilder, operations: Vec<GrantOperation>) -> GrantBuilder {
        grant = grant.operations(operations);
        if let Some(principal) = self.grantee_principal {
            grant = grant.grantee_principal(principal);
        }
        if let Some(service) = self.grantee_service_principal {
            grant = grant.grantee_service_principal(service);
        }
        if let Some(principal) = self.retiring_principal {
            grant = grant.retiring_principal(principal);
        }
        if let Some(service) = self.retiring_service_principal {
            grant = grant.retiring_service_principal(service);
        }
        if let Some(name) = self.name {
            grant = grant.name(name);
        }
        if let Some(context) = &self.encryption_context_subset {
            grant = grant.encryption_context_subset(context.clone());
        }
        if let Some(context) = &self.encryption_context_equals {
            grant = grant.encryption_context_equals(context.clone());
        }
        if let Some(source) = self.source_arn {
            grant = grant.source_arn(source);
        }
        grant
    }
}

/// The service model limits only the length, which has been checked.
fn parse_grant_id(text: &str) -> Result<GrantId, KmsError> {
    text.parse().map_err(KmsError::internal)
}

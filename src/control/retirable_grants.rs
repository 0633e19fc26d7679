//! `ListRetirableGrants`

use crate::access::{Action, Grant, GrantPrincipal};
use crate::constraints::{Constraints, PRINCIPAL};
use crate::error::{InvalidArnError, KmsError, ValidationError};
use crate::key::KeyArn;

use super::Control;
use super::page::{Page, PageLen, PageRequest};

/// The members of `ListRetirableGrants`: one of the two principals is required.
#[derive(Debug, Default)]
pub(crate) struct ListRetirableGrantsRequest<'a> {
    pub(crate) page: PageRequest<'a>,
    pub(crate) retiring_principal: Option<&'a str>,
    pub(crate) retiring_service_principal: Option<&'a str>,
}

impl Control<'_> {
    /// A page of the grants that a principal may retire, each with its key. The keys may belong to any account; the
    /// principal belongs to the caller's.
    pub(crate) fn list_retirable_grants(
        &self,
        request: &ListRetirableGrantsRequest<'_>,
    ) -> Result<Page<(KeyArn, Grant)>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 50,
            max: 100,
        };
        let mut constraints = Constraints::default();
        request.page.check(&mut constraints);
        let retiring = request.retiring_principal;
        constraints.optional_text("retiringPrincipal", retiring, &PRINCIPAL);
        let service = request.retiring_service_principal;
        constraints.service_principal("retiringServicePrincipal", service);
        constraints.finish(|| Some(()))?;
        self.authorize_listing(Action::ListRetirableGrants)?;
        let retiring = self.retiring_principal(request)?;
        let grants = self.keyring.retirable_grants(&retiring);
        request
            .page
            .of(grants, LEN, |(_, grant)| grant.id().to_string())
    }

    fn retiring_principal(
        &self,
        request: &ListRetirableGrantsRequest<'_>,
    ) -> Result<GrantPrincipal, KmsError> {
        let text = match (
            request.retiring_principal,
            request.retiring_service_principal,
        ) {
            (Some(text), None) => text,
            (None, Some(service)) => return Ok(GrantPrincipal::Service(service.into())),
            _ => return Err(ValidationError::GrantRetiringPrincipals.into()),
        };
        let principal = GrantPrincipal::from_text(text)
            .ok_or_else(|| InvalidArnError::Principal(text.to_owned()))?;
        let account = self.keyring.place().account;
        match principal.arn() {
            // DOC: it has to belong to the caller's account. GUESS 34 for the refusal.
            Some(arn) if *arn.account() != account => Err(ValidationError::other(
                "The RetiringPrincipal must be a principal of your account.",
            )),
            _ => Ok(principal),
        }
    }
}

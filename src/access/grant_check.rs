//! Checks whether a grant counts for a request, and names the first term that the request does not meet.

use crate::context::EncryptionContext;
use crate::iam::{Match, Principal};

use super::{AccessRequest, Caller, Grant, GrantOperation, GrantPrincipal};

/// A term of a grant that a request does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantTerm {
    /// The grant is not consistent yet, and the request does not present its token.
    Token,
    Operations,
    EncryptionContext,
    SourceArn,
    /// The grant that is to be created allows more than this one.
    ChildGrant,
    Grantee,
    /// The grant does not allow the caller to retire it, and the caller's account did not issue it.
    Retiring,
}

impl Grant {
    /// How the grant matches the caller of a request that it allows.
    ///
    /// # Errors
    ///
    /// The first term that the request does not meet.
    pub(super) fn check(&self, request: &AccessRequest<'_>) -> Result<Match, GrantTerm> {
        let parameters = &request.parameters;
        let operation = GrantOperation::of(request.action).ok_or(GrantTerm::Operations)?;
        require(
            self.operations().contains(&operation),
            GrantTerm::Operations,
        )?;
        let names = self.grantee().matches(request.caller);
        require(names > Match::None, GrantTerm::Grantee)?;
        let is_known = self.is_consistent() || parameters.presented_grants.contains(self.id());
        require(is_known, GrantTerm::Token)?;
        let has_context = self.constraint().is_none_or(|constraint| {
            !operation.has_encryption_context() || constraint.holds(parameters.encryption_context)
        });
        require(has_context, GrantTerm::EncryptionContext)?;
        let has_source = self
            .source_arn()
            .is_none_or(|source| request.caller.source_arn() == Some(source));
        require(has_source, GrantTerm::SourceArn)?;
        let hands_on = operation != GrantOperation::CreateGrant
            || parameters.new_grant.unwrap_or_default().are_within(self);
        require(hands_on, GrantTerm::ChildGrant)?;
        Ok(names)
    }

    /// How the grant matches a caller that may retire it: the retiring principal, the grantee if `RetireGrant` is among
    /// the operations, and the account that issued it (developer guide, "Retiring and revoking grants"). Constraints do
    /// not count.
    ///
    /// # Errors
    ///
    /// [`GrantTerm::Retiring`] for any other caller.
    pub(super) fn check_retiring(&self, caller: &Caller) -> Result<Match, GrantTerm> {
        let matches = |principal: &GrantPrincipal| principal.matches(caller);
        let issuer = Principal::Account(*self.issuing_account()).matches(caller.requester());
        let retiring = self.retiring_principal().map_or(Match::None, matches);
        let grantee = if self.operations().contains(&GrantOperation::RetireGrant) {
            matches(self.grantee())
        } else {
            Match::None
        };
        let names = issuer.max(retiring).max(grantee);
        require(names > Match::None, GrantTerm::Retiring)?;
        Ok(names)
    }
}

impl GrantTerm {
    /// The name of the term in an explanation.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Token => "GrantTokens",
            Self::Operations => "Operations",
            Self::EncryptionContext => "EncryptionContext",
            Self::SourceArn => "SourceArn",
            Self::ChildGrant => "the grant that is to be created",
            Self::Grantee => "GranteePrincipal",
            Self::Retiring => "RetiringPrincipal",
        }
    }

    /// The values of the grant and of the request for the term.
    pub(super) fn values(
        self,
        grant: &Grant,
        request: &AccessRequest<'_>,
    ) -> (Vec<String>, Vec<String>) {
        let caller = || vec![request.caller.to_string()];
        let operations =
            |operations: &[GrantOperation]| operations.iter().map(ToString::to_string).collect();
        match self {
            Self::Token => {
                let presented = request.parameters.presented_grants.iter();
                let presented = presented.map(ToString::to_string).collect();
                (vec![grant.id().to_string()], presented)
            }
            Self::Operations => (
                operations(grant.operations()),
                vec![request.action.name().to_owned()],
            ),
            Self::EncryptionContext => (
                grant
                    .constraint()
                    .map(|constraint| pairs(constraint.encryption_context()))
                    .unwrap_or_default(),
                request
                    .parameters
                    .encryption_context
                    .map(pairs)
                    .unwrap_or_default(),
            ),
            Self::SourceArn => (
                grant.source_arn().map(str::to_owned).into_iter().collect(),
                request
                    .caller
                    .source_arn()
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
            ),
            Self::ChildGrant => {
                let child = request.parameters.new_grant;
                let child = child.map(|terms| operations(terms.operations));
                (operations(grant.operations()), child.unwrap_or_default())
            }
            Self::Grantee => (vec![grant.grantee().to_string()], caller()),
            Self::Retiring => {
                let retiring = grant.retiring_principal().map(ToString::to_string);
                (retiring.into_iter().collect(), caller())
            }
        }
    }
}

fn pairs(context: &EncryptionContext) -> Vec<String> {
    context
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect()
}

const fn require(holds: bool, term: GrantTerm) -> Result<(), GrantTerm> {
    if holds { Ok(()) } else { Err(term) }
}

//! [`GrantTerms`]: what a grant that is asked for would give, and whether a parent grant lets it.

use super::{Grant, GrantConstraint, GrantOperation};

/// A grant as `CreateGrant` asks for it, before it is made: what condition keys and a parent grant see of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made whole by whoever asks")]
pub struct GrantTerms<'a> {
    /// `GranteePrincipal`
    pub grantee_principal: Option<&'a str>,
    /// `GranteeServicePrincipal`
    pub grantee_service_principal: Option<&'a str>,
    /// `RetiringPrincipal`
    pub retiring_principal: Option<&'a str>,
    /// `RetiringServicePrincipal`
    pub retiring_service_principal: Option<&'a str>,
    /// `Operations`
    pub operations: &'a [GrantOperation],
    /// `Constraints`, of the encryption context. A grant has one of them; a request may ask for more in vain.
    pub constraints: &'a [GrantConstraint],
    /// `Constraints`, `SourceArn`
    pub source_arn: Option<&'a str>,
}

impl GrantTerms<'_> {
    /// Whether a grantee may make such a grant by the `CreateGrant` that another grant gives it: the operations have to be
    /// of those that the parent gives, and every constraint of the parent has to hold as strictly (developer guide,
    /// "Granting CreateGrant permission").
    pub(crate) fn are_within(&self, parent: &Grant) -> bool {
        let operations = self.operations.iter();
        let as_strict = match (&parent.constraint, self.constraints) {
            (None, _) => true,
            (Some(constraint), [own]) => own.is_as_strict_as(constraint),
            (Some(_), _) => false,
        };
        let same_source = match parent.source_arn() {
            None => true,
            Some(source) => self.source_arn == Some(source),
        };
        as_strict
            && same_source
            && operations
                .into_iter()
                .all(|operation| parent.operations.contains(operation))
    }
}

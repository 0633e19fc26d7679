//! [`GrantTerms`]: what a new grant would allow, and whether a parent grant permits it.

use super::{Grant, GrantConstraint, GrantOperation};

/// The terms of a grant in a `CreateGrant` request: what condition keys and a parent grant see of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers of `authorize` write it as a literal"
)]
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
    /// `Constraints`, of the encryption context. A grant can have one; a request with several is refused.
    pub constraints: &'a [GrantConstraint],
    /// `Constraints`, `SourceArn`
    pub source_arn: Option<&'a str>,
}

impl GrantTerms<'_> {
    /// Whether the `CreateGrant` of a parent grant lets its grantee create this grant: the parent has all of its
    /// operations, and it is constrained at least as strictly as the parent (developer guide, "Granting CreateGrant
    /// permission").
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

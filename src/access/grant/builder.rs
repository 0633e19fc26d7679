//! [`GrantBuilder`]: builds a grant with the checks of `CreateGrant`.

use std::time::SystemTime;

use crate::constraints::{Constraints, GRANT_NAME, PRINCIPAL};
use crate::context::EncryptionContext;
use crate::error::{InvalidArnError, KmsError, ValidationError};
use crate::key::{AccountId, KeyMetadata};

use super::{Grant, GrantConstraint, GrantId, GrantOperation, GrantPrincipal, GrantTerms, rules};

/// Builds a grant: see [`Grant::builder`].
///
/// ```
/// use kms_reencrypt::access::{Grant, GrantOperation};
/// use kms_reencrypt::{KeyMetadata, KeySpec, KeyUsage};
///
/// let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let key = KeyMetadata::builder(
///     arn.parse()?,
///     KeySpec::SymmetricDefault,
///     KeyUsage::EncryptDecrypt,
/// )
/// .build();
/// let grant = Grant::builder(
///     "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60".parse()?,
///     "111122223333".parse()?,
///     "arn:aws:iam::111122223333:role/Auditor",
/// )
/// .operation(GrantOperation::ReEncryptFrom)
/// .encryption_context_subset([("tenant", "blue")])
/// .build(&key)?;
/// assert_eq!(grant.operations(), [GrantOperation::ReEncryptFrom]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct GrantBuilder {
    id: GrantId,
    issuing_account: AccountId,
    grantee_principal: Option<String>,
    grantee_service_principal: Option<String>,
    retiring_principal: Option<String>,
    retiring_service_principal: Option<String>,
    name: Option<String>,
    operations: Vec<GrantOperation>,
    constraints: Vec<GrantConstraint>,
    source_arn: Option<String>,
    creation_date: Option<SystemTime>,
}

impl Grant {
    /// Starts a grant to a principal, by the text of its ARN: `GranteePrincipal`. `issuing_account` is the account of
    /// the caller that creates the grant, which may differ from the key's.
    pub fn builder(
        id: GrantId,
        issuing_account: AccountId,
        grantee_principal: impl Into<String>,
    ) -> GrantBuilder {
        GrantBuilder::new(id, issuing_account).grantee_principal(grantee_principal)
    }

    /// Starts a grant to an AWS service: `GranteeServicePrincipal`. It needs a `SourceArn` and a retiring principal.
    pub fn builder_for_service(
        id: GrantId,
        issuing_account: AccountId,
        grantee_service_principal: impl Into<String>,
    ) -> GrantBuilder {
        GrantBuilder::new(id, issuing_account).grantee_service_principal(grantee_service_principal)
    }
}

impl GrantBuilder {
    pub(crate) const fn new(id: GrantId, issuing_account: AccountId) -> Self {
        Self {
            id,
            issuing_account,
            grantee_principal: None,
            grantee_service_principal: None,
            retiring_principal: None,
            retiring_service_principal: None,
            name: None,
            operations: Vec::new(),
            constraints: Vec::new(),
            source_arn: None,
            creation_date: None,
        }
    }

    /// `GranteePrincipal`
    pub(crate) fn grantee_principal(mut self, arn: impl Into<String>) -> Self {
        self.grantee_principal = Some(arn.into());
        self
    }

    /// `GranteeServicePrincipal`
    pub(crate) fn grantee_service_principal(mut self, service: impl Into<String>) -> Self {
        self.grantee_service_principal = Some(service.into());
        self
    }

    /// `RetiringPrincipal`, by the text of its ARN: 1 to 256 characters.
    pub fn retiring_principal(mut self, arn: impl Into<String>) -> Self {
        self.retiring_principal = Some(arn.into());
        self
    }

    /// Sets or removes `RetiringPrincipal`.
    pub fn set_retiring_principal(mut self, arn: Option<String>) -> Self {
        self.retiring_principal = arn;
        self
    }

    /// `RetiringServicePrincipal`: the name of an AWS service of 1 to 128 characters, such as `rds.us-east-2.amazonaws.com`.
    pub fn retiring_service_principal(mut self, service: impl Into<String>) -> Self {
        self.retiring_service_principal = Some(service.into());
        self
    }

    /// `Name`: 1 to 256 letters, digits and `:/_-`. Creating a named grant again does not make a second one.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets or removes `Name`.
    pub fn set_name(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }

    /// `Operations`: adds one.
    pub fn operation(mut self, operation: GrantOperation) -> Self {
        self.operations.push(operation);
        self
    }

    /// `Operations`: adds several.
    pub fn operations(mut self, operations: impl IntoIterator<Item = GrantOperation>) -> Self {
        self.operations.extend(operations);
        self
    }

    /// `Constraints`: the encryption context has exactly these pairs, at most 8, whose values have at most 384 characters.
    /// A grant has at most one constraint of the context.
    pub fn encryption_context_equals(mut self, context: impl Into<EncryptionContext>) -> Self {
        let constraint = GrantConstraint::EncryptionContextEquals(context.into());
        self.constraints.push(constraint);
        self
    }

    /// `Constraints`: the encryption context has at least these pairs, at most 8, whose values have at most 384 characters.
    /// A grant has at most one constraint of the context.
    pub fn encryption_context_subset(mut self, context: impl Into<EncryptionContext>) -> Self {
        let constraint = GrantConstraint::EncryptionContextSubset(context.into());
        self.constraints.push(constraint);
        self
    }

    /// `Constraints`: the request has to be made on behalf of this AWS resource, named by its ARN.
    pub fn source_arn(mut self, arn: impl Into<String>) -> Self {
        self.source_arn = Some(arn.into());
        self
    }

    /// `CreationDate`
    pub const fn creation_date(mut self, date: Option<SystemTime>) -> Self {
        self.creation_date = date;
        self
    }

    /// Checks the terms as `CreateGrant` does, and returns the grant for a key.
    ///
    /// # Errors
    ///
    /// - [`KmsError::Validation`] if a name or principal violates the service model; if there are no operations, or
    ///   `CreateGrant` alone, or one that the key does not support; if there is more than one constraint, one on a key
    ///   that is not symmetric, or one that is too long.
    /// - [`KmsError::Validation`] too if the grantee is not named exactly once, or the retiring principal twice; or if
    ///   the grantee is a service and the grant lacks a `SourceArn` or a retiring principal.
    /// - [`KmsError::InvalidArn`] if the ARN of a principal is invalid.
    pub fn build(self, key: &KeyMetadata) -> Result<Grant, KmsError> {
        self.refuse_texts()?;
        rules::refuse_operations(&self.operations, key)?;
        rules::refuse_constraints(&self.constraints, key)?;
        let grantee = self.grantee()?;
        let retiring = self.retiring()?;
        Ok(Grant {
            grantee,
            retiring,
            id: self.id,
            name: self.name,
            operations: self.operations,
            constraint: self.constraints.into_iter().next(),
            source_arn: self.source_arn,
            issuing_account: self.issuing_account,
            creation_date: self.creation_date,
            consistent: true,
        })
    }

    /// The terms that authorization sees, whether the grant can be built or not.
    pub(crate) fn terms(&self) -> GrantTerms<'_> {
        GrantTerms {
            grantee_principal: self.grantee_principal.as_deref(),
            grantee_service_principal: self.grantee_service_principal.as_deref(),
            retiring_principal: self.retiring_principal.as_deref(),
            retiring_service_principal: self.retiring_service_principal.as_deref(),
            operations: &self.operations,
            constraints: &self.constraints,
            source_arn: self.source_arn.as_deref(),
        }
    }

    fn grantee(&self) -> Result<GrantPrincipal, KmsError> {
        match (&self.grantee_principal, &self.grantee_service_principal) {
            (Some(arn), None) => principal(arn),
            (None, Some(_)) if self.source_arn.is_none() => {
                Err(ValidationError::GrantForServiceWithoutSource.into())
            }
            (None, Some(_))
                if self.retiring_principal.is_none()
                    && self.retiring_service_principal.is_none() =>
            {
                Err(ValidationError::GrantForServiceWithoutRetiring.into())
            }
            (None, Some(service)) => Ok(GrantPrincipal::Service(service.as_str().into())),
            (None, None) | (Some(_), Some(_)) => Err(ValidationError::GrantGrantees.into()),
        }
    }

    fn retiring(&self) -> Result<Option<GrantPrincipal>, KmsError> {
        match (&self.retiring_principal, &self.retiring_service_principal) {
            (None, None) => Ok(None),
            (Some(arn), None) => principal(arn).map(Some),
            (None, Some(service)) => Ok(Some(GrantPrincipal::Service(service.as_str().into()))),
            (Some(_), Some(_)) => Err(ValidationError::GrantRetiringPrincipals.into()),
        }
    }

    /// Refuses texts that violate the service model, checked in the order of its members.
    fn refuse_texts(&self) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let terms = self.terms();
        constraints.optional_text("granteePrincipal", terms.grantee_principal, &PRINCIPAL);
        constraints.optional_text("retiringPrincipal", terms.retiring_principal, &PRINCIPAL);
        constraints.source_arn("constraints.sourceArn", terms.source_arn);
        constraints.optional_text("name", self.name.as_deref(), &GRANT_NAME);
        let grantee = terms.grantee_service_principal;
        constraints.service_principal("granteeServicePrincipal", grantee);
        let retiring = terms.retiring_service_principal;
        constraints.service_principal("retiringServicePrincipal", retiring);
        constraints.finish(|| Some(()))
    }
}

fn principal(text: &str) -> Result<GrantPrincipal, KmsError> {
    GrantPrincipal::from_text(text)
        .ok_or_else(|| InvalidArnError::Principal(text.to_owned()).into())
}

#[cfg(test)]
mod tests {
    use super::{Grant, GrantBuilder, GrantOperation};
    use crate::error::KmsError;
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    const ROLE: &str = "arn:aws:iam::111122223333:role/Auditor";

    fn key(spec: KeySpec, usage: KeyUsage) -> KeyMetadata {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        KeyMetadata::builder(arn.parse().unwrap(), spec, usage).build()
    }

    fn symmetric() -> KeyMetadata {
        key(KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt)
    }

    fn grant_to(principal: &str) -> GrantBuilder {
        let id = "g".parse().unwrap();
        Grant::builder(id, "111122223333".parse().unwrap(), principal)
            .operation(GrantOperation::ReEncryptFrom)
    }

    #[track_caller]
    fn assert_refused(builder: GrantBuilder, key: &KeyMetadata, code: &str, message: &str) {
        let error = builder.build(key).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    }

    #[test]
    fn what_the_service_model_forbids_is_reported_at_once() {
        let long = "x".repeat(257);
        assert_refused(
            grant_to("").retiring_principal(long.as_str()).name("a b"),
            &symmetric(),
            "ValidationException",
            &format!(
                "4 validation errors detected: \
                 Value '' at 'granteePrincipal' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1; \
                 Value '' at 'granteePrincipal' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: ^[\\w+=,.@:/-]+$; \
                 Value '{long}' at 'retiringPrincipal' failed to satisfy constraint: \
                 Member must have length less than or equal to 256; \
                 Value 'a b' at 'name' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
            ),
        );
    }

    #[test]
    fn who_is_no_principal_gets_no_grant() {
        for builder in [
            grant_to("alias/app"),
            grant_to(ROLE).retiring_principal("alias/app"),
        ] {
            assert_refused(
                builder,
                &symmetric(),
                "InvalidArnException",
                "ARN does not refer to a valid principal: alias/app",
            );
        }
    }

    #[test]
    fn operations_have_to_be_the_keys() {
        let signing = key(KeySpec::Rsa2048, KeyUsage::SignVerify);
        assert_refused(
            grant_to(ROLE),
            &signing,
            "ValidationException",
            "The grant operation ReEncryptFrom is not supported by keys of key spec RSA_2048 and \
             key usage SIGN_VERIFY.",
        );
        let id = "g".parse().unwrap();
        let of_nothing = Grant::builder(id, "111122223333".parse().unwrap(), ROLE);
        assert_refused(
            of_nothing.clone(),
            &symmetric(),
            "ValidationException",
            "A grant needs at least one operation.",
        );
        assert_refused(
            of_nothing.operation(GrantOperation::CreateGrant),
            &symmetric(),
            "ValidationException",
            "Grants must not contain only the CreateGrant operation.",
        );
    }

    #[test]
    fn there_is_one_constraint_and_it_is_short_and_for_symmetric_keys() {
        let pairs = |count: usize| -> Vec<(String, String)> {
            (0..count).map(|n| (n.to_string(), String::new())).collect()
        };
        let subset = |count| {
            pairs(count)
                .into_iter()
                .collect::<crate::EncryptionContext>()
        };
        let built = grant_to(ROLE).encryption_context_subset(subset(8));
        assert!(built.build(&symmetric()).is_ok());
        let built = grant_to(ROLE).encryption_context_equals([("a", "ä".repeat(384))]);
        assert!(built.build(&symmetric()).is_ok());
        for (builder, key, message) in [
            (
                grant_to(ROLE).encryption_context_subset(subset(9)),
                symmetric(),
                "A grant constraint has at most 8 encryption context pairs.",
            ),
            (
                grant_to(ROLE).encryption_context_equals([("a", "x".repeat(385))]),
                symmetric(),
                "A value in a grant constraint has at most 384 characters.",
            ),
            (
                grant_to(ROLE)
                    .encryption_context_equals([("a", "b")])
                    .encryption_context_subset([("a", "b")]),
                symmetric(),
                "More than one constraint supplied",
            ),
            (
                grant_to(ROLE).encryption_context_equals([("a", "b")]),
                key(KeySpec::Rsa2048, KeyUsage::EncryptDecrypt),
                "Grant constraints are supported by symmetric encryption keys only.",
            ),
        ] {
            assert_refused(builder, &key, "ValidationException", message);
        }
    }

    #[test]
    fn a_service_is_granted_something_for_a_resource_and_with_somebody_to_retire_it() {
        let source = "arn:aws:dynamodb:us-east-2:111122223333:table/Books";
        let to_service = || {
            Grant::builder_for_service(
                "g".parse().unwrap(),
                "111122223333".parse().unwrap(),
                "dynamodb.amazonaws.com",
            )
            .operation(GrantOperation::Decrypt)
        };
        let retired = || to_service().retiring_service_principal("dynamodb.amazonaws.com");
        assert!(retired().source_arn(source).build(&symmetric()).is_ok());
        let by_principal = to_service().retiring_principal(ROLE).source_arn(source);
        assert!(by_principal.build(&symmetric()).is_ok());
        for (builder, message) in [
            (
                retired(),
                "GranteeServicePrincipal requires a SourceArn grant constraint.",
            ),
            (
                to_service().source_arn(source),
                "GranteeServicePrincipal requires a RetiringPrincipal or a RetiringServicePrincipal.",
            ),
            (
                retired().grantee_principal(ROLE),
                "Specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
            ),
            (
                retired().source_arn(source).retiring_principal(ROLE),
                "Specify either RetiringPrincipal or RetiringServicePrincipal, but not both.",
            ),
        ] {
            assert_refused(builder, &symmetric(), "ValidationException", message);
        }
        let odd = to_service()
            .retiring_service_principal("dynamodb")
            .source_arn("arn:aws:dynamodb:::table");
        assert_refused(
            odd,
            &symmetric(),
            "ValidationException",
            "2 validation errors detected: \
             Value 'arn:aws:dynamodb:::table' at 'constraints.sourceArn' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: \
             ^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$; \
             Value 'dynamodb' at 'retiringServicePrincipal' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: \
             ^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$",
        );
    }

    #[test]
    fn a_service_may_stand_where_a_principal_does() {
        let grant = grant_to("sns.amazonaws.com").build(&symmetric()).unwrap();
        assert_eq!(grant.grantee().to_string(), "sns.amazonaws.com");
        assert_eq!(grant.grantee().service(), Some("sns.amazonaws.com"));
        assert!(matches!(
            grant_to("x").build(&symmetric()),
            Err(KmsError::InvalidArn(_))
        ));
    }
}

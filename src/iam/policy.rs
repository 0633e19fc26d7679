//! [`Policy`]: statements, and what belongs to them as a document.

use std::collections::HashSet;

use super::{ContextKey, Statement};

/// A policy of IAM, of any type.
///
/// ```
/// use kms_reencrypt::iam::{Policy, Statement};
///
/// let policy = Policy::new().statement(
///     Statement::allow()
///         .action("kms:ReEncrypt*")
///         .resource("arn:aws:kms:*:111122223333:key/*"),
/// );
/// assert_eq!(policy.statements().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    arn: Option<String>,
    version: Option<Version>,
    id: Option<String>,
    statements: Vec<Statement>,
}

impl Policy {
    /// A policy of version 2012-10-17 without statements: it allows nothing.
    pub const fn new() -> Self {
        Self::of(Some(Version::V2012), None, Vec::new())
    }

    /// AdministratorAccess, the policy of AWS that allows everything.
    pub fn administrator_access() -> Self {
        Self::new().statement(Statement::allow().action("*").resource("*"))
    }

    pub(super) const fn of(
        version: Option<Version>,
        id: Option<String>,
        statements: Vec<Statement>,
    ) -> Self {
        Self {
            arn: None,
            version,
            id,
            statements,
        }
    }

    /// `Id`: a name for the policy, which has no effect.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the ARN of the policy: of a managed policy, such as `arn:aws:iam::111122223333:policy/guard`, or of a policy of
    /// an organization. A refusal names it if a statement of the policy denies the request. It is not part of the document,
    /// and an inline policy has none.
    pub fn with_arn(mut self, arn: impl Into<String>) -> Self {
        self.arn = Some(arn.into());
        self
    }

    /// The ARN that the policy was given by [`with_arn`](Self::with_arn).
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// Adds a statement. If the version of the policy is not 2012-10-17, policy variables in the statement are literal
    /// text.
    pub fn statement(mut self, statement: Statement) -> Self {
        self.statements.push(match self.version {
            Some(Version::V2012) => statement,
            Some(Version::V2008) | None => statement.without_variables(),
        });
        self
    }

    /// The statements.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The condition keys that the policy asks for, those of policy variables included, each once.
    #[must_use]
    pub fn context_keys(&self) -> Vec<&ContextKey> {
        let mut names = HashSet::new();
        let keys = self.statements.iter().flat_map(Statement::keys);
        keys.filter(|key| names.insert(key.name())).collect()
    }

    #[cfg(feature = "json")]
    pub(super) const fn version(&self) -> Option<Version> {
        self.version
    }

    #[cfg(feature = "json")]
    pub(crate) fn document_id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

/// `Version` of the policy language. A document without it has the older version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `2008-10-17`, which has no policy variables.
    #[cfg_attr(
        not(feature = "json"),
        expect(dead_code, reason = "only documents have it")
    )]
    V2008,
    /// `2012-10-17`
    V2012,
}

/// The purpose of a policy, which decides what its document may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyKind {
    /// A policy of a user, group or role, or a permissions boundary: without principals.
    IdentityBased,
    /// A resource control policy: it only denies, and applies to everybody.
    ResourceControl,
    /// A policy of a resource, such as a key policy: with principals.
    ResourceBased,
    /// A service control policy: without principals.
    ServiceControl,
    /// A policy that is passed when a session begins: without principals, and with complete ARNs.
    Session,
    /// A policy of a VPC endpoint: with principals.
    VpcEndpoint,
}

//! [`Grant`]: a permission that is given to one principal for one key.

mod builder;
mod constraint;
mod grantee_key;
mod operation;
mod principal;
mod rules;
mod terms;

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::key::{AccountId, serde_as_text};

pub use builder::GrantBuilder;
pub use constraint::GrantConstraint;
pub(crate) use grantee_key::GranteeKey;
pub use operation::GrantOperation;
pub use principal::GrantPrincipal;
pub use terms::GrantTerms;

/// The identifier of a grant: `GrantId`, 1 to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId(Arc<str>);

impl GrantId {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GrantId {
    type Err = InvalidGrantId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=128).contains(&text.chars().count()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidGrantId(()))
        }
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(GrantId);

/// The error for a text that is too short or too long for the identifier of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a grant id has 1 to 128 characters")]
pub struct InvalidGrantId(());

/// A grant: allows a principal some operations with a key, until it is retired or revoked. It never denies.
///
/// Make one with [`Grant::builder`]. A built grant is [consistent](Self::is_consistent) by default: it
/// counts for every request. In AWS, a new grant counts only for requests that present its token until it is
/// consistent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    id: GrantId,
    name: Option<String>,
    grantee: GrantPrincipal,
    retiring: Option<GrantPrincipal>,
    operations: Vec<GrantOperation>,
    constraint: Option<GrantConstraint>,
    source_arn: Option<String>,
    issuing_account: AccountId,
    creation_date: Option<SystemTime>,
    consistent: bool,
}

impl Grant {
    /// The same grant, consistent or not yet.
    #[must_use]
    pub const fn with_consistency(mut self, consistent: bool) -> Self {
        self.consistent = consistent;
        self
    }

    /// `GrantId`
    #[must_use]
    pub const fn id(&self) -> &GrantId {
        &self.id
    }

    /// `Name`
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `GranteePrincipal` or `GranteeServicePrincipal`
    #[must_use]
    pub const fn grantee(&self) -> &GrantPrincipal {
        &self.grantee
    }

    /// `RetiringPrincipal` or `RetiringServicePrincipal`
    #[must_use]
    pub const fn retiring_principal(&self) -> Option<&GrantPrincipal> {
        self.retiring.as_ref()
    }

    /// `Operations`
    #[must_use]
    pub fn operations(&self) -> &[GrantOperation] {
        &self.operations
    }

    /// `Constraints`, of the encryption context
    #[must_use]
    pub const fn constraint(&self) -> Option<&GrantConstraint> {
        self.constraint.as_ref()
    }

    /// `Constraints`, `SourceArn`: the AWS resource on whose behalf a request has to be made, which is its
    /// `aws:SourceArn`.
    ///
    /// AWS evaluates it "only when the request is made by an AWS service". Here the grant never counts for
    /// requests without a source: it must not allow more than its creator asked for (GUESS 46).
    #[must_use]
    pub fn source_arn(&self) -> Option<&str> {
        self.source_arn.as_deref()
    }

    /// `IssuingAccount`, which AWS shows as the ARN of its root.
    #[must_use]
    pub const fn issuing_account(&self) -> &AccountId {
        &self.issuing_account
    }

    /// `CreationDate`. `None` if the grant was created without a clock.
    #[must_use]
    pub const fn creation_date(&self) -> Option<SystemTime> {
        self.creation_date
    }

    /// Whether the grant counts without its token.
    #[must_use]
    pub const fn is_consistent(&self) -> bool {
        self.consistent
    }
}

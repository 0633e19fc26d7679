//! [`GrantPrincipal`]: the principal that gets a grant, or that may retire it.

use core::fmt;
use std::sync::Arc;

use crate::access::Caller;
use crate::constraints::is_service_principal;
use crate::iam::{Match, PrincipalArn};

/// The grantee principal or the retiring principal of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantPrincipal {
    /// `GranteePrincipal`, `RetiringPrincipal`: an account, user, role, session or federated user. It is not checked
    /// that the principal exists: this crate has no directory of them.
    Arn(PrincipalArn),
    /// The same members with an AWS service in place of an ARN: `sns.amazonaws.com`. AWS's own services do that
    /// (DOC), and it is reported to work for others.
    ServiceAsPrincipal(Arc<str>),
    /// `GranteeServicePrincipal`, `RetiringServicePrincipal`: an AWS service.
    Service(Arc<str>),
}

impl GrantPrincipal {
    /// The principal that a member for ARNs names. `None` if the text is neither an ARN nor the name of a service.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(arn) => Some(Self::Arn(arn)),
            Err(_) if is_service_principal(text) => Some(Self::ServiceAsPrincipal(text.into())),
            Err(_) => None,
        }
    }

    /// The ARN, unless it is a service.
    #[must_use]
    pub const fn arn(&self) -> Option<&PrincipalArn> {
        match self {
            Self::Arn(arn) => Some(arn),
            Self::ServiceAsPrincipal(_) | Self::Service(_) => None,
        }
    }

    /// The name of the service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match self {
            Self::Arn(_) => None,
            Self::ServiceAsPrincipal(service) | Self::Service(service) => Some(service),
        }
    }

    /// How the principal matches a caller.
    pub(crate) fn matches(&self, caller: &Caller) -> Match {
        let requester = caller.requester();
        match self {
            Self::Arn(arn) => arn.matches(requester),
            Self::ServiceAsPrincipal(service) | Self::Service(service)
                if requester.service_names().any(|name| name == &**service) =>
            {
                Match::Direct
            }
            Self::ServiceAsPrincipal(_) | Self::Service(_) => Match::None,
        }
    }
}

impl fmt::Display for GrantPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(f),
            Self::ServiceAsPrincipal(service) | Self::Service(service) => f.write_str(service),
        }
    }
}

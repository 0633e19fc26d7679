//! [`Requester`]: the principal that sends a request.

use std::sync::{Arc, OnceLock};

use crate::key::{AccountId, Region};

use super::PrincipalArn;

/// The principal that sends a request: a principal of an account, or an AWS service with credentials of its own.
///
/// ```
/// use kms_reencrypt::iam::{Match, Principal, Requester};
///
/// let alice = "arn:aws:sts::111122223333:assumed-role/Auditor/alice".parse()?;
/// let session = Requester::principal(alice).with_unique_id("AROACKCEVSQ6C2EXAMPLE");
/// let role = Principal::Arn("arn:aws:iam::111122223333:role/Auditor".parse()?);
/// assert_eq!(role.matches(&session), Match::Role);
///
/// let service = Requester::service("logs.us-east-2.amazonaws.com");
/// assert_eq!(role.matches(&service), Match::None);
/// # Ok::<(), kms_reencrypt::iam::InvalidPrincipalArn>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Requester {
    identity: Identity,
    unique_id: Option<Arc<str>>,
    federated_by: Option<PrincipalArn>,
    /// Formatted once, since many conditions use it.
    principal_arn: OnceLock<Box<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    Principal(PrincipalArn),
    Service(Vec<Arc<str>>),
}

impl Requester {
    /// A root user, an IAM user, a session of a role, or a federated user.
    pub const fn principal(arn: PrincipalArn) -> Self {
        Self::new(Identity::Principal(arn))
    }

    /// An AWS service, by the name of its principal, such as `logs.us-east-2.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self::new(Identity::Service(vec![name.into()]))
    }

    const fn new(identity: Identity) -> Self {
        Self {
            identity,
            unique_id: None,
            federated_by: None,
            principal_arn: OnceLock::new(),
        }
    }

    /// The same service under another of its names (`aws:PrincipalServiceNamesList`). Has no effect on principals
    /// of an account.
    pub fn with_service_name(mut self, name: &str) -> Self {
        if let Identity::Service(names) = &mut self.identity {
            names.push(name.into());
        }
        self
    }

    /// The same principal with the unique id of the user (`AIDA…`) or of the session's role (`AROA…`).
    pub fn with_unique_id(mut self, unique_id: &str) -> Self {
        self.unique_id = Some(unique_id.into());
        self
    }

    /// The same federated user, with the principal that called `GetFederationToken` for it.
    pub fn federated_by(mut self, principal: PrincipalArn) -> Self {
        self.federated_by = Some(principal);
        self
    }

    /// The same principal in the partition of a Region.
    pub fn in_partition_of(mut self, region: &Region) -> Self {
        if let Identity::Principal(arn) = &mut self.identity {
            *arn = arn.clone().in_partition_of(region);
        }
        self
    }

    /// The same session of the role with this ARN, which tells the role's path. Has no effect on requesters that are
    /// not sessions of a role with that name.
    pub fn of_role(mut self, role: &PrincipalArn) -> Self {
        if let Identity::Principal(arn) = &mut self.identity {
            *arn = arn.clone().of_role(role);
        }
        self
    }

    /// The ARN of the principal. `None` for services.
    #[must_use]
    pub const fn arn(&self) -> Option<&PrincipalArn> {
        match &self.identity {
            Identity::Principal(arn) => Some(arn),
            Identity::Service(_) => None,
        }
    }

    /// The value of `aws:PrincipalArn`: the ARN of the principal, or for a session, of its role. `None` for services.
    #[must_use]
    pub fn principal_arn(&self) -> Option<&str> {
        let arn = self.arn()?;
        let write = || arn.without_session().to_string().into_boxed_str();
        Some(self.principal_arn.get_or_init(write))
    }

    /// The account of the principal. `None` for services.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        self.arn().map(PrincipalArn::account)
    }

    /// The names of the service, beginning with the one that it was constructed with. Empty for principals of an
    /// account.
    pub fn service_names(&self) -> impl Iterator<Item = &str> {
        let names = match &self.identity {
            Identity::Principal(_) => &[][..],
            Identity::Service(names) => names,
        };
        names.iter().map(|name| &**name)
    }

    /// The unique id of the user or role, if it was set.
    #[must_use]
    pub fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    /// The principal that called `GetFederationToken`, if it was set.
    #[must_use]
    pub const fn federating_principal(&self) -> Option<&PrincipalArn> {
        self.federated_by.as_ref()
    }
}

impl PartialEq for Requester {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            identity,
            unique_id,
            federated_by,
            principal_arn: _,
        } = self;
        (identity, unique_id, federated_by)
            == (&other.identity, &other.unique_id, &other.federated_by)
    }
}

impl Eq for Requester {}

#[cfg(test)]
mod tests {
    use super::Requester;
    use crate::iam::PrincipalArn;

    #[test]
    fn requesters_are_equal_if_policies_see_no_difference() {
        let arn = |text: &str| text.parse::<PrincipalArn>().unwrap();
        let alice = || Requester::principal(arn("arn:aws:iam::111122223333:user/alice"));
        let bob = arn("arn:aws:iam::111122223333:user/bob");
        assert_eq!(alice(), alice());
        for other in [
            Requester::principal(bob.clone()),
            alice().with_unique_id("AIDACKCEVSQ6C2EXAMPLE"),
            alice().federated_by(bob),
        ] {
            assert_ne!(alice(), other);
        }
    }
}

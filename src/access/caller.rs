//! [`Caller`]: the principal that sends a request.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use crate::iam::{InvalidPrincipalArn, Policy, PrincipalArn, Requester};
use crate::key::{AccountId, Region};

/// The principal that a [`Kms`](crate::Kms) handle acts as.
///
/// Without an identity-based policy of its own a caller may do what an administrator of its account may: everything, as
/// far as the keys' policies leave that to the account. So somebody who only cares for key policies names a user and is
/// done.
///
/// ```
/// use kms_reencrypt::access::Caller;
///
/// let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse()?;
/// assert_eq!(alice.account().as_str(), "111122223333");
/// assert_eq!(alice.to_string(), "arn:aws:iam::111122223333:user/alice");
/// # Ok::<(), kms_reencrypt::iam::InvalidPrincipalArn>(())
/// ```
///
/// Cheap to clone: what may be long is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    principal: PrincipalArn,
    requester: Requester,
    identity_policy: Option<Arc<Policy>>,
    via_service: Option<Arc<str>>,
}

impl Caller {
    /// The account root: what nobody who doesn't care has to choose.
    #[must_use]
    pub fn account_root(account: AccountId) -> Self {
        Self::new(PrincipalArn::root(account))
    }

    /// An IAM user, by name or by path and name (`division/alice`).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no user can be called that.
    pub fn user(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        PrincipalArn::user(account, name).map(Self::new)
    }

    /// An IAM role as such. AWS knows only its sessions as callers: see [`assumed_role`](Self::assumed_role).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no role can be called that.
    pub fn role(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        PrincipalArn::role(account, name).map(Self::new)
    }

    /// A session of an IAM role. The path of the role may be given (`team/Auditor`): the caller's ARN does not show it,
    /// but `aws:PrincipalArn` does.
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no role or no session can be called that.
    pub fn assumed_role(
        account: AccountId,
        role: &str,
        session: &str,
    ) -> Result<Self, InvalidPrincipalArn> {
        PrincipalArn::assumed_role(account, role, session).map(Self::new)
    }

    fn new(principal: PrincipalArn) -> Self {
        Self {
            requester: Requester::principal(principal.clone()),
            principal,
            identity_policy: None,
            via_service: None,
        }
    }

    /// The same caller with an identity-based policy: it may do what that allows, and nothing else by its account.
    #[must_use]
    pub fn with_identity_policy(mut self, policy: Policy) -> Self {
        self.identity_policy = Some(Arc::new(policy));
        self
    }

    /// The same caller, for whom an AWS service sends the request: `kms:ViaService`, such as
    /// `s3.us-east-2.amazonaws.com`.
    #[must_use]
    pub fn with_via_service(mut self, service: &str) -> Self {
        self.via_service = Some(service.into());
        self
    }

    /// The same caller in the partition of a Region: `arn:aws-cn:…` for Beijing. It is `aws` without this, unless an
    /// ARN said otherwise.
    #[must_use]
    pub fn in_partition_of(mut self, region: &Region) -> Self {
        self.principal = self.principal.in_partition_of(region);
        self.requester = Requester::principal(self.principal.clone());
        self
    }

    /// The account of the principal.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.principal.account()
    }

    /// The ARN of the principal.
    #[must_use]
    pub const fn principal(&self) -> &PrincipalArn {
        &self.principal
    }

    /// Who the caller is, as policies see it.
    pub const fn requester(&self) -> &Requester {
        &self.requester
    }

    /// The identity-based policy, unless the caller is an administrator.
    #[must_use]
    pub fn identity_policy(&self) -> Option<&Policy> {
        self.identity_policy.as_deref()
    }

    /// `kms:ViaService`: the service that sends the request for the principal, if one does.
    #[must_use]
    pub fn via_service(&self) -> Option<&str> {
        self.via_service.as_deref()
    }
}

impl From<PrincipalArn> for Caller {
    fn from(principal: PrincipalArn) -> Self {
        Self::new(principal)
    }
}

impl FromStr for Caller {
    type Err = InvalidPrincipalArn;

    fn from_str(arn: &str) -> Result<Self, Self::Err> {
        arn.parse().map(Self::new)
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.principal.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Caller;

    #[test]
    fn every_caller_is_shown_by_its_arn() {
        let account = "111122223333".parse().unwrap();
        let beijing = "cn-north-1".parse().unwrap();
        for (caller, arn) in [
            (
                Caller::account_root(account),
                "arn:aws:iam::111122223333:root",
            ),
            (
                Caller::account_root(account).in_partition_of(&beijing),
                "arn:aws-cn:iam::111122223333:root",
            ),
            (
                Caller::user(account, "team/alice").unwrap(),
                "arn:aws:iam::111122223333:user/team/alice",
            ),
            (
                Caller::role(account, "Auditor").unwrap(),
                "arn:aws:iam::111122223333:role/Auditor",
            ),
            (
                Caller::assumed_role(account, "team/Auditor", "alice").unwrap(),
                "arn:aws:sts::111122223333:assumed-role/Auditor/alice",
            ),
        ] {
            assert_eq!(caller.to_string(), arn);
            assert_eq!(
                arn.parse::<Caller>().unwrap().account(),
                caller.account(),
                "{arn}"
            );
        }
        assert!(Caller::user(account, "al ice").is_err());
    }
}

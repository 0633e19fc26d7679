//! [`Caller`]: the principal that sends a request.

mod context;
mod policies;

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use crate::iam::{ContextKey, InvalidPrincipalArn, Layers, Policy, PrincipalArn, Requester};
use crate::key::{AccountId, Region};

use context::CallerContext;
use policies::CallerPolicies;

/// The principal that a [`Kms`](crate::Kms) handle acts as, with its policies and its values of condition keys.
///
/// A caller without policies has no permissions, as in AWS: it may do only what a key policy or a grant allows it by
/// name. The root user of an account needs no policy; an [`administrator`](Self::administrator) has one that
/// allows everything.
///
/// ```
/// use kms_reencrypt::access::Caller;
/// use kms_reencrypt::iam::{Policy, Statement};
///
/// let moves = Policy::new().statement(Statement::allow().action("kms:ReEncrypt*"));
/// let alice = "arn:aws:sts::111122223333:assumed-role/Auditor/alice"
///     .parse::<Caller>()?
///     .with_identity_policy(moves)
///     .with_tag("team", "blue")
///     .with_organization("o-a1b2c3d4e5", ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"])
///     .with_context("aws:SourceIp", ["203.0.113.7"]);
/// assert_eq!(alice.account().unwrap().as_str(), "111122223333");
/// assert_eq!(alice.to_string(), "arn:aws:sts::111122223333:assumed-role/Auditor/alice");
/// # Ok::<(), kms_reencrypt::iam::InvalidPrincipalArn>(())
/// ```
///
/// Callers are not checked for existence, since this crate has no directory of principals. Clones are cheap: they share
/// policies and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    requester: Requester,
    policies: Arc<CallerPolicies>,
    context: Arc<CallerContext>,
    /// Whether the caller may do everything that resources leave to its account.
    is_unlimited: bool,
}

impl Caller {
    /// The root user of an account, which needs no policy. A [`Kms`](crate::Kms) handle acts as the root user of its
    /// provider's account by default.
    #[must_use]
    pub fn account_root(account: AccountId) -> Self {
        PrincipalArn::root(account).into()
    }

    /// The user `Administrator` of an account, with the policy AdministratorAccess. See
    /// [`as_administrator`](Self::as_administrator) for others.
    #[must_use]
    pub fn administrator(account: AccountId) -> Self {
        let arn = PrincipalArn::user(account, "Administrator");
        arn.map_or_else(|_| Self::account_root(account), Self::from)
            .as_administrator()
    }

    /// An IAM user, by name or by path and name (`division/alice`).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no user can be called that.
    pub fn user(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        PrincipalArn::user(account, name).map(Self::from)
    }

    /// An IAM role without a session. In AWS, only sessions of roles send requests: see
    /// [`assumed_role`](Self::assumed_role).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no role can be called that.
    pub fn role(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        PrincipalArn::role(account, name).map(Self::from)
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
        PrincipalArn::assumed_role(account, role, session).map(Self::from)
    }

    /// An AWS service with credentials of its own, by the name of its principal, such as `logs.us-east-2.amazonaws.com`. A
    /// service that acts for a principal counts as that principal [via the service](Self::with_via_service).
    #[must_use]
    pub fn service(name: &str) -> Self {
        Requester::service(name).into()
    }

    /// The same caller with one more identity-based policy. A request needs an allow from only one of them.
    #[must_use]
    pub fn with_identity_policy(self, policy: Policy) -> Self {
        self.change(|policies| policies.identity.push(policy))
    }

    /// The same caller with the policy AdministratorAccess, which allows everything.
    #[must_use]
    pub fn as_administrator(self) -> Self {
        self.with_identity_policy(Policy::administrator_access())
    }

    /// The same caller with a permissions boundary.
    #[must_use]
    pub fn with_permissions_boundary(self, policy: Policy) -> Self {
        self.change(|policies| policies.boundary = Some(policy))
    }

    /// The same session with one more session policy: a policy that was passed when the session began.
    #[must_use]
    pub fn with_session_policy(self, policy: Policy) -> Self {
        self.change(|policies| policies.session.push(policy))
    }

    /// The same caller in an account with service control policies: a list of levels, from the root of the organization
    /// to the account, each of which has to allow.
    #[must_use]
    pub fn with_service_control_policies(self, levels: Vec<Vec<Policy>>) -> Self {
        self.change(|policies| policies.service_control = levels)
    }

    /// The same caller, whose requests come through a VPC endpoint with a policy.
    #[must_use]
    pub fn with_vpc_endpoint_policy(self, policy: Policy) -> Self {
        self.change(|policies| policies.endpoint = Some(policy))
    }

    /// The same principal with the unique id of the user (`AIDA…`) or of the session's role (`AROA…`), for policies
    /// that name it by that id, and for `aws:userid`.
    #[must_use]
    pub fn with_unique_id(mut self, unique_id: &str) -> Self {
        self.requester = self.requester.with_unique_id(unique_id);
        self
    }

    /// The same federated user, with the principal that called `GetFederationToken` for it.
    #[must_use]
    pub fn federated_by(mut self, principal: PrincipalArn) -> Self {
        self.requester = self.requester.federated_by(principal);
        self
    }

    /// The same session, of the role with this ARN, which adds the role's path: ARNs of sessions do not contain it. Has
    /// no effect on callers that are not sessions of a role with that name.
    #[must_use]
    pub fn of_role(mut self, role: &PrincipalArn) -> Self {
        self.requester = self.requester.of_role(role);
        self
    }

    /// The same caller with values for a condition key, replacing earlier ones. Every key can be set, but values that
    /// the request or its KMS key provides take precedence.
    #[must_use]
    pub fn with_context<V: Into<String>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Arc::make_mut(&mut self.context).set(key, values);
        self
    }

    /// The same caller with a tag, of the user, the role or the session: `aws:PrincipalTag/…`.
    #[must_use]
    pub fn with_tag(self, key: &str, value: &str) -> Self {
        self.with_context(&format!("aws:PrincipalTag/{key}"), [value])
    }

    /// The same caller in an organization: `aws:PrincipalOrgID` and `aws:PrincipalOrgPaths`.
    #[must_use]
    pub fn with_organization<P: Into<String>>(
        self,
        id: &str,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        self.with_context("aws:PrincipalOrgID", [id])
            .with_context("aws:PrincipalOrgPaths", paths)
    }

    /// The same caller, who signed in with a second factor this many seconds ago: `aws:MultiFactorAuthPresent` and
    /// `aws:MultiFactorAuthAge`.
    #[must_use]
    pub fn with_multi_factor_auth(self, seconds_ago: u64) -> Self {
        self.with_context("aws:MultiFactorAuthPresent", ["true"])
            .with_context("aws:MultiFactorAuthAge", [seconds_ago.to_string()])
    }

    /// The same caller at an IP address: `aws:SourceIp`.
    #[must_use]
    pub fn with_source_ip(self, address: &str) -> Self {
        self.with_context("aws:SourceIp", [address])
    }

    /// The same caller behind an endpoint of a VPC: `aws:SourceVpc` and `aws:SourceVpce`.
    #[must_use]
    pub fn with_vpc_endpoint(self, vpc: &str, endpoint: &str) -> Self {
        self.with_context("aws:SourceVpc", [vpc])
            .with_context("aws:SourceVpce", [endpoint])
    }

    /// The same caller, on whose behalf an AWS service sends the request: `kms:ViaService`, such as
    /// `s3.us-east-2.amazonaws.com`.
    #[must_use]
    pub fn with_via_service(self, service: &str) -> Self {
        self.with_context("kms:ViaService", [service])
    }

    /// The same service, acting on behalf of an AWS resource: `aws:SourceArn`, and `aws:SourceAccount` if the ARN has
    /// one.
    #[must_use]
    pub fn with_source_arn(self, arn: &str) -> Self {
        let account = arn.split(':').nth(4).filter(|account| !account.is_empty());
        self.with_context("aws:SourceAccount", account)
            .with_context("aws:SourceArn", [arn])
    }

    /// The same caller in the partition of a Region: `arn:aws-cn:…` for Beijing. The default is that of the
    /// caller's ARN, or `aws`.
    #[must_use]
    pub fn in_partition_of(mut self, region: &Region) -> Self {
        self.requester = self.requester.in_partition_of(region);
        self
    }

    /// The account of the principal. `None` for services.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        self.requester.account()
    }

    /// The ARN of the principal. `None` for services.
    #[must_use]
    pub const fn principal(&self) -> Option<&PrincipalArn> {
        self.requester.arn()
    }

    /// Who the caller is, as policies see it.
    pub const fn requester(&self) -> &Requester {
        &self.requester
    }

    /// `kms:ViaService`: the service that sends the request for the principal, if one does.
    #[must_use]
    pub fn via_service(&self) -> Option<&str> {
        self.first("kms:viaservice")
    }

    /// `aws:SourceArn`: the AWS resource on whose behalf the caller acts, if it does.
    #[must_use]
    pub fn source_arn(&self) -> Option<&str> {
        self.first("aws:sourcearn")
    }

    /// `aws:CalledVia`: the services that the request came through, if they add their names to it.
    pub(super) fn called_via(&self) -> &[String] {
        self.context.get("aws:calledvia").unwrap_or_default()
    }

    /// The values that the caller was given for a condition key.
    pub(super) fn values_of(&self, key: &ContextKey) -> Option<&[String]> {
        self.context.get(key.name())
    }

    /// The policies of the caller, without those of resources.
    pub(super) fn layers(&self) -> Layers<'_> {
        self.policies.layers()
    }

    /// Whether the caller may do everything that resources leave to its account: it is the root user or an
    /// administrator, and no other policy limits it.
    pub(super) const fn is_unlimited(&self) -> bool {
        self.is_unlimited
    }

    fn first(&self, key: &str) -> Option<&str> {
        self.context.get(key)?.first().map(String::as_str)
    }

    fn change(mut self, change: impl FnOnce(&mut CallerPolicies)) -> Self {
        change(Arc::make_mut(&mut self.policies));
        let is_root = self.principal().is_some_and(PrincipalArn::is_root);
        // Without session policies, a federated user has no permissions at all.
        let is_federated = self
            .principal()
            .is_some_and(PrincipalArn::is_federated_user);
        let identity = &self.policies.identity;
        let has_all = match identity.as_slice() {
            [] => is_root,
            policies => policies
                .iter()
                .all(|policy| *policy == Policy::administrator_access()),
        };
        self.is_unlimited = has_all && !is_federated && self.policies.limit_nothing();
        self
    }
}

impl From<Requester> for Caller {
    fn from(requester: Requester) -> Self {
        Self {
            requester,
            policies: Arc::default(),
            context: Arc::default(),
            is_unlimited: false,
        }
        .change(|_| ())
    }
}

impl From<PrincipalArn> for Caller {
    fn from(principal: PrincipalArn) -> Self {
        Requester::principal(principal).into()
    }
}

impl FromStr for Caller {
    type Err = InvalidPrincipalArn;

    fn from_str(arn: &str) -> Result<Self, Self::Err> {
        arn.parse::<PrincipalArn>().map(Self::from)
    }
}

/// The ARN of the principal; the name of a service.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.principal() {
            Some(arn) => arn.fmt(f),
            None => f.write_str(self.requester.service_names().next().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Caller;
    use crate::iam::Policy;

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
                Caller::administrator(account),
                "arn:aws:iam::111122223333:user/Administrator",
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
        let service = Caller::service("sns.amazonaws.com");
        assert_eq!(service.to_string(), "sns.amazonaws.com");
        assert_eq!(service.account(), None);
    }

    #[test]
    fn only_who_has_everything_and_is_limited_by_nothing_is_unlimited() {
        let root = || Caller::account_root("111122223333".parse().unwrap());
        let admin = || Caller::administrator("111122223333".parse().unwrap());
        let alice = || {
            "arn:aws:iam::111122223333:user/alice"
                .parse::<Caller>()
                .unwrap()
        };
        let bob = || {
            "arn:aws:sts::111122223333:federated-user/bob"
                .parse::<Caller>()
                .unwrap()
        };
        let all = Policy::administrator_access;
        for (caller, expected) in [
            (root(), true),
            (root().with_tag("team", "blue"), true),
            (root().with_identity_policy(Policy::new()), false),
            (
                root().with_service_control_policies(vec![vec![all()]]),
                false,
            ),
            (root().with_vpc_endpoint_policy(all()), false),
            (admin(), true),
            (admin().with_permissions_boundary(all()), false),
            (admin().with_session_policy(all()), false),
            (admin().with_identity_policy(Policy::new()), false),
            (alice(), false),
            (alice().as_administrator(), true),
            (bob().as_administrator(), false),
            (Caller::service("sns.amazonaws.com"), false),
        ] {
            assert_eq!(caller.is_unlimited(), expected, "{caller:?}");
        }
    }
}

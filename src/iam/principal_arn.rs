//! [`PrincipalArn`]: the ARN of a principal.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use crate::key::{AccountId, Region, serde_as_text};

/// The partitions of AWS that an ARN can name.
const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-eusc",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-us-gov",
];

/// The ARN of a principal: an account's root, an IAM user, an IAM role, a session of a role, or a federated user.
///
/// ARNs with wildcards are refused, since IAM does not match wildcards in principals.
///
/// ```
/// use kms_reencrypt::iam::PrincipalArn;
///
/// let session: PrincipalArn = "arn:aws:sts::111122223333:assumed-role/Auditor/alice".parse()?;
/// assert_eq!(session.account().as_str(), "111122223333");
/// assert!("arn:aws:iam::111122223333:user/*".parse::<PrincipalArn>().is_err());
/// # Ok::<(), kms_reencrypt::iam::InvalidPrincipalArn>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PrincipalArn {
    partition: &'static str,
    account: AccountId,
    pub(super) kind: Kind,
}

/// The principal within its account. Users and roles include their paths: `service-role/Reader`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    AssumedRole { role: Arc<str>, session: Arc<str> },
    FederatedUser(Arc<str>),
    Role(Arc<str>),
    Root,
    User(Arc<str>),
}

impl PrincipalArn {
    /// The root ARN of an account. As a requester it is the root user; in a policy or grant it means the account.
    #[must_use]
    pub const fn root(account: AccountId) -> Self {
        Self::new(account, Kind::Root)
    }

    /// An IAM user, by name or by path and name (`division/alice`).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no user can be called that.
    pub fn user(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        Ok(Self::new(account, Kind::User(path_and_name(name)?)))
    }

    /// An IAM role, by name or by path and name (`service-role/Reader`).
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no role can be called that.
    pub fn role(account: AccountId, name: &str) -> Result<Self, InvalidPrincipalArn> {
        Ok(Self::new(account, Kind::Role(path_and_name(name)?)))
    }

    /// A session of an IAM role. The path of the role may be given; the ARN does not show it.
    ///
    /// # Errors
    ///
    /// [`InvalidPrincipalArn`] if no role or no session can be called that.
    pub fn assumed_role(
        account: AccountId,
        role: &str,
        session: &str,
    ) -> Result<Self, InvalidPrincipalArn> {
        let kind = Kind::AssumedRole {
            role: path_and_name(role)?,
            session: name(session)?,
        };
        Ok(Self::new(account, kind))
    }

    const fn new(account: AccountId, kind: Kind) -> Self {
        Self {
            partition: "aws",
            account,
            kind,
        }
    }

    /// The same principal in the partition of a Region: `aws-cn` for Beijing. The default is `aws`.
    #[must_use]
    pub fn in_partition_of(self, region: &Region) -> Self {
        Self {
            partition: region.partition(),
            ..self
        }
    }

    /// The partition of AWS, such as `aws-cn`.
    #[must_use]
    pub const fn partition(&self) -> &'static str {
        self.partition
    }

    /// The same session of the role with this ARN, which tells the role's path. Has no effect on ARNs that are not
    /// sessions of a role with that name.
    #[must_use]
    pub fn of_role(self, role: &Self) -> Self {
        match (&self.kind, &role.kind) {
            (Kind::AssumedRole { role: own, session }, Kind::Role(named))
                if self.account == role.account && last(own) == last(named) =>
            {
                let kind = Kind::AssumedRole {
                    role: Arc::clone(named),
                    session: Arc::clone(session),
                };
                Self { kind, ..self }
            }
            _ => self,
        }
    }

    /// The account of the principal.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// Whether the ARN names the account itself.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        matches!(self.kind, Kind::Root)
    }

    /// Whether the ARN names a federated user.
    #[must_use]
    pub const fn is_federated_user(&self) -> bool {
        matches!(self.kind, Kind::FederatedUser(_))
    }

    /// Whether the ARN names a role or a session of one.
    pub(super) const fn is_of_role(&self) -> bool {
        matches!(self.kind, Kind::AssumedRole { .. } | Kind::Role(_))
    }

    /// Whether the ARN names a service-linked role or a session of one: its path is `aws-service-role/`.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        match &self.kind {
            Kind::AssumedRole { role, .. } | Kind::Role(role) => {
                role.starts_with("aws-service-role/")
            }
            _ => false,
        }
    }

    /// The name of an IAM user, without its path: `aws:username`.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::User(user) => Some(last(user)),
            _ => None,
        }
    }

    /// The name of a user or role, or of the role of a session, without its path. `None` for an account.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::AssumedRole { role: name, .. }
            | Kind::FederatedUser(name)
            | Kind::Role(name)
            | Kind::User(name) => Some(last(name)),
            Kind::Root => None,
        }
    }

    /// The value of `aws:PrincipalArn`: for a session, the ARN of its role.
    #[must_use]
    pub fn without_session(&self) -> Self {
        match &self.kind {
            Kind::AssumedRole { role, .. } => Self {
                kind: Kind::Role(Arc::clone(role)),
                ..self.clone()
            },
            _ => self.clone(),
        }
    }
}

impl FromStr for PrincipalArn {
    type Err = InvalidPrincipalArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().ok_or(NOT_AN_ARN);
        let (arn, partition, service, region) = (part()?, part()?, part()?, part()?);
        let account = part()?.parse().map_err(|_| NOT_AN_ARN)?;
        let resource = part()?;
        if arn != "arn" || !region.is_empty() {
            return Err(NOT_AN_ARN);
        }
        let partition = PARTITIONS
            .into_iter()
            .find(|known| *known == partition)
            .ok_or(NOT_AN_ARN)?;
        let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
        let principal = match (service, kind) {
            ("iam", "root") if resource == "root" => Self::root(account),
            ("iam", "user") => Self::user(account, rest)?,
            ("iam", "role") => Self::role(account, rest)?,
            ("sts", "assumed-role") => {
                let (role, session) = rest.split_once('/').ok_or(NOT_AN_ARN)?;
                Self::assumed_role(account, role, session)?
            }
            ("sts", "federated-user") => Self::new(account, Kind::FederatedUser(name(rest)?)),
            _ => return Err(NOT_AN_ARN),
        };
        Ok(Self {
            partition,
            ..principal
        })
    }
}

serde_as_text!(PrincipalArn);

impl fmt::Display for PrincipalArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            account,
            kind,
        } = self;
        match kind {
            Kind::AssumedRole { role, session } => {
                let role = last(role);
                write!(
                    f,
                    "arn:{partition}:sts::{account}:assumed-role/{role}/{session}"
                )
            }
            Kind::FederatedUser(user) => {
                write!(f, "arn:{partition}:sts::{account}:federated-user/{user}")
            }
            Kind::Role(role) => write!(f, "arn:{partition}:iam::{account}:role/{role}"),
            Kind::Root => write!(f, "arn:{partition}:iam::{account}:root"),
            Kind::User(user) => write!(f, "arn:{partition}:iam::{account}:user/{user}"),
        }
    }
}

impl fmt::Debug for PrincipalArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrincipalArn({self})")
    }
}

/// The error for a text that is not the ARN of a principal, or for a name that no principal can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPrincipalArn(&'static str);

const NOT_AN_ARN: InvalidPrincipalArn = InvalidPrincipalArn(
    "a principal's ARN is arn:<partition>:iam::<account>:root, …:user/<name> or …:role/<name>, or \
     arn:<partition>:sts::<account>:assumed-role/<role>/<session> or …:federated-user/<name>",
);

const NOT_A_NAME: InvalidPrincipalArn = InvalidPrincipalArn(
    "the name of a user, role or session may contain only ASCII letters and digits and the characters _+=,.@-",
);

fn path_and_name(text: &str) -> Result<Arc<str>, InvalidPrincipalArn> {
    if text.split('/').all(|part| name(part).is_ok()) {
        Ok(text.into())
    } else {
        Err(NOT_A_NAME)
    }
}

/// A name of IAM: `[\w+=,.@-]+`.
fn name(text: &str) -> Result<Arc<str>, InvalidPrincipalArn> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !text.is_empty() && text.bytes().all(allowed) {
        Ok(text.into())
    } else {
        Err(NOT_A_NAME)
    }
}

/// The name after the path.
pub(super) fn last(path_and_name: &str) -> &str {
    path_and_name
        .rsplit_once('/')
        .map_or(path_and_name, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::PrincipalArn;

    fn arn(text: &str) -> PrincipalArn {
        text.parse().unwrap()
    }

    #[test]
    fn an_arn_of_a_principal_prints_itself() {
        for text in [
            "arn:aws:iam::111122223333:root",
            "arn:aws-cn:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:user/division_abc/subdivision_xyz/alice",
            "arn:aws-us-gov:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/X",
            "arn:aws:sts::111122223333:assumed-role/Auditor/alice@example.com",
            "arn:aws:sts::111122223333:federated-user/bob",
        ] {
            assert_eq!(arn(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_arn_of_a_principal_is_refused() {
        for text in [
            "",
            "111122223333",
            "*",
            "arn:aws:iam::111122223333:*",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/a//b",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam::111122223333:root/x",
            "arn:aws:iam::1111:root",
            "arn:aws:iam:us-east-2:111122223333:root",
            "arn:aws:sts::111122223333:root",
            "arn:aws:sts::111122223333:assumed-role/Auditor",
            "arn:aws:sts::111122223333:assumed-role/Auditor/a/b",
            "arn:amazon:iam::111122223333:root",
            "arn:aws:s3::111122223333:user/alice",
        ] {
            assert!(text.parse::<PrincipalArn>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_refused_is_refused_for_what_is_wrong_with_it() {
        let account = "111122223333".parse().unwrap();
        let name = PrincipalArn::role(account, "my role").unwrap_err();
        assert!(name.to_string().starts_with("the name of a user"), "{name}");
        let arn = "my role".parse::<PrincipalArn>().unwrap_err();
        assert!(arn.to_string().starts_with("a principal's ARN is"), "{arn}");
    }
}

//! [`Principal`]: whom a statement of a key policy is about.

use crate::key::AccountId;

use super::PrincipalArn;

/// An entry of a statement's `Principal`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Principal {
    /// `{"AWS": "111122223333"}`: an account, whatever its partition. The same as the ARN of its root.
    Account(AccountId),
    /// `*` or `{"AWS": "*"}`: every principal of every account.
    Any,
    /// `{"AWS": "arn:…"}`: one principal. The ARN of a root stands for its account, that of a role for its sessions.
    Arn(PrincipalArn),
    /// `{"Federated": "…"}`: who came by an identity provider. Matches no [`Caller`](super::Caller).
    Federated(String),
    /// `{"Service": "…"}`: an AWS service with credentials of its own. Matches no [`Caller`](super::Caller): a service
    /// that acts for a principal is that principal, with `kms:ViaService`.
    Service(String),
}

impl Principal {
    /// How the entry takes a caller in.
    pub(super) fn coverage(&self, caller: &PrincipalArn) -> Coverage {
        match self {
            Self::Account(account) => account_coverage(account, caller),
            Self::Any => Coverage::Direct,
            Self::Arn(arn) if arn.is_root() => account_coverage(arn.account(), caller),
            Self::Arn(arn) if arn.names(caller) => Coverage::Direct,
            Self::Arn(_) | Self::Federated(_) | Self::Service(_) => Coverage::None,
        }
    }
}

impl From<AccountId> for Principal {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<PrincipalArn> for Principal {
    fn from(arn: PrincipalArn) -> Self {
        Self::Arn(arn)
    }
}

/// How a policy takes a principal in, from not at all to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coverage {
    /// Not at all.
    None,
    /// By its account, which decides by identity-based policies.
    Account,
    /// By name, as the role of a session, or as everyone.
    Direct,
}

/// An account takes its root user in by name, all others by their account.
pub(super) fn account_coverage(account: &AccountId, caller: &PrincipalArn) -> Coverage {
    if account != caller.account() {
        Coverage::None
    } else if caller.is_root() {
        Coverage::Direct
    } else {
        Coverage::Account
    }
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Principal};
    use crate::access::PrincipalArn;

    #[test]
    fn an_account_takes_its_root_in_by_name_and_all_others_by_their_account() {
        let account = Principal::Account("111122223333".parse().unwrap());
        let root_arn = Principal::Arn("arn:aws:iam::111122223333:root".parse().unwrap());
        let user = Principal::Arn("arn:aws:iam::111122223333:user/alice".parse().unwrap());
        let service = Principal::Service("s3.amazonaws.com".to_owned());
        for (caller, by_account, by_user) in [
            ("root", Coverage::Direct, Coverage::None),
            ("user/alice", Coverage::Account, Coverage::Direct),
            ("role/Auditor", Coverage::Account, Coverage::None),
        ] {
            let caller: PrincipalArn = format!("arn:aws:iam::111122223333:{caller}")
                .parse()
                .unwrap();
            assert_eq!(account.coverage(&caller), by_account);
            assert_eq!(root_arn.coverage(&caller), by_account);
            assert_eq!(user.coverage(&caller), by_user);
            assert_eq!(Principal::Any.coverage(&caller), Coverage::Direct);
            assert_eq!(service.coverage(&caller), Coverage::None);
        }
        let stranger = "arn:aws:iam::444455556666:root".parse().unwrap();
        assert_eq!(account.coverage(&stranger), Coverage::None);
    }
}

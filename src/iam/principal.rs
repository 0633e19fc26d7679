//! [`Principal`]: a principal that a statement of a resource-based policy applies to.

use core::fmt;

use crate::key::AccountId;

use super::matching::account_match;
use super::{Match, PrincipalArn, Requester};

/// An entry of a statement's `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Principal {
    /// `{"AWS": "111122223333"}`: an account, whatever its partition. The same as the ARN of its root.
    Account(AccountId),
    /// `*` or `{"AWS": "*"}`: every principal of every account, and every service.
    Any,
    /// `{"AWS": "arn:…"}`: one principal. The ARN of a root stands for its account, that of a role for its sessions.
    Arn(PrincipalArn),
    /// `{"CanonicalUser": "…"}`: an account by its canonical id, which only Amazon S3 uses. It matches no requester.
    CanonicalUser(String),
    /// `{"Federated": "…"}`: an identity provider. It has a meaning only in trust policies of roles, so here it
    /// matches no requester.
    Federated(String),
    /// `{"Service": "…"}`: an AWS service with credentials of its own. A service that acts for a principal counts as that
    /// principal.
    Service(String),
    /// `{"AWS": "AIDA…"}` or `{"AWS": "AROA…"}`: one user or role by its unique id. AWS puts it in place of an ARN
    /// when the principal is deleted.
    UniqueId(String),
}

impl Principal {
    /// How the entry matches a requester.
    #[must_use]
    pub fn matches(&self, requester: &Requester) -> Match {
        match self {
            Self::Account(account) => account_match(account, requester),
            Self::Any => Match::Direct,
            Self::Arn(arn) => arn.matches(requester),
            Self::CanonicalUser(_) | Self::Federated(_) => Match::None,
            Self::Service(service) if requester.service_names().any(|name| name == service) => {
                Match::Direct
            }
            Self::UniqueId(id) if requester.unique_id() == Some(id) => {
                if id.starts_with("AROA") {
                    Match::Role
                } else {
                    Match::Direct
                }
            }
            Self::Service(_) | Self::UniqueId(_) => Match::None,
        }
    }
}

/// The entry as it is written in a list under `AWS` or another kind of principals.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::Any => f.write_str("*"),
            Self::Arn(arn) => arn.fmt(f),
            Self::CanonicalUser(text)
            | Self::Federated(text)
            | Self::Service(text)
            | Self::UniqueId(text) => f.write_str(text),
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

#[cfg(test)]
mod tests {
    use super::{Match, Principal};
    use crate::iam::{PrincipalArn, Requester};

    fn requester(name: &str) -> Requester {
        let service = if name.starts_with("assumed-role") || name.starts_with("federated-user") {
            "sts"
        } else {
            "iam"
        };
        let arn = format!("arn:aws:{service}::111122223333:{name}");
        Requester::principal(arn.parse().unwrap())
    }

    #[test]
    fn an_account_names_its_root_directly_and_all_others_by_their_account() {
        let account = Principal::Account("111122223333".parse().unwrap());
        let root_arn = Principal::Arn("arn:aws:iam::111122223333:root".parse().unwrap());
        let user = Principal::Arn("arn:aws:iam::111122223333:user/alice".parse().unwrap());
        for (name, by_account, by_user) in [
            ("root", Match::Direct, Match::None),
            ("user/alice", Match::Account, Match::Direct),
            ("assumed-role/Auditor/alice", Match::Account, Match::None),
            ("federated-user/alice", Match::Account, Match::None),
        ] {
            let requester = requester(name);
            assert_eq!(account.matches(&requester), by_account, "{name}");
            assert_eq!(root_arn.matches(&requester), by_account, "{name}");
            assert_eq!(user.matches(&requester), by_user, "{name}");
            assert_eq!(Principal::Any.matches(&requester), Match::Direct, "{name}");
        }
        let stranger: PrincipalArn = "arn:aws:iam::444455556666:root".parse().unwrap();
        assert_eq!(
            account.matches(&Requester::principal(stranger)),
            Match::None
        );
    }

    #[test]
    fn a_service_is_named_by_any_of_its_names() {
        let logs = Requester::service("logs.us-east-2.amazonaws.com")
            .with_service_name("logs.amazonaws.com");
        for (name, expected) in [
            ("logs.amazonaws.com", Match::Direct),
            ("logs.us-east-2.amazonaws.com", Match::Direct),
            ("logs.us-west-2.amazonaws.com", Match::None),
        ] {
            let principal = Principal::Service(name.to_owned());
            assert_eq!(principal.matches(&logs), expected, "{name}");
            assert_eq!(principal.matches(&requester("root")), Match::None, "{name}");
        }
        let account = Principal::Account("111122223333".parse().unwrap());
        assert_eq!(account.matches(&logs), Match::None);
        assert_eq!(Principal::Any.matches(&logs), Match::Direct);
    }

    #[test]
    fn a_unique_id_names_only_the_requester_that_has_it() {
        let user = Principal::UniqueId("AIDACKCEVSQ6C2EXAMPLE".to_owned());
        let role = Principal::UniqueId("AROACKCEVSQ6C2EXAMPLE".to_owned());
        let alice = requester("user/alice").with_unique_id("AIDACKCEVSQ6C2EXAMPLE");
        let session =
            requester("assumed-role/Auditor/alice").with_unique_id("AROACKCEVSQ6C2EXAMPLE");
        for (principal, requester, expected) in [
            (&user, &alice, Match::Direct),
            (&role, &session, Match::Role),
            (&role, &alice, Match::None),
            (&user, &requester("user/alice"), Match::None),
        ] {
            assert_eq!(principal.matches(requester), expected);
        }
    }

    #[test]
    fn a_federated_user_is_named_by_itself_and_by_who_federated_it() {
        let alice: PrincipalArn = "arn:aws:iam::111122223333:user/alice".parse().unwrap();
        let federated = requester("federated-user/bob");
        assert_eq!(alice.matches(&federated), Match::None);
        assert_eq!(
            alice.matches(&federated.clone().federated_by(alice.clone())),
            Match::Role
        );
        let bob: PrincipalArn = "arn:aws:sts::111122223333:federated-user/bob"
            .parse()
            .unwrap();
        assert_eq!(bob.matches(&federated), Match::Direct);
    }
}

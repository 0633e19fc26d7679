//! [`Match`]: how specifically an ARN names a requester.

use crate::key::AccountId;

use super::principal_arn::{Kind, last};
use super::{PrincipalArn, Requester};

/// How specifically a principal in a policy or grant names a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Match {
    /// Not at all.
    None,
    /// By its account, so that identity-based policies decide.
    Account,
    /// By the role of its session, or by the user that federated it. A permissions boundary and session policies still
    /// count.
    Role,
    /// By itself, or as everybody. Within the account, no other policy has to allow the request.
    Direct,
}

/// How an account matches a requester: directly for its root user, by account for its other principals.
pub(super) fn account_match(account: &AccountId, requester: &Requester) -> Match {
    match requester.arn() {
        Some(arn) if arn.account() != account => Match::None,
        Some(arn) if arn.is_root() => Match::Direct,
        Some(_) => Match::Account,
        None => Match::None,
    }
}

impl PrincipalArn {
    /// How this ARN, as it stands in a policy or grant, matches a requester: as its account, as the role of its
    /// session, or as itself.
    ///
    /// Partitions are not compared: account ids are unique over all of them. A session's own ARN does not contain the path
    /// of its role, but role names are unique within an account.
    #[must_use]
    pub fn matches(&self, requester: &Requester) -> Match {
        if self.is_root() {
            return account_match(self.account(), requester);
        }
        let federates = requester.federating_principal() == Some(self);
        match requester.arn() {
            Some(arn) if self.account() == arn.account() => match self.kind.matches(&arn.kind) {
                Match::None if federates => Match::Role,
                by_itself => by_itself,
            },
            _ => Match::None,
        }
    }
}

impl Kind {
    fn matches(&self, acts: &Self) -> Match {
        match (self, acts) {
            (Self::Role(named), Self::AssumedRole { role, .. })
                if named == role || (!role.contains('/') && last(named) == &**role) =>
            {
                Match::Role
            }
            (
                Self::AssumedRole { role, session },
                Self::AssumedRole {
                    role: of_role,
                    session: acts,
                },
            ) if last(role) == last(of_role) && session == acts => Match::Direct,
            // A role without a session does not exist as a requester. It is treated like its sessions.
            (Self::Role(named), Self::Role(role)) if named == role => Match::Role,
            (Self::User(named), Self::User(user)) if named == user => Match::Direct,
            (Self::FederatedUser(named), Self::FederatedUser(user)) if named == user => {
                Match::Direct
            }
            _ => Match::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::iam::{Match, PrincipalArn, Requester};

    fn arn(text: &str) -> PrincipalArn {
        text.parse().unwrap()
    }

    #[test]
    fn a_role_names_its_sessions_and_a_session_only_itself() {
        let session = "arn:aws:sts::111122223333:assumed-role/Auditor/alice";
        for (named, caller, expected) in [
            (session, session, Match::Direct),
            (
                "arn:aws:iam::111122223333:role/Auditor",
                session,
                Match::Role,
            ),
            (
                "arn:aws:iam::111122223333:role/team/Auditor",
                session,
                Match::Role,
            ),
            (
                "arn:aws:iam::111122223333:role/Auditors",
                session,
                Match::None,
            ),
            (
                "arn:aws:iam::444455556666:role/Auditor",
                session,
                Match::None,
            ),
            (
                "arn:aws:iam::111122223333:user/Auditor",
                session,
                Match::None,
            ),
            (
                "arn:aws:sts::111122223333:assumed-role/Auditor/bob",
                session,
                Match::None,
            ),
            (
                session,
                "arn:aws:iam::111122223333:role/Auditor",
                Match::None,
            ),
            (
                "arn:aws:iam::111122223333:user/alice",
                "arn:aws:iam::111122223333:user/team/alice",
                Match::None,
            ),
            (
                "arn:aws-cn:iam::111122223333:user/alice",
                "arn:aws:iam::111122223333:user/alice",
                Match::Direct,
            ),
            ("arn:aws:iam::111122223333:root", session, Match::Account),
            (
                "arn:aws:iam::111122223333:role/Auditor",
                "arn:aws:iam::111122223333:role/Auditor",
                Match::Role,
            ),
            (
                "arn:aws:iam::111122223333:role/Auditor",
                "arn:aws:iam::111122223333:role/Admin",
                Match::None,
            ),
            (
                "arn:aws:sts::111122223333:federated-user/alice",
                "arn:aws:sts::111122223333:federated-user/alice",
                Match::Direct,
            ),
            (
                "arn:aws:sts::111122223333:federated-user/alice",
                "arn:aws:sts::111122223333:federated-user/bob",
                Match::None,
            ),
        ] {
            let requester = Requester::principal(arn(caller));
            assert_eq!(arn(named).matches(&requester), expected, "{named} {caller}");
        }
    }

    #[test]
    fn the_path_of_a_sessions_role_counts_where_it_is_known() {
        let account = "111122223333".parse().unwrap();
        let session = PrincipalArn::assumed_role(account, "team/Auditor", "alice").unwrap();
        assert_eq!(
            session.to_string(),
            "arn:aws:sts::111122223333:assumed-role/Auditor/alice"
        );
        assert_eq!(
            session.without_session().to_string(),
            "arn:aws:iam::111122223333:role/team/Auditor"
        );
        let requester = Requester::principal(session);
        for (named, expected) in [
            ("arn:aws:iam::111122223333:role/team/Auditor", Match::Role),
            ("arn:aws:iam::111122223333:role/Auditor", Match::None),
            (
                "arn:aws:sts::111122223333:assumed-role/Auditor/alice",
                Match::Direct,
            ),
        ] {
            assert_eq!(arn(named).matches(&requester), expected, "{named}");
        }
    }
}

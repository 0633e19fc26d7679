//! [`GranteeKey`]: what a grant's principal has in common with the callers that it may name.

use std::sync::Arc;

use crate::access::Caller;
use crate::iam::PrincipalArn;
use crate::key::AccountId;

use super::GrantPrincipal;

/// What the grantee of a grant has in common with every caller that it names, so that the grants for a caller are found
/// among many. A common key does not mean that the grantee names the caller: [`GrantPrincipal::matches`] decides that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GranteeKey {
    /// The grantee is an account.
    Account(AccountId),
    /// The name of a user, of a role or of the role of a session, without its path, which a session does not show.
    Named(AccountId, Arc<str>),
    Service(Arc<str>),
}

impl GranteeKey {
    fn of_arn(arn: &PrincipalArn) -> Self {
        match arn.name() {
            Some(name) => Self::Named(*arn.account(), name.into()),
            None => Self::Account(*arn.account()),
        }
    }
}

impl GrantPrincipal {
    /// The key of a grant with this grantee.
    pub(crate) fn key(&self) -> GranteeKey {
        match self {
            Self::Arn(arn) => GranteeKey::of_arn(arn),
            Self::ServiceAsPrincipal(service) | Self::Service(service) => {
                GranteeKey::Service(Arc::clone(service))
            }
        }
    }
}

impl Caller {
    /// The keys of all grants that may name this caller.
    pub(crate) fn grantee_keys(&self) -> impl Iterator<Item = GranteeKey> {
        let requester = self.requester();
        let account = requester.account().copied().map(GranteeKey::Account);
        let names = [requester.arn(), requester.federating_principal()]
            .into_iter()
            .flatten();
        let names = names.filter(|arn| !arn.is_root()).map(GranteeKey::of_arn);
        let services = requester
            .service_names()
            .map(|name| GranteeKey::Service(name.into()));
        account.into_iter().chain(names).chain(services)
    }
}

#[cfg(test)]
mod tests {
    use crate::access::{Caller, GrantPrincipal};
    use crate::iam::Match;

    #[test]
    fn whom_a_grantee_names_has_its_key() {
        let arns = [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:user/team/alice",
            "arn:aws:iam::111122223333:role/alice",
            "arn:aws:iam::111122223333:role/team/alice",
            "arn:aws-cn:iam::111122223333:role/alice",
            "arn:aws:sts::111122223333:assumed-role/alice/alice",
            "arn:aws:sts::111122223333:assumed-role/alice/bob",
            "arn:aws:sts::111122223333:federated-user/alice",
            "arn:aws:iam::444455556666:root",
            "arn:aws:iam::444455556666:user/alice",
        ];
        let principal = |text: &str| GrantPrincipal::from_text(text).unwrap();
        let caller = |text: &str| text.parse::<Caller>().unwrap();
        let role = "arn:aws:iam::111122223333:role/team/alice".parse().unwrap();
        let federating = "arn:aws:iam::111122223333:user/bob";
        let mut callers: Vec<Caller> = arns.map(caller).into();
        callers.extend([
            caller(arns[6]).of_role(&role),
            caller(arns[8]).federated_by(federating.parse().unwrap()),
            Caller::service("sns.amazonaws.com"),
        ]);
        let mut grantees: Vec<_> = arns.map(principal).into();
        grantees.extend([
            principal(federating),
            principal("sns.amazonaws.com"),
            GrantPrincipal::Service("sns.amazonaws.com".into()),
            GrantPrincipal::Service("logs.amazonaws.com".into()),
        ]);
        let mut named = 0;
        for grantee in &grantees {
            for caller in &callers {
                if grantee.matches(caller) > Match::None {
                    named += 1;
                    let found = caller.grantee_keys().any(|key| key == grantee.key());
                    assert!(found, "{grantee} {caller}");
                }
            }
        }
        assert!(named > 20, "{named}");
    }

    #[test]
    fn no_grant_is_looked_at_twice_for_one_caller() {
        for caller in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/alice",
        ] {
            let caller: Caller = caller.parse().unwrap();
            let keys: Vec<_> = caller.grantee_keys().collect();
            let different: std::collections::HashSet<_> = keys.iter().collect();
            assert_eq!(keys.len(), different.len(), "{keys:?}");
        }
    }
}

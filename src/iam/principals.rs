//! [`Principals`]: the principals that a statement applies to, or does not apply to.

use super::{Match, Principal, Requester};

/// `Principal`, or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Principals {
    AllBut(Vec<Principal>),
    Only(Vec<Principal>),
}

impl Principals {
    /// How specifically they match a requester, which may have a permissions boundary.
    pub(super) fn matches(&self, requester: &Requester, has_boundary: bool) -> Match {
        match self {
            Self::AllBut(list) if !has_boundary && except(list, requester) => Match::None,
            Self::AllBut(_) => Match::Direct,
            Self::Only(list) => list
                .iter()
                .map(|principal| principal.matches(requester))
                .max()
                .unwrap_or(Match::None),
        }
    }
}

/// Whether the exceptions of a `NotPrincipal` include a requester.
///
/// AWS looks for the account first, then for the user or role, then for the session (DOC). It recommends to name the
/// role and its account, so the session itself need not be named (INFERRED).
fn except(list: &[Principal], requester: &Requester) -> bool {
    let Some(arn) = requester.arn().filter(|arn| !arn.is_root()) else {
        return list
            .iter()
            .any(|principal| principal.matches(requester) == Match::Direct);
    };
    let wanted = if arn.is_of_role() {
        Match::Role
    } else {
        Match::Direct
    };
    let (mut account, mut identity) = (false, false);
    for principal in list {
        match principal.matches(requester) {
            _ if *principal == Principal::Any => return true,
            Match::Account => account = true,
            names => identity |= names == wanted,
        }
    }
    account && identity
}

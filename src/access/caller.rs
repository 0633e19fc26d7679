//! [`Caller`]: the principal that sends a request.

use core::fmt;

use crate::key::AccountId;

/// The principal that a [`Kms`](crate::Kms) handle acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    account: AccountId,
}

impl Caller {
    /// The account root: what nobody who doesn't care has to choose.
    #[must_use]
    pub const fn account_root(account: AccountId) -> Self {
        Self { account }
    }

    /// The account of the principal.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:aws:iam::{}:root", self.account)
    }
}

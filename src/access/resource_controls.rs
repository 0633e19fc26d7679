//! [`ResourceControls`]: the resource control policies of accounts.

use std::collections::BTreeMap;

use crate::iam::Policy;
use crate::key::AccountId;

/// The resource control policies of accounts: each a list of levels, from the root of the organization to the account.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResourceControls(BTreeMap<AccountId, Vec<Vec<Policy>>>);

impl ResourceControls {
    pub(crate) fn set(&mut self, account: AccountId, levels: Vec<Vec<Policy>>) {
        self.0.insert(account, levels);
    }

    /// The levels of an account; empty if it has no resource control policies.
    pub(crate) fn of(&self, account: &AccountId) -> &[Vec<Policy>] {
        self.0.get(account).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn are_empty(&self) -> bool {
        self.0.is_empty()
    }
}

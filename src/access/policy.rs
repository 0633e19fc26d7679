//! [`KeyPolicy`]: the resource-based policy of a key.

/// A key policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPolicy {}

impl KeyPolicy {
    /// The policy that AWS gives a key made by API: the account's root may do everything, so the account decides.
    #[must_use]
    pub const fn account_decides() -> &'static Self {
        static ACCOUNT_DECIDES: KeyPolicy = KeyPolicy {};
        &ACCOUNT_DECIDES
    }
}

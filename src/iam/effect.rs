//! [`Effect`]: what a statement does.

/// Whether a statement allows or denies: `Effect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[expect(clippy::exhaustive_enums, reason = "the policy language has two")]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

//! `AccessDeniedException`.

use crate::key::KeyArn;

/// Why a caller was refused: the texts T1 to T5 of the service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("User: {principal} is not authorized to perform: {action} on {resource}")]
#[non_exhaustive]
pub struct AccessDeniedError {
    /// The caller's ARN.
    pub principal: String,
    /// The permission that was missing, such as `kms:ReEncryptFrom`.
    pub action: &'static str,
    /// What it was missing for, and why.
    pub resource: DeniedResource,
}

impl AccessDeniedError {
    /// The refusal of an action to a principal.
    #[must_use]
    pub const fn new(principal: String, action: &'static str, resource: DeniedResource) -> Self {
        Self {
            principal,
            action,
            resource,
        }
    }
}

/// What a permission was missing for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeniedResource {
    /// No key in particular: creating one, or listing them. INFERRED from T1 and T3.
    #[error("resource: * {}", OwnKey(.action, *.reason))]
    #[non_exhaustive]
    Any {
        /// The permission, once more.
        action: &'static str,
        /// Which check refused it.
        reason: DenialReason,
    },

    /// A key of the caller's own account. `Action` stands in the reason again where AWS repeats it.
    #[error("resource: {key} {}", OwnKey(.action, *.reason))]
    #[non_exhaustive]
    Key {
        /// The key.
        key: KeyArn,
        /// The permission, once more.
        action: &'static str,
        /// Which check refused it.
        reason: DenialReason,
    },

    /// A key that was named and belongs to another account: whether it exists is not told (T4). QUOTED.
    #[error(
        "this resource because the resource does not exist in this Region, no resource-based \
         policies allow access, or a resource-based policy explicitly denies access"
    )]
    OtherAccount,

    /// A key that only the ciphertext names: whether it exists is not told (T5). QUOTED.
    #[error("the resource associated with this ciphertext {}", CiphertextKey(.action, *.reason))]
    #[non_exhaustive]
    FromCiphertext {
        /// The permission, once more.
        action: &'static str,
        /// Which check refused it.
        reason: DenialReason,
    },
}

impl DeniedResource {
    /// No key in particular.
    #[must_use]
    pub const fn any(action: &'static str, reason: DenialReason) -> Self {
        Self::Any { action, reason }
    }

    /// A key of the caller's own account.
    #[must_use]
    pub const fn key(key: KeyArn, action: &'static str, reason: DenialReason) -> Self {
        Self::Key {
            key,
            action,
            reason,
        }
    }

    /// The key that a ciphertext names.
    #[must_use]
    pub const fn from_ciphertext(action: &'static str, reason: DenialReason) -> Self {
        Self::FromCiphertext { action, reason }
    }
}

/// Which check of an authorization failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DenialReason {
    /// A statement of the caller's identity-based policies denies it.
    ExplicitDenyInIdentityPolicy,
    /// A statement of the key policy denies it.
    ExplicitDenyInKeyPolicy,
    /// The caller's identity-based policies do not allow it.
    NoIdentityPolicy,
    /// Neither the key policy nor a grant allows it; or the key is not there.
    NoKeyPolicy,
}

/// T1 and T2 (QUOTED), T3 (QUOTED for key policies, INFERRED for identity-based policies).
struct OwnKey<'a>(&'a str, DenialReason);

impl core::fmt::Display for OwnKey<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(action, reason) = self;
        match reason {
            DenialReason::ExplicitDenyInIdentityPolicy => {
                f.write_str("with an explicit deny in an identity-based policy")
            }
            DenialReason::ExplicitDenyInKeyPolicy => {
                f.write_str("with an explicit deny in a resource-based policy")
            }
            DenialReason::NoIdentityPolicy => {
                write!(
                    f,
                    "because no identity-based policy allows the {action} action"
                )
            }
            DenialReason::NoKeyPolicy => {
                write!(
                    f,
                    "because no resource-based policy allows the {action} action"
                )
            }
        }
    }
}

/// The two endings of T5 (QUOTED), and the one that it has from T3 (INFERRED).
struct CiphertextKey<'a>(&'a str, DenialReason);

impl core::fmt::Display for CiphertextKey<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(action, reason) = self;
        match reason {
            DenialReason::NoIdentityPolicy => {
                write!(
                    f,
                    "because no identity-based policy allows the {action} action"
                )
            }
            DenialReason::ExplicitDenyInIdentityPolicy => {
                f.write_str("with an explicit deny in an identity-based policy")
            }
            DenialReason::ExplicitDenyInKeyPolicy | DenialReason::NoKeyPolicy => f.write_str(
                "because the resource does not exist in this Region, no resource-based policies \
                 allow access, or a resource-based policy explicitly denies access",
            ),
        }
    }
}

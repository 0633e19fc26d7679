//! `AccessDeniedException`.

use core::fmt;

use crate::key::KeyArn;

/// Why a caller was refused: the texts T1 to T5 of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeniedResource {
    /// No key in particular: creating one, or listing them. INFERRED from T1 and T3.
    #[non_exhaustive]
    Any {
        /// Which check refused it.
        reason: DenialReason,
    },

    /// A key of the caller's own account.
    #[non_exhaustive]
    Key {
        /// The key.
        key: KeyArn,
        /// Which check refused it.
        reason: DenialReason,
    },

    /// A key that was named and belongs to another account: the message doesn't say whether it exists (T4). QUOTED.
    OtherAccount,

    /// A key that only the ciphertext names: the message doesn't say whether it exists (T5). QUOTED.
    #[non_exhaustive]
    FromCiphertext {
        /// Which check refused it.
        reason: DenialReason,
    },
}

impl DeniedResource {
    /// No key in particular.
    #[must_use]
    pub const fn any(reason: DenialReason) -> Self {
        Self::Any { reason }
    }

    /// A key of the caller's own account.
    #[must_use]
    pub const fn key(key: KeyArn, reason: DenialReason) -> Self {
        Self::Key { key, reason }
    }

    /// The key that a ciphertext names.
    #[must_use]
    pub const fn from_ciphertext(reason: DenialReason) -> Self {
        Self::FromCiphertext { reason }
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

impl fmt::Display for AccessDeniedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            principal,
            action,
            resource,
        } = self;
        write!(
            f,
            "User: {principal} is not authorized to perform: {action} on "
        )?;
        match resource {
            DeniedResource::Any { reason } => {
                f.write_str("resource: * ")?;
                write_reason(f, action, *reason)
            }
            DeniedResource::Key { key, reason } => {
                write!(f, "resource: {key} ")?;
                write_reason(f, action, *reason)
            }
            DeniedResource::OtherAccount => f.write_str(
                "this resource because the resource does not exist in this Region, no resource-based \
                 policies allow access, or a resource-based policy explicitly denies access",
            ),
            DeniedResource::FromCiphertext { reason } => {
                f.write_str("the resource associated with this ciphertext ")?;
                write_reason_for_ciphertext(f, action, *reason)
            }
        }
    }
}

impl core::error::Error for AccessDeniedError {}

/// T1 and T2 (QUOTED), T3 (QUOTED for key policies, INFERRED for identity-based policies). The action is named again if AWS repeats it.
fn write_reason(f: &mut fmt::Formatter<'_>, action: &str, reason: DenialReason) -> fmt::Result {
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

/// The two endings of T5 (QUOTED), and the one that it has from T3 (INFERRED).
fn write_reason_for_ciphertext(
    f: &mut fmt::Formatter<'_>,
    action: &str,
    reason: DenialReason,
) -> fmt::Result {
    match reason {
        DenialReason::ExplicitDenyInIdentityPolicy | DenialReason::NoIdentityPolicy => {
            write_reason(f, action, reason)
        }
        DenialReason::ExplicitDenyInKeyPolicy | DenialReason::NoKeyPolicy => f.write_str(
            "because the resource does not exist in this Region, no resource-based policies \
             allow access, or a resource-based policy explicitly denies access",
        ),
    }
}

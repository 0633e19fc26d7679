//! `AccessDeniedException`.

use core::fmt;
use std::sync::Arc;

use crate::iam::{Decision, Denial, Explanation, Layer};
use crate::key::{AliasArn, KeyArn};

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
    why: Why,
}

impl AccessDeniedError {
    /// The refusal of an action to a principal.
    #[must_use]
    pub const fn new(principal: String, action: &'static str, resource: DeniedResource) -> Self {
        Self {
            principal,
            action,
            resource,
            why: Why(None),
        }
    }

    /// The ARN of the policy that denies the action explicitly, which the message names. `None` for a policy without an ARN,
    /// and where AWS names no policy: key policies, policies of VPC endpoints, and keys of another account than the caller's.
    #[must_use]
    pub fn policy_arn(&self) -> Option<&str> {
        self.why.policy_arn()
    }

    /// Why the caller was refused: every statement and grant that was evaluated, and the first part of each that did not
    /// match. `None` if nothing was evaluated, because the key does not exist.
    ///
    /// Messages leave it out, since it may reveal more than AWS does. Comparisons of errors ignore it.
    #[must_use]
    pub fn explanation(&self) -> Option<&Explanation> {
        Some(&self.why.0.as_deref()?.explanation)
    }

    #[cfg(feature = "json")]
    pub(super) const fn is_explicit(&self) -> bool {
        match &self.resource {
            DeniedResource::Alias { reason, .. }
            | DeniedResource::Any { reason }
            | DeniedResource::Key { reason, .. }
            | DeniedResource::FromCiphertext { reason }
            | DeniedResource::Unnamed { reason } => reason.explicit,
            DeniedResource::OtherAccount => false,
        }
    }

    /// The same refusal with its explanation. It names the policy that denied, if `names_policy` and if AWS does.
    pub(super) fn with_explanation(self, explanation: Explanation, names_policy: bool) -> Self {
        let reasons = Reasons {
            explanation,
            names_policy,
        };
        Self {
            why: Why(Some(Arc::new(reasons))),
            ..self
        }
    }
}

/// The reasons for a refusal. Comparisons see only the part that the message shows. Shared, since every operation
/// returns the error by value.
#[derive(Clone)]
struct Why(Option<Arc<Reasons>>);

struct Reasons {
    explanation: Explanation,
    /// Whether the caller may know which policy denied.
    names_policy: bool,
}

impl Why {
    /// The policy that the message names.
    fn policy_arn(&self) -> Option<&str> {
        let Reasons {
            explanation,
            names_policy,
        } = self.0.as_deref()?;
        match explanation.decision {
            Decision::Denied(Denial { layer, .. }) if *names_policy && is_named(layer) => {
                explanation.denied_by()
            }
            _ => None,
        }
    }
}

impl PartialEq for Why {
    fn eq(&self, other: &Self) -> bool {
        self.policy_arn() == other.policy_arn()
    }
}

impl Eq for Why {}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { ".." } else { "unknown" })
    }
}

/// What a permission was missing for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeniedResource {
    /// An alias. QUOTED.
    #[non_exhaustive]
    Alias {
        /// The alias.
        alias: AliasArn,
        /// What refused it.
        reason: Denial,
    },

    /// No key in particular: creating one, or listing them. INFERRED from T1 and T3.
    #[non_exhaustive]
    Any {
        /// What refused it.
        reason: Denial,
    },

    /// A key of the caller's own account.
    #[non_exhaustive]
    Key {
        /// The key.
        key: KeyArn,
        /// What refused it.
        reason: Denial,
    },

    /// A key that was named and belongs to another account: the message doesn't say whether it exists (T4). QUOTED.
    OtherAccount,

    /// A key that only the ciphertext names: the message doesn't say whether it exists (T5). QUOTED.
    #[non_exhaustive]
    FromCiphertext {
        /// What refused it.
        reason: Denial,
    },

    /// A key that is being created, for all permissions but that of creating it: the text names no resource. QUOTED, for
    /// tags.
    #[non_exhaustive]
    Unnamed {
        /// What refused it.
        reason: Denial,
    },
}

impl DeniedResource {
    /// An alias.
    #[must_use]
    pub const fn alias(alias: AliasArn, reason: Denial) -> Self {
        Self::Alias { alias, reason }
    }

    /// No key in particular.
    #[must_use]
    pub const fn any(reason: Denial) -> Self {
        Self::Any { reason }
    }

    /// A key of the caller's own account.
    #[must_use]
    pub const fn key(key: KeyArn, reason: Denial) -> Self {
        Self::Key { key, reason }
    }

    /// The key that a ciphertext names.
    #[must_use]
    pub const fn from_ciphertext(reason: Denial) -> Self {
        Self::FromCiphertext { reason }
    }

    /// A key that is being created.
    #[must_use]
    pub const fn unnamed(reason: Denial) -> Self {
        Self::Unnamed { reason }
    }
}

impl fmt::Display for AccessDeniedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            principal,
            action,
            resource,
            why,
        } = self;
        let policy = why.policy_arn();
        write!(
            f,
            "User: {principal} is not authorized to perform: {action} "
        )?;
        match resource {
            DeniedResource::Alias { alias, reason } => {
                write!(f, "on resource: {alias} ")?;
                write_reason(f, action, *reason, policy)
            }
            DeniedResource::Any { reason } => {
                f.write_str("on resource: * ")?;
                write_reason(f, action, *reason, policy)
            }
            DeniedResource::Key { key, reason } => {
                write!(f, "on resource: {key} ")?;
                write_reason(f, action, *reason, policy)
            }
            DeniedResource::OtherAccount => {
                f.write_str("on this resource ")?;
                f.write_str(HIDDEN)
            }
            DeniedResource::FromCiphertext { reason } => {
                f.write_str("on the resource associated with this ciphertext ")?;
                if is_of_the_keys_account(reason.layer) {
                    f.write_str(HIDDEN)
                } else {
                    write_reason(f, action, *reason, policy)
                }
            }
            DeniedResource::Unnamed { reason } => write_reason(f, action, *reason, policy),
        }
    }
}

impl core::error::Error for AccessDeniedError {}

/// The ending of T4 and T5 (QUOTED). T5 has it for the policies of the key's account; for other types of policies it ends as
/// T1 (QUOTED for identity-based policies, INFERRED for the rest) and T3 (INFERRED) do.
const HIDDEN: &str = "because the resource does not exist in this Region, no resource-based \
     policies allow access, or a resource-based policy explicitly denies access";

/// T1 and T2 (QUOTED), T3 (QUOTED for resource-based policies), and the same for the other types of policies (DOC: IAM User
/// Guide, "Troubleshoot access denied error messages"). The action is named again if AWS repeats it. The ARN of the policy
/// follows since 2026 (QUOTED, DOC).
fn write_reason(
    f: &mut fmt::Formatter<'_>,
    action: &str,
    reason: Denial,
    policy: Option<&str>,
) -> fmt::Result {
    let Denial { layer, explicit } = reason;
    if !explicit {
        return write!(f, "because no {layer} allows the {action} action");
    }
    write!(f, "with an explicit deny in {}", layer.with_article())?;
    match policy {
        Some(arn) => write!(f, ": {arn}"),
        None => Ok(()),
    }
}

/// Whether a refusal names the policy of this type that denied it (DOC: the examples of the IAM User Guide).
const fn is_named(layer: Layer) -> bool {
    match layer {
        Layer::IdentityPolicy
        | Layer::PermissionsBoundary
        | Layer::ResourceControlPolicy
        | Layer::ServiceControlPolicy
        | Layer::SessionPolicy => true,
        Layer::EndpointPolicy | Layer::ResourcePolicy => false,
    }
}

/// Whether policies of this type belong to the account of the key. Messages to other accounts do not mention them. For
/// resource control policies that is GUESS 47, which reveals less.
pub(crate) const fn is_of_the_keys_account(layer: Layer) -> bool {
    matches!(layer, Layer::ResourcePolicy | Layer::ResourceControlPolicy)
}

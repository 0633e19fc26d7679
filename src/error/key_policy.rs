//! The refusals of key policies: most of them are `MalformedPolicyDocumentException`.

use super::KmsError;
#[cfg(feature = "json")]
use super::LimitExceededError;

impl KmsError {
    /// A key policy that would not allow its author to change it again. DOC (IAM and KMS say it in these words).
    #[cfg(feature = "json")]
    pub(crate) fn policy_locks_out() -> Self {
        malformed("The new key policy will not allow you to update the key policy in the future.")
    }

    /// A text that is not JSON. QUOTED: the exception has no message.
    #[cfg(feature = "json")]
    pub(crate) fn policy_not_json() -> Self {
        malformed("")
    }

    /// A document with more than 32 KB. DOC, GUESS 49 for the text.
    #[cfg(feature = "json")]
    pub(crate) const fn policy_too_long() -> Self {
        Self::LimitExceeded(LimitExceededError::KeyPolicyLength)
    }

    /// QUOTED.
    pub(crate) fn policy_without_principal() -> Self {
        malformed("Policy contains a statement with no principal.")
    }

    /// DOC: refused since August 2025. GUESS 33 for the text, which follows the one for principals.
    pub(crate) fn policy_without_action() -> Self {
        malformed("Policy contains a statement with no action.")
    }

    /// DOC: refused since August 2025. GUESS 33 for the text, which follows the one for principals.
    #[cfg(feature = "json")]
    pub(crate) fn policy_without_resource() -> Self {
        malformed("Policy contains a statement with no resource.")
    }

    /// QUOTED, for principals of other partitions, for unique ids and for principals that do not exist.
    pub(crate) fn policy_with_invalid_principals() -> Self {
        malformed("Policy contains a statement with one or more invalid principals.")
    }

    /// QUOTED: the message lists all forbidden keys, not only those in the policy.
    pub(crate) fn policy_with_forbidden_condition_keys() -> Self {
        malformed(
            "These condition keys are not permitted in a key policy: \
             aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases",
        )
    }

    /// DOC for encryption contexts, INFERRED for tags. The exception is GUESS 49.
    pub(crate) fn overly_permissive_policy(key: &str, what: &str) -> Self {
        malformed(&format!(
            "OverlyPermissiveCondition:{key}: Using the ForAllValues set operator with a single-valued \
             condition key matches requests without the specified {what} or with an unspecified \
             {what}. To fix, remove ForAllValues."
        ))
    }
}

fn malformed(reason: &str) -> KmsError {
    KmsError::MalformedPolicyDocument {
        reason: reason.to_owned(),
    }
}

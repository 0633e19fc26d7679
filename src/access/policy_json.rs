//! Key policies as JSON.

use core::str::FromStr;

use crate::error::{InvalidArnError, KmsError};
use crate::iam::{Policy, PolicyError, PolicyKind, PolicyProblem, PrincipalArn, Statement};
use crate::key::KeyArn;

use super::KeyPolicy;

/// The `Id` of the policy that AWS gives a key that is created through the API (DOC: `GetKeyPolicy`).
const DEFAULT_ID: &str = "key-default-1";

/// The `Sid` of its statement.
const DEFAULT_SID: &str = "Enable IAM User Permissions";

/// 32 KB (DOC: quotas).
const MAX_BYTES: usize = 32_768;

impl KeyPolicy {
    /// Reads a key policy: `Policy` of `CreateKey` and `PutKeyPolicy`. The rules of AWS KMS for its
    /// contents are checked when a key gets it.
    ///
    /// ```
    /// use kms_reencrypt::access::KeyPolicy;
    ///
    /// let policy = KeyPolicy::from_json(
    ///     r#"{
    ///         "Version": "2012-10-17",
    ///         "Statement": {
    ///             "Effect": "Allow",
    ///             "Principal": {"AWS": "arn:aws:iam::111122223333:role/Auditor"},
    ///             "Action": "kms:ReEncrypt*",
    ///             "Resource": "*"
    ///         }
    ///     }"#,
    /// )?;
    /// let error = KeyPolicy::from_json(r#"{"Statement": {"Effect": "Permit"}}"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#"Statement.Effect: "Permit" is neither Allow nor Deny"#,
    /// );
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`KmsError::LimitExceeded`] if the text has more than 32,768 bytes.
    /// - [`KmsError::MalformedPolicyDocument`] if it is not a key policy. The message is empty if it is not JSON.
    /// - [`KmsError::InvalidArn`] if a principal is invalid.
    pub fn from_json(text: &str) -> Result<Self, KmsError> {
        if text.len() > MAX_BYTES {
            return Err(KmsError::policy_too_long());
        }
        let policy = Policy::from_json(PolicyKind::ResourceBased, text).map_err(refusal)?;
        Ok(Self {
            account_decides: false,
            policy,
        })
    }

    /// The policy of a key in the layout of `GetKeyPolicy`, which does not depend on the text that it was read from
    /// (RECORDED).
    #[must_use]
    pub fn to_json(&self, key: &KeyArn) -> String {
        let partition = key.region().partition();
        if !self.account_decides {
            return self.policy.to_json(partition);
        }
        let root = PrincipalArn::root(*key.account()).in_partition_of(key.region());
        let default_statement = Statement::allow()
            .sid(DEFAULT_SID)
            .principal(root)
            .action("kms:*");
        let id = self.policy.document_id().unwrap_or(DEFAULT_ID);
        let others = self.policy.statements().iter().cloned();
        others
            .fold(
                Policy::new().id(id).statement(default_statement),
                Policy::statement,
            )
            .to_json(partition)
    }
}

/// The service's refusal of a document that is not a policy.
fn refusal(error: PolicyError) -> KmsError {
    match error.problem() {
        PolicyProblem::Json(_) => KmsError::policy_not_json(),
        PolicyProblem::Missing("Principal") | PolicyProblem::NoPrincipal => {
            KmsError::policy_without_principal()
        }
        PolicyProblem::Missing("Action") => KmsError::policy_without_action(),
        PolicyProblem::Missing("Resource") => KmsError::policy_without_resource(),
        PolicyProblem::Principal(_) => InvalidArnError::KeyPolicy.into(),
        _ => KmsError::MalformedPolicyDocument {
            reason: error.to_string(),
        },
    }
}

impl FromStr for KeyPolicy {
    type Err = KmsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_json(text)
    }
}

//! Key policies as JSON.

use core::str::FromStr;

use crate::error::KmsError;
use crate::iam::{Policy, PolicyKind, PrincipalArn, Statement};
use crate::key::KeyArn;

use super::KeyPolicy;

/// The `Id` of the policy that AWS gives a key made by API (DOC: `GetKeyPolicy`).
const DEFAULT_ID: &str = "key-default-1";

/// The `Sid` of its statement.
const DEFAULT_SID: &str = "Enable IAM User Permissions";

impl KeyPolicy {
    /// Reads a key policy: `Policy` of `CreateKey` and `PutKeyPolicy`. Its text is kept for [`to_json`](Self::to_json).
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
    /// [`KmsError::MalformedPolicyDocument`] if the text is not a key policy. The message says where.
    pub fn from_json(text: &str) -> Result<Self, KmsError> {
        let policy = Policy::from_json(PolicyKind::ResourceBased, text);
        Ok(Self {
            account_decides: false,
            policy: policy.map_err(|error| KmsError::MalformedPolicyDocument {
                reason: error.to_string(),
            })?,
            text: Some(text.into()),
        })
    }

    /// The policy of a key as `GetKeyPolicy` gives it back: the text that it was read from, or else what AWS would write.
    #[must_use]
    pub fn to_json(&self, key: &KeyArn) -> String {
        if let Some(text) = &self.text {
            return text.as_ref().to_owned();
        }
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

impl FromStr for KeyPolicy {
    type Err = KmsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_json(text)
    }
}

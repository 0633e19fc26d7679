//! Policies as JSON: IAM's policy language, read and written.

mod read;
mod write;

use core::str::FromStr;

use crate::error::KmsError;
use crate::key::KeyArn;

use super::{IdentityPolicy, KeyPolicy};
use read::Kind;

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
    /// [`KmsError::MalformedPolicyDocument`] if the text is not a key policy, or one that says what this crate cannot
    /// evaluate: policy variables, or conditions on numbers, dates, addresses or bytes. The message says where.
    pub fn from_json(text: &str) -> Result<Self, KmsError> {
        let document = read::document(text, Kind::KeyPolicy)?;
        Ok(Self {
            account_decides: false,
            id: document.id,
            statements: document.statements,
            text: Some(text.into()),
        })
    }

    /// The policy of a key as `GetKeyPolicy` gives it back: the text that it was read from, or else what AWS would write.
    #[must_use]
    pub fn to_json(&self, key: &KeyArn) -> String {
        match &self.text {
            Some(text) => text.as_ref().to_owned(),
            None => write::key_policy(self, key),
        }
    }
}

impl FromStr for KeyPolicy {
    type Err = KmsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_json(text)
    }
}

impl IdentityPolicy {
    /// Reads an identity-based policy, which has no principals.
    ///
    /// # Errors
    ///
    /// [`KmsError::MalformedPolicyDocument`] as for [`KeyPolicy::from_json`].
    pub fn from_json(text: &str) -> Result<Self, KmsError> {
        let statements = read::document(text, Kind::IdentityPolicy)?.statements;
        Ok(Self { statements })
    }

    /// The policy as IAM would write it.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::identity_policy(self)
    }
}

impl FromStr for IdentityPolicy {
    type Err = KmsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_json(text)
    }
}

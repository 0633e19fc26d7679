//! Policies as JSON documents. Feature `json`.

mod element;
mod error;
mod principals;
mod read;
mod write;

pub use error::{PolicyError, PolicyProblem};

#[cfg(feature = "testing")]
use crate::json::Element;

use super::{Policy, PolicyKind};

impl Policy {
    /// Reads a policy document.
    ///
    /// ```
    /// use kms_reencrypt::iam::{Policy, PolicyKind};
    ///
    /// let policy = Policy::from_json(
    ///     PolicyKind::IdentityBased,
    ///     r#"{
    ///         "Version": "2012-10-17",
    ///         "Statement": {
    ///             "Effect": "Allow",
    ///             "Action": "kms:ReEncrypt*",
    ///             "Resource": "*",
    ///             "Condition": {
    ///                 "StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}
    ///             }
    ///         }
    ///     }"#,
    /// )?;
    /// let keys = policy.context_keys().into_iter().map(|key| key.as_written());
    /// assert!(keys.eq(["aws:ResourceTag/team", "aws:PrincipalTag/team"]));
    ///
    /// let wrong = r#"{"Statement": {"Effect": "Permit"}}"#;
    /// let error = Policy::from_json(PolicyKind::IdentityBased, wrong).unwrap_err();
    /// assert_eq!(error.to_string(), r#"Statement.Effect: "Permit" is neither Allow nor Deny"#);
    /// # Ok::<(), kms_reencrypt::iam::PolicyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if the text is not a policy of that kind: what is wrong with it, and where.
    pub fn from_json(kind: PolicyKind, text: &str) -> Result<Self, PolicyError> {
        read::policy(kind, text)
    }

    /// Reads a policy that is part of a document: places in errors are those in the document.
    #[cfg(feature = "testing")]
    pub(crate) fn from_element(
        kind: PolicyKind,
        policy: &Element<'_>,
    ) -> Result<Self, PolicyError> {
        read::policy_at(kind, policy)
    }

    /// The policy as AWS writes it: members in AWS's order, lists of one as their element, accounts as the ARN of their
    /// root in a partition, such as `aws`.
    #[must_use]
    pub fn to_json(&self, partition: &str) -> String {
        write::policy(self, partition)
    }
}

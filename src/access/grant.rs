//! [`Grant`]: a permission that is given to one principal for one key.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::context::EncryptionContext;
use crate::iam::{Match, Principal, PrincipalArn};
use crate::key::{AccountId, KeyMetadata, KeySpec, KeyUsage, model_enum};

use super::{AccessRequest, Action, Caller, GrantBuilder};

/// The identifier of a grant: `GrantId`, 1 to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId(Arc<str>);

impl GrantId {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GrantId {
    type Err = InvalidGrantId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=128).contains(&text.chars().count()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidGrantId(()))
        }
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is too short or too long for the identifier of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a grant id has 1 to 128 characters")]
pub struct InvalidGrantId(());

model_enum! {
    /// What a grant permits: `GrantOperation`.
    GrantOperation {
        Decrypt = "Decrypt",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        ReEncryptFrom = "ReEncryptFrom",
        ReEncryptTo = "ReEncryptTo",
        Sign = "Sign",
        Verify = "Verify",
        GetPublicKey = "GetPublicKey",
        CreateGrant = "CreateGrant",
        RetireGrant = "RetireGrant",
        DescribeKey = "DescribeKey",
        GenerateDataKeyPair = "GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        GenerateMac = "GenerateMac",
        VerifyMac = "VerifyMac",
        DeriveSharedSecret = "DeriveSharedSecret",
    }
}

impl GrantOperation {
    /// Whether a key can do the operation at all: `CreateGrant` refuses what it cannot (developer guide, grants).
    #[must_use]
    pub fn is_for(self, key: &KeyMetadata) -> bool {
        let usage = key.key_usage();
        let symmetric = key.key_spec() == KeySpec::SymmetricDefault;
        match self {
            Self::CreateGrant | Self::DescribeKey | Self::RetireGrant => true,
            Self::Decrypt | Self::Encrypt | Self::ReEncryptFrom | Self::ReEncryptTo => {
                usage == KeyUsage::EncryptDecrypt
            }
            Self::GenerateDataKey
            | Self::GenerateDataKeyWithoutPlaintext
            | Self::GenerateDataKeyPair
            | Self::GenerateDataKeyPairWithoutPlaintext => symmetric,
            Self::GetPublicKey => !symmetric && usage != KeyUsage::GenerateVerifyMac,
            Self::Sign | Self::Verify => usage == KeyUsage::SignVerify,
            Self::GenerateMac | Self::VerifyMac => usage == KeyUsage::GenerateVerifyMac,
            Self::DeriveSharedSecret => usage == KeyUsage::KeyAgreement,
        }
    }

    /// The operation that needs a permission, if a grant can give it.
    const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::CreateGrant => Self::CreateGrant,
            Action::Decrypt => Self::Decrypt,
            Action::DescribeKey => Self::DescribeKey,
            Action::Encrypt => Self::Encrypt,
            Action::GenerateDataKey => Self::GenerateDataKey,
            Action::GenerateDataKeyWithoutPlaintext => Self::GenerateDataKeyWithoutPlaintext,
            Action::GetPublicKey => Self::GetPublicKey,
            Action::ReEncryptFrom => Self::ReEncryptFrom,
            Action::ReEncryptTo => Self::ReEncryptTo,
            Action::RetireGrant => Self::RetireGrant,
            _ => return None,
        })
    }

    /// Whether the operation has an encryption context, and so minds a constraint on it (API page of `GrantConstraints`).
    const fn has_encryption_context(self) -> bool {
        !matches!(
            self,
            Self::CreateGrant | Self::DescribeKey | Self::GetPublicKey | Self::RetireGrant
        )
    }
}

/// What the encryption context of a request has to be for a grant to count: `GrantConstraints`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantConstraint {
    /// `EncryptionContextEquals`: these pairs and no others.
    EncryptionContextEquals(EncryptionContext),
    /// `EncryptionContextSubset`: these pairs, and maybe others.
    EncryptionContextSubset(EncryptionContext),
}

impl GrantConstraint {
    /// The pairs of the constraint.
    #[must_use]
    pub const fn encryption_context(&self) -> &EncryptionContext {
        let (Self::EncryptionContextEquals(pairs) | Self::EncryptionContextSubset(pairs)) = self;
        pairs
    }

    fn holds(&self, context: Option<&EncryptionContext>) -> bool {
        match (self, context) {
            (Self::EncryptionContextEquals(pairs), Some(context)) => pairs == context,
            (Self::EncryptionContextSubset(pairs), Some(context)) => pairs
                .iter()
                .all(|(key, value)| context.get(key) == Some(value)),
            (constraint, None) => constraint.encryption_context().is_empty(),
        }
    }
}

/// A grant: allows one principal some operations with one key, until it is retired or revoked. It never denies.
///
/// Make one with [`Grant::builder`]. A new grant is [consistent](Self::is_consistent), unless it is told otherwise: it
/// counts in every request. In AWS that takes a moment, in which the grant counts only where its token is presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub(super) id: GrantId,
    pub(super) name: Option<String>,
    pub(super) grantee_principal: PrincipalArn,
    pub(super) retiring_principal: Option<PrincipalArn>,
    pub(super) operations: Vec<GrantOperation>,
    pub(super) constraint: Option<GrantConstraint>,
    pub(super) issuing_account: AccountId,
    pub(super) creation_date: Option<SystemTime>,
    pub(super) consistent: bool,
}

impl Grant {
    /// A grant of nothing yet to a principal, by the text of its ARN. `issuing_account` is the account of the one who
    /// creates the grant, which need not be that of the key.
    pub fn builder(
        id: GrantId,
        issuing_account: AccountId,
        grantee_principal: impl Into<String>,
    ) -> GrantBuilder {
        GrantBuilder::new(id, issuing_account, grantee_principal.into())
    }

    /// The same grant, known everywhere in AWS KMS or not yet.
    #[must_use]
    pub const fn with_consistency(mut self, consistent: bool) -> Self {
        self.consistent = consistent;
        self
    }

    /// `GrantId`
    #[must_use]
    pub const fn id(&self) -> &GrantId {
        &self.id
    }

    /// `Name`
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `GranteePrincipal`
    #[must_use]
    pub const fn grantee_principal(&self) -> &PrincipalArn {
        &self.grantee_principal
    }

    /// `RetiringPrincipal`
    #[must_use]
    pub const fn retiring_principal(&self) -> Option<&PrincipalArn> {
        self.retiring_principal.as_ref()
    }

    /// `Operations`
    #[must_use]
    pub fn operations(&self) -> &[GrantOperation] {
        &self.operations
    }

    /// `Constraints`
    #[must_use]
    pub const fn constraint(&self) -> Option<&GrantConstraint> {
        self.constraint.as_ref()
    }

    /// `IssuingAccount`, which AWS shows as the ARN of its root.
    #[must_use]
    pub const fn issuing_account(&self) -> &AccountId {
        &self.issuing_account
    }

    /// `CreationDate`, if a clock told it.
    #[must_use]
    pub const fn creation_date(&self) -> Option<SystemTime> {
        self.creation_date
    }

    /// Whether the grant counts without its token.
    #[must_use]
    pub const fn is_consistent(&self) -> bool {
        self.consistent
    }

    /// Whether a caller may retire the grant because of what the grant itself says: the retiring principal, the grantee
    /// if `RetireGrant` is among the operations, and the root user of the issuing account (developer guide, grants).
    #[must_use]
    pub fn may_be_retired_by(&self, caller: &Caller) -> bool {
        let caller = caller.requester();
        let issues = Principal::Account(self.issuing_account).matches(caller) == Match::Direct;
        let retires = self
            .retiring_principal
            .as_ref()
            .is_some_and(|principal| principal.matches(caller) >= Match::Role);
        let is_granted = self.operations.contains(&GrantOperation::RetireGrant)
            && self.grantee_principal.matches(caller) >= Match::Role;
        issues || retires || is_granted
    }

    /// How the grant names the caller of a request, if it counts for the request.
    pub(super) fn matches(&self, request: &AccessRequest<'_>) -> Match {
        let is_known = self.consistent || request.presented_grants.contains(&self.id);
        let Some(operation) = GrantOperation::of(request.action) else {
            return Match::None;
        };
        let applies = is_known
            && self.operations.contains(&operation)
            && self.constraint.as_ref().is_none_or(|constraint| {
                !operation.has_encryption_context() || constraint.holds(request.encryption_context)
            });
        if applies {
            self.grantee_principal.matches(request.caller.requester())
        } else {
            Match::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GrantOperation;
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    #[test]
    fn a_grant_can_give_what_the_key_can_do() {
        use KeyUsage::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            .parse()
            .unwrap();
        let always = ["CreateGrant", "RetireGrant", "DescribeKey"];
        let cases: [(_, _, &[&str]); 5] = [
            (
                KeySpec::SymmetricDefault,
                EncryptDecrypt,
                &[
                    "Decrypt",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyWithoutPlaintext",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext",
                ],
            ),
            (
                KeySpec::Rsa2048,
                EncryptDecrypt,
                &[
                    "Decrypt",
                    "Encrypt",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "GetPublicKey",
                ],
            ),
            (
                KeySpec::Rsa2048,
                SignVerify,
                &["Sign", "Verify", "GetPublicKey"],
            ),
            (
                KeySpec::Hmac256,
                GenerateVerifyMac,
                &["GenerateMac", "VerifyMac"],
            ),
            (
                KeySpec::EccNistP256,
                KeyAgreement,
                &["DeriveSharedSecret", "GetPublicKey"],
            ),
        ];
        for (spec, usage, operations) in cases {
            let key = KeyMetadata::builder(arn, spec, usage).build();
            for operation in GrantOperation::ALL {
                let name = operation.as_str();
                let expected = always.contains(&name) || operations.contains(&name);
                assert_eq!(operation.is_for(&key), expected, "{name} {spec} {usage}");
            }
        }
    }
}

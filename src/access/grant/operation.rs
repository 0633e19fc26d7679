//! [`GrantOperation`]: an operation that a grant can allow.

use crate::access::Action;
use crate::key::{KeyMetadata, KeySpec, KeyUsage, model_enum, serde_as_text};

model_enum! {
    /// An operation that a grant allows: `GrantOperation`.
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
        Encapsulate = "Encapsulate",
        Decapsulate = "Decapsulate",
    }
}

serde_as_text!(GrantOperation);

impl GrantOperation {
    /// Whether a key supports the operation. `CreateGrant` refuses the others (developer guide, grants).
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
            Self::Decapsulate | Self::Encapsulate => usage == KeyUsage::EncapsulateDecapsulate,
        }
    }

    /// The operation that needs a permission. `None` if grants cannot give the permission.
    pub(crate) const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::CreateGrant => Self::CreateGrant,
            Action::Decapsulate => Self::Decapsulate,
            Action::Decrypt => Self::Decrypt,
            Action::DeriveSharedSecret => Self::DeriveSharedSecret,
            Action::DescribeKey => Self::DescribeKey,
            Action::Encapsulate => Self::Encapsulate,
            Action::Encrypt => Self::Encrypt,
            Action::GenerateDataKey => Self::GenerateDataKey,
            Action::GenerateDataKeyPair => Self::GenerateDataKeyPair,
            Action::GenerateDataKeyPairWithoutPlaintext => {
                Self::GenerateDataKeyPairWithoutPlaintext
            }
            Action::GenerateDataKeyWithoutPlaintext => Self::GenerateDataKeyWithoutPlaintext,
            Action::GenerateMac => Self::GenerateMac,
            Action::GetPublicKey => Self::GetPublicKey,
            Action::ReEncryptFrom => Self::ReEncryptFrom,
            Action::ReEncryptTo => Self::ReEncryptTo,
            Action::RetireGrant => Self::RetireGrant,
            Action::Sign => Self::Sign,
            Action::Verify => Self::Verify,
            Action::VerifyMac => Self::VerifyMac,
            _ => return None,
        })
    }

    /// Whether the operation has an encryption context, so that a constraint on it applies (API page of
    /// `GrantConstraints`).
    pub(crate) const fn has_encryption_context(self) -> bool {
        !matches!(
            self,
            Self::CreateGrant | Self::DescribeKey | Self::GetPublicKey | Self::RetireGrant
        )
    }
}

#[cfg(test)]
mod tests {
    use super::GrantOperation;
    use crate::access::Action;
    use crate::key::{KeyMetadata, KeySpec, KeyUsage};

    #[test]
    fn a_grant_can_give_what_the_key_can_do() {
        use KeyUsage::{
            EncapsulateDecapsulate, EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify,
        };
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            .parse()
            .unwrap();
        let always = ["CreateGrant", "RetireGrant", "DescribeKey"];
        let cases: [(_, _, &[&str]); 6] = [
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
            (
                KeySpec::MlKem768,
                EncapsulateDecapsulate,
                &["Encapsulate", "Decapsulate", "GetPublicKey"],
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

    #[test]
    fn a_grant_gives_the_permissions_that_its_operations_are_named_after() {
        for action in Action::ALL {
            let name = action.as_str().strip_prefix("kms:").unwrap();
            let operation = name.parse().ok();
            assert_eq!(GrantOperation::of(*action), operation, "{action}");
        }
    }
}

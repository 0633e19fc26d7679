//! [`Action`]: the permissions of KMS.

use crate::key::{model_enum, serde_as_text};
use crate::operation::Operation;

model_enum! {
    /// A permission, by the name that policies give it: all of the Service Authorization Reference, and the newer ones
    /// of the service model. Policies may name each of them. [`Permission`](super::Permission) lists those that an
    /// operation needs.
    Action {
        CancelKeyDeletion = "kms:CancelKeyDeletion",
        ConnectCustomKeyStore = "kms:ConnectCustomKeyStore",
        CreateAlias = "kms:CreateAlias",
        CreateCustomKeyStore = "kms:CreateCustomKeyStore",
        CreateGrant = "kms:CreateGrant",
        CreateKey = "kms:CreateKey",
        Decapsulate = "kms:Decapsulate",
        Decrypt = "kms:Decrypt",
        DeleteAlias = "kms:DeleteAlias",
        DeleteCustomKeyStore = "kms:DeleteCustomKeyStore",
        DeleteImportedKeyMaterial = "kms:DeleteImportedKeyMaterial",
        DeriveSharedSecret = "kms:DeriveSharedSecret",
        DescribeCustomKeyStores = "kms:DescribeCustomKeyStores",
        DescribeKey = "kms:DescribeKey",
        DisableKey = "kms:DisableKey",
        DisableKeyRotation = "kms:DisableKeyRotation",
        DisconnectCustomKeyStore = "kms:DisconnectCustomKeyStore",
        EnableKey = "kms:EnableKey",
        EnableKeyRotation = "kms:EnableKeyRotation",
        Encapsulate = "kms:Encapsulate",
        Encrypt = "kms:Encrypt",
        GenerateDataKey = "kms:GenerateDataKey",
        GenerateDataKeyPair = "kms:GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "kms:GenerateDataKeyPairWithoutPlaintext",
        GenerateDataKeyWithoutPlaintext = "kms:GenerateDataKeyWithoutPlaintext",
        GenerateMac = "kms:GenerateMac",
        GenerateRandom = "kms:GenerateRandom",
        GetKeyLastUsage = "kms:GetKeyLastUsage",
        GetKeyPolicy = "kms:GetKeyPolicy",
        GetKeyRotationStatus = "kms:GetKeyRotationStatus",
        GetParametersForImport = "kms:GetParametersForImport",
        GetPublicKey = "kms:GetPublicKey",
        ImportKeyMaterial = "kms:ImportKeyMaterial",
        ListAliases = "kms:ListAliases",
        ListGrants = "kms:ListGrants",
        ListKeyPolicies = "kms:ListKeyPolicies",
        ListKeyRotations = "kms:ListKeyRotations",
        ListKeys = "kms:ListKeys",
        ListResourceTags = "kms:ListResourceTags",
        ListRetirableGrants = "kms:ListRetirableGrants",
        PutKeyPolicy = "kms:PutKeyPolicy",
        ReEncryptFrom = "kms:ReEncryptFrom",
        ReEncryptTo = "kms:ReEncryptTo",
        ReplicateKey = "kms:ReplicateKey",
        RetireGrant = "kms:RetireGrant",
        RevokeGrant = "kms:RevokeGrant",
        RotateKeyOnDemand = "kms:RotateKeyOnDemand",
        ScheduleKeyDeletion = "kms:ScheduleKeyDeletion",
        Sign = "kms:Sign",
        SynchronizeMultiRegionKey = "kms:SynchronizeMultiRegionKey",
        TagResource = "kms:TagResource",
        UntagResource = "kms:UntagResource",
        UpdateAlias = "kms:UpdateAlias",
        UpdateCustomKeyStore = "kms:UpdateCustomKeyStore",
        UpdateKeyDescription = "kms:UpdateKeyDescription",
        UpdatePrimaryRegion = "kms:UpdatePrimaryRegion",
        Verify = "kms:Verify",
        VerifyMac = "kms:VerifyMac",
    }
}

serde_as_text!(Action);

impl Action {
    /// The name without `kms:`, as exceptions use it.
    ///
    /// ```
    /// use kms_reencrypt::access::Action;
    ///
    /// assert_eq!(Action::ReEncryptTo.name(), "ReEncryptTo");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        let name = self.as_str();
        name.strip_prefix("kms:").unwrap_or(name)
    }

    /// The operation that the permission is named after. `None` for `kms:SynchronizeMultiRegionKey`, which only AWS itself
    /// needs.
    ///
    /// ```
    /// use kms_reencrypt::Operation;
    /// use kms_reencrypt::access::Action;
    ///
    /// assert_eq!(Action::ReEncryptTo.operation(), Some(Operation::ReEncrypt));
    /// ```
    #[must_use]
    pub const fn operation(self) -> Option<Operation> {
        Some(match self {
            Self::ReEncryptFrom | Self::ReEncryptTo => Operation::ReEncrypt,
            Self::SynchronizeMultiRegionKey => return None,
            Self::CancelKeyDeletion => Operation::CancelKeyDeletion,
            Self::ConnectCustomKeyStore => Operation::ConnectCustomKeyStore,
            Self::CreateAlias => Operation::CreateAlias,
            Self::CreateCustomKeyStore => Operation::CreateCustomKeyStore,
            Self::CreateGrant => Operation::CreateGrant,
            Self::CreateKey => Operation::CreateKey,
            Self::Decapsulate => Operation::Decapsulate,
            Self::Decrypt => Operation::Decrypt,
            Self::DeleteAlias => Operation::DeleteAlias,
            Self::DeleteCustomKeyStore => Operation::DeleteCustomKeyStore,
            Self::DeleteImportedKeyMaterial => Operation::DeleteImportedKeyMaterial,
            Self::DeriveSharedSecret => Operation::DeriveSharedSecret,
            Self::DescribeCustomKeyStores => Operation::DescribeCustomKeyStores,
            Self::DescribeKey => Operation::DescribeKey,
            Self::DisableKey => Operation::DisableKey,
            Self::DisableKeyRotation => Operation::DisableKeyRotation,
            Self::DisconnectCustomKeyStore => Operation::DisconnectCustomKeyStore,
            Self::EnableKey => Operation::EnableKey,
            Self::EnableKeyRotation => Operation::EnableKeyRotation,
            Self::Encapsulate => Operation::Encapsulate,
            Self::Encrypt => Operation::Encrypt,
            Self::GenerateDataKey => Operation::GenerateDataKey,
            Self::GenerateDataKeyPair => Operation::GenerateDataKeyPair,
            Self::GenerateDataKeyPairWithoutPlaintext => {
                Operation::GenerateDataKeyPairWithoutPlaintext
            }
            Self::GenerateDataKeyWithoutPlaintext => Operation::GenerateDataKeyWithoutPlaintext,
            Self::GenerateMac => Operation::GenerateMac,
            Self::GenerateRandom => Operation::GenerateRandom,
            Self::GetKeyLastUsage => Operation::GetKeyLastUsage,
            Self::GetKeyPolicy => Operation::GetKeyPolicy,
            Self::GetKeyRotationStatus => Operation::GetKeyRotationStatus,
            Self::GetParametersForImport => Operation::GetParametersForImport,
            Self::GetPublicKey => Operation::GetPublicKey,
            Self::ImportKeyMaterial => Operation::ImportKeyMaterial,
            Self::ListAliases => Operation::ListAliases,
            Self::ListGrants => Operation::ListGrants,
            Self::ListKeyPolicies => Operation::ListKeyPolicies,
            Self::ListKeyRotations => Operation::ListKeyRotations,
            Self::ListKeys => Operation::ListKeys,
            Self::ListResourceTags => Operation::ListResourceTags,
            Self::ListRetirableGrants => Operation::ListRetirableGrants,
            Self::PutKeyPolicy => Operation::PutKeyPolicy,
            Self::ReplicateKey => Operation::ReplicateKey,
            Self::RetireGrant => Operation::RetireGrant,
            Self::RevokeGrant => Operation::RevokeGrant,
            Self::RotateKeyOnDemand => Operation::RotateKeyOnDemand,
            Self::ScheduleKeyDeletion => Operation::ScheduleKeyDeletion,
            Self::Sign => Operation::Sign,
            Self::TagResource => Operation::TagResource,
            Self::UntagResource => Operation::UntagResource,
            Self::UpdateAlias => Operation::UpdateAlias,
            Self::UpdateCustomKeyStore => Operation::UpdateCustomKeyStore,
            Self::UpdateKeyDescription => Operation::UpdateKeyDescription,
            Self::UpdatePrimaryRegion => Operation::UpdatePrimaryRegion,
            Self::Verify => Operation::Verify,
            Self::VerifyMac => Operation::VerifyMac,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Action;
    use crate::operation::Operation;

    #[test]
    fn an_action_has_the_name_of_its_operation() {
        for action in Action::ALL {
            let name = match action {
                Action::ReEncryptFrom | Action::ReEncryptTo => Some("ReEncrypt"),
                Action::SynchronizeMultiRegionKey => None,
                other => Some(other.name()),
            };
            assert_eq!(action.operation().map(Operation::as_str), name, "{action}");
        }
    }
}

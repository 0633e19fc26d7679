//! [`Action`]: the permissions of KMS.

use crate::key::model_enum;

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

impl Action {
    /// The name without `kms:`, as exceptions say it: `ReEncryptTo`.
    ///
    /// ```
    /// use kms_reencrypt::access::Action;
    ///
    /// assert_eq!(Action::ReEncryptTo.operation(), "ReEncryptTo");
    /// ```
    #[must_use]
    pub fn operation(self) -> &'static str {
        let name = self.as_str();
        name.strip_prefix("kms:").unwrap_or(name)
    }
}

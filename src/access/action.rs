//! [`Action`]: the permissions of KMS that this crate asks for.

use crate::key::model_enum;

model_enum! {
    /// A permission, by the name that policies give it.
    Action {
        CancelKeyDeletion = "kms:CancelKeyDeletion",
        CreateAlias = "kms:CreateAlias",
        CreateGrant = "kms:CreateGrant",
        CreateKey = "kms:CreateKey",
        Decrypt = "kms:Decrypt",
        DeleteAlias = "kms:DeleteAlias",
        DeleteImportedKeyMaterial = "kms:DeleteImportedKeyMaterial",
        DescribeKey = "kms:DescribeKey",
        DisableKey = "kms:DisableKey",
        EnableKey = "kms:EnableKey",
        Encrypt = "kms:Encrypt",
        GenerateDataKey = "kms:GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "kms:GenerateDataKeyWithoutPlaintext",
        GetKeyPolicy = "kms:GetKeyPolicy",
        GetParametersForImport = "kms:GetParametersForImport",
        GetPublicKey = "kms:GetPublicKey",
        ImportKeyMaterial = "kms:ImportKeyMaterial",
        ListAliases = "kms:ListAliases",
        ListGrants = "kms:ListGrants",
        ListKeyRotations = "kms:ListKeyRotations",
        ListKeys = "kms:ListKeys",
        PutKeyPolicy = "kms:PutKeyPolicy",
        ReEncryptFrom = "kms:ReEncryptFrom",
        ReEncryptTo = "kms:ReEncryptTo",
        ReplicateKey = "kms:ReplicateKey",
        RetireGrant = "kms:RetireGrant",
        RevokeGrant = "kms:RevokeGrant",
        RotateKeyOnDemand = "kms:RotateKeyOnDemand",
        ScheduleKeyDeletion = "kms:ScheduleKeyDeletion",
        UpdateAlias = "kms:UpdateAlias",
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

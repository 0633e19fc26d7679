//! [`Operation`]: the operations of KMS by their names.

use crate::key::{model_enum, serde_as_text};

model_enum! {
    /// An operation of AWS KMS, by the name that AWS gives it: every operation of the service model.
    ///
    /// Permissions, the table of key states, the wire, observers and fault injection all name operations by this type.
    /// The service answers an operation that this crate doesn't have with an `UnknownOperationException`; README lists
    /// these operations.
    Operation {
        CancelKeyDeletion = "CancelKeyDeletion",
        ConnectCustomKeyStore = "ConnectCustomKeyStore",
        CreateAlias = "CreateAlias",
        CreateCustomKeyStore = "CreateCustomKeyStore",
        CreateGrant = "CreateGrant",
        CreateKey = "CreateKey",
        Decapsulate = "Decapsulate",
        Decrypt = "Decrypt",
        DeleteAlias = "DeleteAlias",
        DeleteCustomKeyStore = "DeleteCustomKeyStore",
        DeleteImportedKeyMaterial = "DeleteImportedKeyMaterial",
        DeriveSharedSecret = "DeriveSharedSecret",
        DescribeCustomKeyStores = "DescribeCustomKeyStores",
        DescribeKey = "DescribeKey",
        DisableKey = "DisableKey",
        DisableKeyRotation = "DisableKeyRotation",
        DisconnectCustomKeyStore = "DisconnectCustomKeyStore",
        EnableKey = "EnableKey",
        EnableKeyRotation = "EnableKeyRotation",
        Encapsulate = "Encapsulate",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyPair = "GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        GenerateMac = "GenerateMac",
        GenerateRandom = "GenerateRandom",
        GetKeyLastUsage = "GetKeyLastUsage",
        GetKeyPolicy = "GetKeyPolicy",
        GetKeyRotationStatus = "GetKeyRotationStatus",
        GetParametersForImport = "GetParametersForImport",
        GetPublicKey = "GetPublicKey",
        ImportKeyMaterial = "ImportKeyMaterial",
        ListAliases = "ListAliases",
        ListGrants = "ListGrants",
        ListKeyPolicies = "ListKeyPolicies",
        ListKeyRotations = "ListKeyRotations",
        ListKeys = "ListKeys",
        ListResourceTags = "ListResourceTags",
        ListRetirableGrants = "ListRetirableGrants",
        PutKeyPolicy = "PutKeyPolicy",
        ReEncrypt = "ReEncrypt",
        ReplicateKey = "ReplicateKey",
        RetireGrant = "RetireGrant",
        RevokeGrant = "RevokeGrant",
        RotateKeyOnDemand = "RotateKeyOnDemand",
        ScheduleKeyDeletion = "ScheduleKeyDeletion",
        Sign = "Sign",
        TagResource = "TagResource",
        UntagResource = "UntagResource",
        UpdateAlias = "UpdateAlias",
        UpdateCustomKeyStore = "UpdateCustomKeyStore",
        UpdateKeyDescription = "UpdateKeyDescription",
        UpdatePrimaryRegion = "UpdatePrimaryRegion",
        Verify = "Verify",
        VerifyMac = "VerifyMac",
    }
}

serde_as_text!(Operation);

impl Operation {
    /// Whether the operation only reads, as CloudTrail's `readOnly` reports it: it describes or lists something, or
    /// uses a key.
    ///
    /// ```
    /// use kms_reencrypt::Operation;
    ///
    /// assert!(Operation::ReEncrypt.is_read_only());
    /// assert!(!Operation::CreateGrant.is_read_only());
    /// ```
    ///
    /// DOC: the examples of CloudTrail's records in the developer guide; INFERRED for operations without an example.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        match self {
            Self::Decapsulate
            | Self::Decrypt
            | Self::DeriveSharedSecret
            | Self::DescribeCustomKeyStores
            | Self::DescribeKey
            | Self::Encapsulate
            | Self::Encrypt
            | Self::GenerateDataKey
            | Self::GenerateDataKeyPair
            | Self::GenerateDataKeyPairWithoutPlaintext
            | Self::GenerateDataKeyWithoutPlaintext
            | Self::GenerateMac
            | Self::GenerateRandom
            | Self::GetKeyLastUsage
            | Self::GetKeyPolicy
            | Self::GetKeyRotationStatus
            | Self::GetParametersForImport
            | Self::GetPublicKey
            | Self::ListAliases
            | Self::ListGrants
            | Self::ListKeyPolicies
            | Self::ListKeyRotations
            | Self::ListKeys
            | Self::ListResourceTags
            | Self::ListRetirableGrants
            | Self::ReEncrypt
            | Self::Sign
            | Self::Verify
            | Self::VerifyMac => true,
            Self::CancelKeyDeletion
            | Self::ConnectCustomKeyStore
            | Self::CreateAlias
            | Self::CreateCustomKeyStore
            | Self::CreateGrant
            | Self::CreateKey
            | Self::DeleteAlias
            | Self::DeleteCustomKeyStore
            | Self::DeleteImportedKeyMaterial
            | Self::DisableKey
            | Self::DisableKeyRotation
            | Self::DisconnectCustomKeyStore
            | Self::EnableKey
            | Self::EnableKeyRotation
            | Self::ImportKeyMaterial
            | Self::PutKeyPolicy
            | Self::ReplicateKey
            | Self::RetireGrant
            | Self::RevokeGrant
            | Self::RotateKeyOnDemand
            | Self::ScheduleKeyDeletion
            | Self::TagResource
            | Self::UntagResource
            | Self::UpdateAlias
            | Self::UpdateCustomKeyStore
            | Self::UpdateKeyDescription
            | Self::UpdatePrimaryRegion => false,
        }
    }
}

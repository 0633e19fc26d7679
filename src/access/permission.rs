//! [`Permission`]: the permissions that each operation needs, and which policies can give them.

use super::Action;

/// One row of the table of permissions: an action on a resource that an operation needs.
///
/// DOC: the developer guide's "AWS KMS permissions", but for what is marked otherwise in the table.
///
/// ```
/// use kms_reencrypt::access::{Action, Permission};
///
/// let asked: Vec<Action> = Permission::of("ReEncrypt").map(Permission::action).collect();
/// assert_eq!(asked, [Action::ReEncryptFrom, Action::ReEncryptTo]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    operation: &'static str,
    action: Action,
    resource: PermissionResource,
    key_policy: bool,
    across_accounts: bool,
    only_with: Option<&'static str>,
}

/// The kind of resource that a permission is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PermissionResource {
    /// No resource in particular: `*`.
    Any,
    /// An alias.
    Alias,
    /// A key.
    Key,
}

impl Permission {
    /// The whole table, by operation, each with its permissions in the order in which they are checked.
    pub const ALL: &'static [Self] = &[
        on_key("CancelKeyDeletion", Action::CancelKeyDeletion),
        on_any("ConnectCustomKeyStore", Action::ConnectCustomKeyStore),
        on_alias("CreateAlias", Action::CreateAlias),
        on_key("CreateAlias", Action::CreateAlias),
        on_any("CreateCustomKeyStore", Action::CreateCustomKeyStore),
        on_key("CreateGrant", Action::CreateGrant).across_accounts(),
        on_any("CreateKey", Action::CreateKey),
        on_any("CreateKey", Action::TagResource).when("Tags"),
        // INFERRED: the check against a lock-out asks whether the caller could put the policy again.
        on_key("CreateKey", Action::PutKeyPolicy).when("Policy"),
        on_key("Decapsulate", Action::Decapsulate).across_accounts(),
        on_key("Decrypt", Action::Decrypt).across_accounts(),
        on_alias("DeleteAlias", Action::DeleteAlias),
        on_key("DeleteAlias", Action::DeleteAlias),
        on_any("DeleteCustomKeyStore", Action::DeleteCustomKeyStore),
        on_key(
            "DeleteImportedKeyMaterial",
            Action::DeleteImportedKeyMaterial,
        ),
        on_key("DeriveSharedSecret", Action::DeriveSharedSecret).across_accounts(),
        on_any("DescribeCustomKeyStores", Action::DescribeCustomKeyStores),
        on_key("DescribeKey", Action::DescribeKey).across_accounts(),
        on_key("DisableKey", Action::DisableKey),
        on_key("DisableKeyRotation", Action::DisableKeyRotation),
        on_any("DisconnectCustomKeyStore", Action::DisconnectCustomKeyStore),
        on_key("EnableKey", Action::EnableKey),
        on_key("EnableKeyRotation", Action::EnableKeyRotation),
        on_key("Encapsulate", Action::Encapsulate).across_accounts(),
        on_key("Encrypt", Action::Encrypt).across_accounts(),
        on_key("GenerateDataKey", Action::GenerateDataKey).across_accounts(),
        on_key("GenerateDataKeyPair", Action::GenerateDataKeyPair).across_accounts(),
        on_key(
            "GenerateDataKeyPairWithoutPlaintext",
            Action::GenerateDataKeyPairWithoutPlaintext,
        )
        .across_accounts(),
        on_key(
            "GenerateDataKeyWithoutPlaintext",
            Action::GenerateDataKeyWithoutPlaintext,
        )
        .across_accounts(),
        on_key("GenerateMac", Action::GenerateMac).across_accounts(),
        on_any("GenerateRandom", Action::GenerateRandom),
        on_key("GetKeyLastUsage", Action::GetKeyLastUsage),
        on_key("GetKeyPolicy", Action::GetKeyPolicy),
        on_key("GetKeyRotationStatus", Action::GetKeyRotationStatus).across_accounts(),
        on_key("GetParametersForImport", Action::GetParametersForImport),
        on_key("GetPublicKey", Action::GetPublicKey).across_accounts(),
        on_key("ImportKeyMaterial", Action::ImportKeyMaterial),
        on_any("ListAliases", Action::ListAliases),
        on_key("ListGrants", Action::ListGrants).across_accounts(),
        on_key("ListKeyPolicies", Action::ListKeyPolicies),
        on_key("ListKeyRotations", Action::ListKeyRotations),
        on_any("ListKeys", Action::ListKeys),
        on_key("ListResourceTags", Action::ListResourceTags),
        on_any("ListRetirableGrants", Action::ListRetirableGrants),
        on_key("PutKeyPolicy", Action::PutKeyPolicy),
        on_key("ReEncrypt", Action::ReEncryptFrom).across_accounts(),
        on_key("ReEncrypt", Action::ReEncryptTo).across_accounts(),
        on_key("ReplicateKey", Action::ReplicateKey),
        // In the replica's Region.
        on_any("ReplicateKey", Action::CreateKey),
        on_any("ReplicateKey", Action::TagResource).when("Tags"),
        // INFERRED, as for CreateKey.
        on_key("ReplicateKey", Action::PutKeyPolicy).when("Policy"),
        on_key("RetireGrant", Action::RetireGrant)
            .without_key_policy()
            .across_accounts(),
        on_key("RevokeGrant", Action::RevokeGrant).across_accounts(),
        on_key("RotateKeyOnDemand", Action::RotateKeyOnDemand),
        on_key("ScheduleKeyDeletion", Action::ScheduleKeyDeletion),
        on_key("Sign", Action::Sign).across_accounts(),
        on_key("TagResource", Action::TagResource),
        on_key("UntagResource", Action::UntagResource),
        on_alias("UpdateAlias", Action::UpdateAlias),
        // The key that the alias leaves, and the one that it moves to.
        on_key("UpdateAlias", Action::UpdateAlias),
        on_key("UpdateAlias", Action::UpdateAlias),
        on_any("UpdateCustomKeyStore", Action::UpdateCustomKeyStore),
        on_key("UpdateKeyDescription", Action::UpdateKeyDescription),
        // The old primary key, and the replica that becomes it.
        on_key("UpdatePrimaryRegion", Action::UpdatePrimaryRegion),
        on_key("UpdatePrimaryRegion", Action::UpdatePrimaryRegion),
        on_key("Verify", Action::Verify).across_accounts(),
        on_key("VerifyMac", Action::VerifyMac).across_accounts(),
    ];

    /// The permissions that an operation needs, in the order in which they are checked.
    pub fn of(operation: &str) -> impl Iterator<Item = &'static Self> {
        Self::ALL
            .iter()
            .filter(move |permission| permission.operation == operation)
    }

    /// The operation that needs the permission.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The action that is needed.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// The kind of resource that the action is needed for.
    #[must_use]
    pub const fn resource(&self) -> PermissionResource {
        self.resource
    }

    /// Whether a key policy can give the permission. Only identity-based policies can give the others.
    #[must_use]
    pub const fn works_in_key_policy(&self) -> bool {
        self.key_policy
    }

    /// Whether a principal of another account than the key's can have the permission: "Cross-account use".
    #[must_use]
    pub const fn works_across_accounts(&self) -> bool {
        self.across_accounts
    }

    /// The member of the request without which the permission is not needed.
    #[must_use]
    pub const fn only_with(&self) -> Option<&'static str> {
        self.only_with
    }

    const fn across_accounts(mut self) -> Self {
        self.across_accounts = true;
        self
    }

    const fn without_key_policy(mut self) -> Self {
        self.key_policy = false;
        self
    }

    const fn when(mut self, member: &'static str) -> Self {
        self.only_with = Some(member);
        self
    }
}

impl Action {
    /// Whether a key policy can give the permission for its key.
    #[must_use]
    pub fn works_in_key_policy(self) -> bool {
        self.is_on_key(Permission::works_in_key_policy)
    }

    /// Whether a principal of another account than the key's can have the permission.
    #[must_use]
    pub fn works_across_accounts(self) -> bool {
        self.is_on_key(Permission::works_across_accounts)
    }

    /// Whether the permission is needed for keys.
    pub(super) const fn is_about_keys(self) -> bool {
        !matches!(
            self,
            Self::ConnectCustomKeyStore
                | Self::CreateCustomKeyStore
                | Self::CreateKey
                | Self::DeleteCustomKeyStore
                | Self::DescribeCustomKeyStores
                | Self::DisconnectCustomKeyStore
                | Self::GenerateRandom
                | Self::ListAliases
                | Self::ListKeys
                | Self::ListRetirableGrants
                | Self::UpdateCustomKeyStore
        )
    }

    fn is_on_key(self, is: fn(&Permission) -> bool) -> bool {
        Permission::ALL
            .iter()
            .any(|row| row.action == self && row.resource == PermissionResource::Key && is(row))
    }
}

const fn on_key(operation: &'static str, action: Action) -> Permission {
    Permission {
        operation,
        action,
        resource: PermissionResource::Key,
        key_policy: true,
        across_accounts: false,
        only_with: None,
    }
}

const fn on_alias(operation: &'static str, action: Action) -> Permission {
    Permission {
        resource: PermissionResource::Alias,
        key_policy: false,
        ..on_key(operation, action)
    }
}

const fn on_any(operation: &'static str, action: Action) -> Permission {
    Permission {
        resource: PermissionResource::Any,
        key_policy: false,
        ..on_key(operation, action)
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;
    use crate::access::Action;

    #[test]
    fn every_action_is_asked_for_by_an_operation() {
        for action in Action::ALL {
            // SynchronizeMultiRegionKey is AWS's own: no operation of the API asks for it.
            let expected = *action != Action::SynchronizeMultiRegionKey;
            let is_asked_for = Permission::ALL.iter().any(|row| row.action == *action);
            assert_eq!(is_asked_for, expected, "{action}");
            let on_key = action.is_on_key(|_| true) || !expected;
            assert_eq!(action.is_about_keys(), on_key, "{action}");
        }
    }
}

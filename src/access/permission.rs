//! [`Permission`]: the permissions that each operation needs, and which policies can give them.

use crate::operation::Operation;

use super::Action;

/// One row of the table of permissions: an action on a resource that an operation needs.
///
/// DOC: the developer guide's "AWS KMS permissions", unless a row is marked otherwise.
///
/// ```
/// use kms_reencrypt::Operation;
/// use kms_reencrypt::access::{Action, Permission};
///
/// let asked = Permission::of(Operation::ReEncrypt).map(Permission::action);
/// assert!(asked.eq([Action::ReEncryptFrom, Action::ReEncryptTo]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    operation: Operation,
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
        on_key(Operation::CancelKeyDeletion, Action::CancelKeyDeletion),
        on_any(
            Operation::ConnectCustomKeyStore,
            Action::ConnectCustomKeyStore,
        ),
        on_alias(Operation::CreateAlias, Action::CreateAlias),
        on_key(Operation::CreateAlias, Action::CreateAlias),
        on_any(
            Operation::CreateCustomKeyStore,
            Action::CreateCustomKeyStore,
        ),
        on_key(Operation::CreateGrant, Action::CreateGrant).across_accounts(),
        on_any(Operation::CreateKey, Action::CreateKey),
        on_any(Operation::CreateKey, Action::TagResource).when("Tags"),
        // INFERRED: the lockout safety check tests whether the caller could put the policy again.
        on_key(Operation::CreateKey, Action::PutKeyPolicy).when("Policy"),
        on_key(Operation::Decapsulate, Action::Decapsulate).across_accounts(),
        on_key(Operation::Decrypt, Action::Decrypt).across_accounts(),
        on_alias(Operation::DeleteAlias, Action::DeleteAlias),
        on_key(Operation::DeleteAlias, Action::DeleteAlias),
        on_any(
            Operation::DeleteCustomKeyStore,
            Action::DeleteCustomKeyStore,
        ),
        on_key(
            Operation::DeleteImportedKeyMaterial,
            Action::DeleteImportedKeyMaterial,
        ),
        on_key(Operation::DeriveSharedSecret, Action::DeriveSharedSecret).across_accounts(),
        on_any(
            Operation::DescribeCustomKeyStores,
            Action::DescribeCustomKeyStores,
        ),
        on_key(Operation::DescribeKey, Action::DescribeKey).across_accounts(),
        on_key(Operation::DisableKey, Action::DisableKey),
        on_key(Operation::DisableKeyRotation, Action::DisableKeyRotation),
        on_any(
            Operation::DisconnectCustomKeyStore,
            Action::DisconnectCustomKeyStore,
        ),
        on_key(Operation::EnableKey, Action::EnableKey),
        on_key(Operation::EnableKeyRotation, Action::EnableKeyRotation),
        on_key(Operation::Encapsulate, Action::Encapsulate).across_accounts(),
        on_key(Operation::Encrypt, Action::Encrypt).across_accounts(),
        on_key(Operation::GenerateDataKey, Action::GenerateDataKey).across_accounts(),
        on_key(Operation::GenerateDataKeyPair, Action::GenerateDataKeyPair).across_accounts(),
        on_key(
            Operation::GenerateDataKeyPairWithoutPlaintext,
            Action::GenerateDataKeyPairWithoutPlaintext,
        )
        .across_accounts(),
        on_key(
            Operation::GenerateDataKeyWithoutPlaintext,
            Action::GenerateDataKeyWithoutPlaintext,
        )
        .across_accounts(),
        on_key(Operation::GenerateMac, Action::GenerateMac).across_accounts(),
        on_any(Operation::GenerateRandom, Action::GenerateRandom),
        on_key(Operation::GetKeyLastUsage, Action::GetKeyLastUsage),
        on_key(Operation::GetKeyPolicy, Action::GetKeyPolicy),
        on_key(
            Operation::GetKeyRotationStatus,
            Action::GetKeyRotationStatus,
        )
        .across_accounts(),
        on_key(
            Operation::GetParametersForImport,
            Action::GetParametersForImport,
        ),
        on_key(Operation::GetPublicKey, Action::GetPublicKey).across_accounts(),
        on_key(Operation::ImportKeyMaterial, Action::ImportKeyMaterial),
        on_any(Operation::ListAliases, Action::ListAliases),
        on_key(Operation::ListGrants, Action::ListGrants).across_accounts(),
        on_key(Operation::ListKeyPolicies, Action::ListKeyPolicies),
        on_key(Operation::ListKeyRotations, Action::ListKeyRotations),
        on_any(Operation::ListKeys, Action::ListKeys),
        on_key(Operation::ListResourceTags, Action::ListResourceTags),
        on_any(Operation::ListRetirableGrants, Action::ListRetirableGrants),
        on_key(Operation::PutKeyPolicy, Action::PutKeyPolicy),
        on_key(Operation::ReEncrypt, Action::ReEncryptFrom).across_accounts(),
        on_key(Operation::ReEncrypt, Action::ReEncryptTo).across_accounts(),
        on_key(Operation::ReplicateKey, Action::ReplicateKey),
        // In the replica's Region.
        on_any(Operation::ReplicateKey, Action::CreateKey),
        on_any(Operation::ReplicateKey, Action::TagResource).when("Tags"),
        // INFERRED, as for CreateKey.
        on_key(Operation::ReplicateKey, Action::PutKeyPolicy).when("Policy"),
        on_key(Operation::RetireGrant, Action::RetireGrant)
            .without_key_policy()
            .across_accounts(),
        on_key(Operation::RevokeGrant, Action::RevokeGrant).across_accounts(),
        on_key(Operation::RotateKeyOnDemand, Action::RotateKeyOnDemand),
        on_key(Operation::ScheduleKeyDeletion, Action::ScheduleKeyDeletion),
        on_key(Operation::Sign, Action::Sign).across_accounts(),
        on_key(Operation::TagResource, Action::TagResource),
        on_key(Operation::UntagResource, Action::UntagResource),
        on_alias(Operation::UpdateAlias, Action::UpdateAlias),
        // The key that the alias leaves, and the one that it moves to.
        on_key(Operation::UpdateAlias, Action::UpdateAlias),
        on_key(Operation::UpdateAlias, Action::UpdateAlias),
        on_any(
            Operation::UpdateCustomKeyStore,
            Action::UpdateCustomKeyStore,
        ),
        on_key(
            Operation::UpdateKeyDescription,
            Action::UpdateKeyDescription,
        ),
        // The old primary key, and the replica that becomes it.
        on_key(Operation::UpdatePrimaryRegion, Action::UpdatePrimaryRegion),
        on_key(Operation::UpdatePrimaryRegion, Action::UpdatePrimaryRegion),
        on_key(Operation::Verify, Action::Verify).across_accounts(),
        on_key(Operation::VerifyMac, Action::VerifyMac).across_accounts(),
    ];

    /// The permissions that an operation needs, in the order in which they are checked.
    pub fn of(operation: Operation) -> impl Iterator<Item = &'static Self> {
        Self::ALL
            .iter()
            .filter(move |permission| permission.operation == operation)
    }

    /// The operation that needs the permission.
    #[must_use]
    pub const fn operation(&self) -> Operation {
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

const fn on_key(operation: Operation, action: Action) -> Permission {
    Permission {
        operation,
        action,
        resource: PermissionResource::Key,
        key_policy: true,
        across_accounts: false,
        only_with: None,
    }
}

const fn on_alias(operation: Operation, action: Action) -> Permission {
    Permission {
        resource: PermissionResource::Alias,
        key_policy: false,
        ..on_key(operation, action)
    }
}

const fn on_any(operation: Operation, action: Action) -> Permission {
    Permission {
        resource: PermissionResource::Any,
        key_policy: false,
        ..on_key(operation, action)
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionResource};
    use crate::access::Action;
    use crate::operation::Operation;

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

    #[test]
    fn an_operation_needs_the_permissions_of_its_own_rows() {
        let of_all: usize = Operation::ALL
            .iter()
            .map(|operation| {
                let rows = Permission::of(*operation);
                rows.inspect(|row| assert_eq!(row.operation(), *operation))
                    .count()
            })
            .sum();
        assert_eq!(of_all, Permission::ALL.len());
    }

    #[test]
    fn a_key_policy_gives_permissions_for_its_key_but_not_to_retire_grants() {
        for row in Permission::ALL {
            let is_for_key = row.resource() == PermissionResource::Key;
            let expected = is_for_key && row.action() != Action::RetireGrant;
            assert_eq!(row.works_in_key_policy(), expected, "{row:?}");
        }
    }
}

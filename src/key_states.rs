//! [`require`]: checks what a key's state allows, against AWS's table.

use crate::access::Action;
use crate::error::{InvalidStateError, KmsError, UnsupportedOperationError};
use crate::key::{KeyMetadata, KeyOrigin, KeyState};
use crate::operation::Operation;

/// Refuses an operation that the state of its key does not allow. The table is that of behaviour §14.
///
/// Some cells also depend on the key's origin. Each operation checks its other requirements, such as the spec, itself.
pub(crate) fn require(action: Action, key: &KeyMetadata) -> Result<(), KmsError> {
    let state = key.key_state();
    // Only AWS itself takes an action that is not an operation, and no state prevents it.
    let row = action.operation().map_or(ALWAYS, row);
    match of_state(row, state) {
        Cell::Succeeds => Ok(()),
        Cell::Fails => Err(KmsError::key_state(key.arn(), state)),
        Cell::NothingToCancel => Err(not_pending_deletion(key)),
        Cell::Unsupported => Err(unsupported_origin(key)),
        Cell::If(origins, _) if !origins.contain(key.origin()) => Err(unsupported_origin(key)),
        Cell::If(_, true) => Ok(()),
        Cell::If(_, false) => Err(KmsError::key_state(key.arn(), state)),
    }
}

/// What an operation does with a key in one state.
#[derive(Clone, Copy)]
enum Cell {
    Succeeds,
    /// The state decides which exception it is.
    Fails,
    /// The key is not pending deletion.
    NothingToCancel,
    /// `UnsupportedOperationException`
    Unsupported,
    /// `UnsupportedOperationException` for keys of other origins. For keys of these origins, whether it succeeds.
    If(Origins, bool),
}

#[derive(Clone, Copy)]
enum Origins {
    /// The key's material is made by KMS.
    AwsKms,
    /// The key's material is imported.
    External,
    /// The key is not in a custom key store.
    NoKeyStore,
}

impl Origins {
    const fn contain(self, origin: KeyOrigin) -> bool {
        match self {
            Self::AwsKms => matches!(origin, KeyOrigin::AwsKms),
            Self::External => matches!(origin, KeyOrigin::External),
            Self::NoKeyStore => matches!(origin, KeyOrigin::AwsKms | KeyOrigin::External),
        }
    }
}

// The cells as AWS's page marks them. The state decides which of the notes 1, 2, 3, 5, 8, 11, 14 and 15 an X stands
// for. A cell that the page leaves out is an X.
const OK: Cell = Cell::Succeeds;
const X: Cell = Cell::Fails;
/// Note 4.
const X4: Cell = Cell::NothingToCancel;
/// Notes 6, 7 and 9.
const UN: Cell = Cell::Unsupported;
/// Notes 6 and 7: it succeeds only for keys whose material KMS made.
const S67: Cell = Cell::If(Origins::AwsKms, true);
/// Note 7: it succeeds, except for keys in custom key stores.
const S7: Cell = Cell::If(Origins::NoKeyStore, true);
/// Note 7: not supported for keys in custom key stores, and fails for others.
const X7: Cell = Cell::If(Origins::NoKeyStore, false);
/// Note 9: it succeeds only for keys with imported material.
const I9: Cell = Cell::If(Origins::External, true);
/// Note 9: not supported for keys without imported material, and fails for others.
const X9: Cell = Cell::If(Origins::External, false);

/// A row of the page: Enabled, Disabled, PendingDeletion or PendingReplicaDeletion, PendingImport, Unavailable, Creating,
/// Updating.
type Row = [Cell; 7];

/// The row of operations that succeed in every state, or that concern no key.
const ALWAYS: Row = [OK; 7];

/// Rows of several operations each.
const CRYPTOGRAPHIC: Row = [OK, X, X, X, X, X, OK];
const TAGS_AND_DESCRIPTION: Row = [OK, OK, X, OK, OK, OK, OK];
const AUTOMATIC_ROTATION: Row = [S67, X7, X7, UN, UN, X, S67];

/// DOC: the page key-state of GUIDE-2026; INFERRED for Encapsulate, Decapsulate and GetKeyLastUsage.
const fn row(operation: Operation) -> Row {
    match operation {
        Operation::CancelKeyDeletion => [X4, X4, OK, X4, X4, X4, X4],
        Operation::CreateAlias | Operation::UpdateAlias => [OK, OK, X, OK, OK, OK, OK],
        Operation::CreateGrant => [OK, X, X, X, OK, X, OK],
        Operation::DeleteImportedKeyMaterial => [I9, I9, I9, I9, UN, X, X],
        Operation::DisableKey | Operation::EnableKey => [OK, OK, X, X, OK, X, X],
        Operation::DisableKeyRotation | Operation::EnableKeyRotation => AUTOMATIC_ROTATION,
        Operation::GetKeyRotationStatus => [S67, S67, S67, UN, UN, S67, S67],
        Operation::GetParametersForImport => [I9, I9, X9, I9, UN, X, X],
        Operation::GetPublicKey => [OK, OK, X, OK, X, X, OK],
        Operation::ImportKeyMaterial => [I9, I9, UN, I9, UN, X, OK],
        Operation::ListKeyRotations => [S7, S7, S7, OK, UN, S7, S7],
        Operation::ReplicateKey => [OK, X, X, X, X, X, X],
        Operation::RotateKeyOnDemand => [S7, X7, X7, X, UN, X, S7],
        Operation::ScheduleKeyDeletion => [OK, OK, X, OK, OK, OK, X],
        Operation::TagResource | Operation::UntagResource | Operation::UpdateKeyDescription => {
            TAGS_AND_DESCRIPTION
        }
        Operation::Decapsulate
        | Operation::Decrypt
        | Operation::DeriveSharedSecret
        | Operation::Encapsulate
        | Operation::Encrypt
        | Operation::GenerateDataKey
        | Operation::GenerateDataKeyWithoutPlaintext
        | Operation::GenerateMac
        | Operation::ReEncrypt
        | Operation::Sign
        | Operation::UpdatePrimaryRegion
        | Operation::Verify
        | Operation::VerifyMac => CRYPTOGRAPHIC,
        Operation::GenerateDataKeyPair | Operation::GenerateDataKeyPairWithoutPlaintext => {
            [OK, X, X, X, UN, X, OK]
        }
        Operation::ConnectCustomKeyStore
        | Operation::CreateCustomKeyStore
        | Operation::CreateKey
        | Operation::DeleteAlias
        | Operation::DeleteCustomKeyStore
        | Operation::DescribeCustomKeyStores
        | Operation::DescribeKey
        | Operation::DisconnectCustomKeyStore
        | Operation::GenerateRandom
        | Operation::GetKeyLastUsage
        | Operation::GetKeyPolicy
        | Operation::ListAliases
        | Operation::ListGrants
        | Operation::ListKeyPolicies
        | Operation::ListKeys
        | Operation::ListResourceTags
        | Operation::ListRetirableGrants
        | Operation::PutKeyPolicy
        | Operation::RetireGrant
        | Operation::RevokeGrant
        | Operation::UpdateCustomKeyStore => ALWAYS,
    }
}

const fn of_state(row: Row, state: KeyState) -> Cell {
    let [
        enabled,
        disabled,
        deletion,
        import,
        unavailable,
        creating,
        updating,
    ] = row;
    match state {
        KeyState::Creating => creating,
        KeyState::Disabled => disabled,
        KeyState::Enabled => enabled,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => deletion,
        KeyState::PendingImport => import,
        KeyState::Unavailable => unavailable,
        KeyState::Updating => updating,
    }
}

// Out of line, like all refusals that copy an ARN: when inlined, the compiler hoists the copy above the check.

#[cold]
#[inline(never)]
fn not_pending_deletion(key: &KeyMetadata) -> KmsError {
    KmsError::KmsInvalidState(InvalidStateError::NotPendingDeletion(*key.arn()))
}

#[cold]
#[inline(never)]
fn unsupported_origin(key: &KeyMetadata) -> KmsError {
    KmsError::UnsupportedOperation(UnsupportedOperationError::KeyOrigin {
        key: *key.arn(),
        origin: key.origin(),
    })
}

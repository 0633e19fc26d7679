//! [`require`]: what a key's state allows, and the table that says so.

use crate::access::Action;
use crate::error::{InvalidStateError, KmsError, UnsupportedOperationError};
use crate::key::{KeyMetadata, KeyOrigin, KeyState};

/// Refuses an operation that the state of its key does not allow. It reads behaviour §14.
///
/// Some cells ask for the key's origin too. What else an operation wants of a key, such as a spec, it checks itself.
pub(crate) fn require(operation: Action, key: &KeyMetadata) -> Result<(), KmsError> {
    let state = key.key_state();
    match of_state(row(operation), state) {
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
    /// Which exception it is follows from the state.
    Fails,
    /// The key is not pending deletion.
    NothingToCancel,
    /// `UnsupportedOperationException`
    Unsupported,
    /// `UnsupportedOperationException` for keys of other origins; for the rest, whether it succeeds.
    If(Origins, bool),
}

#[derive(Clone, Copy)]
enum Origins {
    /// The key's material is imported.
    External,
    /// The key is not in a custom key store.
    NoKeyStore,
}

impl Origins {
    const fn contain(self, origin: KeyOrigin) -> bool {
        match self {
            Self::External => matches!(origin, KeyOrigin::External),
            Self::NoKeyStore => matches!(origin, KeyOrigin::AwsKms | KeyOrigin::External),
        }
    }
}

// The cells as the page of AWS marks them. Which of the notes 1, 2, 3, 5, 8, 11, 14 and 15 an X stands for follows from the
// state; a cell that the page leaves out is an X.
const OK: Cell = Cell::Succeeds;
const X: Cell = Cell::Fails;
/// Note 4.
const X4: Cell = Cell::NothingToCancel;
/// Notes 6, 7 and 9.
const UN: Cell = Cell::Unsupported;
/// Note 7: keys in custom key stores cannot, others can.
const S7: Cell = Cell::If(Origins::NoKeyStore, true);
/// Note 7, and others cannot either.
const X7: Cell = Cell::If(Origins::NoKeyStore, false);
/// Note 9: keys without imported material cannot, others can.
const I9: Cell = Cell::If(Origins::External, true);
/// Note 9, and others cannot either.
const X9: Cell = Cell::If(Origins::External, false);

/// A row of the page: Enabled, Disabled, PendingDeletion or PendingReplicaDeletion, PendingImport, Unavailable, Creating,
/// Updating.
type Row = [Cell; 7];

/// What ends the same way in every state, or is about no key.
const ALWAYS: Row = [OK; 7];

/// Rows of several operations each.
const CRYPTOGRAPHIC: Row = [OK, X, X, X, X, X, OK];
const TAGS_AND_DESCRIPTION: Row = [OK, OK, X, OK, OK, OK, OK];
const AUTOMATIC_ROTATION: Row = [S7, X7, X7, UN, UN, X, S7];

/// DOC: the page key-state of GUIDE-2026; INFERRED for Encapsulate, Decapsulate and GetKeyLastUsage.
const fn row(operation: Action) -> Row {
    match operation {
        Action::CancelKeyDeletion => [X4, X4, OK, X4, X4, X4, X4],
        Action::CreateAlias | Action::UpdateAlias => [OK, OK, X, OK, OK, OK, OK],
        Action::CreateGrant => [OK, X, X, X, OK, X, OK],
        Action::DeleteImportedKeyMaterial => [I9, I9, I9, I9, UN, X, X],
        Action::DisableKey | Action::EnableKey => [OK, OK, X, X, OK, X, X],
        Action::DisableKeyRotation | Action::EnableKeyRotation => AUTOMATIC_ROTATION,
        Action::GetKeyRotationStatus => [S7, S7, S7, UN, UN, S7, S7],
        Action::GetParametersForImport => [I9, I9, X9, I9, UN, X, X],
        Action::GetPublicKey => [OK, OK, X, OK, X, X, OK],
        Action::ImportKeyMaterial => [I9, I9, UN, I9, UN, X, OK],
        Action::ListKeyRotations => [S7, S7, S7, OK, UN, S7, S7],
        Action::ReplicateKey => [OK, X, X, X, X, X, X],
        Action::RotateKeyOnDemand => [S7, X7, X7, X, UN, X, S7],
        Action::ScheduleKeyDeletion => [OK, OK, X, OK, OK, OK, X],
        Action::TagResource | Action::UntagResource | Action::UpdateKeyDescription => {
            TAGS_AND_DESCRIPTION
        }
        Action::Decapsulate
        | Action::Decrypt
        | Action::DeriveSharedSecret
        | Action::Encapsulate
        | Action::Encrypt
        | Action::GenerateDataKey
        | Action::GenerateDataKeyWithoutPlaintext
        | Action::GenerateMac
        | Action::ReEncryptFrom
        | Action::ReEncryptTo
        | Action::Sign
        | Action::UpdatePrimaryRegion
        | Action::Verify
        | Action::VerifyMac => CRYPTOGRAPHIC,
        Action::GenerateDataKeyPair | Action::GenerateDataKeyPairWithoutPlaintext => {
            [OK, X, X, X, UN, X, OK]
        }
        Action::ConnectCustomKeyStore
        | Action::CreateCustomKeyStore
        | Action::CreateKey
        | Action::DeleteAlias
        | Action::DeleteCustomKeyStore
        | Action::DescribeCustomKeyStores
        | Action::DescribeKey
        | Action::DisconnectCustomKeyStore
        | Action::GenerateRandom
        | Action::GetKeyLastUsage
        | Action::GetKeyPolicy
        | Action::ListAliases
        | Action::ListGrants
        | Action::ListKeyPolicies
        | Action::ListKeys
        | Action::ListResourceTags
        | Action::ListRetirableGrants
        | Action::PutKeyPolicy
        | Action::RetireGrant
        | Action::RevokeGrant
        | Action::SynchronizeMultiRegionKey
        | Action::UpdateCustomKeyStore => ALWAYS,
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

// Out of line, like all refusals that copy an ARN: inlined, the compiler hoists the copy above the check.

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

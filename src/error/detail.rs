//! The exceptions that come in several forms.

use core::fmt;

use crate::key::{AliasArn, EncryptionAlgorithm, KeyArn, KeyOrigin, KeySpec, KeyState, KeyUsage};

/// What was not found: the forms of `NotFoundException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFoundError {
    /// There is no alias of that name. RECORDED\*.
    #[error("Alias {0} is not found.")]
    Alias(AliasArn),

    /// The key has no grant with this id. QUOTED, for RevokeGrant and RetireGrant.
    #[error("Grant ID {0} not found")]
    Grant(String),

    /// There is no key with that id in the caller's account and Region. RECORDED.
    #[error("Key '{0}' does not exist")]
    Key(KeyArn),

    /// An ARN of another Region (RECORDED; only the Region is named), or one of another partition or service, or a
    /// malformed one (GUESS 8; the whole of it is named).
    #[error("Invalid arn {0}")]
    InvalidArn(String),

    /// Neither a key id nor an alias name nor an ARN. RECORDED since 2023, with quotes.
    #[error("Invalid keyId '{0}'")]
    InvalidKeyId(String),

    /// A key ARN that ends in no key id. RECORDED\*: without quotes.
    #[error("Invalid keyId {0}")]
    InvalidKeyIdInArn(String),
}

/// What is wrong with an ARN: the forms of `InvalidArnException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidArnError {
    /// A principal of a key policy that there cannot be, such as a group. QUOTED.
    #[error("An ARN in the specified key policy is invalid.")]
    KeyPolicy,

    /// An alias, for an operation that takes only key ids and key ARNs. RECORDED\*.
    #[error("Key Aliases are not supported for this operation.")]
    Alias,

    /// A grantee or retiring principal that is not a valid principal ARN. QUOTED (errors of AWS Lambda).
    #[error("ARN does not refer to a valid principal: {0}")]
    Principal(String),
}

/// What a key is not for: the forms of `InvalidKeyUsageException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeyUsageError {
    /// The key's `KeyUsage` is for other operations. RECORDED, with `ReEncryptTo` for the destination; `ReEncryptFrom`
    /// for the source is INFERRED.
    #[error("{key} key usage is {key_usage} which is not valid for {operation}.")]
    #[non_exhaustive]
    Usage {
        /// The key.
        key: KeyArn,
        /// What it is for.
        key_usage: KeyUsage,
        /// What was asked of it: `ReEncryptFrom`, `ReEncryptTo`, `Encrypt` and so on.
        operation: &'static str,
    },

    /// The key's material cannot do the algorithm. QUOTED, RECORDED.
    #[error("Algorithm {algorithm} is incompatible with key spec {key_spec}.")]
    #[non_exhaustive]
    Algorithm {
        /// The algorithm of the request.
        algorithm: EncryptionAlgorithm,
        /// The spec of the key.
        key_spec: KeySpec,
    },
}

impl InvalidKeyUsageError {
    pub(crate) const fn usage(key: KeyArn, key_usage: KeyUsage, operation: &'static str) -> Self {
        Self::Usage {
            key,
            key_usage,
            operation,
        }
    }

    pub(crate) const fn algorithm(algorithm: EncryptionAlgorithm, key_spec: KeySpec) -> Self {
        Self::Algorithm {
            algorithm,
            key_spec,
        }
    }
}

/// What stands in the way of an operation: the forms of `KMSInvalidStateException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStateError {
    /// The key's state. RECORDED for pending deletion and pending import, DOC for the rest.
    #[error("{key} is {}.", InWords(*.state))]
    #[non_exhaustive]
    KeyState {
        /// The key: tells source and destination apart.
        key: KeyArn,
        /// Its state.
        state: KeyState,
    },

    /// On-demand rotation of a key with imported material, and no new material to rotate to. RECORDED.
    #[error("No available key material pending rotation for the key: {0}.")]
    NoMaterialPendingRotation(KeyArn),

    /// A custom key store failed. DOC: the message is the store's.
    #[error("{0}")]
    CustomKeyStore(String),
}

impl InvalidStateError {
    /// A key in a state that does not allow the operation.
    #[must_use]
    pub const fn key_state(key: KeyArn, state: KeyState) -> Self {
        Self::KeyState { key, state }
    }
}

/// What there is too much of: the forms of `LimitExceededException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitExceededError {
    /// A key policy of more than 32 KB. DOC, GUESS 49 for the text.
    #[error("The key policy document is larger than the maximum size of 32768 bytes.")]
    KeyPolicyLength,

    /// On-demand rotations of one key. RECORDED.
    #[error(
        "The on-demand rotations limit has been reached for the given keyId. \
         No more on-demand rotations can be performed for this key: {0}"
    )]
    OnDemandRotations(KeyArn),
}

/// What is not supported: the forms of `UnsupportedOperationException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsupportedOperationError {
    /// SM2 keys exist in Regions of China only. RECORDED\*.
    #[error("KeySpec {0} is not supported in this Region")]
    KeySpecInRegion(KeySpec),

    /// A way to come by key material that this crate does not have: custom key stores, imported private keys. Ours.
    #[error("Origin {origin} is not supported here for KeySpec {key_spec}")]
    #[non_exhaustive]
    Origin {
        /// Where the material was to come from.
        origin: KeyOrigin,
        /// What the key was to be made of.
        key_spec: KeySpec,
    },

    /// A way to wrap key material that AWS has given up (DOC). GUESS 29 for the text.
    #[error("WrappingAlgorithm RSAES_PKCS1_V1_5 is not supported")]
    WrappingAlgorithm,

    /// The kind of key does not know the operation. RECORDED: there is no message.
    #[error("")]
    KindOfKey,
}

impl UnsupportedOperationError {
    #[cfg(feature = "json")]
    pub(crate) const fn origin(origin: KeyOrigin, key_spec: KeySpec) -> Self {
        Self::Origin { origin, key_spec }
    }
}

/// A key state as the messages say it.
struct InWords(KeyState);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            KeyState::Creating => "creating",
            KeyState::Enabled => "enabled",
            KeyState::Disabled => "disabled",
            KeyState::PendingDeletion => "pending deletion",
            KeyState::PendingImport => "pending import",
            KeyState::PendingReplicaDeletion => "pending replica deletion",
            KeyState::Unavailable => "unavailable",
            KeyState::Updating => "updating",
        })
    }
}

//! The details of exceptions that have several messages.

use core::fmt;

use crate::key::{
    AliasArn, EncryptionAlgorithm, KeyArn, KeyMaterialId, KeyOrigin, KeySpec, KeyState, KeyUsage,
};

/// What was not found: the forms of `NotFoundException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFoundError {
    /// The alias does not exist. RECORDED\*.
    #[error("Alias {0} is not found.")]
    Alias(AliasArn),

    /// The key has no grant with this id. QUOTED, for RevokeGrant and RetireGrant.
    #[error("Grant ID {0} not found")]
    Grant(String),

    /// The caller's account has no key with that id in the Region. RECORDED.
    #[error("Key '{0}' does not exist")]
    Key(KeyArn),

    /// A key policy with a name other than `default`. PEER; GUESS 30.
    #[error("No such policy exists")]
    Policy,

    /// An ARN of another Region (RECORDED; the message names only the Region), or one of another partition or service,
    /// or a malformed one (GUESS 8; the message names the whole ARN).
    #[error("Invalid arn {0}")]
    InvalidArn(String),

    /// Not a key id, an alias name or an ARN. RECORDED since 2023, with quotes.
    #[error("Invalid keyId '{0}'")]
    InvalidKeyId(String),

    /// A key ARN whose key id is malformed. RECORDED\*: without quotes.
    #[error("Invalid keyId {0}")]
    InvalidKeyIdInArn(String),
}

/// What already exists: the forms of `AlreadyExistsException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlreadyExistsError {
    /// An alias of that name. RECORDED.
    #[error("An alias with the name {0} already exists")]
    Alias(AliasArn),

    /// A replica in that Region. QUOTED.
    #[error("You can create only one replica of each primary key in each AWS Region.")]
    Replica,
}

/// What is wrong with an ARN: the forms of `InvalidArnException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidArnError {
    /// A key policy with a principal that is not allowed there, such as a group. QUOTED.
    #[error("An ARN in the specified key policy is invalid.")]
    KeyPolicy,

    /// An alias, for an operation that takes only key ids and key ARNs. RECORDED\*.
    #[error("Key Aliases are not supported for this operation.")]
    Alias,

    /// A grantee or retiring principal that is not a valid principal ARN. QUOTED (errors of AWS Lambda).
    #[error("ARN does not refer to a valid principal: {0}")]
    Principal(String),
}

/// Why a key cannot be used: the forms of `InvalidKeyUsageException`.
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
        /// Its usage.
        key_usage: KeyUsage,
        /// The operation, as messages name it: `ReEncryptFrom`, `ReEncryptTo`, `Encrypt` and so on.
        operation: &'static str,
    },

    /// A data key is made under symmetric keys only. RECORDED\*.
    #[error("You cannot generate a data key with an asymmetric CMK")]
    DataKey,

    /// The spec of the key does not support the algorithm. QUOTED, RECORDED.
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

/// Why a state does not allow an operation: the forms of `KMSInvalidStateException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStateError {
    /// The key's state. RECORDED for pending deletion and pending import, DOC for the rest.
    #[error("{key} is {}.", InWords(*.state))]
    #[non_exhaustive]
    KeyState {
        /// The key, which tells whether the source or the destination is meant.
        key: KeyArn,
        /// Its state.
        state: KeyState,
    },

    /// Nothing to cancel: the key's deletion is not scheduled. DOC.
    #[error("{0} is not pending deletion.")]
    NotPendingDeletion(KeyArn),

    /// New key material, while other material waits for its first rotation. RECORDED.
    #[error(
        "New key material (id: {new}) cannot be imported into KMS key {key}, because another key material \
         (id: {pending}) is pending rotation."
    )]
    #[non_exhaustive]
    MaterialPendingRotation {
        /// The key.
        key: KeyArn,
        /// What was to be imported.
        new: Box<KeyMaterialId>,
        /// What waits.
        pending: Box<KeyMaterialId>,
    },

    /// On-demand rotation of a key with imported material that has no new material to rotate to. RECORDED.
    #[error("No available key material pending rotation for the key: {0}.")]
    NoMaterialPendingRotation(KeyArn),

    /// A custom key store failed. DOC: the message is the store's.
    #[error("{0}")]
    CustomKeyStore(String),
}

impl InvalidStateError {
    pub(crate) fn pending_rotation(
        key: KeyArn,
        new: KeyMaterialId,
        pending: KeyMaterialId,
    ) -> Self {
        Self::MaterialPendingRotation {
            key,
            new: Box::new(new),
            pending: Box::new(pending),
        }
    }

    /// A key in a state that does not allow the operation.
    #[must_use]
    pub const fn key_state(key: KeyArn, state: KeyState) -> Self {
        Self::KeyState { key, state }
    }
}

/// Which quota was exceeded: the forms of `LimitExceededException`.
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

/// What is wrong with tags: the forms of `TagException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// A tag key that appears twice. RECORDED for TagResource, INFERRED for CreateKey.
    #[error("Duplicate tag keys")]
    DuplicateKeys,

    /// A tag key that begins with `aws:`, in upper or lower case. RECORDED for CreateKey.
    #[error("Tags beginning with aws: are reserved")]
    ReservedKey,

    /// More than 50 tags. RECORDED for CreateKey, INFERRED for a key that has some already.
    #[error("Too many tags")]
    TooMany,
}

/// What is not supported: the forms of `UnsupportedOperationException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsupportedOperationError {
    /// SM2 keys exist in Regions of China only. RECORDED\*.
    #[error("KeySpec {0} is not supported in this Region")]
    KeySpecInRegion(KeySpec),

    /// An origin of key material that this crate does not support, such as a custom key store. The text is this
    /// crate's.
    #[error("Origin {origin} is not supported for KeySpec {key_spec}")]
    #[non_exhaustive]
    Origin {
        /// The origin in the request.
        origin: KeyOrigin,
        /// The spec in the request.
        key_spec: KeySpec,
    },

    /// A key whose material has an origin that the operation does not support. RECORDED for AWS_KMS; INFERRED for the
    /// rest.
    #[error("{key} origin is {origin} which is not valid for this operation.")]
    #[non_exhaustive]
    KeyOrigin {
        /// The key.
        key: KeyArn,
        /// Where its material comes from.
        origin: KeyOrigin,
    },

    /// A key that is not a primary, for an operation on primaries. RECORDED for ReplicateKey of a replica, INFERRED for the
    /// rest.
    #[error("{0} is not a multi-region primary key.")]
    NotPrimary(KeyArn),

    /// A wrapping algorithm that AWS no longer supports (DOC). GUESS 29 for the text.
    #[error("WrappingAlgorithm RSAES_PKCS1_V1_5 is not supported")]
    WrappingAlgorithm,

    /// A type of data key pair that this build cannot generate (GUESS 57).
    #[error("A data key pair of KeyPairSpec {0} cannot be generated: {reason}", reason = NoPair(*.0))]
    NoDataKeyPair(KeySpec),

    /// An asymmetric key of a spec for which this build has no key pairs (GUESS 57).
    #[error("The public key of {key} is not available: {reason}", reason = NoPair(*.key_spec))]
    #[non_exhaustive]
    NoPublicKey {
        /// The key.
        key: KeyArn,
        /// Its spec.
        key_spec: KeySpec,
    },

    /// This kind of key does not support the operation. RECORDED: the exception has no message.
    #[error("")]
    KindOfKey,
}

impl UnsupportedOperationError {
    #[cfg(feature = "json")]
    pub(crate) const fn origin(origin: KeyOrigin, key_spec: KeySpec) -> Self {
        Self::Origin { origin, key_spec }
    }
}

/// Why there is no key pair of a spec.
struct NoPair(KeySpec);

impl fmt::Display for NoPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(spec) = self;
        match spec {
            KeySpec::EccNistP256
            | KeySpec::EccNistP384
            | KeySpec::EccNistP521
            | KeySpec::EccSecgP256K1
            | KeySpec::EccNistEdwards25519
                if cfg!(not(feature = "data-key-pairs")) =>
            {
                write!(
                    f,
                    "this build of kms-reencrypt has no key pairs of {spec}. Its feature data-key-pairs adds them."
                )
            }
            KeySpec::MlDsa44
            | KeySpec::MlDsa65
            | KeySpec::MlDsa87
            | KeySpec::MlKem512
            | KeySpec::MlKem768
            | KeySpec::MlKem1024 => {
                write!(f, "kms-reencrypt has no key pairs of {spec}.")
            }
            _ => f.write_str("the key provider does not supply it."),
        }
    }
}

/// A key state, as messages write it.
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

//! The types that describe a KMS key: its names, its spec and usage, its state and metadata.

mod algorithms;
mod arn;
mod id;
mod identifier;
mod inline;
mod material;
mod metadata;
mod place;
mod serde_text;
mod spec;

pub use arn::{AliasArn, InvalidArn, KeyArn};
pub use id::{AliasName, InvalidAliasName, InvalidKeyId, KeyId};
pub use identifier::KeyIdentifier;
pub use material::{InvalidKeyMaterialId, KeyMaterialId};
pub use metadata::{
    ExpirationModel, KeyManager, KeyMetadata, KeyMetadataBuilder, KeyOrigin,
    MultiRegionConfiguration, MultiRegionKeyType,
};
pub use place::{AccountId, InvalidAccountId, InvalidRegion, Place, Region};
pub(crate) use serde_text::serde_as_text;
pub(crate) use spec::SYMMETRIC_PLAINTEXT_MAX;
pub(crate) use spec::model_enum;
pub use spec::{DataKeyPairSpec, EncryptionAlgorithm, KeySpec, KeyState, KeyUsage, UnknownValue};

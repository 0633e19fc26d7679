//! [`ReEncryptResponse`].

use crate::key::{EncryptionAlgorithm, KeyArn, KeyMaterialId};

/// The response of `ReEncrypt`: every member of `ReEncryptResponse` in the service model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReEncryptResponse {
    pub(super) ciphertext_blob: Vec<u8>,
    pub(super) source_key_id: KeyArn,
    pub(super) key_id: KeyArn,
    pub(super) source_encryption_algorithm: EncryptionAlgorithm,
    pub(super) destination_encryption_algorithm: EncryptionAlgorithm,
    pub(super) source_key_material_id: Option<KeyMaterialId>,
    pub(super) destination_key_material_id: Option<KeyMaterialId>,
}

impl ReEncryptResponse {
    /// `CiphertextBlob`: the data, encrypted under the destination key.
    #[must_use]
    pub fn ciphertext_blob(&self) -> &[u8] {
        &self.ciphertext_blob
    }

    /// `CiphertextBlob`, without a copy.
    #[must_use]
    pub fn into_ciphertext_blob(self) -> Vec<u8> {
        self.ciphertext_blob
    }

    /// `SourceKeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn source_key_id(&self) -> &KeyArn {
        &self.source_key_id
    }

    /// `KeyId`: the destination key, always as a key ARN.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        &self.key_id
    }

    /// `SourceEncryptionAlgorithm`
    #[must_use]
    pub const fn source_encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.source_encryption_algorithm
    }

    /// `DestinationEncryptionAlgorithm`
    #[must_use]
    pub const fn destination_encryption_algorithm(&self) -> EncryptionAlgorithm {
        self.destination_encryption_algorithm
    }

    /// `SourceKeyMaterialId`, if the source key is symmetric.
    #[must_use]
    pub const fn source_key_material_id(&self) -> Option<&KeyMaterialId> {
        self.source_key_material_id.as_ref()
    }

    /// `DestinationKeyMaterialId`, if the destination key is symmetric.
    #[must_use]
    pub const fn destination_key_material_id(&self) -> Option<&KeyMaterialId> {
        self.destination_key_material_id.as_ref()
    }
}

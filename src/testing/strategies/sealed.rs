//! [`Sealed`]: a ciphertext and what went into it, and [`Damaged`]: one that KMS has to refuse.

use core::fmt;

use crate::context::EncryptionContext;
use crate::decrypt::{DecryptRequest, DecryptRequestBuilder};
use crate::key::{EncryptionAlgorithm, KeyArn};
use crate::re_encrypt::{ReEncryptRequest, ReEncryptRequestBuilder, ReEncryptResponse};

/// A ciphertext of a ring, and what went into it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// The key.
    pub key: KeyArn,
    /// The algorithm, which is one of the key's.
    pub algorithm: EncryptionAlgorithm,
    /// The encryption context; empty for asymmetric algorithms.
    pub encryption_context: EncryptionContext,
    /// The plaintext. It is not wiped.
    pub plaintext: Vec<u8>,
    /// The ciphertext.
    pub ciphertext_blob: Vec<u8>,
}

impl Sealed {
    /// The request that decrypts it. It names the key by its ARN.
    pub fn decrypt_request(&self) -> DecryptRequestBuilder {
        let mut builder = DecryptRequest::builder()
            .ciphertext_blob(self.ciphertext_blob.as_slice())
            .key_id(self.key)
            .encryption_algorithm(self.algorithm);
        builder.encryption_context = self.encryption_context.clone().into();
        builder
    }

    /// The request that moves it to another key, without its destination. It names the source key by its ARN.
    pub fn re_encrypt_request(&self) -> ReEncryptRequestBuilder {
        let mut builder = ReEncryptRequest::builder()
            .ciphertext_blob(self.ciphertext_blob.as_slice())
            .source_key_id(self.key)
            .source_encryption_algorithm(self.algorithm);
        builder.source_encryption_context = self.encryption_context.clone().into();
        builder
    }

    /// The same plaintext after a request moved it: under the request's destination, in the ciphertext of the response.
    #[must_use]
    pub fn moved_by(&self, request: &ReEncryptRequest, response: &ReEncryptResponse) -> Self {
        Self {
            key: *response.key_id(),
            algorithm: response.destination_encryption_algorithm(),
            encryption_context: request.destination_encryption_context().clone(),
            plaintext: self.plaintext.clone(),
            ciphertext_blob: response.ciphertext_blob().to_vec(),
        }
    }
}

/// A ciphertext that was damaged. No key opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damaged {
    /// The ciphertext as it was before.
    pub original: Sealed,
    /// What was done to it.
    pub damage: Damage,
    /// The damaged ciphertext: at least one byte.
    pub ciphertext_blob: Vec<u8>,
}

/// What was done to a ciphertext.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// The byte at this index was changed.
    Changed(usize),
    /// The end was cut off, so that this many bytes are left.
    CutTo(usize),
    /// This many bytes were added to the end.
    Extended(usize),
}

impl Damaged {
    /// The request that would decrypt it, were it not damaged. It names the key by its ARN.
    ///
    /// KMS refuses it as an `InvalidCiphertextException`; or as an `IncorrectKeyException`, if the damage is in the id of the
    /// key material (bytes 5 to 36 of a symmetric blob), so that the blob is one of another key.
    pub fn decrypt_request(&self) -> DecryptRequestBuilder {
        let builder = self.original.decrypt_request();
        builder.ciphertext_blob(self.ciphertext_blob.as_slice())
    }

    /// The request that would move it, were it not damaged, without its destination. KMS refuses it as it refuses
    /// [`decrypt_request`](Self::decrypt_request).
    pub fn re_encrypt_request(&self) -> ReEncryptRequestBuilder {
        let builder = self.original.re_encrypt_request();
        builder.ciphertext_blob(self.ciphertext_blob.as_slice())
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(at) => write!(f, "byte {at} was changed"),
            Self::CutTo(len) => write!(f, "cut to {len} bytes"),
            Self::Extended(by) => write!(f, "{by} bytes were added"),
        }
    }
}

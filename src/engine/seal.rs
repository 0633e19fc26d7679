//! [`Sealing`]: finds the key for a plaintext, proves that it may encrypt now, and encrypts.

use crate::access::Action;
use crate::blob::Frame;
use crate::context::EncryptionContext;
use crate::error::{KmsError, ValidationError};
use crate::key::{
    DataKeyPairSpec, EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, KeyOrigin,
};
use crate::provider::{MessageNonces, PendingUse};
use crate::random::Random;
use crate::secret::Plaintext;

use super::aad::with_aad;
use super::refusal;
use super::session::{NamedBy, Session};
use super::usable::{Demand, UsableKey};

/// The key to seal under, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SealingRequest<'a> {
    pub(crate) key_id: &'a KeyIdentifier,
    pub(crate) algorithm: EncryptionAlgorithm,
    pub(crate) context: &'a EncryptionContext,
    pub(crate) action: Action,
    /// The ARN of the source, for `kms:ReEncryptOnSameKey`.
    pub(crate) re_encrypted_from: Option<&'a KeyArn>,
    /// The pair of data keys whose private key is to be sealed, for `kms:DataKeyPairSpec`.
    pub(crate) data_key_pair_spec: Option<DataKeyPairSpec>,
}

/// A key that may seal.
#[derive(Debug)]
pub(crate) struct Sealing<'v> {
    key: UsableKey<'v>,
    action: Action,
    algorithm: EncryptionAlgorithm,
    context: &'v EncryptionContext,
    random: Random<'v>,
}

/// A new ciphertext.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) ciphertext: Vec<u8>,
    /// The key material, if the key is symmetric.
    pub(crate) key_material_id: Option<KeyMaterialId>,
}

impl<'v> Sealing<'v> {
    /// Finds the key and proves that it may encrypt.
    pub(crate) fn prepare(
        session: &Session<'v>,
        request: &SealingRequest<'v>,
    ) -> Result<Self, KmsError> {
        let key = session
            .key(request.key_id)
            .map_err(|error| session.unresolved(request.action, error))?;
        let metadata = key.metadata();
        let arn = metadata.arn();
        session.note_destination(arn, metadata.current_key_material_id());
        let demand = Demand {
            action: request.action,
            algorithm: request.algorithm,
            context: request.context,
            alias: request.key_id.alias_name(),
            named_by: NamedBy::Request,
            re_encrypt_on_same_key: request.re_encrypted_from.map(|source| source == arn),
            data_key_pair_spec: request.data_key_pair_spec,
        };
        let key = UsableKey::prove(session, key, &demand)?;
        Ok(Self {
            key,
            action: request.action,
            algorithm: request.algorithm,
            context: request.context,
            random: session.random(),
        })
    }

    /// The use of the key, to be noted when the operation has succeeded.
    pub(crate) fn begin_use(&self, session: &Session<'_>) -> Option<PendingUse<'_>> {
        session.begin_use(&self.key, self.action)
    }

    /// The origin of the key's material.
    pub(crate) fn key_origin(&self) -> KeyOrigin {
        self.key.metadata().origin()
    }

    /// The ARN of the key.
    pub(crate) fn key_arn(&self) -> &KeyArn {
        self.key.metadata().arn()
    }

    /// Refuses a plaintext that is too long for the key.
    pub(crate) fn check_len(&self, len: usize) -> Result<(), KmsError> {
        let key_spec = self.key.metadata().key_spec();
        match key_spec.plaintext_max(self.algorithm) {
            Some(max) if len > max => {
                Err(ValidationError::plaintext_too_long(self.algorithm, key_spec, max).into())
            }
            _ => Ok(()),
        }
    }

    /// Encrypts a plaintext that [`check_len`](Self::check_len) has accepted.
    ///
    /// Inlined with its callers: the system call that draws the nonces flushes the return predictor, so returns from
    /// calls made before it are mispredicted.
    #[inline(always)]
    pub(crate) fn seal(&self, plaintext: Plaintext) -> Result<Sealed, KmsError> {
        if self.algorithm.is_asymmetric() {
            let ciphertext = self
                .key
                .encrypt(self.algorithm, plaintext.expose(), self.random)
                .map_err(refusal::action)?;
            return Ok(Sealed {
                ciphertext,
                key_material_id: None,
            });
        }
        let key_material_id = self.key.metadata().current_key_material_id();
        let key_material_id = *key_material_id.ok_or_else(KmsError::no_current_material)?;
        let ciphertext = self.seal_blob(plaintext, &key_material_id)?;
        Ok(Sealed {
            ciphertext,
            key_material_id: Some(key_material_id),
        })
    }

    /// Encrypts a copy of a plaintext that [`check_len`](Self::check_len) has accepted. The copy is made in the buffer
    /// of the blob, where a symmetric key seals it in place.
    pub(crate) fn seal_copy(&self, plaintext: &[u8]) -> Result<Sealed, KmsError> {
        let frame = Frame::for_plaintext(plaintext.len());
        self.seal(Plaintext::copied_with_room(
            frame.before_plaintext(),
            plaintext,
            Frame::behind_content(),
        ))
    }

    /// Seals in the buffer of the plaintext. If `Opening` has left the room for a blob in it, nothing is copied.
    #[inline(always)]
    fn seal_blob(
        &self,
        plaintext: Plaintext,
        key_material_id: &KeyMaterialId,
    ) -> Result<Vec<u8>, KmsError> {
        let frame = Frame::for_plaintext(plaintext.len());
        let mut blob = plaintext.into_room(frame.before_plaintext(), Frame::behind_content());
        // Draws both nonces at once: a system call costs more than the bytes that it returns.
        let mut drawn = [0; 28];
        self.random.fill(&mut drawn).map_err(KmsError::internal)?;
        let nonces = MessageNonces::from_bytes(&drawn);
        let parts = frame
            .write(blob.buffer_mut(), key_material_id, &nonces)
            .ok_or_else(KmsError::unframed)?;
        *parts.tag = with_aad(parts.header, self.context, |aad| {
            self.key.seal(&nonces, aad, parts.content)
        })
        .map_err(refusal::action)?;
        Ok(blob.into_public())
    }
}

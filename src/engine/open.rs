//! [`Opening`]: finds the key of a ciphertext, proves that it may decrypt now, and decrypts.

use crate::access::Action;
use crate::blob::{self, BlobVersion, CiphertextBlob, Frame};
use crate::context::EncryptionContext;
use crate::error::{KmsError, NotFoundError, ValidationError};
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, KeyOrigin};
use crate::provider::{KeyProviderError, KeyRef, MessageNonces, PendingUse};
use crate::random::Random;
use crate::resolve::{self, Unresolved};
use crate::secret::Plaintext;

use super::aad::with_aad;
use super::refusal;
use super::session::{NamedBy, Session};
use super::usable::{Demand, UsableKey, authorize};

/// The ciphertext to open, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpeningRequest<'a> {
    /// The ciphertext; `None` if a dry run ignores it.
    pub(crate) ciphertext: Option<&'a [u8]>,
    /// The key that the request names.
    pub(crate) key_id: Option<&'a KeyIdentifier>,
    /// The name of that member in the request.
    pub(crate) key_id_member: &'static str,
    pub(crate) algorithm: EncryptionAlgorithm,
    pub(crate) context: &'a EncryptionContext,
    pub(crate) action: Action,
    /// The destination as the request names it, for `kms:ReEncryptOnSameKey`.
    pub(crate) re_encrypted_under: Option<&'a KeyIdentifier>,
}

/// A ciphertext and the key that may open it.
#[derive(Debug)]
pub(crate) struct Opening<'v> {
    key: UsableKey<'v>,
    action: Action,
    ciphertext: Ciphertext<'v>,
    context: &'v EncryptionContext,
    random: Random<'v>,
}

#[derive(Debug)]
enum Ciphertext<'v> {
    Asymmetric(EncryptionAlgorithm, &'v [u8]),
    /// A dry run ignores it.
    Ignored,
    Symmetric(CiphertextBlob<'v>),
}

impl Ciphertext<'_> {
    const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        match self {
            Self::Symmetric(blob) => Some(blob.key_material_id()),
            Self::Asymmetric(..) | Self::Ignored => None,
        }
    }
}

impl<'v> Opening<'v> {
    /// Finds the key and proves that it may decrypt.
    ///
    /// Symmetric: parse, resolve the named key, compare it with the blob's, then [`UsableKey`]. Asymmetric: the key
    /// must be named. The order is RECORDED or decided in behaviour §4.3, behaviour §11 and behaviour §12.
    pub(crate) fn prepare(
        session: &Session<'v>,
        request: &OpeningRequest<'v>,
    ) -> Result<Self, KmsError> {
        let (key, ciphertext) = match request.ciphertext {
            Some(bytes) if request.algorithm.is_asymmetric() => {
                let key = named_key(session, request)?;
                (key, Ciphertext::Asymmetric(request.algorithm, bytes))
            }
            Some(bytes) => {
                let Ok(blob) = CiphertextBlob::parse(bytes) else {
                    return Err(KmsError::InvalidCiphertext);
                };
                let key = key_of_blob(session, request, &blob)?;
                (key, Ciphertext::Symmetric(blob))
            }
            None => (named_key(session, request)?, Ciphertext::Ignored),
        };
        let arn = key.metadata().arn();
        session.note_source(arn, ciphertext.key_material_id());
        let demand = demand(session, request, arn);
        let key = UsableKey::prove(session, key, &demand)?;
        Ok(Self {
            key,
            action: request.action,
            ciphertext,
            context: request.context,
            random: session.random(),
        })
    }

    /// The use of the key, to be noted when the operation has succeeded.
    pub(crate) fn begin_use(&self, session: &Session<'_>) -> Option<PendingUse<'_>> {
        session.begin_use(&self.key, self.action)
    }

    /// The ARN of the key.
    pub(crate) fn key_arn(&self) -> &KeyArn {
        self.key.metadata().arn()
    }

    /// Where the key's material comes from.
    pub(crate) fn key_origin(&self) -> KeyOrigin {
        self.key.metadata().origin()
    }

    /// The key material that made the ciphertext, if it is symmetric.
    pub(crate) const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.ciphertext.key_material_id()
    }

    /// Decrypts. `None` if a dry run ignores the ciphertext.
    ///
    /// Every fault of a ciphertext gives the same error, so that the error is no oracle.
    pub(crate) fn open(&self) -> Result<Option<Plaintext>, KmsError> {
        match &self.ciphertext {
            Ciphertext::Asymmetric(algorithm, bytes) => {
                let plaintext = self.key.decrypt(*algorithm, bytes, self.random);
                plaintext.map(Some).map_err(refusal::action)
            }
            Ciphertext::Ignored => Ok(None),
            Ciphertext::Symmetric(blob) => self.open_blob(blob).map(Some),
        }
    }

    /// Opens a blob in a buffer that already has room around the plaintext for a new blob.
    fn open_blob(&self, blob: &CiphertextBlob<'_>) -> Result<Plaintext, KmsError> {
        // A blob of version 1 has neither a header of this length nor a derivation nonce.
        let (Some(header), Some(derivation)) =
            (blob.header().first_chunk(), blob.derivation_nonce())
        else {
            return Err(KmsError::InvalidCiphertext);
        };
        let nonces = MessageNonces {
            derivation: *derivation,
            iv: *blob.iv(),
        };
        // Decrypts in a copy of the blob, so that the plaintext already is where the new blob needs it. The copy is
        // made first, because reading bytes right after storing them stalls.
        let copy = blob.as_bytes().to_vec();
        let before = Frame::for_content(blob.ciphertext().len()).before_plaintext();
        let mut plaintext = Plaintext::in_room(before, copy, Frame::behind_content())
            .ok_or(KmsError::InvalidCiphertext)?;
        let content = plaintext.expose_mut_from(blob::CONTENT_HEADER_LEN);
        let id = blob.key_material_id();
        with_aad(header, self.context, |aad| {
            self.key.open(id, &nonces, aad, content, blob.tag())
        })
        .map_err(refusal::action)?;
        if !blob::check_content_header(content, blob.origin()) {
            return Err(KmsError::InvalidCiphertext);
        }
        Ok(plaintext)
    }
}

/// The key that the request names, which is required.
fn named_key<'v>(
    session: &Session<'v>,
    request: &OpeningRequest<'v>,
) -> Result<KeyRef<'v>, KmsError> {
    let identifier = request
        .key_id
        .ok_or(ValidationError::MustNotBeNull(request.key_id_member))?;
    session
        .key(identifier)
        .map_err(|error| session.unresolved(request.action, error))
}

/// The key that made a blob. If the request names a key, it has to be the same one.
fn key_of_blob<'v>(
    session: &Session<'v>,
    request: &OpeningRequest<'v>,
    blob: &CiphertextBlob<'_>,
) -> Result<KeyRef<'v>, KmsError> {
    let id = blob.key_material_id();
    // This crate has never written version 1, so no key of its own made such a blob, whatever material it names.
    let is_ours = blob.version() == BlobVersion::V2;
    let by_material = || {
        if is_ours {
            session.view().key_with_material(session.place(), id)
        } else {
            Err(KeyProviderError::NotFound)
        }
    };
    let Some(identifier) = request.key_id else {
        return by_material().map_err(|error| session.unknown_material(request.action, error));
    };
    match (session.key(identifier), identifier) {
        (Ok(key), _) if is_ours && key.has_material(id) => Ok(key),
        (Ok(key), _) => Err(incorrect_key(session, request, &key)),
        // A bare key id suffices for a key of another account, because the blob identifies the key (DOC, service
        // model).
        (
            Err(Unresolved::NotFound(error @ NotFoundError::Key(_))),
            KeyIdentifier::KeyId(key_id),
        ) => match by_material() {
            Ok(key) if key.metadata().arn().key_id() == key_id => Ok(key),
            Ok(_) | Err(KeyProviderError::NotFound) => Err(error.into()),
            Err(failure) => Err(resolve::failure(failure)),
        },
        (Err(error), _) => Err(session.unresolved(request.action, error)),
    }
}

/// The refusal of a key that did not make the blob. For a key of another account, a caller without permission gets the
/// same answer as for a missing key.
fn incorrect_key(
    session: &Session<'_>,
    request: &OpeningRequest<'_>,
    key: &KeyRef<'_>,
) -> KmsError {
    let metadata = key.metadata();
    let arn = metadata.arn();
    session.note_source(arn, None);
    if Some(arn.account()) == session.caller().account() {
        return KmsError::IncorrectKey;
    }
    match authorize(session, key, metadata, &demand(session, request, arn)) {
        Ok(()) => KmsError::IncorrectKey,
        Err(denied) => denied,
    }
}

fn demand<'a>(session: &Session<'_>, request: &OpeningRequest<'a>, key: &KeyArn) -> Demand<'a> {
    Demand {
        action: request.action,
        algorithm: request.algorithm,
        context: request.context,
        alias: request.key_id.and_then(KeyIdentifier::alias_name),
        named_by: if request.key_id.is_some() {
            NamedBy::Request
        } else {
            NamedBy::Ciphertext
        },
        data_key_pair_spec: None,
        re_encrypt_on_same_key: request
            .re_encrypted_under
            .and_then(|destination| session.is_named(key, destination)),
    }
}

//! [`SymmetricMaterial`]: AES-256-GCM under a fresh key for every message.

use core::fmt;
use std::sync::Arc;

use hmac::digest::Key as MacKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::key::{KeyId, KeyMaterialId};
use crate::provider::{KeyActionError, MessageNonces};
use crate::random::{Random, RandomnessUnavailable};
#[cfg(feature = "snapshot")]
use crate::secret::boxed;
use crate::secret::overwrite_stack;

use super::failure::internal;
use super::gcm;
use super::message_key::{MATERIAL_LEN, MessageKdf};

const MATERIAL_ID_LABEL: &[u8] = b"kms-reencrypt:key-material-id\0";

/// One key material of a symmetric key, which seals and opens messages. It is wiped when it is dropped.
///
/// It seals and opens as [`KmsKey`](crate::provider::KmsKey) requires: AES-256-GCM under a message key that is derived
/// from the material and the derivation nonce. A symmetric key has one such material, or several if it was rotated; the
/// documentation of [`provider`](crate::provider) has a complete key.
///
/// ```
/// use kms_reencrypt::primitives::SymmetricMaterial;
/// use kms_reencrypt::provider::MessageNonces;
///
/// let key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse()?;
/// let material = SymmetricMaterial::new(&key_id, &[7; 32]);
/// // Never the same bytes twice: the engine draws them for every message.
/// let nonces = MessageNonces::from_bytes(&[1; 28]);
/// let mut message = *b"attack at dawn";
/// let tag = material.seal(&nonces, b"additional data", &mut message)?;
/// material.open(&nonces, b"additional data", &mut message, &tag)?;
/// assert_eq!(&message, b"attack at dawn");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SymmetricMaterial {
    id: KeyMaterialId,
    kdf: MessageKdf,
    /// The material itself, which only a snapshot of the ring needs.
    #[cfg(feature = "snapshot")]
    bytes: Box<Zeroizing<[u8; MATERIAL_LEN]>>,
}

// `seal` and `open` are compiled with the keys that call them. Compiled elsewhere, they may keep the state of GHASH in
// memory, which costs an eighth of the time for a message of 4 KiB.
impl SymmetricMaterial {
    /// Generates material for a key.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the random source fails.
    pub fn generate(
        key_id: &KeyId,
        random: Random<'_>,
    ) -> Result<Arc<Self>, RandomnessUnavailable> {
        Ok(Self::new(key_id, &*Self::random_bytes(random)?))
    }

    /// Fresh bytes of a material.
    pub(crate) fn random_bytes(
        random: Random<'_>,
    ) -> Result<Zeroizing<[u8; MATERIAL_LEN]>, RandomnessUnavailable> {
        let mut bytes = Zeroizing::new([0; MATERIAL_LEN]);
        random.fill(bytes.as_mut_slice())?;
        Ok(bytes)
    }

    /// The material with these bytes, for a key.
    ///
    /// It is in an `Arc` from the start, since moving it would leave copies of it on the stack. The caller has to wipe
    /// `bytes`.
    pub fn new(key_id: &KeyId, bytes: &[u8; MATERIAL_LEN]) -> Arc<Self> {
        let material = Self::compute(key_id, bytes);
        overwrite_stack();
        material
    }

    /// Out of line, so that the stack frame with the secrets ends before the caller overwrites the stack.
    #[inline(never)]
    fn compute(key_id: &KeyId, bytes: &[u8; MATERIAL_LEN]) -> Arc<Self> {
        Arc::new(Self {
            id: material_id(key_id, bytes),
            kdf: MessageKdf::new(bytes),
            #[cfg(feature = "snapshot")]
            bytes: boxed(bytes),
        })
    }

    /// The id of the material, as [`material_id`] derives it.
    #[must_use]
    pub const fn id(&self) -> &KeyMaterialId {
        &self.id
    }

    /// The material itself.
    #[cfg(feature = "snapshot")]
    pub(crate) fn expose(&self) -> &[u8; MATERIAL_LEN] {
        &self.bytes
    }

    /// Encrypts `in_out` in place and returns the tag: what [`KmsKey::seal`](crate::provider::KmsKey::seal) does under
    /// this material.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if `in_out` is longer than AES-GCM allows: 64 GiB.
    #[inline]
    pub fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        self.with_message_key(nonces, |key| gcm::seal(key, &nonces.iv, aad, in_out))
            .map_err(|error| internal("the plaintext is too long", error))
    }

    /// Verifies the tag and decrypts `in_out` in place: what [`KmsKey::open`](crate::provider::KmsKey::open) does under
    /// this material.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`], with `in_out` unchanged, if the tag is wrong.
    #[inline]
    pub fn open(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        self.with_message_key(nonces, |key| gcm::open(key, &nonces.iv, aad, in_out, tag))
            .ok_or(KeyActionError::Rejected)
    }

    /// Lends the key of one message, for a provider that computes AES-256-GCM with another library. The key is wiped when
    /// `act` returns; the material itself stays here.
    ///
    /// ```
    /// use aes_gcm::aead::{AeadInOut, KeyInit};
    /// use kms_reencrypt::primitives::SymmetricMaterial;
    /// use kms_reencrypt::provider::MessageNonces;
    ///
    /// let key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse()?;
    /// let material = SymmetricMaterial::new(&key_id, &[7; 32]);
    /// let nonces = MessageNonces::from_bytes(&[1; 28]);
    /// let mut message = *b"attack at dawn";
    /// let tag = material.with_message_key(&nonces, |key| {
    ///     let cipher = aes_gcm::Aes256Gcm::new(key.into());
    ///     let in_out = (&mut message[..]).into();
    ///     cipher.encrypt_inout_detached(&nonces.iv.into(), b"additional data", in_out)
    /// });
    /// let tag = tag.expect("short enough").into();
    /// material.open(&nonces, b"additional data", &mut message, &tag)?;
    /// assert_eq!(&message, b"attack at dawn");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn with_message_key<T>(
        &self,
        nonces: &MessageNonces,
        act: impl FnOnce(&[u8; 32]) -> T,
    ) -> T {
        let mut key = self.kdf.message_key(&nonces.derivation);
        let result = act(&key);
        key.as_mut_slice().zeroize();
        result
    }
}

impl fmt::Debug for SymmetricMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SymmetricMaterial")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The id of a key material of a key: HMAC-SHA-256, with the material as its key, over the label
/// `kms-reencrypt:key-material-id`, a zero byte and the text of the key id.
///
/// It is the same in all Regions of a multi-Region key, and differs for the same bytes under another key id. Blobs name
/// their material by it, so a provider with its own materials has to derive it in the same way.
///
/// ```
/// use kms_reencrypt::primitives::{SymmetricMaterial, material_id};
///
/// let key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse()?;
/// let id = material_id(&key_id, &[7; 32]);
/// assert_eq!(&id, SymmetricMaterial::new(&key_id, &[7; 32]).id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn material_id(key_id: &KeyId, material: &[u8; MATERIAL_LEN]) -> KeyMaterialId {
    let mut mac = keyed(material);
    mac.update(MATERIAL_ID_LABEL);
    mac.update(key_id.as_bytes());
    KeyMaterialId::from_bytes(mac.finalize().into_bytes().into())
}

/// HMAC-SHA-256 under a key of 32 bytes.
pub(crate) fn keyed(key: &[u8; MATERIAL_LEN]) -> Hmac<Sha256> {
    // HMAC pads a shorter key with zeros to one block of the hash (RFC 2104). Padding it here leaves no error to
    // handle.
    let mut block = MacKey::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let keyed = <Hmac<Sha256> as KeyInit>::new(&block);
    block.zeroize();
    keyed
}

#[cfg(test)]
mod tests {
    use super::{Arc, SymmetricMaterial};
    use crate::provider::{KeyActionError, MessageNonces};

    const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const NONCES: MessageNonces = MessageNonces {
        derivation: [1; 16],
        iv: [2; 12],
    };

    fn material(byte: u8, key_id: &str) -> Arc<SymmetricMaterial> {
        SymmetricMaterial::new(&key_id.parse().unwrap(), &[byte; 32])
    }

    #[test]
    fn the_id_depends_on_material_and_key_id() {
        let id = *material(7, KEY_ID).id();
        assert_eq!(&id, material(7, KEY_ID).id());
        assert_ne!(&id, material(8, KEY_ID).id());
        assert_ne!(
            &id,
            material(7, "0987dcba-09fe-87dc-65ba-ab0987654321").id()
        );
    }

    #[test]
    fn what_is_sealed_opens_under_the_same_material_nonces_and_aad_only() {
        let mut message = *b"attack at dawn";
        let tag = material(7, KEY_ID)
            .seal(&NONCES, b"aad", &mut message)
            .unwrap();
        let sealed = message;
        let open = |byte, nonces: &MessageNonces, aad: &[u8]| {
            let mut message = sealed;
            let opened = material(byte, KEY_ID).open(nonces, aad, &mut message, &tag);
            opened.map(|()| message)
        };
        assert_eq!(open(7, &NONCES, b"aad"), Ok(*b"attack at dawn"));
        assert_eq!(open(8, &NONCES, b"aad"), Err(KeyActionError::Rejected));
        assert_eq!(open(7, &NONCES, b"aae"), Err(KeyActionError::Rejected));
        let other = MessageNonces {
            derivation: [3; 16],
            ..NONCES
        };
        assert_eq!(open(7, &other, b"aad"), Err(KeyActionError::Rejected));
        let other = MessageNonces {
            iv: [3; 12],
            ..NONCES
        };
        assert_eq!(open(7, &other, b"aad"), Err(KeyActionError::Rejected));
    }

    #[test]
    fn debug_output_has_no_material() {
        let debug = format!("{:?}", material(0xab, KEY_ID));
        assert!(
            !debug.contains("ab, ab") && !debug.contains("171, 171"),
            "{debug}"
        );
    }
}

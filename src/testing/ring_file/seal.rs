//! [`Seal`]: seals and opens the secrets of one snapshot.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::primitives::gcm::{self, IV_LEN, KEY_LEN, TAG_LEN};
use crate::primitives::symmetric;
use crate::secret::boxed;

use super::secret::SecretBytes;

const CHECK_LABEL: &[u8] = b"kms-reencrypt:snapshot:check";
const CIPHER_LABEL: &[u8] = b"kms-reencrypt:snapshot:cipher";

/// AES-256-GCM under a key that only one file has, so that the nonces can be counted.
pub(super) struct Seal {
    check: Hmac<Sha256>,
    cipher_key: Box<Zeroizing<[u8; KEY_LEN]>>,
}

/// A sealed part and its place in the file. A part does not open in another place.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Document,
    Key(usize),
}

impl Seal {
    /// The seal of the file with this key.
    pub(super) fn new(file_key: &[u8; 32]) -> Self {
        let mut derived = keyed(file_key, CIPHER_LABEL).finalize().into_bytes();
        let cipher_key = boxed(derived.as_ref());
        derived.zeroize();
        Self {
            check: keyed(file_key, CHECK_LABEL),
            cipher_key,
        }
    }

    /// A check value, which shows whether the key or passphrase is right even if the rest is damaged.
    pub(super) fn check(&self) -> [u8; 32] {
        self.check.clone().finalize().into_bytes().into()
    }

    /// Whether a file's check value is that of this seal.
    pub(super) fn has_check(&self, check: &[u8]) -> bool {
        self.check.clone().verify_slice(check).is_ok()
    }

    /// Encrypts a secret and authenticates it together with public bytes. `None` if it is too long for GCM.
    pub(super) fn close(&self, part: Part, public: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(secret.len().saturating_add(TAG_LEN)));
        bytes.extend_from_slice(secret);
        let tag = gcm::seal(&self.cipher_key, &part.nonce()?, public, &mut bytes).ok()?;
        bytes.extend_from_slice(&tag);
        Some(core::mem::take(&mut *bytes))
    }

    /// Opens what [`close`](Self::close) closed with the same seal, for the same part, with the same public bytes.
    pub(super) fn open(&self, part: Part, public: &[u8], sealed: &[u8]) -> Option<SecretBytes> {
        let (sealed, tag) = sealed.split_last_chunk::<TAG_LEN>()?;
        let mut bytes = SecretBytes::new(sealed.to_vec());
        gcm::open(&self.cipher_key, &part.nonce()?, public, &mut bytes, tag)?;
        Some(bytes)
    }
}

impl Part {
    fn nonce(self) -> Option<[u8; IV_LEN]> {
        let number = match self {
            Self::Document => u64::MAX,
            Self::Key(at) => u64::try_from(at).ok()?,
        };
        let mut nonce = [0; IV_LEN];
        nonce
            .last_chunk_mut()
            .map(|last| *last = number.to_be_bytes())?;
        Some(nonce)
    }
}

/// HMAC-SHA-256 under a key, over some text so far.
pub(super) fn keyed(key: &[u8; 32], text: &[u8]) -> Hmac<Sha256> {
    symmetric::keyed(key).chain_update(text)
}

//! [`WrappingKeys`]: the key pairs for which key material is wrapped on its way into the ring.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeySpec, model_enum};
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

use crate::primitives::rsa_key::RsaKey;
use crate::primitives::sm2_key::Sm2Key;

model_enum! {
    /// What key material is wrapped for: `WrappingKeySpec`.
    WrappingKeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        Sm2 = "SM2",
    }
}

/// The wrapping keys of a ring, made when they are first asked for: most rings never need one.
#[derive(Default)]
pub(crate) struct WrappingKeys {
    pairs: Mutex<HashMap<WrappingKeySpec, Arc<WrappingKey>>>,
    token_key: Mutex<Option<Zeroizing<[u8; 32]>>>,
}

/// A key pair for which key material is wrapped.
pub(crate) enum WrappingKey {
    Rsa(RsaKey),
    Sm2(Sm2Key),
}

impl WrappingKeys {
    /// The key pair of a spec: the same one every time. Whoever comes while it is being made waits.
    pub(crate) fn pair(
        &self,
        spec: WrappingKeySpec,
        random: Random<'_>,
    ) -> Result<Arc<WrappingKey>, KmsError> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = pairs.get(&spec) {
            return Ok(Arc::clone(pair));
        }
        let rsa = |spec| RsaKey::generate(spec, random).map(WrappingKey::Rsa);
        let pair = match spec {
            WrappingKeySpec::Rsa2048 => rsa(KeySpec::Rsa2048),
            WrappingKeySpec::Rsa3072 => rsa(KeySpec::Rsa3072),
            WrappingKeySpec::Rsa4096 => rsa(KeySpec::Rsa4096),
            WrappingKeySpec::Sm2 => Sm2Key::generate(random)
                .map(WrappingKey::Sm2)
                .map_err(Into::into),
        };
        let pair = Arc::new(pair.map_err(KmsError::internal)?);
        pairs.insert(spec, Arc::clone(&pair));
        Ok(pair)
    }

    /// The key that authenticates import tokens.
    pub(crate) fn token_key(&self, random: Random<'_>) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        let mut key = self
            .token_key
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let mut fresh = Zeroizing::new([0; 32]);
        random
            .fill(fresh.as_mut_slice())
            .map_err(KmsError::internal)?;
        Ok(key.insert(fresh).clone())
    }
}

impl WrappingKey {
    /// `SubjectPublicKeyInfo` in DER.
    pub(crate) fn public_key_der(&self) -> Result<Vec<u8>, KmsError> {
        match self {
            Self::Rsa(key) => key.public_key_der(),
            Self::Sm2(key) => key.public_key_der(),
        }
        .map_err(KmsError::internal)
    }

    /// How long the ciphertext of an RSA key is.
    pub(crate) fn modulus_len(&self) -> Option<usize> {
        match self {
            Self::Rsa(key) => key.key_spec().modulus_len(),
            Self::Sm2(_) => None,
        }
    }

    pub(crate) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        match self {
            Self::Rsa(key) => key.decrypt(algorithm, ciphertext, random),
            Self::Sm2(key) => key.decrypt(algorithm, ciphertext),
        }
    }
}

impl fmt::Debug for WrappingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKeys(..)")
    }
}

//! [`WrappingKeys`]: the key pairs for which key material is wrapped on its way into the ring.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::error::KmsError;
use crate::key::{KeySpec, model_enum};
use crate::primitives::key_pair::KeyPair;
use crate::random::Random;

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
pub(super) struct WrappingKeys {
    pairs: Mutex<HashMap<WrappingKeySpec, Arc<KeyPair>>>,
    token_key: Mutex<Option<Zeroizing<[u8; 32]>>>,
}

impl WrappingKeys {
    /// The key pair of a spec: the same one every time. Whoever comes while it is being made waits.
    pub(super) fn pair(
        &self,
        spec: WrappingKeySpec,
        random: Random<'_>,
    ) -> Result<Arc<KeyPair>, KmsError> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = pairs.get(&spec) {
            return Ok(Arc::clone(pair));
        }
        let pair = KeyPair::generate(spec.key_spec(), random).map_err(KmsError::internal)?;
        let pair = Arc::new(pair);
        pairs.insert(spec, Arc::clone(&pair));
        Ok(pair)
    }

    /// The key that authenticates import tokens.
    pub(super) fn token_key(&self, random: Random<'_>) -> Result<Zeroizing<[u8; 32]>, KmsError> {
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

impl WrappingKeySpec {
    /// The same as the spec of a key.
    const fn key_spec(self) -> KeySpec {
        match self {
            Self::Rsa2048 => KeySpec::Rsa2048,
            Self::Rsa3072 => KeySpec::Rsa3072,
            Self::Rsa4096 => KeySpec::Rsa4096,
            Self::Sm2 => KeySpec::Sm2,
        }
    }
}

impl fmt::Debug for WrappingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKeys(..)")
    }
}

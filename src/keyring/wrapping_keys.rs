//! [`WrappingKeys`]: the key pairs for which material to import is wrapped.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::error::KmsError;
use crate::key::{KeySpec, model_enum};
use crate::primitives::key_pair::KeyPair;
use crate::random::Random;

model_enum! {
    /// The spec of the key pair for which material is wrapped: `WrappingKeySpec`.
    WrappingKeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        Sm2 = "SM2",
    }
}

/// The wrapping keys of a ring, generated when they are first needed, since most rings never need one.
#[derive(Default)]
pub(super) struct WrappingKeys {
    pairs: Mutex<HashMap<WrappingKeySpec, Arc<KeyPair>>>,
    token_key: Mutex<Option<Zeroizing<[u8; 32]>>>,
}

impl WrappingKeys {
    /// The key pair of a spec: the same one every time.
    ///
    /// It is generated before the lock is taken, since the random source is foreign code. Threads that need it at the
    /// same time each generate one, and the first to finish is kept.
    pub(super) fn pair(
        &self,
        spec: WrappingKeySpec,
        random: Random<'_>,
    ) -> Result<Arc<KeyPair>, KmsError> {
        let made = lock(&self.pairs).get(&spec).cloned();
        if let Some(pair) = made {
            return Ok(pair);
        }
        let pair = KeyPair::generate(spec.key_spec(), random).map_err(KmsError::internal)?;
        let pair = Arc::new(pair);
        Ok(Arc::clone(lock(&self.pairs).entry(spec).or_insert(pair)))
    }

    /// The key that authenticates import tokens. It is generated in the same way as the key pairs.
    pub(super) fn token_key(&self, random: Random<'_>) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        let made = lock(&self.token_key).clone();
        if let Some(key) = made {
            return Ok(key);
        }
        let mut fresh = Zeroizing::new([0; 32]);
        random
            .fill(fresh.as_mut_slice())
            .map_err(KmsError::internal)?;
        Ok(lock(&self.token_key).get_or_insert(fresh).clone())
    }

    /// The number of key pairs so far.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        lock(&self.pairs).len()
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

/// Ignores poisoning: values are inserted whole, so a panic leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

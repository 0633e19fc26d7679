//! [`DeferredPair`]: a key pair that is generated when its public key is first needed.

use core::fmt;
use std::sync::{Mutex, OnceLock};

use hmac::{Hmac, Mac};
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::KeySpec;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::symmetric::keyed;
use crate::random::{Random, RandomnessUnavailable};

/// The key pair of an RSA key that does not encrypt. Only `GetPublicKey` needs it. Most signing keys in tests exist
/// only to be refused, and generating a pair takes from a tenth of a second to a minute.
///
/// The pair is derived from a seed, which is drawn when the key is created.
pub(super) struct DeferredPair {
    spec: KeySpec,
    seed: Box<Zeroizing<[u8; SEED_LEN]>>,
    pair: OnceLock<Option<KeyPair>>,
}

const SEED_LEN: usize = 32;

impl DeferredPair {
    /// A pair whose seed is drawn now.
    pub(super) fn new(spec: KeySpec, random: Random<'_>) -> Result<Self, RandomnessUnavailable> {
        let mut seed = Box::new(Zeroizing::new([0; SEED_LEN]));
        random.fill(seed.as_mut_slice())?;
        Ok(Self {
            spec,
            seed,
            pair: OnceLock::new(),
        })
    }

    /// The pair. The first call generates it, and other threads that ask meanwhile wait for it. `None` if this build has no
    /// pairs of the spec.
    pub(super) fn pair(&self) -> Option<&KeyPair> {
        let pair = self.pair.get_or_init(|| {
            let stream = Mutex::new(SeedStream::new(&self.seed));
            KeyPair::generate(self.spec, Random::new(&stream)).ok()
        });
        pair.as_ref()
    }

    /// The pair, if somebody has asked for it.
    #[cfg(feature = "snapshot")]
    pub(super) fn generated(&self) -> Option<&KeyPair> {
        self.pair.get()?.as_ref()
    }
}

impl fmt::Debug for DeferredPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeferredPair({}, ..)", self.spec)
    }
}

/// `HMAC-SHA-256(seed, 0) ‖ HMAC-SHA-256(seed, 1) ‖ …`. Every draw begins a new block.
struct SeedStream {
    keyed: Hmac<Sha256>,
    block: u64,
}

impl SeedStream {
    fn new(seed: &[u8; SEED_LEN]) -> Self {
        Self {
            keyed: keyed(seed),
            block: 0,
        }
    }
}

impl TryRng for SeedStream {
    type Error = RandomnessUnavailable;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Self::Error> {
        for part in destination.chunks_mut(32) {
            let mac = self.keyed.clone().chain_update(self.block.to_be_bytes());
            self.block = self
                .block
                .checked_add(1)
                .ok_or_else(RandomnessUnavailable::new)?;
            let bytes = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
            for (to, from) in part.iter_mut().zip(bytes.iter()) {
                *to = *from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for SeedStream {}

impl fmt::Debug for SeedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeedStream(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::DeferredPair;
    use crate::key::KeySpec;
    use crate::primitives::fixtures::{Rationed, os_random};
    use crate::random::Random;

    #[test]
    fn every_thread_that_asks_gets_the_same_pair_and_another_key_has_another() {
        let [one, other] = [(); 2].map(|()| DeferredPair::new(KeySpec::Rsa2048, os_random()));
        let (one, other) = (one.unwrap(), other.unwrap());
        let public_key = |pair: &DeferredPair| pair.pair().unwrap().public_key().to_vec();
        let first = thread::scope(|scope| {
            let threads = [(); 2].map(|()| scope.spawn(|| public_key(&one)));
            let [first, second] = threads.map(|thread| thread.join().unwrap());
            assert_eq!(first, second);
            first
        });
        assert_eq!(public_key(&one), first);
        assert_ne!(public_key(&other), first);
        assert_eq!(format!("{one:?}"), "DeferredPair(RSA_2048, ..)");
    }

    #[test]
    fn only_the_seed_is_drawn_from_the_source() {
        let source = Rationed::new(1);
        let pair = DeferredPair::new(KeySpec::Rsa2048, Random::new(&source)).unwrap();
        assert!(pair.pair().is_some());
        assert_eq!(source.bytes(), 32);
        assert!(DeferredPair::new(KeySpec::Rsa2048, Random::new(&source)).is_err());
    }
}

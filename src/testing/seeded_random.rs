//! [`SeededRandom`]: repeatable randomness.

use core::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random::{RandomSource, RandomnessUnavailable};

/// An **insecure** random source whose bytes follow from a seed alone. They are the same in every run and on every
/// platform.
///
/// Give it to a ring, and the ring's key ids, materials and grant tokens are always the same. Give it to a
/// [`Kms`](crate::Kms) too, and so are nonces, data keys and blobs. Clones draw from the same stream, so one source for
/// both never returns the same bytes twice.
///
/// The first 120 RSA keys are ready at once: the source contains their primes, which are published with this crate. Later
/// keys are generated, which takes time, and vary with the machine's word size.
///
/// One thing breaks repeatability: if threads draw concurrently, the order of the draws varies.
///
/// ```
/// use kms_reencrypt::testing::seeded_random;
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms};
///
/// fn blob_of(seed: u64) -> Result<Vec<u8>, kms_reencrypt::KmsError> {
///     let random = seeded_random(seed);
///     let keyring = Keyring::builder("111122223333", "us-east-2")
///         .random_source(random.clone())
///         .build()?;
///     let key = keyring.create_key(KeySpec::SymmetricDefault)?;
///     let kms = Kms::new(keyring).with_random_source(random);
///     let request = EncryptRequest::builder().key_id(key).plaintext("attack at dawn").build()?;
///     Ok(kms.encrypt(&request)?.into_ciphertext_blob())
/// }
///
/// assert_eq!(blob_of(1)?, blob_of(1)?);
/// assert_ne!(blob_of(1)?, blob_of(2)?);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone)]
pub struct SeededRandom {
    keyed: Hmac<Sha256>,
    draws: Arc<AtomicU64>,
    /// How many pairs of primes were handed out.
    primes: Arc<AtomicUsize>,
}

/// Primes of 1024, 1536 and 2048 bits, sixteen of each, whose two top bits are set.
const PRIMES: &str = include_str!("keys/primes.tsv");

/// How many pairs sixteen primes make.
const PAIRS: usize = 16 * 15 / 2;

/// The [`SeededRandom`] of a seed.
#[must_use]
pub fn seeded_random(seed: u64) -> SeededRandom {
    let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in key.iter_mut().zip(seed.to_be_bytes()) {
        *to = from;
    }
    SeededRandom {
        keyed: Hmac::new(&key),
        draws: Arc::default(),
        primes: Arc::default(),
    }
}

impl SeededRandom {
    /// A number below 2^32, for faults that strike with a probability.
    pub(super) fn next_u32(&self) -> u32 {
        let mut bytes = [0; 4];
        self.draw(&mut bytes);
        u32::from_be_bytes(bytes)
    }

    /// `HMAC-SHA-256(seed, draw ‖ 0) ‖ HMAC-SHA-256(seed, draw ‖ 1) ‖ …`, cut to length. A draw depends on the number
    /// of draws before it, not on their length.
    fn draw(&self, destination: &mut [u8]) {
        let draw = self.draws.fetch_add(1, Ordering::Relaxed);
        for (block, part) in (0_u64..).zip(destination.chunks_mut(32)) {
            let mut mac = self.keyed.clone();
            mac.update(&draw.to_be_bytes());
            mac.update(&block.to_be_bytes());
            for (to, from) in part.iter_mut().zip(mac.finalize().into_bytes()) {
                *to = from;
            }
        }
    }
}

impl RandomSource for SeededRandom {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        self.draw(destination);
        Ok(())
    }

    fn rsa_primes(&self, modulus_bits: usize) -> Option<[Zeroizing<Vec<u8>>; 2]> {
        let given = self.primes.fetch_add(1, Ordering::Relaxed);
        // The seed determines the first pair; from there on, each pair is used once.
        let mac = self.keyed.clone().chain_update("RSA").finalize();
        let [start, ..] = <[u8; 32]>::from(mac.into_bytes());
        let number = (given < PAIRS).then(|| usize::from(start).saturating_add(given) % PAIRS)?;
        let bits = (modulus_bits / 2).to_string();
        let lines = PRIMES.lines().filter_map(|line| line.split_once('\t'));
        let primes = lines.filter(|(of, _)| *of == bits).map(|(_, prime)| prime);
        let primes: Vec<&str> = primes.collect();
        let pairs = primes.iter().enumerate().flat_map(|(at, prime)| {
            let others = primes.iter().skip(at.saturating_add(1));
            others.map(move |other| [*prime, *other])
        });
        let [p, q] = pairs.into_iter().nth(number)?.map(bytes_of_hex);
        Some([p?, q?])
    }
}

fn bytes_of_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (digits, _) = text.as_bytes().as_chunks::<2>();
    let bytes = digits.iter().map(|two| {
        let two = core::str::from_utf8(two).ok()?;
        u8::from_str_radix(two, 16).ok()
    });
    bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

impl fmt::Debug for SeededRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededRandom")
            .field("draws", &self.draws)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::seeded_random;
    use crate::random::RandomSource;

    #[test]
    fn clones_share_one_stream_and_give_no_bytes_twice() {
        let (one, alone) = (seeded_random(7), seeded_random(7));
        let other = one.clone();
        let draws = |sources: [&dyn RandomSource; 3]| {
            sources.map(|source| {
                let mut bytes = [0; 40];
                source.fill(&mut bytes).unwrap();
                bytes
            })
        };
        let shared = draws([&one, &other, &one]);
        assert_eq!(shared, draws([&alone, &alone, &alone]));
        assert_ne!(shared[0], shared[1]);
    }

    #[test]
    fn the_primes_in_store_make_each_pair_once_and_others_by_the_seed() {
        for bits in [2048, 3072, 4096] {
            let pairs = |seed| {
                let source = seeded_random(seed);
                let pairs = core::iter::from_fn(move || source.rsa_primes(bits));
                pairs.collect::<Vec<_>>()
            };
            let first = pairs(7);
            assert_eq!(first, pairs(7));
            assert_ne!(first, pairs(8));
            assert_eq!(first.len(), 120);
            let different: HashSet<_> = first.iter().map(|[p, q]| (&**p, &**q)).collect();
            assert_eq!(different.len(), 120);
            for prime in first.iter().flatten() {
                assert_eq!(prime.len() * 16, bits);
                assert!(prime.first().is_some_and(|octet| *octet >= 0xc0));
            }
        }
        assert!(seeded_random(7).rsa_primes(1024).is_none());
    }

    #[test]
    fn a_draw_does_not_depend_on_the_length_of_those_before_it() {
        let (one, other) = (seeded_random(7), seeded_random(7));
        one.fill(&mut [0; 1]).unwrap();
        other.fill(&mut [0; 100]).unwrap();
        assert_eq!(one.next_u32(), other.next_u32());
    }
}

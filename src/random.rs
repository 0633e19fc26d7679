//! Sources of randomness for nonces, data keys and blinding factors.

use core::fmt;
use std::sync::{Mutex, PoisonError};

/// The version of `rand_core` whose traits [`Random`] implements. A `Mutex` around one of its generators is a source.
pub use rand_core;
use rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

/// A source of cryptographically secure random bytes that many threads share.
///
/// The default everywhere is [`OsRandom`]. For repeatable tests, put a seeded generator into a [`Mutex`]: a
/// `Mutex` around any [`TryCryptoRng`] is a source.
///
/// # A thread-local generator, and why it is not the default
///
/// A generator in user space, one per thread, takes about 20 ns per message; the operating system takes about 350 ns.
/// But it **repeats itself after a `fork`**: parent and child then draw the same nonces, and two messages under the
/// same nonce and key reveal the AES-GCM authentication key and the XOR of both plaintexts. If your process never forks
/// and the time matters, such a source takes a few lines:
///
/// ```
/// use kms_reencrypt::random::{RandomSource, RandomnessUnavailable};
/// use kms_reencrypt::{Keyring, Kms};
/// use rand::Rng;
///
/// /// Not fork-safe: see the documentation of `RandomSource`.
/// #[derive(Debug)]
/// struct PerThread;
///
/// impl RandomSource for PerThread {
///     fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
///         rand::rng().fill_bytes(destination);
///         Ok(())
///     }
/// }
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let kms = Kms::new(keyring).with_random_source(PerThread);
/// # let _ = kms;
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
pub trait RandomSource: fmt::Debug + Send + Sync {
    /// Fills all of `destination` with fresh bytes.
    ///
    /// An implementation must never return the same bytes twice, in any thread or process.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the source has no bytes. The operation then ends with `KMSInternalException`, and
    /// nothing is encrypted.
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable>;

    /// Two primes for an RSA key whose modulus has this many bits, as bytes with the most significant first. `None` to
    /// have fresh ones generated.
    ///
    /// The default is `None`, which every source that protects something must keep. A source for tests may return
    /// stored primes, as `testing::SeededRandom` does, since searching for primes takes seconds in an unoptimized
    /// build. It must not return the same two primes twice.
    fn rsa_primes(&self, modulus_bits: usize) -> Option<[Zeroizing<Vec<u8>>; 2]> {
        let _ = modulus_bits;
        None
    }
}

/// The operating system's generator: `getrandom` or its equivalent.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to set")]
pub struct OsRandom;

impl RandomSource for OsRandom {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        getrandom::fill(destination).map_err(|_| RandomnessUnavailable::new())
    }
}

impl<R: TryCryptoRng + fmt::Debug + Send> RandomSource for Mutex<R> {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        self.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_fill_bytes(destination)
            .map_err(|_| RandomnessUnavailable::new())
    }
}

/// The error of a random source that has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the random number generator failed")]
pub struct RandomnessUnavailable(());

impl RandomnessUnavailable {
    /// The error for a source that has failed.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an error is made on purpose")]
    pub const fn new() -> Self {
        Self(())
    }
}

/// The random source of one operation, in the form that key implementations take: a [`TryCryptoRng`].
#[derive(Clone, Copy, Debug)]
pub struct Random<'a>(&'a dyn RandomSource);

impl<'a> Random<'a> {
    /// The generator over a source.
    #[must_use]
    pub const fn new(source: &'a dyn RandomSource) -> Self {
        Self(source)
    }

    /// Fills all of `destination` with fresh bytes, in one draw.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the source has no bytes.
    pub fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        self.0.fill(destination)
    }

    /// The stored primes of the source for an RSA key.
    pub(crate) fn rsa_primes(&self, modulus_bits: usize) -> Option<[Zeroizing<Vec<u8>>; 2]> {
        self.0.rsa_primes(modulus_bits)
    }

    /// `N` fresh bytes, in one draw.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the source has no bytes.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], RandomnessUnavailable> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl TryRng for Random<'_> {
    type Error = RandomnessUnavailable;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.array().map(u32::from_le_bytes)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.array().map(u64::from_le_bytes)
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(destination)
    }
}

impl TryCryptoRng for Random<'_> {}

//! [`Draws`]: randomness for algorithms that draw again until they get a usable value.

use rand_core::{TryCryptoRng, TryRng};

use crate::random::{Random, RandomnessUnavailable};

/// How often one operation may draw.
///
/// If the source is sound, an operation can use every second draw or more: a blinding factor is below the modulus, a
/// scalar below the order of the curve, a key stream is not all zero, an exponent is prime to `p - 1` and `q - 1`. The
/// rest takes five draws. The probability that a sound source is refused is below 2^-128.
const DRAWS_MAX: u32 = 256;

/// The random source of one operation, which fails after too many draws.
///
/// Otherwise, an operation would never end if its source were stuck, that is, if it returned the same bytes every time.
pub(crate) struct Draws<'a> {
    random: Random<'a>,
    left: u32,
}

impl<'a> Draws<'a> {
    pub(crate) const fn new(random: Random<'a>) -> Self {
        Self {
            random,
            left: DRAWS_MAX,
        }
    }

    fn next(&mut self) -> Result<&mut Random<'a>, RandomnessUnavailable> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(RandomnessUnavailable::new)?;
        Ok(&mut self.random)
    }
}

impl TryRng for Draws<'_> {
    type Error = RandomnessUnavailable;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.next()?.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.next()?.try_next_u64()
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Self::Error> {
        self.next()?.try_fill_bytes(destination)
    }
}

impl TryCryptoRng for Draws<'_> {}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::mpsc;
    use std::thread;

    use crate::key::{EncryptionAlgorithm, KeySpec};
    use crate::primitives::asymmetric::{Cipher, PrivateKey};
    use crate::primitives::fixtures::{os_random, rsa, sm2};
    use crate::primitives::rsa_key::RsaKey;
    use crate::primitives::sm2_key::Sm2Key;
    use crate::provider::{KeyActionError, KeyProviderError};
    use crate::random::{Random, RandomSource, RandomnessUnavailable};

    /// Returns only this byte.
    #[derive(Debug)]
    struct Stuck(u8);

    impl RandomSource for Stuck {
        fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
            destination.fill(self.0);
            Ok(())
        }
    }

    /// The failure of an operation over a stuck source. Without the bound, the operation would hang, but the test would
    /// not.
    #[track_caller]
    fn failure<T: Send + 'static>(
        byte: u8,
        operation: fn(Random<'_>) -> Result<T, KeyActionError>,
    ) -> String {
        let (answer, answered) = mpsc::channel();
        thread::spawn(move || answer.send(operation(Random::new(&Stuck(byte)))));
        match answered.recv_timeout(Duration::from_secs(120)) {
            Ok(Err(KeyActionError::Provider(KeyProviderError::Internal(failure)))) => {
                failure.to_string()
            }
            Ok(Ok(_)) => panic!("it succeeded"),
            Ok(Err(other)) => panic!("{other:?}"),
            Err(_) => panic!("it hangs"),
        }
    }

    const NO_RANDOMNESS: &str = "the random number generator failed";

    #[test]
    fn sm2_encryption_over_a_stuck_source_fails() {
        // Zero is no scalar, and neither is a number that is not below the order of the curve.
        for byte in [0x00, 0xff] {
            let failure = failure(byte, |random| {
                sm2().encrypt(EncryptionAlgorithm::Sm2Pke, b"message", random)
            });
            assert_eq!(failure, NO_RANDOMNESS);
        }
    }

    #[test]
    fn sm2_generation_over_a_stuck_source_fails() {
        for byte in [0x00, 0xff] {
            let failure = failure(byte, |random| Sm2Key::generate(KeySpec::Sm2, random));
            assert_eq!(failure, NO_RANDOMNESS);
        }
    }

    #[test]
    fn rsa_decryption_over_a_stuck_source_fails() {
        // Zero has no inverse, and the other number is above the modulus.
        for byte in [0x00, 0xff] {
            let failure = failure(byte, |random| {
                let algorithm = EncryptionAlgorithm::RsaesOaepSha256;
                let key = rsa(KeySpec::Rsa2048);
                let ciphertext = key.encrypt(algorithm, b"message", os_random()).unwrap();
                key.decrypt(algorithm, &ciphertext, random)
            });
            assert_eq!(failure, NO_RANDOMNESS);
        }
    }

    /// Both primes are the same, so they make no key.
    #[test]
    fn rsa_generation_over_a_stuck_source_fails() {
        let failure = failure(0x5a, |random| RsaKey::generate(KeySpec::Rsa2048, random));
        assert_eq!(failure, "the RSA computation failed");
    }
}

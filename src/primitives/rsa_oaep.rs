//! The encryption of an [`RsaKey`]: `RSAES_OAEP_SHA_1` and `RSAES_OAEP_SHA_256` (RFC 8017 section 7.1).
//!
//! # Timing
//!
//! Versions of the `rsa` crate before 0.10 leaked the private key through the time of an operation (RUSTSEC-2023-0071,
//! the "Marvin attack"): the length of a number in memory depended on its value, and so did the time of every
//! conversion and multiplication. Since 0.10 the width of all secret numbers follows from the width of the modulus,
//! exponentiation takes the same steps for that whole width, and neither CRT recombination nor the conversion to octets
//! branches on a value. The crate's authors check that with BINSEC. It is not proven for the machine code that your
//! compiler generates.
//!
//! In addition, every decryption is blinded afresh: the ciphertext by `r^e`, both CRT exponents by a multiple of
//! `p - 1` and `q - 1`, both CRT moduli by an odd factor, all random. A leak from one operation is then of no use in
//! the next. No path is unblinded: without randomness nothing is decrypted. The result is raised to `e` again and
//! compared before it is returned, because a result that is wrong modulo only one of the primes reveals both.
//!
//! [`oaep`](super::oaep) removes the padding on one path for all failures. An attacker can only see whether a
//! ciphertext opened, which the answer says anyway. The length and range of the ciphertext are checked with early
//! exits, since both are public.
//!
//! What remains:
//!
//! - `r` is drawn by rejection sampling, whose time depends only on the rejected values.
//! - The `rsa` crate leaves `p` and `q` in memory that it frees: on import, on export, on every decryption and when the
//!   key is dropped. A decryption also leaves the masked block behind in Montgomery form, and undoing that form and the
//!   mask takes no key. This crate wipes its own copies, and no private exponent and no plaintext as such is left
//!   (`tests/secrets` looks for them). But an attacker who can read the memory of the process can use what is left.

use rsa::BoxedUint;
use rsa::hazmat::rsa_decrypt_and_check;
use rsa::traits::PublicKeyParts;
use zeroize::Zeroizing;

use super::asymmetric::Cipher;
use super::draws::Draws;
use super::failure::{prove_fit, rsa_failed};
use super::oaep_hash::{NotOaep, OaepHash};
use super::rsa_key::RsaKey;
use super::rsa_public::raise_to_public_exponent;
use crate::key::EncryptionAlgorithm;
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

impl Cipher for RsaKey {
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        prove_fit(self.key_spec(), algorithm, plaintext)?;
        let len = self.numbers().size();
        let block = self.hash(algorithm)?.encode(plaintext, len, random)?;
        let number = self.number(&block).map_err(rsa_failed)?;
        let ciphertext = raise_to_public_exponent(self.numbers(), number);
        Ok(ciphertext.to_be_bytes().into_vec())
    }

    /// Decrypts with the private key, blinded by `random`.
    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        let hash = self.hash(algorithm)?;
        if ciphertext.len() != self.numbers().size() {
            return Err(KeyActionError::Rejected);
        }
        let number = self.number(ciphertext).map_err(rsa_failed)?;
        if number >= **self.numbers().n() {
            return Err(KeyActionError::Rejected);
        }
        let mut draws = Draws::new(random);
        let number = rsa_decrypt_and_check(self.numbers(), Some(&mut draws), &number)
            .map(Zeroizing::new)
            .map_err(rsa_failed)?;
        let mut block = Zeroizing::new(number.to_be_bytes());
        hash.decode(&mut block).ok_or(KeyActionError::Rejected)
    }
}

impl RsaKey {
    /// The hash of an algorithm, which must be one for RSA keys.
    fn hash(&self, algorithm: EncryptionAlgorithm) -> Result<OaepHash, KeyActionError> {
        OaepHash::try_from(algorithm)
            .map_err(|NotOaep| KeyActionError::unsupported(self.key_spec(), algorithm))
    }

    /// OS2IP, in the width of the modulus, which the arithmetic requires.
    fn number(&self, octets: &[u8]) -> rsa::Result<BoxedUint> {
        Ok(BoxedUint::from_be_slice(
            octets,
            self.numbers().n_bits_precision(),
        )?)
    }
}

#[cfg(test)]
mod tests {
    use rsa::BoxedUint;
    use rsa::hazmat::rsa_encrypt;
    use rsa::traits::{PrivateKeyParts, PublicKeyParts};
    use sha2::Sha256;

    use crate::key::{EncryptionAlgorithm, KeySpec};
    use crate::primitives::asymmetric::Cipher;
    use crate::primitives::fixtures::{
        RSA_SPECS, Rationed, flipped, os_random, other_rsa_2048, rsa, vectors,
    };
    use crate::primitives::oaep;
    use crate::primitives::rsa_key::RsaKey;
    use crate::provider::{KeyActionError, KeyProviderError};
    use crate::random::Random;

    const SHA_256: EncryptionAlgorithm = EncryptionAlgorithm::RsaesOaepSha256;

    fn key() -> &'static RsaKey {
        rsa(KeySpec::Rsa2048)
    }

    fn sealed() -> Vec<u8> {
        key().encrypt(SHA_256, b"message", os_random()).unwrap()
    }

    #[track_caller]
    fn assert_rejected(ciphertext: &[u8]) {
        let answer = key().decrypt(SHA_256, ciphertext, os_random());
        assert_eq!(answer.unwrap_err(), KeyActionError::Rejected);
    }

    /// The ciphertext of any block, even of one that this module would not make.
    fn raw(block: &[u8]) -> Vec<u8> {
        let number = key().number(block).unwrap();
        rsa_encrypt(key().numbers(), &number)
            .unwrap()
            .to_be_bytes()
            .into_vec()
    }

    #[test]
    fn what_openssl_made_with_the_public_key_opens() {
        let mut opened = 0;
        for vector in vectors() {
            if vector.spec == KeySpec::Sm2 {
                continue;
            }
            let plaintext = rsa(vector.spec)
                .decrypt(vector.algorithm, &vector.ciphertext, os_random())
                .unwrap();
            assert_eq!(plaintext.expose(), vector.plaintext);
            opened += 1;
        }
        assert_eq!(opened, 18);
    }

    #[test]
    fn every_size_and_hash_takes_one_byte_to_the_maximum_and_not_one_more() {
        for spec in RSA_SPECS {
            for algorithm in spec.encryption_algorithms().iter().copied() {
                let max = spec.plaintext_max(algorithm).unwrap();
                for len in [1, 32, max] {
                    let plaintext = vec![0xa5; len];
                    let ciphertext = rsa(spec)
                        .encrypt(algorithm, &plaintext, os_random())
                        .unwrap();
                    assert_eq!(Some(ciphertext.len()), spec.modulus_len());
                    let opened = rsa(spec).decrypt(algorithm, &ciphertext, os_random());
                    assert_eq!(opened.unwrap().expose(), plaintext);
                }
                for len in [0, max + 1] {
                    let refused = rsa(spec).encrypt(algorithm, &vec![0; len], os_random());
                    assert!(matches!(refused, Err(KeyActionError::Provider(_))));
                }
            }
        }
    }

    #[test]
    fn another_keys_ciphertext_and_another_hash_are_rejected() {
        let of_other = other_rsa_2048()
            .encrypt(SHA_256, b"message", os_random())
            .unwrap();
        assert_rejected(&of_other);
        let of_other_hash = key()
            .encrypt(EncryptionAlgorithm::RsaesOaepSha1, b"message", os_random())
            .unwrap();
        assert_rejected(&of_other_hash);
    }

    #[test]
    fn a_block_whose_first_octet_is_not_zero_is_rejected() {
        let mut block = oaep::encode::<Sha256>(b"message", 256, os_random()).unwrap();
        let opened = key().decrypt(SHA_256, &raw(&block), os_random()).unwrap();
        assert_eq!(opened.expose(), b"message");

        *block.first_mut().unwrap() = 1;
        let ciphertext = raw(&block);
        assert_rejected(&ciphertext);
        // The `rsa` crate opens it, which is why this crate has its own padding.
        let lenient = key().numbers().oaep_decrypt::<Sha256>(&ciphertext);
        assert_eq!(lenient.unwrap(), b"message");
    }

    #[test]
    fn an_empty_message_is_rejected() {
        let public = key().numbers().as_public_key();
        let ciphertext = public.oaep_encrypt::<Sha256>(b"").unwrap();
        assert_rejected(&ciphertext);
        // The `rsa` crate opens it.
        assert!(key().numbers().oaep_decrypt::<Sha256>(&ciphertext).is_ok());
    }

    #[test]
    fn every_other_length_is_rejected() {
        let ciphertext = sealed();
        for len in 0..ciphertext.len() {
            assert_rejected(ciphertext.get(..len).unwrap());
        }
        assert_rejected(&[&ciphertext[..], &[0]].concat());
        assert_rejected(&[&[0], &ciphertext[..]].concat());
        assert_rejected(&[0; 384]);
    }

    /// One ciphertext in 256 starts with a zero byte. Without that byte it is still the same number.
    #[test]
    fn a_leading_zero_belongs_to_the_ciphertext() {
        let ciphertext = (0..)
            .map(|_| sealed())
            .find(|ciphertext| ciphertext.first() == Some(&0))
            .unwrap();
        assert!(key().decrypt(SHA_256, &ciphertext, os_random()).is_ok());
        assert_rejected(ciphertext.get(1..).unwrap());
    }

    #[test]
    fn numbers_at_the_edges_of_the_range_are_rejected() {
        let modulus = &**key().numbers().n();
        let one = BoxedUint::one_with_precision(2048);
        let edges = [
            BoxedUint::zero_with_precision(2048),
            one.clone(),
            BoxedUint::from_be_slice(&[2], 2048).unwrap(),
            modulus.wrapping_sub(&one),
            modulus.clone(),
            modulus.wrapping_add(&one),
            BoxedUint::max(2048),
        ];
        for edge in edges {
            assert_rejected(&edge.to_be_bytes());
        }
        // A multiple of a prime has no inverse, but is a ciphertext like any other.
        let prime = key().numbers().primes().first().unwrap().to_be_bytes();
        assert_rejected(&[&[0; 128], &*prime].concat());
    }

    /// `n + c` is congruent to `c`, but is another ciphertext.
    #[test]
    fn a_ciphertext_is_not_opened_under_a_second_name() {
        let modulus = &**key().numbers().n();
        // For about every third ciphertext, `n + c` still fits the width.
        let renamed = (0..)
            .find_map(|_| {
                let sum = key().number(&sealed()).unwrap().wrapping_add(modulus);
                (sum > *modulus).then_some(sum)
            })
            .unwrap();
        assert_rejected(&renamed.to_be_bytes());
    }

    #[test]
    fn a_flipped_bit_anywhere_is_rejected() {
        let ciphertext = sealed();
        for bit in (0..ciphertext.len() * 8).step_by(29) {
            assert_rejected(&flipped(&ciphertext, bit));
        }
    }

    #[test]
    fn every_decryption_is_blinded_with_fresh_randomness_also_of_a_bad_ciphertext() {
        let ciphertext = sealed();
        for ciphertext in [ciphertext.clone(), flipped(&ciphertext, 9)] {
            let source = Rationed::new(usize::MAX);
            let opened = key().decrypt(SHA_256, &ciphertext, Random::new(&source));
            // The base takes 2048 bits, once or more often; two exponents and two moduli take 128 bits each.
            assert!(source.bytes() >= 256 + 4 * 16, "{}", source.bytes());
            assert!(source.draws() >= 5);
            drop(opened);
        }
    }

    #[test]
    fn nothing_is_decrypted_unblinded_where_randomness_fails_at_any_point() {
        let ciphertext = sealed();
        // One draw or more for the base, then four: never fewer than five.
        for allowed in 0..5 {
            let source = Rationed::new(allowed);
            let answer = key().decrypt(SHA_256, &ciphertext, Random::new(&source));
            let Err(KeyActionError::Provider(KeyProviderError::Internal(failure))) = answer else {
                panic!("{allowed} draws: {answer:?}");
            };
            assert_eq!(failure.to_string(), "the random number generator failed");
        }
    }

    #[test]
    fn nothing_is_encrypted_without_randomness() {
        let refused = key().encrypt(SHA_256, b"message", Random::new(&Rationed::new(0)));
        assert!(matches!(refused, Err(KeyActionError::Provider(_))));
    }

    #[test]
    fn two_encryptions_of_one_message_differ() {
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn an_algorithm_of_another_key_is_a_failure_of_the_provider() {
        for algorithm in [
            EncryptionAlgorithm::SymmetricDefault,
            EncryptionAlgorithm::Sm2Pke,
        ] {
            let encrypted = key().encrypt(algorithm, b"message", os_random());
            assert!(matches!(encrypted, Err(KeyActionError::Provider(_))));
            let decrypted = key().decrypt(algorithm, &sealed(), os_random());
            assert!(matches!(decrypted, Err(KeyActionError::Provider(_))));
        }
    }
}

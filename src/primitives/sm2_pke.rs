//! The encryption of an [`Sm2Key`]: `SM2PKE`, that is GM/T 0003.4 with SM3, in the DER of GM/T 0009.
//!
//! The curve, the scalar multiplication and the DER are the `sm2` crate's; the scheme around them is this crate's own.
//! The `DecryptingKey` of `sm2` prints its scalar, is not wiped, compares C3 byte by byte and accepts an all-zero key
//! stream, which step B4 of the standard refuses.
//!
//! Scalar multiplication runs in a fixed pattern over complete formulas; it is not blinded. C3 and the all-zero key
//! stream are checked in constant time and refused together. Malformed DER and a point that is not on the curve are
//! early exits, since both are public.

use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::{Generate, Group};
use sm2::{AffinePoint, FieldBytes, NonZeroScalar, ProjectivePoint};
use sm3::{Digest, Sm3};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::asymmetric::Cipher;
use super::draws::Draws;
use super::failure::{internal, prove_fit};
use super::sm2_der::{decode, encode};
use super::sm2_key::Sm2Key;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

impl Cipher for Sm2Key {
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        prove_fit(KeySpec::Sm2, algorithm, plaintext)?;
        // A1 to A8. For a short plaintext the key stream can be all zero: retry with another scalar.
        let mut draws = Draws::new(random);
        loop {
            let ephemeral = Zeroizing::new(NonZeroScalar::try_generate_from_rng(&mut draws)?);
            let point = ProjectivePoint::mul_by_generator(&ephemeral).to_affine();
            let shared = SharedPoint::new(&ephemeral, self.public().as_affine());
            let c3 = shared.hash(plaintext);
            let mut c2 = Zeroizing::new(plaintext.to_vec());
            if shared.mask(&mut c2).into() {
                return encode(&point, &c3, &c2)
                    .map_err(|error| internal("the ciphertext cannot be encoded", error));
            }
        }
    }

    /// Decrypts with the private key, without blinding.
    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        _: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        if algorithm != EncryptionAlgorithm::Sm2Pke {
            return Err(KeyActionError::unsupported(KeySpec::Sm2, algorithm));
        }
        // B1, B2: strict DER, and a point on the curve. The cofactor is 1, so no multiple of the point by it is the
        // identity.
        let cipher = decode(ciphertext).ok_or(KeyActionError::Rejected)?;
        let shared = SharedPoint::new(&self.scalar(), cipher.c1());
        // B3 to B7. An empty C2 has an empty key stream, which counts as all zero.
        let mut plaintext = Plaintext::from_slice(cipher.c2());
        let masked = shared.mask(plaintext.expose_mut());
        let authentic = shared.hash(plaintext.expose()).ct_eq(cipher.c3());
        if (masked & authentic).into() {
            Ok(plaintext)
        } else {
            Err(KeyActionError::Rejected)
        }
    }
}

/// The shared secret of sender and receiver: the point (x2, y2).
struct SharedPoint {
    x: Zeroizing<FieldBytes>,
    y: Zeroizing<FieldBytes>,
}

impl SharedPoint {
    fn new(scalar: &NonZeroScalar, point: &AffinePoint) -> Self {
        let product = Zeroizing::new(ProjectivePoint::from(*point) * **scalar);
        let shared = Zeroizing::new(product.to_affine());
        Self {
            x: Zeroizing::new(shared.x()),
            y: Zeroizing::new(shared.y()),
        }
    }

    /// Masks or unmasks `text` with the key stream KDF(x2 || y2). False if the whole stream was zero.
    fn mask(&self, text: &mut [u8]) -> Choice {
        let prefix = Sm3::new().chain_update(*self.x).chain_update(*self.y);
        let mut seen = 0;
        for (counter, chunk) in (1_u32..).zip(text.chunks_mut(32)) {
            let hash = prefix.clone().chain_update(counter.to_be_bytes());
            let stream = Zeroizing::new(hash.finalize());
            for (octet, mask) in chunk.iter_mut().zip(stream.iter()) {
                *octet ^= mask;
                seen |= mask;
            }
        }
        !seen.ct_eq(&0)
    }

    /// C3: SM3(x2 || message || y2).
    fn hash(&self, message: &[u8]) -> Zeroizing<FieldBytes> {
        let hash = Sm3::new()
            .chain_update(*self.x)
            .chain_update(message)
            .chain_update(*self.y);
        Zeroizing::new(hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use sm2::elliptic_curve::{Generate, Group};
    use sm2::pke::DecryptingKey;
    use sm2::{NonZeroScalar, ProjectivePoint, SecretKey};

    use super::{SharedPoint, encode};
    use crate::key::{EncryptionAlgorithm, KeySpec};
    use crate::primitives::asymmetric::Cipher;
    use crate::primitives::fixtures::{
        Rationed, flipped, os_random, other_sm2, sm2, unhex, vectors,
    };
    use crate::primitives::sm2_key::Sm2Key;
    use crate::provider::KeyActionError;
    use crate::random::{Random, RandomSource, RandomnessUnavailable};

    const SM2PKE: EncryptionAlgorithm = EncryptionAlgorithm::Sm2Pke;

    fn sealed(plaintext: &[u8]) -> Vec<u8> {
        sm2().encrypt(SM2PKE, plaintext, os_random()).unwrap()
    }

    #[track_caller]
    fn assert_rejected(ciphertext: &[u8], what: &str) {
        let answer = sm2().decrypt(SM2PKE, ciphertext, os_random());
        assert_eq!(answer.unwrap_err(), KeyActionError::Rejected, "{what}");
    }

    /// A ciphertext with a C2 or a hash that encryption would not produce.
    fn sealed_without_a_look(scalar: &NonZeroScalar, hashed: &[u8], c2: &[u8]) -> Vec<u8> {
        let point = ProjectivePoint::mul_by_generator(scalar).to_affine();
        let shared = SharedPoint::new(scalar, sm2().public().as_affine());
        encode(&point, &shared.hash(hashed), c2).unwrap()
    }

    /// GB/T 32918.5-2017 (GM/T 0003.5-2012), annex C: an example on the recommended curve with its random number.
    #[test]
    fn the_standards_example_comes_out_and_opens() {
        #[derive(Debug)]
        struct Example;
        impl RandomSource for Example {
            fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
                destination.copy_from_slice(&unhex(
                    "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21",
                ));
                Ok(())
            }
        }
        let scalar = unhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        let key = Sm2Key::from_secret(SecretKey::from_slice(&scalar).unwrap());
        let expected = unhex(concat!(
            "307c",
            "022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73",
            "022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0",
            "042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766",
            "041321886ca989ca9c7d58087307ca93092d651efa",
        ));

        let ciphertext = key.encrypt(SM2PKE, b"encryption standard", Random::new(&Example));
        assert_eq!(ciphertext.unwrap(), expected);
        let plaintext = key.decrypt(SM2PKE, &expected, os_random()).unwrap();
        assert_eq!(plaintext.expose(), b"encryption standard");
    }

    #[test]
    fn what_openssl_made_with_the_public_key_opens() {
        let mut opened = 0;
        for vector in vectors() {
            if vector.spec != KeySpec::Sm2 {
                continue;
            }
            let plaintext = sm2()
                .decrypt(vector.algorithm, &vector.ciphertext, os_random())
                .unwrap();
            assert_eq!(plaintext.expose(), vector.plaintext);
            opened += 1;
        }
        assert_eq!(opened, 6);
    }

    #[test]
    fn one_byte_to_the_maximum_comes_back_and_not_one_more() {
        for len in [1, 2, 31, 32, 33, 63, 64, 65, 255, 256, 1023, 1024] {
            let plaintext = vec![0x3c; len];
            let opened = sm2()
                .decrypt(SM2PKE, &sealed(&plaintext), os_random())
                .unwrap();
            assert_eq!(opened.expose(), plaintext);
        }
        for len in [0, 1025] {
            let refused = sm2().encrypt(SM2PKE, &vec![0; len], os_random());
            assert!(matches!(refused, Err(KeyActionError::Provider(_))));
        }
    }

    #[test]
    fn another_keys_ciphertext_is_rejected() {
        let ciphertext = other_sm2()
            .encrypt(SM2PKE, b"message", os_random())
            .unwrap();
        assert_rejected(&ciphertext, "of another key");
    }

    #[test]
    fn every_flipped_bit_every_truncation_and_every_prolongation_is_rejected() {
        let ciphertext = sealed(b"message");
        for bit in 0..ciphertext.len() * 8 {
            assert_rejected(&flipped(&ciphertext, bit), &format!("bit {bit}"));
        }
        for len in 0..ciphertext.len() {
            assert_rejected(ciphertext.get(..len).unwrap(), &format!("length {len}"));
        }
        for octet in [0, 5, 0xff] {
            assert_rejected(&[&ciphertext[..], &[octet]].concat(), "prolonged");
        }
    }

    #[test]
    fn an_empty_message_is_rejected() {
        let scalar = NonZeroScalar::try_generate_from_rng(&mut os_random()).unwrap();
        for hashed in [b"".as_slice(), b"message"] {
            let ciphertext = sealed_without_a_look(&scalar, hashed, b"");
            assert_rejected(&ciphertext, "C2 is empty");
        }
    }

    /// A scalar under which a message of one byte would be sent in clear, as under one scalar in 256.
    fn scalar_with_zero_stream() -> NonZeroScalar {
        let key = sm2();
        loop {
            let scalar = NonZeroScalar::try_generate_from_rng(&mut os_random()).unwrap();
            let shared = SharedPoint::new(&scalar, key.public().as_affine());
            if !bool::from(shared.mask(&mut [0])) {
                return scalar;
            }
        }
    }

    #[test]
    fn an_all_zero_key_stream_is_rejected() {
        let ciphertext = sealed_without_a_look(&scalar_with_zero_stream(), b"m", b"m");
        assert_rejected(&ciphertext, "B4");
        // The `sm2` crate opens it, which is why this crate has its own scheme.
        let lenient = DecryptingKey::from_nonzero_scalar(*sm2().scalar()).unwrap();
        assert_eq!(lenient.decrypt_der(&ciphertext).unwrap(), b"m");
    }

    #[test]
    fn a_message_is_never_sent_in_clear() {
        /// Returns the bad scalar first, then good ones.
        #[derive(Debug)]
        struct BadFirst(Vec<u8>, Rationed);
        impl RandomSource for BadFirst {
            fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
                self.1.fill(destination)?;
                if self.1.draws() == 1 {
                    destination.copy_from_slice(&self.0);
                }
                Ok(())
            }
        }
        let key = sm2();
        let bad = scalar_with_zero_stream().to_bytes().to_vec();
        let source = BadFirst(bad, Rationed::new(usize::MAX));
        let ciphertext = key.encrypt(SM2PKE, b"m", Random::new(&source)).unwrap();
        assert!(source.1.draws() > 1);
        assert_eq!(
            key.decrypt(SM2PKE, &ciphertext, os_random())
                .unwrap()
                .expose(),
            b"m"
        );
    }

    #[test]
    fn nothing_is_encrypted_without_randomness() {
        let refused = sm2().encrypt(SM2PKE, b"message", Random::new(&Rationed::new(0)));
        assert!(matches!(refused, Err(KeyActionError::Provider(_))));
    }

    #[test]
    fn an_algorithm_of_another_key_is_a_failure_of_the_provider() {
        for algorithm in EncryptionAlgorithm::ALL
            .iter()
            .filter(|algorithm| **algorithm != SM2PKE)
        {
            let encrypted = sm2().encrypt(*algorithm, b"message", os_random());
            assert!(matches!(encrypted, Err(KeyActionError::Provider(_))));
            let decrypted = sm2().decrypt(*algorithm, &sealed(b"message"), os_random());
            assert!(matches!(decrypted, Err(KeyActionError::Provider(_))));
        }
    }
}

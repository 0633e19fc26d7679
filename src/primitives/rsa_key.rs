//! [`RsaKey`]: an RSA key, and how it is generated, imported and exported. Its encryption is in
//! [`rsa_oaep`](super::rsa_oaep).

use core::fmt;

use rsa::hazmat::rsa_decrypt_and_check;
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PublicKey};
use zeroize::Zeroizing;

use super::asymmetric::PrivateKey;
use super::draws::Draws;
use super::failure::{internal, rsa_failed};
use super::private_key::{InvalidPrivateKey, private_key_info};
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::KeyActionError;
use crate::random::{OsRandom, Random, RandomnessUnavailable};

/// An RSA key that encrypts and decrypts. It prints nothing, and is wiped when it is dropped, as far as the `rsa` crate
/// allows: see [`rsa_oaep`](super::rsa_oaep).
pub(crate) struct RsaKey {
    spec: KeySpec,
    key: rsa::PrivateKey,
}

impl RsaKey {
    /// The key's spec: the size of its modulus.
    pub(crate) const fn key_spec(&self) -> KeySpec {
        self.spec
    }

    /// The key with two primes that a random source has stored, with the public exponent 65537.
    fn of_primes(
        spec: KeySpec,
        primes: &[Zeroizing<Vec<u8>>; 2],
    ) -> Result<Self, InvalidPrivateKey> {
        let [p, q] = primes.each_ref().map(|prime| {
            let bits = u32::try_from(prime.len().saturating_mul(8)).unwrap_or(u32::MAX);
            BoxedUint::from_be_slice(prime, bits).map_err(|_| InvalidPrivateKey::ModulusSize)
        });
        let key = rsa::PrivateKey::from_p_q(p?, q?, BoxedUint::from(65537_u32))
            .map_err(|_| InvalidPrivateKey::Inconsistent)?;
        if spec_of_modulus(&key.n().to_be_bytes_trimmed_vartime()) != Some(spec) {
            return Err(InvalidPrivateKey::ModulusSize);
        }
        prove_pair(&key)?;
        Ok(Self { spec, key })
    }

    /// The numbers of the key, with the values that decryption needs precomputed.
    pub(crate) const fn numbers(&self) -> &rsa::PrivateKey {
        &self.key
    }
}

impl PrivateKey for RsaKey {
    /// A new key with two primes and the public exponent 65537.
    fn generate(spec: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError> {
        let bits = spec.modulus_len().map(|len| len * 8).ok_or_else(|| {
            KeyActionError::unsupported(spec, EncryptionAlgorithm::RsaesOaepSha256)
        })?;
        if let Some(primes) = random.rsa_primes(bits) {
            return Self::of_primes(spec, &primes).map_err(|error| {
                internal(
                    "the primes of the random source make no key of the spec",
                    error,
                )
            });
        }
        let key = rsa::PrivateKey::new(&mut Draws::new(random), bits).map_err(rsa_failed)?;
        Ok(Self { spec, key })
    }

    /// A key from PKCS#8. Its numbers are checked for consistency: the product of the primes is the modulus, the
    /// exponents are inverse to each other, and one operation with both returns its input.
    fn from_pkcs8_der(spec: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let info = private_key_info(der)?;
        if info.algorithm.oid != rsa::pkcs1::ALGORITHM_OID {
            return Err(InvalidPrivateKey::Algorithm);
        }
        let numbers = RsaPrivateKeyRef::try_from(info.private_key)
            .map_err(|_| InvalidPrivateKey::Encoding)?;
        if numbers.other_prime_infos.is_some() {
            return Err(InvalidPrivateKey::MultiPrime);
        }
        // The size is checked first, since it bounds the cost of the other checks.
        let modulus = numbers.modulus.as_bytes();
        let actual = spec_of_modulus(modulus).ok_or(InvalidPrivateKey::ModulusSize)?;
        if actual != spec {
            return Err(InvalidPrivateKey::Spec {
                expected: spec,
                actual,
            });
        }
        prove_public(modulus, numbers.public_exponent.as_bytes())?;

        let key = rsa::PrivateKey::try_from(info).map_err(|_| InvalidPrivateKey::Inconsistent)?;
        prove_pair(&key)?;
        Ok(Self { spec, key })
    }

    fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError> {
        self.key
            .to_pkcs8_der()
            .map(|document| document.to_bytes())
            .map_err(|error| internal("the private key cannot be encoded", error))
    }

    fn public_key_der(&self) -> Result<Vec<u8>, KeyActionError> {
        self.key
            .as_public_key()
            .to_public_key_der()
            .map(|document| document.into_vec())
            .map_err(|error| internal("the public key cannot be encoded", error))
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({}, ..)", self.spec)
    }
}

/// The spec of a modulus, which has no leading zero octets. Its top bit must be set: no spec has a modulus of 2047
/// bits.
fn spec_of_modulus(modulus: &[u8]) -> Option<KeySpec> {
    modulus.first().filter(|octet| **octet >= 0x80)?;
    [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096]
        .into_iter()
        .find(|spec| spec.modulus_len() == Some(modulus.len()))
}

/// Refuses public keys that cannot be used.
fn prove_public(modulus: &[u8], exponent: &[u8]) -> Result<(), InvalidPrivateKey> {
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    match PublicKey::new(modulus, exponent) {
        Ok(_) => Ok(()),
        Err(rsa::Error::InvalidModulus) => Err(InvalidPrivateKey::Inconsistent),
        Err(_) => Err(InvalidPrivateKey::PublicExponent),
    }
}

/// Refuses a private key that does not invert the public one: it checks that `(2^d)^e = 2`. This also finds a factor
/// that is not prime.
///
/// The randomness is only for blinding. It comes from the operating system and not from the caller, because the result
/// of an import does not depend on it.
fn prove_pair(key: &rsa::PrivateKey) -> Result<(), InvalidPrivateKey> {
    let two = BoxedUint::from_be_slice(&[2], key.n_bits_precision())
        .map_err(|_| InvalidPrivateKey::Inconsistent)?;
    match rsa_decrypt_and_check(key, Some(&mut Draws::new(Random::new(&OsRandom))), &two) {
        Ok(_) => Ok(()),
        Err(rsa::Error::Rng) => Err(InvalidPrivateKey::Untested(RandomnessUnavailable::new())),
        Err(_) => Err(InvalidPrivateKey::Inconsistent),
    }
}

#[cfg(test)]
mod tests {
    use rsa::BoxedUint;
    use rsa::pkcs8::der::Decode;
    use rsa::pkcs8::{EncodePrivateKey, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
    use rsa::traits::PrivateKeyParts;

    use super::RsaKey;
    use crate::key::{EncryptionAlgorithm, KeySpec};
    use crate::primitives::asymmetric::{Cipher, PrivateKey};
    use crate::primitives::fixtures::{
        RSA_2048_PEM, RSA_3072_PEM, RSA_4096_PEM, RSA_SPECS, Rationed, SM2_PEM, os_random, read,
        rsa,
    };
    use crate::primitives::private_key::{InvalidPrivateKey, der_of_pem};
    use crate::provider::KeyActionError;
    use crate::random::Random;

    #[test]
    fn a_generated_key_opens_what_it_sealed_and_survives_its_encoding() {
        let source = Rationed::new(usize::MAX);
        let key = RsaKey::generate(KeySpec::Rsa2048, Random::new(&source)).unwrap();
        assert!(
            source.bytes() >= 2 * 128,
            "both primes come from the given source"
        );
        assert_eq!(key.key_spec(), KeySpec::Rsa2048);

        let algorithm = EncryptionAlgorithm::RsaesOaepSha256;
        let ciphertext = key.encrypt(algorithm, b"data key", os_random()).unwrap();
        let der = key.to_pkcs8_der().unwrap();
        let restored = RsaKey::from_pkcs8_der(KeySpec::Rsa2048, &der).unwrap();
        let plaintext = restored.decrypt(algorithm, &ciphertext, os_random());
        assert_eq!(plaintext.unwrap().expose(), b"data key");
    }

    #[test]
    fn no_key_is_generated_without_randomness_or_for_another_spec() {
        let dry = Rationed::new(0);
        let attempts = [
            RsaKey::generate(KeySpec::Rsa2048, Random::new(&dry)),
            RsaKey::generate(KeySpec::Sm2, os_random()),
        ];
        for attempt in attempts {
            assert!(matches!(attempt, Err(KeyActionError::Provider(_))));
        }
    }

    #[test]
    fn a_key_is_written_as_openssl_wrote_it() {
        for spec in RSA_SPECS {
            let written = rsa(spec).to_pkcs8_der().unwrap();
            let pem = match spec {
                KeySpec::Rsa2048 => RSA_2048_PEM,
                KeySpec::Rsa3072 => RSA_3072_PEM,
                _ => RSA_4096_PEM,
            };
            assert_eq!(rsa(spec).key_spec(), spec);
            assert_eq!(*written, *der_of_pem(pem).unwrap().to_bytes());

            let public = rsa(spec).public_key_der().unwrap();
            let public = SubjectPublicKeyInfoRef::from_der(&public).unwrap();
            assert_eq!(public.algorithm.oid, rsa::pkcs1::ALGORITHM_OID);
        }
    }

    #[test]
    fn an_imported_key_that_kms_has_no_spec_for_is_refused_by_name() {
        use InvalidPrivateKey::{Algorithm, Encoding, ModulusSize, MultiPrime, PublicExponent};
        macro_rules! refused {
            ($name:literal) => {
                include_str!(concat!("../testing/keys/refused/", $name, ".pem"))
            };
        }
        let cases = [
            (refused!("rsa_1024"), ModulusSize),
            (refused!("rsa_2047"), ModulusSize),
            (refused!("rsa_2056"), ModulusSize),
            (refused!("rsa_2048_three_primes"), MultiPrime),
            (refused!("rsa_2048_large_exponent"), PublicExponent),
            (refused!("rsa_pss_2048"), Algorithm),
            (refused!("p256"), Algorithm),
            (SM2_PEM, Algorithm),
            (refused!("rsa_2048_pkcs1"), Encoding),
            (refused!("rsa_2048_public"), Encoding),
            (refused!("rsa_2048_encrypted"), Encoding),
            ("", Encoding),
        ];
        for (pem, expected) in cases {
            let refusal = read::<RsaKey>(KeySpec::Rsa2048, pem).unwrap_err();
            assert_eq!(refusal, expected, "{pem}");
        }

        let refusal = read::<RsaKey>(KeySpec::Rsa3072, RSA_2048_PEM).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "the private key is of spec RSA_2048, not RSA_3072"
        );
    }

    #[test]
    fn a_key_with_one_wrong_number_is_refused() {
        let der = der_of_pem(RSA_2048_PEM).unwrap();
        let der = der.as_bytes();
        let info = PrivateKeyInfoRef::from_der(der).unwrap();
        let numbers = rsa::pkcs1::RsaPrivateKeyRef::try_from(info.private_key).unwrap();
        let cases = [
            ("n", numbers.modulus.as_bytes()),
            ("d", numbers.private_exponent.as_bytes()),
            ("p", numbers.prime1.as_bytes()),
            ("q", numbers.prime2.as_bytes()),
        ];
        for (name, number) in cases {
            let start = der
                .windows(number.len())
                .position(|window| window == number)
                .unwrap();
            for (octet, bit) in [
                (number.len() / 2, 1),
                (number.len() - 1, 2),
                (number.len() - 1, 1),
            ] {
                let mut wrong = der.to_vec();
                *wrong.get_mut(start + octet).unwrap() ^= bit;
                let refusal = RsaKey::from_pkcs8_der(KeySpec::Rsa2048, &wrong).unwrap_err();
                assert_eq!(refusal, InvalidPrivateKey::Inconsistent, "{name}");
            }
        }
    }

    /// The `rsa` crate accepts such a key.
    #[test]
    fn a_key_with_a_factor_that_is_not_prime_is_refused() {
        let [prime, other] = rsa(KeySpec::Rsa2048).numbers().primes() else {
            panic!("two primes");
        };
        let two = BoxedUint::from(2_u8);
        let mut factor = prime.as_ref().clone();
        let composite = (0..)
            .find_map(|_| {
                factor = factor.wrapping_add(&two);
                let other = other.as_ref().clone();
                rsa::PrivateKey::from_p_q(factor.clone(), other, BoxedUint::from(65537_u32)).ok()
            })
            .unwrap();
        let der = composite.to_pkcs8_der().unwrap();
        let refusal = RsaKey::from_pkcs8_der(KeySpec::Rsa2048, der.as_bytes()).unwrap_err();
        assert_eq!(refusal, InvalidPrivateKey::Inconsistent);
    }

    #[test]
    fn a_truncated_or_prolonged_encoding_is_refused() {
        let der = der_of_pem(RSA_2048_PEM).unwrap();
        let der = der.as_bytes();
        for len in 0..der.len() {
            let truncated = der.get(..len).unwrap();
            let refusal = RsaKey::from_pkcs8_der(KeySpec::Rsa2048, truncated).unwrap_err();
            assert_eq!(refusal, InvalidPrivateKey::Encoding, "{len}");
        }
        let prolonged = [der, &[0]].concat();
        let refusal = RsaKey::from_pkcs8_der(KeySpec::Rsa2048, &prolonged).unwrap_err();
        assert_eq!(refusal, InvalidPrivateKey::Encoding);
    }

    #[test]
    fn a_key_prints_no_number() {
        assert_eq!(
            format!("{:?}", rsa(KeySpec::Rsa2048)),
            "RsaKey(RSA_2048, ..)"
        );
    }
}

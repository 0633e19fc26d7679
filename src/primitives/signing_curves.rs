//! The curves whose keys sign and agree on secrets, and encrypt nothing.

use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use sm2::elliptic_curve::CurveArithmetic;

use super::asymmetric::Cipher;
use super::curve_key::CurveKey;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

/// A curve that no encryption algorithm of KMS uses.
pub(crate) trait SigningCurve: CurveArithmetic {
    /// The spec of its keys.
    const SPEC: KeySpec;
}

impl SigningCurve for NistP256 {
    const SPEC: KeySpec = KeySpec::EccNistP256;
}

impl SigningCurve for NistP384 {
    const SPEC: KeySpec = KeySpec::EccNistP384;
}

impl SigningCurve for NistP521 {
    const SPEC: KeySpec = KeySpec::EccNistP521;
}

impl SigningCurve for Secp256k1 {
    const SPEC: KeySpec = KeySpec::EccSecgP256K1;
}

impl<C: SigningCurve> Cipher for CurveKey<C> {
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        _: &[u8],
        _: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        Err(KeyActionError::unsupported(C::SPEC, algorithm))
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        _: &[u8],
        _: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        Err(KeyActionError::unsupported(C::SPEC, algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::{NistP256, NistP384, NistP521, Secp256k1};
    use crate::key::KeySpec;
    use crate::primitives::asymmetric::{AsymmetricKey, Cipher};
    use crate::primitives::curve_key::CurveKey;
    use crate::primitives::ed25519_key::Ed25519Key;
    use crate::primitives::fixtures::{RSA_2048_PEM, Rationed, SM2_PEM, os_random, read};
    use crate::primitives::private_key::{InvalidPrivateKey, der_of_pem};
    use crate::random::Random;
    use rsa::pkcs8::Document;

    /// A private key that OpenSSL has made, and its public key.
    macro_rules! openssl {
        ($name:literal) => {
            [
                include_str!(concat!("../testing/keys/curves/", $name, ".pem")),
                include_str!(concat!("../testing/keys/curves/", $name, "_public.pem")),
            ]
        };
    }

    /// Calls a test with the type, the spec and OpenSSL's key of each curve.
    macro_rules! for_each_curve {
        ($test:ident) => {
            $test::<CurveKey<NistP256>>(KeySpec::EccNistP256, openssl!("p256"));
            $test::<CurveKey<NistP384>>(KeySpec::EccNistP384, openssl!("p384"));
            $test::<CurveKey<NistP521>>(KeySpec::EccNistP521, openssl!("p521"));
            $test::<CurveKey<Secp256k1>>(KeySpec::EccSecgP256K1, openssl!("secp256k1"));
            $test::<Ed25519Key>(KeySpec::EccNistEdwards25519, openssl!("ed25519"));
        };
    }

    #[test]
    fn a_key_is_written_as_openssl_wrote_it() {
        fn test<K: AsymmetricKey>(spec: KeySpec, [private, public]: [&str; 2]) {
            let key: K = read(spec, private).unwrap();
            let written = key.to_pkcs8_der().unwrap();
            assert_eq!(*written, *der_of_pem(private).unwrap().to_bytes(), "{spec}");
            let (_, public) = Document::from_pem(public).unwrap();
            assert_eq!(key.public_key_der().unwrap(), public.as_bytes(), "{spec}");
        }
        for_each_curve!(test);
    }

    #[test]
    fn a_generated_key_survives_its_encoding_and_comes_from_the_given_source() {
        fn test<K: AsymmetricKey>(spec: KeySpec, _: [&str; 2]) {
            let source = Rationed::new(usize::MAX);
            let key = K::generate(spec, Random::new(&source)).unwrap();
            assert!(source.bytes() >= 32, "{spec}");
            let written = key.to_pkcs8_der().unwrap();
            let restored = K::from_pkcs8_der(spec, &written).unwrap();
            assert_eq!(*restored.to_pkcs8_der().unwrap(), *written);
            assert_eq!(
                restored.public_key_der().unwrap(),
                key.public_key_der().unwrap()
            );
            assert!(K::generate(spec, Random::new(&Rationed::new(0))).is_err());
            let other = K::generate(spec, os_random()).unwrap();
            assert_ne!(*other.to_pkcs8_der().unwrap(), *written);
        }
        for_each_curve!(test);
    }

    #[test]
    fn a_key_of_another_curve_or_kind_or_with_anything_behind_it_is_refused() {
        fn test<K: AsymmetricKey>(spec: KeySpec, [private, public]: [&str; 2]) {
            let others = [
                openssl!("p256"),
                openssl!("p384"),
                openssl!("secp256k1"),
                openssl!("ed25519"),
            ];
            let others = others.map(|[other, _]| other).into_iter();
            for other in others.chain([RSA_2048_PEM, SM2_PEM]) {
                if other != private {
                    let refusal = read::<K>(spec, other).unwrap_err();
                    assert_eq!(refusal, InvalidPrivateKey::Algorithm, "{spec}");
                }
            }
            let refusal = read::<K>(spec, public).unwrap_err();
            assert_eq!(refusal, InvalidPrivateKey::Encoding);
            let der = der_of_pem(private).unwrap();
            let der = der.as_bytes();
            for len in 0..der.len() {
                assert!(K::from_pkcs8_der(spec, der.get(..len).unwrap()).is_err());
            }
            assert!(K::from_pkcs8_der(spec, &[der, &[0]].concat()).is_err());
        }
        for_each_curve!(test);
    }

    #[test]
    fn a_key_encrypts_nothing_and_prints_nothing() {
        fn test<K: AsymmetricKey + Cipher>(spec: KeySpec, [private, _]: [&str; 2]) {
            let key: K = read(spec, private).unwrap();
            for algorithm in crate::key::EncryptionAlgorithm::ALL {
                assert!(key.encrypt(*algorithm, b"data", os_random()).is_err());
                assert!(key.decrypt(*algorithm, b"data", os_random()).is_err());
            }
            assert!(format!("{key:?}").ends_with("Key(..)"));
        }
        for_each_curve!(test);
    }
}

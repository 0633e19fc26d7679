//! [`Sm2Key`]: an SM2 key. Its encryption is in [`sm2_pke`](super::sm2_pke).

use sm2::Sm2;

use super::curve_key::CurveKey;

/// An SM2 key that encrypts and decrypts.
pub(crate) type Sm2Key = CurveKey<Sm2>;

#[cfg(test)]
mod tests {
    use sm2::SecretKey;
    use sm2::elliptic_curve::zeroize::ZeroizeOnDrop;

    use super::Sm2Key;
    use crate::key::KeySpec;
    use crate::primitives::asymmetric::PrivateKey;
    use crate::primitives::fixtures::{
        RSA_2048_PEM, Rationed, SM2_PEM, os_random, other_sm2, read, sm2,
    };
    use crate::primitives::private_key::{InvalidPrivateKey, der_of_pem};
    use crate::random::Random;

    #[test]
    fn a_generated_key_survives_its_encoding() {
        let source = Rationed::new(usize::MAX);
        let key = Sm2Key::generate(KeySpec::Sm2, Random::new(&source)).unwrap();
        assert!(
            source.bytes() >= 32,
            "the scalar comes from the given source"
        );
        let restored = Sm2Key::from_pkcs8_der(KeySpec::Sm2, &key.to_pkcs8_der().unwrap()).unwrap();
        assert_eq!(*restored.scalar(), *key.scalar());
        assert!(Sm2Key::generate(KeySpec::Sm2, Random::new(&Rationed::new(0))).is_err());
        let other = Sm2Key::generate(KeySpec::Sm2, os_random()).unwrap();
        assert_ne!(*other.scalar(), *key.scalar());
    }

    #[test]
    fn a_key_is_written_as_openssl_wrote_it() {
        let written = sm2().to_pkcs8_der().unwrap();
        assert_eq!(*written, *der_of_pem(SM2_PEM).unwrap().to_bytes());
        let public = sm2().public_key_der().unwrap();
        // The last 64 octets of both: the public point.
        assert_eq!(public.last_chunk::<64>(), written.last_chunk::<64>());
    }

    #[test]
    fn an_imported_key_that_is_not_an_sm2_key_is_refused_by_name() {
        use InvalidPrivateKey::{Algorithm, Encoding};
        let cases = [
            (include_str!("../testing/keys/refused/p256.pem"), Algorithm),
            (RSA_2048_PEM, Algorithm),
            (
                include_str!("../testing/keys/refused/rsa_2048_public.pem"),
                Encoding,
            ),
            ("", Encoding),
        ];
        for (pem, expected) in cases {
            assert_eq!(
                read::<Sm2Key>(KeySpec::Sm2, pem).unwrap_err(),
                expected,
                "{pem}"
            );
        }
    }

    #[test]
    fn a_scalar_out_of_range_or_with_another_public_key_is_refused() {
        let der = der_of_pem(SM2_PEM).unwrap();
        let der = der.as_bytes();
        let scalar = sm2().scalar().to_bytes();
        let start = der
            .windows(32)
            .position(|window| window == scalar.as_slice())
            .unwrap();
        let of_other = other_sm2().scalar().to_bytes();
        for wrong in [&[0; 32], &[0xff; 32], of_other.as_slice()] {
            let mut der = der.to_vec();
            der.get_mut(start..start + 32)
                .unwrap()
                .copy_from_slice(wrong);
            let refusal = Sm2Key::from_pkcs8_der(KeySpec::Sm2, &der).unwrap_err();
            assert_eq!(refusal, InvalidPrivateKey::Inconsistent);
        }
    }

    #[test]
    fn a_truncated_or_prolonged_encoding_is_refused() {
        let der = der_of_pem(SM2_PEM).unwrap();
        let der = der.as_bytes();
        for len in 0..der.len() {
            assert!(Sm2Key::from_pkcs8_der(KeySpec::Sm2, der.get(..len).unwrap()).is_err());
        }
        assert!(Sm2Key::from_pkcs8_der(KeySpec::Sm2, &[der, &[0]].concat()).is_err());
    }

    #[test]
    fn a_key_prints_nothing_and_is_wiped() {
        fn wiped_on_drop<T: ZeroizeOnDrop>() {}
        wiped_on_drop::<SecretKey>();
        assert_eq!(format!("{:?}", sm2()), "CurveKey(..)");
    }
}

//! [`Sm2Key`]: an SM2 key, and how it is generated, imported and exported. Its encryption is in
//! [`sm2_pke`](super::sm2_pke).

use core::fmt;

use sm2::elliptic_curve::{ALGORITHM_OID, Generate};
#[cfg(any(test, feature = "snapshot"))]
use sm2::pkcs8::EncodePrivateKey;
use sm2::pkcs8::{AssociatedOid, EncodePublicKey};
use sm2::{NonZeroScalar, PublicKey, SecretKey, Sm2};
use zeroize::Zeroizing;

use super::asymmetric::PrivateKey;
use super::draws::Draws;
use super::failure::internal;
use super::private_key::{InvalidPrivateKey, private_key_info};
use crate::key::KeySpec;
use crate::provider::KeyActionError;
use crate::random::Random;

/// An SM2 key that encrypts and decrypts. It is wiped when it is dropped and prints nothing.
pub(crate) struct Sm2Key {
    secret: SecretKey,
    public: PublicKey,
}

impl Sm2Key {
    /// The private scalar.
    pub(crate) fn scalar(&self) -> Zeroizing<NonZeroScalar> {
        Zeroizing::new(self.secret.to_nonzero_scalar())
    }

    /// The public point.
    pub(crate) const fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn from_secret(secret: SecretKey) -> Self {
        let public = secret.public_key();
        Self { secret, public }
    }
}

/// All methods ignore the spec, since SM2 keys have only one.
impl PrivateKey for Sm2Key {
    fn generate(_: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError> {
        // Not `SecretKey`'s own generation, which accepts zero.
        let mut draws = Draws::new(random);
        let scalar = Zeroizing::new(NonZeroScalar::try_generate_from_rng(&mut draws)?);
        Ok(Self::from_secret(SecretKey::from(&*scalar)))
    }

    /// A key from PKCS#8. A public key that comes with it must be the right one.
    fn from_pkcs8_der(_: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let info = private_key_info(der)?;
        info.algorithm
            .assert_oids(ALGORITHM_OID, Sm2::OID)
            .map_err(|_| InvalidPrivateKey::Algorithm)?;
        SecretKey::try_from(info)
            .map(Self::from_secret)
            .map_err(|_| InvalidPrivateKey::Inconsistent)
    }

    #[cfg(any(test, feature = "snapshot"))]
    fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError> {
        self.secret
            .to_pkcs8_der()
            .map(|document| document.to_bytes())
            .map_err(|error| internal("the private key cannot be encoded", error))
    }

    fn public_key_der(&self) -> Result<Vec<u8>, KeyActionError> {
        self.public
            .to_public_key_der()
            .map(|document| document.into_vec())
            .map_err(|error| internal("the public key cannot be encoded", error))
    }
}

impl fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm2Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use sm2::elliptic_curve::zeroize::ZeroizeOnDrop;

    use super::{SecretKey, Sm2Key};
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
        assert_eq!(format!("{:?}", sm2()), "Sm2Key(..)");
    }
}

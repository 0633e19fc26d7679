//! [`Ed25519Key`]: a key of `ECC_NIST_EDWARDS25519`, and how it is generated, imported and exported (RFC 8410).

use core::fmt;

use ed25519_dalek::SigningKey;
use rsa::pkcs8::ObjectIdentifier;
use zeroize::Zeroizing;

use super::asymmetric::{Cipher, PrivateKey};
use super::private_key::{InvalidPrivateKey, private_key_info};
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::KeyActionError;
use crate::random::Random;
use crate::secret::Plaintext;

const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The DER of a `PrivateKeyInfo` of version 0, without a public key (GUESS 58), up to the private key, which ends it.
const BEFORE_PRIVATE_KEY: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The DER of a `SubjectPublicKeyInfo`, up to the public key, which ends it.
const BEFORE_PUBLIC_KEY: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The DER of the octet string around a private key in a `PrivateKeyInfo`.
const BEFORE_OCTETS: [u8; 2] = [0x04, 0x20];

/// An Ed25519 key. It is wiped when it is dropped and prints nothing.
pub(crate) struct Ed25519Key {
    private: Box<Zeroizing<[u8; 32]>>,
    public: [u8; 32],
}

impl Ed25519Key {
    fn of(private: Box<Zeroizing<[u8; 32]>>) -> Self {
        let public = SigningKey::from_bytes(&private).verifying_key().to_bytes();
        Self { private, public }
    }
}

/// All methods ignore the spec, since Ed25519 keys have only one.
impl PrivateKey for Ed25519Key {
    fn generate(_: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError> {
        let mut private = Box::new(Zeroizing::new([0; 32]));
        random.fill(private.as_mut_slice())?;
        Ok(Self::of(private))
    }

    /// A key from PKCS#8. A public key that comes with it must be the right one.
    fn from_pkcs8_der(_: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let info = private_key_info(der)?;
        if info.algorithm.oid != OID {
            return Err(InvalidPrivateKey::Algorithm);
        }
        if info.algorithm.parameters.is_some() {
            return Err(InvalidPrivateKey::Encoding);
        }
        let octets = info.private_key.as_bytes().strip_prefix(&BEFORE_OCTETS);
        let octets = octets.ok_or(InvalidPrivateKey::Encoding)?;
        let mut private = Box::new(Zeroizing::new([0; 32]));
        if octets.len() != private.len() {
            return Err(InvalidPrivateKey::Encoding);
        }
        private.copy_from_slice(octets);
        let key = Self::of(private);
        match info
            .public_key
            .map(|public| public.raw_bytes() == key.public)
        {
            Some(false) => Err(InvalidPrivateKey::Inconsistent),
            Some(true) | None => Ok(key),
        }
    }

    fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError> {
        let len = BEFORE_PRIVATE_KEY.len() + self.private.len();
        let mut der = Zeroizing::new(Vec::with_capacity(len));
        der.extend_from_slice(&BEFORE_PRIVATE_KEY);
        der.extend_from_slice(self.private.as_slice());
        Ok(der)
    }

    fn public_key_der(&self) -> Result<Vec<u8>, KeyActionError> {
        Ok([BEFORE_PUBLIC_KEY.as_slice(), &self.public].concat())
    }
}

impl Cipher for Ed25519Key {
    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        _: &[u8],
        _: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        Err(KeyActionError::unsupported(
            KeySpec::EccNistEdwards25519,
            algorithm,
        ))
    }

    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        _: &[u8],
        _: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        Err(KeyActionError::unsupported(
            KeySpec::EccNistEdwards25519,
            algorithm,
        ))
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Ed25519Key;
    use crate::key::KeySpec::EccNistEdwards25519;
    use crate::primitives::asymmetric::PrivateKey;
    use crate::primitives::fixtures::unhex;
    use crate::primitives::private_key::InvalidPrivateKey;

    /// RFC 8410 section 10.3: a key without and with its public key.
    const WITHOUT: &str = "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
    const WITH: &str = "3051020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f4475584281210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

    #[test]
    fn a_public_key_may_come_with_the_private_key_and_must_be_the_right_one() {
        let without = Ed25519Key::from_pkcs8_der(EccNistEdwards25519, &unhex(WITHOUT)).unwrap();
        let with = Ed25519Key::from_pkcs8_der(EccNistEdwards25519, &unhex(WITH)).unwrap();
        assert_eq!(with.public, without.public);
        assert_eq!(*with.to_pkcs8_der().unwrap(), unhex(WITHOUT));

        let mut wrong = unhex(WITH);
        *wrong.last_mut().unwrap() ^= 1;
        let refusal = Ed25519Key::from_pkcs8_der(EccNistEdwards25519, &wrong).unwrap_err();
        assert_eq!(refusal, InvalidPrivateKey::Inconsistent);
    }
}

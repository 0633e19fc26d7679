//! [`KeyPair`]: a key pair of RSA, of SM2 or of another curve.

use core::any::Any;
use core::fmt;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::asymmetric::{AsymmetricKey, PrivateKey};
use super::private_key::{InvalidPrivateKey, der_of_pem};
use super::rsa_key::RsaKey;
use super::sm2_key::Sm2Key;
#[cfg(feature = "data-key-pairs")]
use super::{curve_key::CurveKey, ed25519_key::Ed25519Key};
use crate::error::InfrastructureError;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::provider::{KeyActionError, KeyProviderError};
use crate::random::Random;
use crate::secret::Plaintext;

/// A key pair that encrypts and decrypts as a key of its spec does in KMS: `RSA_2048`, `RSA_3072`, `RSA_4096` or `SM2`.
///
/// With the feature `data-key-pairs` it can also be of `ECC_NIST_P256`, `ECC_NIST_P384`, `ECC_NIST_P521`,
/// `ECC_SECG_P256K1` or `ECC_NIST_EDWARDS25519`. Such a pair has a public key, but does not encrypt.
///
/// The private key is wiped when the pair is dropped, as far as the crates for the arithmetic allow: see SECURITY.md.
///
/// ```
/// use kms_reencrypt::primitives::KeyPair;
/// use kms_reencrypt::random::{OsRandom, Random};
/// use kms_reencrypt::{EncryptionAlgorithm, KeySpec};
///
/// let source = OsRandom;
/// let pair = KeyPair::generate(KeySpec::Sm2, Random::new(&source))?;
/// let algorithm = EncryptionAlgorithm::Sm2Pke;
/// let ciphertext = pair.encrypt(algorithm, b"card number", Random::new(&source))?;
/// let plaintext = pair.decrypt(algorithm, &ciphertext, Random::new(&source))?;
/// assert_eq!(plaintext.expose(), b"card number");
/// # Ok::<(), kms_reencrypt::provider::KeyActionError>(())
/// ```
pub struct KeyPair {
    spec: KeySpec,
    public_key: Vec<u8>,
    key: BoxedKey,
    extension: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl KeyPair {
    /// Generates a key pair. In an unoptimized build, an RSA key takes seconds, `RSA_4096` up to a minute.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the random source fails, or if this build has no key pairs of the spec.
    pub fn generate(spec: KeySpec, random: Random<'_>) -> Result<Self, KeyActionError> {
        let kind = Kind::of_spec(spec).ok_or_else(|| no_key_pair(spec))?;
        let key = (kind.generate)(spec, random)?;
        let public_key = key.public_key_der()?;
        Ok(Self::of(spec, public_key, key))
    }

    /// The key pair of a private key in PKCS#8, as DER.
    ///
    /// Its numbers are checked for consistency: the private key inverts the public key.
    ///
    /// # Errors
    ///
    /// [`InvalidPrivateKey`] with the reason.
    pub fn from_pkcs8_der(spec: KeySpec, der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let kind = Kind::of_spec(spec).ok_or(InvalidPrivateKey::NoKeyPair(spec))?;
        let key = (kind.read)(spec, der)?;
        let public_key = key
            .public_key_der()
            .map_err(|_| InvalidPrivateKey::Inconsistent)?;
        Ok(Self::of(spec, public_key, key))
    }

    /// The key pair of a private key in PKCS#8, as PEM.
    ///
    /// # Errors
    ///
    /// [`InvalidPrivateKey`] with the reason.
    pub fn from_pkcs8_pem(spec: KeySpec, pem: &str) -> Result<Self, InvalidPrivateKey> {
        Self::from_pkcs8_der(spec, der_of_pem(pem)?.as_bytes())
    }

    const fn of(spec: KeySpec, public_key: Vec<u8>, key: BoxedKey) -> Self {
        Self {
            spec,
            public_key,
            key,
            extension: OnceLock::new(),
        }
    }

    /// Whether this build has key pairs of a spec.
    pub(crate) const fn exists_for(spec: KeySpec) -> bool {
        Kind::of_spec(spec).is_some()
    }

    /// **The private key** as PKCS#8 in DER, for a provider that computes with another library. It is wiped when it is dropped.
    ///
    /// Keep what you make of it with [`extension`](Self::extension), so that it does not outlive the pair.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if it cannot be encoded.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyActionError> {
        self.key.to_pkcs8_der()
    }

    /// A value that a provider keeps with the pair, such as the private key in the form of another library. The first
    /// call makes it, while other threads that ask for it wait.
    ///
    /// It is dropped with the pair: as soon as a key's material is deleted or has expired, or the key itself is gone, and no
    /// running operation uses it any more. A pair keeps one value: if the first call made one of another type, the result is
    /// `None`.
    ///
    /// ```
    /// use kms_reencrypt::KeySpec;
    /// use kms_reencrypt::primitives::KeyPair;
    /// use kms_reencrypt::random::{OsRandom, Random};
    ///
    /// let pair = KeyPair::generate(KeySpec::Sm2, Random::new(&OsRandom))?;
    /// let len = |pair: &KeyPair| pair.public_key().len();
    /// assert_eq!(pair.extension(len), Some(&91));
    /// assert_eq!(pair.extension(|_| 0_usize), Some(&91));
    /// assert_eq!(pair.extension(|_| "another type"), None);
    /// # Ok::<(), kms_reencrypt::provider::KeyActionError>(())
    /// ```
    pub fn extension<T: Any + Send + Sync>(&self, make: impl FnOnce(&Self) -> T) -> Option<&T> {
        self.extension
            .get_or_init(|| Box::new(make(self)))
            .downcast_ref()
    }

    /// The spec of the key.
    #[must_use]
    pub const fn key_spec(&self) -> KeySpec {
        self.spec
    }

    /// The public key as the DER of an X.509 `SubjectPublicKeyInfo`: what `GetPublicKey` answers.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Encrypts with the public key.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Provider`] if the random source fails, if the key does not support the algorithm, or if the
    /// plaintext is empty or longer than [`KeySpec::plaintext_max`].
    pub fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        self.key.encrypt(algorithm, plaintext, random)
    }

    /// Decrypts with the private key. `random` is for blinding.
    ///
    /// # Errors
    ///
    /// [`KeyActionError::Rejected`] if the ciphertext does not open, whatever the reason; [`KeyActionError::Provider`]
    /// if the random source fails, or if the key does not support the algorithm.
    pub fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        self.key.decrypt(algorithm, ciphertext, random)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({}, ..)", self.spec)
    }
}

type BoxedKey = Box<dyn AsymmetricKey>;

/// The constructors of one kind of key pair.
struct Kind {
    generate: fn(KeySpec, Random<'_>) -> Result<BoxedKey, KeyActionError>,
    read: fn(KeySpec, &[u8]) -> Result<BoxedKey, InvalidPrivateKey>,
}

impl Kind {
    /// The kind of a spec; this is the only list of kinds. `None` for specs whose keys are not pairs, and for pairs that
    /// this build does not have.
    const fn of_spec(spec: KeySpec) -> Option<Self> {
        match spec {
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => Some(Self::of::<RsaKey>()),
            KeySpec::Sm2 => Some(Self::of::<Sm2Key>()),
            #[cfg(feature = "data-key-pairs")]
            KeySpec::EccNistP256 => Some(Self::of::<CurveKey<p256::NistP256>>()),
            #[cfg(feature = "data-key-pairs")]
            KeySpec::EccNistP384 => Some(Self::of::<CurveKey<p384::NistP384>>()),
            #[cfg(feature = "data-key-pairs")]
            KeySpec::EccNistP521 => Some(Self::of::<CurveKey<p521::NistP521>>()),
            #[cfg(feature = "data-key-pairs")]
            KeySpec::EccSecgP256K1 => Some(Self::of::<CurveKey<k256::Secp256k1>>()),
            #[cfg(feature = "data-key-pairs")]
            KeySpec::EccNistEdwards25519 => Some(Self::of::<Ed25519Key>()),
            #[cfg(not(feature = "data-key-pairs"))]
            KeySpec::EccNistP256
            | KeySpec::EccNistP384
            | KeySpec::EccNistP521
            | KeySpec::EccSecgP256K1
            | KeySpec::EccNistEdwards25519 => None,
            KeySpec::SymmetricDefault
            | KeySpec::Hmac224
            | KeySpec::Hmac256
            | KeySpec::Hmac384
            | KeySpec::Hmac512
            | KeySpec::MlDsa44
            | KeySpec::MlDsa65
            | KeySpec::MlDsa87
            | KeySpec::MlKem512
            | KeySpec::MlKem768
            | KeySpec::MlKem1024 => None,
        }
    }

    const fn of<K: AsymmetricKey + 'static>() -> Self {
        Self {
            generate: |spec, random| Ok(Box::new(<K as PrivateKey>::generate(spec, random)?)),
            read: |spec, der| Ok(Box::new(<K as PrivateKey>::from_pkcs8_der(spec, der)?)),
        }
    }
}

fn no_key_pair(spec: KeySpec) -> KeyActionError {
    let failure = InfrastructureError::new(InvalidPrivateKey::NoKeyPair(spec).to_string());
    KeyProviderError::Internal(failure).into()
}

#[cfg(test)]
mod tests {
    use super::KeyPair;
    use crate::key::{EncryptionAlgorithm, KeySpec};
    use crate::primitives::fixtures::{RSA_2048_PEM, SM2_PEM, os_random};
    use crate::primitives::private_key::InvalidPrivateKey;
    use crate::provider::KeyActionError;

    #[test]
    fn there_is_a_kind_for_every_spec_that_encrypts_with_a_public_key_and_for_curves_with_their_feature()
     {
        for spec in KeySpec::ALL {
            let algorithms = spec.encryption_algorithms().iter();
            let is_asymmetric = algorithms.copied().any(EncryptionAlgorithm::is_asymmetric);
            let is_curve = spec.as_str().starts_with("ECC_");
            let exists = is_asymmetric || (is_curve && cfg!(feature = "data-key-pairs"));
            assert_eq!(KeyPair::exists_for(*spec), exists, "{spec}");
            let refusal = KeyPair::from_pkcs8_der(*spec, &[]).unwrap_err();
            let expected = if exists {
                InvalidPrivateKey::Encoding
            } else {
                InvalidPrivateKey::NoKeyPair(*spec)
            };
            assert_eq!(refusal, expected);
            if !exists {
                let refused = KeyPair::generate(*spec, os_random());
                assert!(matches!(refused, Err(KeyActionError::Provider(_))));
            }
        }
    }

    #[test]
    fn a_pair_of_each_kind_opens_what_its_public_key_sealed() {
        for (spec, pem) in [(KeySpec::Rsa2048, RSA_2048_PEM), (KeySpec::Sm2, SM2_PEM)] {
            let pair = KeyPair::from_pkcs8_pem(spec, pem).unwrap();
            assert_eq!(pair.key_spec(), spec);
            assert_eq!(format!("{pair:?}"), format!("KeyPair({spec}, ..)"));
            for algorithm in spec.encryption_algorithms() {
                let ciphertext = pair.encrypt(*algorithm, b"data key", os_random()).unwrap();
                let plaintext = pair.decrypt(*algorithm, &ciphertext, os_random());
                assert_eq!(plaintext.unwrap().expose(), b"data key");
            }
        }
    }
}

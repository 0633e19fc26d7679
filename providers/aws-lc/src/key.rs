//! [`AwsLcKey`]: a key of the ring whose arithmetic is AWS-LC's.

use core::error::Error;

use aws_lc_rs::error::Unspecified;
use kms_reencrypt::access::{Grants, KeyPolicy};
use kms_reencrypt::error::InfrastructureError;
use kms_reencrypt::keyring::RingKey;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::provider::{
    KeyActionError, KeyProviderError, KeyRef, KmsKey, LastUsage, MessageNonces,
};
use kms_reencrypt::random::Random;
use kms_reencrypt::{
    AliasName, EncryptionAlgorithm, KeyMaterialId, KeyMetadata, KeySpec, Plaintext,
};

use crate::aes_gcm;
use crate::rsa_oaep::{self, RsaKey};

/// Who draws the seed of the padding when an RSA key encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OaepSeed {
    /// The random source of the `Kms`, so the ring's own key encrypts.
    RandomSource,
    /// AWS-LC, so AWS-LC encrypts.
    AwsLc,
}

/// A symmetric or RSA key. Everything but the arithmetic is the ring's, including every refusal of a key that cannot act.
#[derive(Debug)]
struct AwsLcKey<'v> {
    key: RingKey<'v>,
    seed: OaepSeed,
}

/// A key of the ring, with AWS-LC's arithmetic if AWS-LC has its algorithms.
pub(crate) fn accelerated(key: RingKey<'_>, seed: OaepSeed) -> KeyRef<'_> {
    match key.as_key().metadata().key_spec() {
        KeySpec::SymmetricDefault | KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => {
            KeyRef::Owned(Box::new(AwsLcKey { key, seed }))
        }
        _ => KeyRef::Borrowed(key.as_key()),
    }
}

impl<'v> AwsLcKey<'v> {
    /// The key in the form of AWS-LC, which is made at its first use and kept beside the key pair. `None` without a key
    /// pair.
    fn rsa_key(&self) -> Option<Result<&'v RsaKey, KeyActionError>> {
        let pair = self.key.key_pair()?;
        let kept = pair.extension(read);
        Some(match kept {
            Some(Ok(key)) => Ok(key),
            Some(Err(error)) => Err(error.clone()),
            None => Err(internal(
                "another provider keeps its form of the private key",
            )),
        })
    }
}

impl KmsKey for AwsLcKey<'_> {
    fn metadata(&self) -> &KeyMetadata {
        self.key.as_key().metadata()
    }

    fn policy(&self) -> &KeyPolicy {
        self.key.as_key().policy()
    }

    fn grants(&self) -> &dyn Grants {
        self.key.as_key().grants()
    }

    fn aliases(&self) -> &[AliasName] {
        self.key.as_key().aliases()
    }

    fn tags(&self) -> &[(String, String)] {
        self.key.as_key().tags()
    }

    fn public_key(&self) -> Option<&[u8]> {
        self.key.as_key().public_key()
    }

    fn has_material(&self, id: &KeyMaterialId) -> bool {
        self.key.as_key().has_material(id)
    }

    fn last_usage(&self) -> Option<&LastUsage> {
        self.key.as_key().last_usage()
    }

    fn seal(
        &self,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<[u8; 16], KeyActionError> {
        let Some(material) = self.key.current_material() else {
            return self.key.as_key().seal(nonces, aad, in_out);
        };
        material
            .with_message_key(nonces, |key| aes_gcm::seal(key, &nonces.iv, aad, in_out))
            .map_err(|error| failed("AWS-LC did not encrypt", error))
    }

    fn open(
        &self,
        id: &KeyMaterialId,
        nonces: &MessageNonces,
        aad: &[u8],
        in_out: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), KeyActionError> {
        let Some(material) = self.key.material(id) else {
            return self.key.as_key().open(id, nonces, aad, in_out, tag);
        };
        material
            .with_message_key(nonces, |key| {
                aes_gcm::open(key, &nonces.iv, aad, in_out, tag)
            })
            .map_err(|Unspecified| KeyActionError::Rejected)
    }

    fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<u8>, KeyActionError> {
        let max = self.metadata().key_spec().plaintext_max(algorithm);
        let fits = max.is_some_and(|max| (1..=max).contains(&plaintext.len()));
        let oaep = rsa_oaep::oaep(algorithm).filter(|_| fits && self.seed == OaepSeed::AwsLc);
        if let Some(oaep) = oaep
            && let Some(key) = self.rsa_key()
        {
            return key?
                .encrypt(oaep, plaintext)
                .map_err(|error| failed("AWS-LC did not encrypt", error));
        }
        self.key.as_key().encrypt(algorithm, plaintext, random)
    }

    /// AWS-LC draws its blinding values from its own generator.
    fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
        random: Random<'_>,
    ) -> Result<Plaintext, KeyActionError> {
        if let Some(oaep) = rsa_oaep::oaep(algorithm)
            && let Some(key) = self.rsa_key()
        {
            return key?
                .decrypt(oaep, ciphertext)
                .map_err(|Unspecified| KeyActionError::Rejected);
        }
        self.key.as_key().decrypt(algorithm, ciphertext, random)
    }
}

fn read(pair: &KeyPair) -> Result<RsaKey, KeyActionError> {
    RsaKey::from_pkcs8_der(&pair.to_pkcs8_der()?)
        .map_err(|error| failed("AWS-LC does not take the private key", error))
}

fn failed(message: &str, source: impl Error + Send + Sync + 'static) -> KeyActionError {
    KeyProviderError::Internal(InfrastructureError::new(message).with_source(source)).into()
}

fn internal(message: &str) -> KeyActionError {
    KeyProviderError::Internal(InfrastructureError::new(message)).into()
}

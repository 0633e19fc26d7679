//! [`RsaKey`]: RSAES-OAEP, as KMS has it, by AWS-LC.

use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use kms_reencrypt::{EncryptionAlgorithm, Plaintext};
use zeroize::Zeroizing;

/// An RSA key pair in the form of AWS-LC, which wipes it when it frees it.
#[derive(Debug)]
pub(crate) struct RsaKey {
    private: OaepPrivateDecryptingKey,
    public: OaepPublicEncryptingKey,
}

impl RsaKey {
    /// The key of a private key in PKCS#8, as DER. AWS-LC checks its numbers.
    pub(crate) fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyRejected> {
        let private = PrivateDecryptingKey::from_pkcs8(der)?;
        let public = private.public_key();
        Ok(Self {
            private: OaepPrivateDecryptingKey::new(private)?,
            public: OaepPublicEncryptingKey::new(public)?,
        })
    }

    /// Decrypts with the private key. AWS-LC blinds the operation, checks its result, and undoes the padding in constant
    /// time; the error says nothing about what was wrong.
    pub(crate) fn decrypt(
        &self,
        algorithm: &'static OaepAlgorithm,
        ciphertext: &[u8],
    ) -> Result<Plaintext, Unspecified> {
        if ciphertext.len() != self.private.key_size_bytes() {
            return Err(Unspecified);
        }
        let mut buffer = Zeroizing::new(vec![0; self.private.min_output_size()]);
        let len = self
            .private
            .decrypt(algorithm, ciphertext, &mut buffer, None)?
            .len();
        // KMS never encrypts an empty plaintext.
        if len == 0 {
            return Err(Unspecified);
        }
        // The whole buffer is wiped with the plaintext, including the part that is cut off here.
        buffer.truncate(len);
        Ok(Plaintext::from_vec(core::mem::take(&mut *buffer)))
    }

    /// Encrypts with the public key. The seed of the padding is drawn by AWS-LC.
    pub(crate) fn encrypt(
        &self,
        algorithm: &'static OaepAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Unspecified> {
        let mut ciphertext = vec![0; self.public.ciphertext_size()];
        let len = self
            .public
            .encrypt(algorithm, plaintext, &mut ciphertext, None)?
            .len();
        ciphertext.truncate(len);
        Ok(ciphertext)
    }
}

/// AWS-LC's name for an algorithm of KMS. `None` if it is not RSAES-OAEP.
pub(crate) const fn oaep(algorithm: EncryptionAlgorithm) -> Option<&'static OaepAlgorithm> {
    match algorithm {
        EncryptionAlgorithm::RsaesOaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
        EncryptionAlgorithm::RsaesOaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
        _ => None,
    }
}

//! [`insecure_key`]: keys whose material is public.

use crate::key::{KeySpec, KeyUsage};
use crate::keyring::NewKey;

/// The material of every insecure symmetric key. Two keys with it still do not open each other's blobs, because their
/// key ids differ.
pub(super) const SYMMETRIC_MATERIAL: [u8; 32] = *b"INSECURE: it is in the open here";

/// A key with **insecure** material, which is published with this crate. It is for tests: ready at once, and always the
/// same. Do not use it in production.
///
/// Generating an RSA key takes seconds without optimization, and up to a minute for `RSA_4096`; this takes no time. The
/// usage of the key is encryption if its spec allows it. A key whose spec only signs, agrees or authenticates is made as
/// usual: if this build has key pairs of its spec, it gets a fresh one.
///
/// All other properties of the `NewKey` can still be set, such as the key id:
///
/// ```
/// use kms_reencrypt::testing::insecure_key;
/// use kms_reencrypt::{
///     EncryptRequest, EncryptionAlgorithm, KeySpec, Keyring, Kms, ReEncryptRequest,
/// };
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let partner = keyring.create_key(
///     insecure_key(KeySpec::Rsa4096).key_id("1234abcd-12ab-34cd-56ef-1234567890ab".parse()?),
/// )?;
/// let ours = keyring.create_key(insecure_key(KeySpec::SymmetricDefault))?;
///
/// // The code under test: take in what a partner encrypted for us.
/// let algorithm = EncryptionAlgorithm::RsaesOaepSha256;
/// let kms = Kms::new(keyring);
/// let delivered = kms.encrypt(
///     &EncryptRequest::builder()
///         .key_id(partner)
///         .encryption_algorithm(algorithm)
///         .plaintext(b"card number")
///         .build()?,
/// )?;
/// let taken_in = kms.re_encrypt(
///     &ReEncryptRequest::builder()
///         .ciphertext_blob(delivered.ciphertext_blob())
///         .source_key_id(partner)
///         .source_encryption_algorithm(algorithm)
///         .destination_key_id(ours)
///         .build()?,
/// )?;
/// assert_eq!(taken_in.key_id(), &ours);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn insecure_key(spec: KeySpec) -> NewKey {
    let key = NewKey::from(spec);
    match (spec, insecure_private_key_pem(spec)) {
        (KeySpec::SymmetricDefault, _) => key.symmetric_material(SYMMETRIC_MATERIAL),
        (_, Some(pem)) => key.key_usage(KeyUsage::EncryptDecrypt).pkcs8_pem(pem),
        (_, None) => key,
    }
}

/// The **insecure** private key of [`insecure_key`] as PKCS#8 in PEM, for the other side of a test, such as a partner
/// who decrypts with another library. `None` for specs that are not RSA or SM2.
#[must_use]
pub const fn insecure_private_key_pem(spec: KeySpec) -> Option<&'static str> {
    Some(match spec {
        KeySpec::Rsa2048 => include_str!("keys/rsa_2048.pem"),
        KeySpec::Rsa3072 => include_str!("keys/rsa_3072.pem"),
        KeySpec::Rsa4096 => include_str!("keys/rsa_4096.pem"),
        KeySpec::Sm2 => include_str!("keys/sm2.pem"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{insecure_key, insecure_private_key_pem};
    use crate::key::{KeySpec, KeyUsage};
    use crate::keyring::ring::Keyring;

    #[test]
    fn there_is_a_key_of_every_spec_and_it_encrypts_if_it_can() {
        let keyring = Keyring::new("111122223333", "cn-north-1").unwrap();
        for spec in KeySpec::ALL {
            let key = keyring.create_key(insecure_key(*spec)).unwrap();
            let metadata = keyring.describe_key(key).unwrap();
            assert_eq!(metadata.key_spec(), *spec);
            assert_eq!(
                metadata.key_usage() == KeyUsage::EncryptDecrypt,
                !spec.encryption_algorithms().is_empty(),
                "{spec}"
            );
        }
    }

    #[test]
    fn the_same_key_comes_every_time() {
        for spec in [
            KeySpec::Rsa2048,
            KeySpec::Rsa3072,
            KeySpec::Rsa4096,
            KeySpec::Sm2,
        ] {
            assert!(insecure_private_key_pem(spec).is_some());
            let [one, other] = [(); 2].map(|()| {
                let keyring = Keyring::new("111122223333", "cn-north-1").unwrap();
                let key = keyring.create_key(insecure_key(spec)).unwrap();
                keyring.public_key(key).unwrap()
            });
            assert_eq!(one, other, "{spec}");
        }
    }
}

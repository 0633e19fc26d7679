//! Ciphertexts made with the public key alone, as an attacker can make them.

use rsa::BoxedUint;
use rsa::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;

use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::primitives::oaep_hash::{NotOaep, OaepHash};
use crate::primitives::rsa_public::raise_to_public_exponent;
use crate::random::{OsRandom, Random};

/// A ciphertext, and the result that a key has to give for it.
pub(super) struct Crafted {
    pub(super) what: &'static str,
    pub(super) ciphertext: Vec<u8>,
    /// `None` if it must not decrypt.
    pub(super) plaintext: Option<&'static [u8]>,
}

/// Ciphertexts with a well-formed padding and with bad ones. `None` if the public key does not have this spec.
///
/// The OAEP of the `rsa` crate accepts both faults, so a key that is built on it fails here.
pub(super) fn crafted(
    spec: KeySpec,
    public_key: &[u8],
    algorithm: EncryptionAlgorithm,
) -> Option<Vec<Crafted>> {
    match OaepHash::try_from(algorithm) {
        Ok(hash) => {
            let key = rsa::PublicKey::from_public_key_der(public_key).ok()?;
            (spec.modulus_len() == Some(key.size())).then_some(())?;
            Some(vec![
                Crafted {
                    what: "a well-formed padding",
                    ciphertext: oaep(&key, hash, 0, b"data")?,
                    plaintext: Some(b"data"),
                },
                Crafted {
                    what: "a padding that begins with 01, not 00",
                    ciphertext: oaep(&key, hash, 1, b"data")?,
                    plaintext: None,
                },
                Crafted {
                    what: "no message after its padding",
                    ciphertext: oaep(&key, hash, 0, b"")?,
                    plaintext: None,
                },
            ])
        }
        Err(NotOaep) if spec != KeySpec::Sm2 => Some(Vec::new()),
        Err(NotOaep) => {
            sm2::PublicKey::from_public_key_der(public_key).ok()?;
            Some(Vec::new())
        }
    }
}

/// RSAES-OAEP with any first octet and any message.
fn oaep(key: &rsa::PublicKey, hash: OaepHash, first: u8, message: &[u8]) -> Option<Vec<u8>> {
    let random = OsRandom;
    let mut block = hash
        .encode(message, key.size(), Random::new(&random))
        .ok()?;
    *block.first_mut()? = first;
    let number = BoxedUint::from_be_slice(&block, key.n_bits_precision()).ok()?;
    let ciphertext = raise_to_public_exponent(key, number);
    Some(ciphertext.to_be_bytes().into_vec())
}

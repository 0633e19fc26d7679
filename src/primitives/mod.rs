//! The cryptography of keys, for providers of your own. It does not depend on a [`Keyring`](crate::Keyring).
//!
//! A [`KmsKey`](crate::provider::KmsKey) of your own decides where its secret comes from and describes the key. It can
//! leave the cryptography to these types: symmetric keys use a [`SymmetricMaterial`] (AES-256-GCM under derived message
//! keys), RSA and SM2 keys a [`KeyPair`] (RSAES-OAEP, SM2PKE). With the feature `data-key-pairs`, a [`KeyPair`] can
//! also be on a curve that only signs.
//!
//! Or it leaves only a part of the cryptography to them: [`SymmetricMaterial::with_message_key`] derives the message
//! key, and another AES-GCM encrypts with it; [`KeyPair::to_pkcs8_der`] gives the private key to another library.

mod asymmetric;
mod curve_key;
mod draws;
#[cfg(feature = "data-key-pairs")]
mod ed25519_key;
mod failure;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod gcm;
pub(crate) mod key_pair;
pub(crate) mod key_wrap;
mod message_key;
#[cfg(test)]
mod not_copied;
mod oaep;
pub(crate) mod oaep_hash;
#[cfg(test)]
mod openssl_interop;
pub(crate) mod private_key;
mod rsa_key;
mod rsa_oaep;
pub(crate) mod rsa_public;
#[cfg(feature = "data-key-pairs")]
mod signing_curves;
mod sm2_der;
mod sm2_key;
mod sm2_pke;
pub(crate) mod symmetric;

pub use key_pair::KeyPair;
pub(crate) use message_key::MATERIAL_LEN;
pub use private_key::InvalidPrivateKey;
pub use symmetric::{SymmetricMaterial, material_id};

//! The arithmetic of keys, for providers to delegate to: RSAES-OAEP and SM2PKE. It knows no ring.
//!
//! A [`KmsKey`](crate::KmsKey) of your own decides where its keys come from and what is known of them. The cryptography
//! need not be written again: a [`KeyPair`] is what RSA and SM2 keys act with.

mod asymmetric;
mod failure;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod key_pair;
pub(crate) mod key_wrap;
mod message_key;
mod oaep;
mod oaep_hash;
#[cfg(test)]
mod openssl_interop;
pub(crate) mod private_key;
mod rsa_key;
mod rsa_oaep;
mod rsa_public;
mod sm2_der;
mod sm2_key;
mod sm2_pke;
pub(crate) mod symmetric;

pub use key_pair::KeyPair;
pub use private_key::InvalidPrivateKey;

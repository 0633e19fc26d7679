//! The arithmetic of keys: AES-256-GCM with derived message keys, RSAES-OAEP, SM2PKE, key wrapping. It knows no ring.

mod failure;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod key_wrap;
mod message_key;
mod oaep;
mod oaep_hash;
#[cfg(test)]
mod openssl_interop;
pub(crate) mod private_key;
pub(crate) mod rsa_key;
mod rsa_oaep;
mod rsa_public;
mod sm2_der;
pub(crate) mod sm2_key;
mod sm2_pke;
pub(crate) mod symmetric;

//! Keys that act in this process: what the in-memory ring is made of.

mod failure;
mod oaep;
mod private_key;
mod rsa_key;
mod rsa_oaep;
mod sm2_der;
mod sm2_key;
mod sm2_pke;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod openssl_interop;

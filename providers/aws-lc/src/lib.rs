#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aes_gcm;
mod key;
mod provider;
mod rsa_oaep;

pub use provider::AwsLc;

//! Keys whose secret is hidden, and randomness that is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_reencrypt::KeySpec;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::random::{OsRandom, RandomSource, RandomnessUnavailable};
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs8::PrivateKeyInfoRef;
use rsa::pkcs8::der::Decode;

use crate::memcheck;

/// The fixed keys of the library's tests.
pub(crate) const RSA_2048: &str = include_str!("../../../../src/testing/keys/rsa_2048.pem");
pub(crate) const SM2: &str = include_str!("../../../../src/testing/keys/sm2.pem");

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD
        .decode(lines.collect::<String>())
        .expect("PEM has base64 between its lines")
}

/// Where a part of some bytes is in them.
fn place_in(all: &[u8], part: &[u8]) -> core::ops::Range<usize> {
    let start = part.as_ptr().addr() - all.as_ptr().addr();
    start..start + part.len()
}

/// An RSA key of which nothing is hidden.
pub(crate) fn rsa() -> KeyPair {
    KeyPair::from_pkcs8_der(KeySpec::Rsa2048, &der(RSA_2048)).expect("a key")
}

/// The numbers of [`rsa`], for blocks that the library would not make.
pub(crate) fn rsa_numbers() -> rsa::PrivateKey {
    rsa::PrivateKey::try_from(PrivateKeyInfoRef::from_der(&der(RSA_2048)).expect("PKCS#8"))
        .expect("a key")
}

/// The same RSA key with hidden exponents, primes and coefficient. Its import, which checks them, is not part of any check.
pub(crate) fn hidden_rsa() -> KeyPair {
    let mut der = der(RSA_2048);
    let info = PrivateKeyInfoRef::from_der(&der).expect("PKCS#8");
    let numbers = RsaPrivateKeyRef::try_from(info.private_key).expect("PKCS#1");
    let places = [
        numbers.private_exponent,
        numbers.prime1,
        numbers.prime2,
        numbers.exponent1,
        numbers.exponent2,
        numbers.coefficient,
    ]
    .map(|secret| place_in(&der, secret.as_bytes()));
    for place in places {
        memcheck::hide(&mut der[place]);
    }
    memcheck::unreported(|| KeyPair::from_pkcs8_der(KeySpec::Rsa2048, &der).expect("a key"))
}

/// An SM2 key of which nothing is hidden.
pub(crate) fn sm2() -> KeyPair {
    KeyPair::from_pkcs8_der(KeySpec::Sm2, &der(SM2)).expect("a key")
}

/// The DER of the same SM2 key with a hidden scalar, for code that does not report what its import does.
pub(crate) fn hidden_sm2_der() -> Vec<u8> {
    let mut der = der(SM2);
    // The version 1, and an octet string of 32 octets: the scalar (RFC 5915).
    let head = [2, 1, 1, 4, 32];
    let at = der.windows(5).position(|window| window == head);
    let scalar = at.expect("a scalar") + head.len();
    memcheck::hide(&mut der[scalar..scalar + 32]);
    der
}

/// The same SM2 key with a hidden scalar.
pub(crate) fn hidden_sm2() -> KeyPair {
    let der = hidden_sm2_der();
    memcheck::unreported(|| KeyPair::from_pkcs8_der(KeySpec::Sm2, &der).expect("a key"))
}

/// The operating system's randomness, hidden.
#[derive(Debug)]
pub(crate) struct HiddenRandom;

impl RandomSource for HiddenRandom {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        OsRandom.fill(destination)?;
        memcheck::hide(destination);
        Ok(())
    }
}

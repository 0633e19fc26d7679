//! Fixtures of the tests of the primitives: fixed keys, OpenSSL's ciphertexts, and a random source that fails.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::asymmetric::PrivateKey;
use super::private_key::{InvalidPrivateKey, der_of_pem};
use super::rsa_key::RsaKey;
use super::sm2_key::Sm2Key;
use crate::key::{EncryptionAlgorithm, KeySpec};
use crate::random::{OsRandom, Random, RandomSource, RandomnessUnavailable};

pub(crate) const RSA_SPECS: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];

pub(crate) const RSA_2048_PEM: &str = include_str!("../testing/keys/rsa_2048.pem");
pub(crate) const RSA_3072_PEM: &str = include_str!("../testing/keys/rsa_3072.pem");
pub(crate) const RSA_4096_PEM: &str = include_str!("../testing/keys/rsa_4096.pem");
pub(crate) const SM2_PEM: &str = include_str!("../testing/keys/sm2.pem");

static RSA_2048: LazyLock<RsaKey> = LazyLock::new(|| read(KeySpec::Rsa2048, RSA_2048_PEM).unwrap());
static RSA_3072: LazyLock<RsaKey> = LazyLock::new(|| read(KeySpec::Rsa3072, RSA_3072_PEM).unwrap());
static RSA_4096: LazyLock<RsaKey> = LazyLock::new(|| read(KeySpec::Rsa4096, RSA_4096_PEM).unwrap());
static RSA_2048_OTHER: LazyLock<RsaKey> = LazyLock::new(|| {
    read(
        KeySpec::Rsa2048,
        include_str!("../testing/keys/rsa_2048_other.pem"),
    )
    .unwrap()
});

/// Reads a private key in PEM.
pub(crate) fn read<K: PrivateKey>(spec: KeySpec, pem: &str) -> Result<K, InvalidPrivateKey> {
    K::from_pkcs8_der(spec, der_of_pem(pem)?.as_bytes())
}

pub(crate) fn rsa(spec: KeySpec) -> &'static RsaKey {
    match spec {
        KeySpec::Rsa2048 => &RSA_2048,
        KeySpec::Rsa3072 => &RSA_3072,
        _ => &RSA_4096,
    }
}

pub(crate) fn other_rsa_2048() -> &'static RsaKey {
    &RSA_2048_OTHER
}

pub(crate) fn sm2() -> Sm2Key {
    read(KeySpec::Sm2, SM2_PEM).unwrap()
}

pub(crate) fn other_sm2() -> Sm2Key {
    read(KeySpec::Sm2, include_str!("../testing/keys/sm2_other.pem")).unwrap()
}

pub(crate) fn os_random() -> Random<'static> {
    Random::new(&OsRandom)
}

/// A source that counts its draws and bytes, and fails after a number of draws.
#[derive(Debug)]
pub(crate) struct Rationed {
    draws_allowed: usize,
    draws: AtomicUsize,
    bytes: AtomicUsize,
}

impl Rationed {
    pub(crate) const fn new(draws_allowed: usize) -> Self {
        Self {
            draws_allowed,
            draws: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    pub(crate) fn draws(&self) -> usize {
        self.draws.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl RandomSource for Rationed {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        if self.draws.fetch_add(1, Ordering::Relaxed) >= self.draws_allowed {
            return Err(RandomnessUnavailable::new());
        }
        self.bytes.fetch_add(destination.len(), Ordering::Relaxed);
        OsRandom.fill(destination)
    }
}

/// A line of `src/testing/keys/openssl.tsv`.
pub(crate) struct Vector {
    pub(crate) algorithm: EncryptionAlgorithm,
    pub(crate) spec: KeySpec,
    pub(crate) plaintext: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

/// The ciphertexts that OpenSSL made with the public keys.
pub(crate) fn vectors() -> Vec<Vector> {
    let parse = |line: &str| {
        let [algorithm, spec, plaintext, ciphertext] =
            *line.split('\t').collect::<Vec<_>>().as_slice()
        else {
            panic!("not four columns: {line}");
        };
        Vector {
            algorithm: algorithm.parse().unwrap(),
            spec: spec.parse().unwrap(),
            plaintext: unhex(plaintext),
            ciphertext: STANDARD.decode(ciphertext).unwrap(),
        }
    };
    include_str!("../testing/keys/openssl.tsv")
        .lines()
        .skip(1)
        .map(parse)
        .collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty());
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The same bytes with one bit flipped.
pub(crate) fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    *bytes.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
    bytes
}

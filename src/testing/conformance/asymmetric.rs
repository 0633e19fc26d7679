//! The checks of an RSA or SM2 key.

use crate::key::EncryptionAlgorithm;
use crate::provider::{KeyActionError, KmsKey};
use crate::random::{OsRandom, Random, RandomSource, RandomnessUnavailable};

use super::crafted::{Crafted, crafted};
use super::report::Report;

/// A random source that always fails.
#[derive(Debug)]
struct Dry;

impl RandomSource for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        Err(RandomnessUnavailable::new())
    }
}

pub(super) fn check(report: &mut Report, key: &dyn KmsKey) {
    let spec = key.metadata().key_spec();
    for algorithm in spec.encryption_algorithms().iter().copied() {
        let max = spec.plaintext_max(algorithm).unwrap_or(1);
        for len in [1, 32, max] {
            let plaintext = vec![0xa5; len];
            let Some(ciphertext) = encrypt(report, key, algorithm, &plaintext) else {
                continue;
            };
            must_decrypt(report, key, algorithm, (&ciphertext, &plaintext));
        }
        let [Some(one), Some(other)] = [(); 2].map(|()| encrypt(report, key, algorithm, b"twice"))
        else {
            continue;
        };
        report.require(
            one != other,
            format_args!("two ciphertexts of {algorithm} are equal: encrypt uses no randomness"),
        );
        let dry = Random::new(&Dry);
        if let Some(Ok(_)) = report.call("encrypt", || key.encrypt(algorithm, b"data", dry)) {
            report.fail(format_args!(
                "encrypt by {algorithm} succeeds where the random source fails"
            ));
        }
        for (what, ciphertext) in altered(&one) {
            must_reject(report, key, algorithm, &ciphertext, &what);
        }
    }
    check_public_key(report, key);
}

/// Checks that the public key exists and belongs to the key, with ciphertexts that are made under it, some of which
/// have a padding that the key must refuse.
fn check_public_key(report: &mut Report, key: &dyn KmsKey) {
    let spec = key.metadata().key_spec();
    let Some(Some(public_key)) = report.call("public_key", || key.public_key()) else {
        return report.fail("public_key returns None for a key pair");
    };
    for algorithm in spec.encryption_algorithms().iter().copied() {
        let Some(ciphertexts) = crafted(spec, public_key, algorithm) else {
            return report.fail(format_args!(
                "public_key is not the DER of a key of spec {spec}"
            ));
        };
        for Crafted {
            what,
            ciphertext,
            plaintext,
        } in ciphertexts
        {
            match plaintext {
                Some(plaintext) => must_decrypt(report, key, algorithm, (&ciphertext, plaintext)),
                None => must_reject(report, key, algorithm, &ciphertext, what),
            }
        }
    }
}

/// A ciphertext, altered in all the ways in which it must not decrypt.
fn altered(ciphertext: &[u8]) -> Vec<(String, Vec<u8>)> {
    let len = ciphertext.len();
    let mut altered = vec![
        ("no bytes".to_owned(), Vec::new()),
        ("one byte".to_owned(), vec![0]),
        ("only zeros".to_owned(), vec![0; len]),
        ("only ones".to_owned(), vec![0xff; len]),
        (
            "its last byte cut off".to_owned(),
            ciphertext.iter().copied().take(len - 1).collect(),
        ),
        (
            "its first byte cut off".to_owned(),
            ciphertext.iter().copied().skip(1).collect(),
        ),
        (
            "a zero behind it".to_owned(),
            ciphertext.iter().copied().chain([0]).collect(),
        ),
        (
            "a zero before it".to_owned(),
            [0].into_iter().chain(ciphertext.iter().copied()).collect(),
        ),
        ("6144 bytes".to_owned(), vec![0x5a; 6144]),
    ];
    for at in [0, 1, len / 4, len / 2, len - 1] {
        let mut ciphertext = ciphertext.to_vec();
        if let Some(byte) = ciphertext.get_mut(at) {
            *byte ^= 1;
        }
        altered.push((format!("a bit of byte {at} flipped"), ciphertext));
    }
    altered
}

pub(super) fn compare(report: &mut Report, one: &dyn KmsKey, other: &dyn KmsKey) {
    let algorithms = one.metadata().key_spec().encryption_algorithms();
    for algorithm in algorithms.iter().copied() {
        for (sender, receiver) in [(one, other), (other, one)] {
            if let Some(ciphertext) = encrypt(report, sender, algorithm, b"data") {
                must_decrypt(report, receiver, algorithm, (&ciphertext, b"data"));
            }
        }
    }
}

fn encrypt(
    report: &mut Report,
    key: &dyn KmsKey,
    algorithm: EncryptionAlgorithm,
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let random = Random::new(&OsRandom);
    let result = report.call(format_args!("encrypt by {algorithm}"), || {
        key.encrypt(algorithm, plaintext, random)
    })?;
    let failure = match result {
        Ok(ciphertext) if ciphertext.is_empty() => "gives no bytes".to_owned(),
        Ok(ciphertext) => return Some(ciphertext),
        Err(error) => format!("fails on {} bytes: {error}", plaintext.len()),
    };
    report.fail(format_args!("encrypt by {algorithm} {failure}"));
    None
}

fn must_decrypt(
    report: &mut Report,
    key: &dyn KmsKey,
    algorithm: EncryptionAlgorithm,
    (ciphertext, plaintext): (&[u8], &[u8]),
) {
    let random = Random::new(&OsRandom);
    let result = report.call(format_args!("decrypt by {algorithm}"), || {
        key.decrypt(algorithm, ciphertext, random)
    });
    match result {
        Some(Ok(decrypted)) => report.require(
            decrypted.expose() == plaintext,
            format_args!("decrypt by {algorithm} returns other bytes"),
        ),
        Some(Err(error)) => report.fail(format_args!(
            "decrypt by {algorithm} fails on the ciphertext of {} bytes: {error}",
            plaintext.len()
        )),
        None => {}
    }
}

fn must_reject(
    report: &mut Report,
    key: &dyn KmsKey,
    algorithm: EncryptionAlgorithm,
    ciphertext: &[u8],
    what: &str,
) {
    let random = Random::new(&OsRandom);
    let name = format!("decrypt by {algorithm} of a ciphertext with {what}");
    match report.call(&name, || key.decrypt(algorithm, ciphertext, random)) {
        Some(Ok(_)) => report.fail(format_args!("{name} succeeds")),
        Some(Err(KeyActionError::Rejected)) | None => {}
        Some(Err(error)) => {
            report.fail(format_args!("{name} says more than Rejected: {error}"));
        }
    }
}

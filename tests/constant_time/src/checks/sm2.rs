//! SM2PKE: the scalar multiplication, the key stream and C3.

use kms_reencrypt::EncryptionAlgorithm;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::random::{OsRandom, Random};

use super::fixtures::{HiddenRandom, hidden_sm2, sm2};
use super::{ANYWHERE, Check, Expected, Place};
use crate::{memcheck, twins};

const SM2PKE: EncryptionAlgorithm = EncryptionAlgorithm::Sm2Pke;

const MESSAGE: [u8; 40] = [7; 40];

pub(super) const VERDICT: &[Place] = &[Place::verdict(
    "src/primitives/sm2_pke.rs",
    "if (masked & authentic).into() {",
)];

/// Encryption draws again, which shows only the scalars that it did not use, and writes a public ciphertext.
const DRAWS_AND_CIPHERTEXT: &[Place] = &[
    Place::new(
        "subtle/src/lib.rs",
        "if source.is_some().unwrap_u8() == 1u8 {",
        "whether a draw is a scalar",
    ),
    Place::new(
        "src/primitives/sm2_pke.rs",
        "if shared.mask(&mut c2).into() {",
        "whether the key stream is all zero",
    ),
    Place::new("der/", ANYWHERE, "the ciphertext"),
    Place::new("src/primitives/sm2_der.rs", ANYWHERE, "the ciphertext"),
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "sm2-refused",
        run: refused,
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "sm2-accepted",
        run: accepted,
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "sm2-message",
        run: || sealed(false),
        expected: Expected::Only(&[]),
    },
    Check {
        name: "sm2-scalar",
        run: || sealed(true),
        expected: Expected::Only(&[DRAWS_AND_CIPHERTEXT]),
    },
    Check {
        name: "sm2-c3-twin",
        run: || {
            let mut hash = vec![1; 32];
            memcheck::hide(&mut hash);
            twins::comparison(&hash, &[1; 32]);
        },
        expected: Expected::Caught,
    },
    Check {
        name: "sm2-key-stream-twin",
        run: || {
            let mut stream = vec![0; 32];
            memcheck::hide(&mut stream);
            twins::is_zero(&stream);
        },
        expected: Expected::Caught,
    },
];

fn ciphertext(pair: &KeyPair) -> Vec<u8> {
    pair.encrypt(SM2PKE, &MESSAGE, Random::new(&OsRandom))
        .expect("encrypted")
}

fn refused() {
    let ciphertext = ciphertext(&sm2());
    let pair = hidden_sm2();
    // C2 is at the end. Before it are its tag and length, and before those is C3.
    let c2 = ciphertext.len() - MESSAGE.len();
    for octet in [c2 - 34, c2 - 3, c2, ciphertext.len() - 1] {
        let mut wrong = ciphertext.clone();
        wrong[octet] ^= 1;
        let opened = pair.decrypt(SM2PKE, &wrong, Random::new(&OsRandom));
        assert!(opened.is_err());
    }
}

fn accepted() {
    let ciphertext = ciphertext(&sm2());
    let opened = hidden_sm2()
        .decrypt(SM2PKE, &ciphertext, Random::new(&OsRandom))
        .expect("well-formed");
    assert!(memcheck::are_hidden(opened.expose()));
    memcheck::publish(opened.expose());
    assert_eq!(opened.expose(), MESSAGE);
}

/// Encryption with a hidden message, or with hidden randomness.
fn sealed(random: bool) {
    let (pair, mut message) = (sm2(), MESSAGE.to_vec());
    let ciphertext = if random {
        pair.encrypt(SM2PKE, &message, Random::new(&HiddenRandom))
    } else {
        memcheck::hide(&mut message);
        pair.encrypt(SM2PKE, &message, Random::new(&OsRandom))
    };
    // That it worked, and the length of the ciphertext.
    memcheck::publish_value(&ciphertext);
    let ciphertext = ciphertext.expect("encrypted");
    let c2 = ciphertext.len() - MESSAGE.len();
    assert!(memcheck::are_hidden(&ciphertext[c2..]));
}

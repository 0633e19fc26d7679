//! RSAES-OAEP with the private key: blinding, exponentiation and unpadding in one.

use crypto_bigint::BoxedUint;
use kms_reencrypt::EncryptionAlgorithm;
use kms_reencrypt::random::{OsRandom, Random};
use rsa::hazmat::rsa_encrypt;

use super::fixtures::{HiddenRandom, hidden_rsa, rsa, rsa_numbers};
use super::oaep::{START, VERDICT};
use super::{Check, Expected, LENGTH, Place};
use crate::{memcheck, twins};

const SHA_256: EncryptionAlgorithm = EncryptionAlgorithm::RsaesOaepSha256;

const MESSAGE: &[u8] = b"a message";

/// Assertions of the crates below about secret numbers, which hold for every key and every factor: the branches are always the
/// same. SECURITY.md has them.
const ALWAYS: &[Place] = &[
    always(
        "ctutils/src/ct_option.rs",
        "assert!(self.is_some.to_bool(), \"{}\", msg);",
    ),
    always(
        "crypto-bigint/src/uint/ref_type/div.rs",
        "assert!(ybits > 0, \"zero divisor\");",
    ),
    always(
        "crypto-bigint/src/uint/ref_type/shl.rs",
        "assert!(shift < shift_upper_bound, \"`shift` exceeds upper bound\");",
    ),
    always(
        "crypto-bigint/src/uint/ref_type/shl.rs",
        "NonZeroU32::new(nz.select_u32(1, shift)).expect(\"ensured non-zero\"),",
    ),
    always(
        "crypto-bigint/src/uint/ref_type/shr.rs",
        "assert!(shift < shift_upper_bound, \"`shift` exceeds upper bound\");",
    ),
    always(
        "crypto-bigint/src/uint/ref_type/shr.rs",
        "NonZeroU32::new(nz.select_u32(1, shift)).expect(\"ensured non-zero\"),",
    ),
    always(
        "crypto-bigint/src/modular/monty_params.rs",
        "if one == *modulus.as_ref() {",
    ),
    always("ctutils/src/ct_option.rs", "if self.is_some.to_bool() {"),
    always("rsa/src/algorithms/rsa.rs", "if c != &check {"),
];

const fn always(file: &'static str, line: &'static str) -> Place {
    Place::new(file, line, "what is the same for every secret")
}

/// A factor is drawn until it is below the modulus, which shows only the draws that were not used.
const DRAWS: &[Place] = &[Place::new(
    "crypto-bigint/src/uint/rand.rs",
    "if x.ct_lt(modulus).into() {",
    "whether a draw is below the modulus",
)];

const RESULT: &[Place] = &[Place::new(
    "src/primitives/rsa_oaep.rs",
    "hash.decode(&mut block).ok_or(KeyActionError::Rejected)",
    "the length of the message",
)];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "rsa-refused",
        run: refused,
        expected: Expected::Only(&[ALWAYS, VERDICT]),
    },
    Check {
        name: "rsa-accepted",
        run: accepted,
        expected: Expected::Only(&[ALWAYS, VERDICT, START, LENGTH, RESULT]),
    },
    Check {
        name: "rsa-blinding",
        run: blinded,
        expected: Expected::Only(&[DRAWS, ALWAYS, VERDICT, START, LENGTH, RESULT]),
    },
    Check {
        name: "rsa-sealed",
        run: sealed,
        expected: Expected::Only(&[]),
    },
    Check {
        name: "rsa-exponent-twin",
        run: || {
            let mut exponent = vec![0x5a; 16];
            memcheck::hide(&mut exponent);
            drop(twins::square_and_multiply(&exponent));
        },
        expected: Expected::Caught,
    },
    Check {
        name: "rsa-table-twin",
        run: || {
            let mut exponent = vec![0x5a; 16];
            memcheck::hide(&mut exponent);
            drop(twins::table_of_powers(&exponent));
        },
        expected: Expected::Caught,
    },
    Check {
        name: "rsa-blinding-twin",
        run: || {
            let mut factor = 0x5a_u64.to_ne_bytes();
            memcheck::hide(&mut factor);
            std::hint::black_box(twins::euclid(u64::from_ne_bytes(factor)));
        },
        expected: Expected::Caught,
    },
];

fn accepted() {
    let ciphertext = rsa()
        .encrypt(SHA_256, MESSAGE, Random::new(&OsRandom))
        .expect("encrypted");
    let opened = hidden_rsa().decrypt(SHA_256, &ciphertext, Random::new(&OsRandom));
    // That there is a message, and how long it is.
    memcheck::publish_value(&opened);
    let opened = opened.expect("well-formed");
    assert!(memcheck::are_hidden(opened.expose()));
}

/// A block of another hash, and one that is no padding at all.
fn refused() {
    let sha_1 = EncryptionAlgorithm::RsaesOaepSha1;
    let of_other_hash = rsa().encrypt(sha_1, MESSAGE, Random::new(&OsRandom));
    let number = BoxedUint::from_be_slice(&[0x5a; 255], 2048).expect("it fits");
    let no_padding = rsa_encrypt(&rsa_numbers(), &number).expect("encrypted");
    let pair = hidden_rsa();
    for ciphertext in [
        of_other_hash.expect("encrypted"),
        no_padding.to_be_bytes().into_vec(),
    ] {
        let opened = pair.decrypt(SHA_256, &ciphertext, Random::new(&OsRandom));
        assert!(opened.is_err());
    }
}

/// The factors of the blinding are hidden, and the key is not.
fn blinded() {
    let pair = rsa();
    let ciphertext = pair
        .encrypt(SHA_256, MESSAGE, Random::new(&OsRandom))
        .expect("encrypted");
    let opened = pair.decrypt(SHA_256, &ciphertext, Random::new(&HiddenRandom));
    // That there is a message, and how long it is.
    memcheck::publish_value(&opened);
    let opened = opened.expect("well-formed");
    assert!(memcheck::are_hidden(opened.expose()));
}

/// Encryption of a hidden message with a hidden seed.
fn sealed() {
    let mut message = MESSAGE.to_vec();
    memcheck::hide(&mut message);
    let ciphertext = rsa().encrypt(SHA_256, &message, Random::new(&HiddenRandom));
    assert!(memcheck::are_hidden(&ciphertext.expect("encrypted")));
}

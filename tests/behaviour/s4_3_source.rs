//! behaviour §4.3: how the source key is found. A symmetric blob names it; for an asymmetric ciphertext the request has
//! to name it.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeyOrigin, KeySpec, KeyState};

use crate::ask::{Ask, decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{self, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, Success, denied_by_ciphertext, incorrect_key, invalid_ciphertext, must_not_be_null,
    wrong_algorithm, wrong_usage,
};
use crate::world::World;

const SHA_1: &str = "RSAES_OAEP_SHA_1";
const SHA_256: &str = "RSAES_OAEP_SHA_256";

/// Evidence, what it is, ciphertext, `SourceKeyId`, `SourceEncryptionAlgorithm`, answer.
type Row = (
    Evidence,
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    fn(&str) -> Expected,
);

const ROWS: [Row; 43] = [
    // SYMMETRIC_DEFAULT
    (RecordedByWord, "no key named", "of A", None, None, |_| {
        Success
    }),
    (Recorded, "the right key", "of A", Some("<A>"), None, |_| {
        Success
    }),
    (
        Recorded,
        "the default, named",
        "of A",
        Some("<A>"),
        Some("SYMMETRIC_DEFAULT"),
        |_| Success,
    ),
    (
        RecordedByWord,
        "of a key that there is not",
        "of nobody",
        None,
        None,
        denied_by_ciphertext,
    ),
    (
        Inferred,
        "version 1, which no key here has made",
        "version 1",
        None,
        None,
        denied_by_ciphertext,
    ),
    (
        Inferred,
        "version 1 and a key",
        "version 1",
        Some("<A>"),
        None,
        |_| incorrect_key(),
    ),
    (RecordedByWord, "garbage", "garbage", None, None, |_| {
        invalid_ciphertext()
    }),
    (
        RecordedByWord,
        "garbage, and a symmetric key",
        "garbage",
        Some("<A>"),
        None,
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "garbage, and an RSA key",
        "garbage",
        Some("<rsa>"),
        None,
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "RSA, and its RSA key",
        "by SHA-256",
        Some("<rsa>"),
        None,
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "RSA, and no key",
        "by SHA-256",
        None,
        None,
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "a header, and no more",
        "cut off",
        None,
        None,
        |_| invalid_ciphertext(),
    ),
    (
        Inferred,
        "the ciphertext of an SM2 key",
        "by SM2",
        Some("<sm2>"),
        None,
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "another symmetric key",
        "of A",
        Some("<B>"),
        None,
        |_| incorrect_key(),
    ),
    (
        RecordedByWord,
        "an RSA key for encryption",
        "of A",
        Some("<rsa>"),
        None,
        |_| incorrect_key(),
    ),
    (
        RecordedByWord,
        "an RSA key for signatures",
        "of A",
        Some("<signing>"),
        None,
        |_| incorrect_key(),
    ),
    (
        Recorded,
        "an HMAC key",
        "of A",
        Some("<hmac>"),
        None,
        |_| incorrect_key(),
    ),
    (
        RecordedByWord,
        "a key that is pending import",
        "of A",
        Some("<external>"),
        None,
        |_| incorrect_key(),
    ),
    (
        RecordedByWord,
        "an RSA key that is pending import",
        "of A",
        Some("<external rsa>"),
        None,
        |_| incorrect_key(),
    ),
    (
        Inferred,
        "a disabled key",
        "of A",
        Some("<disabled>"),
        None,
        |_| incorrect_key(),
    ),
    (
        Recorded,
        "another context",
        "of A with a context",
        Some("<A>"),
        None,
        |_| invalid_ciphertext(),
    ),
    (
        Recorded,
        "bytes behind it",
        "with more behind",
        None,
        None,
        |_| invalid_ciphertext(),
    ),
    (
        Recorded,
        "an altered tag",
        "with another tag",
        None,
        None,
        |_| invalid_ciphertext(),
    ),
    // RSAES_OAEP
    (
        Guess(1),
        "no key named",
        "by SHA-256",
        None,
        Some(SHA_256),
        |_| must_not_be_null("<member>"),
    ),
    (
        Guess(1),
        "no key named, and garbage",
        "garbage",
        None,
        Some(SHA_1),
        |_| must_not_be_null("<member>"),
    ),
    (
        RecordedByWord,
        "the right key",
        "by SHA-256",
        Some("<rsa>"),
        Some(SHA_256),
        |_| Success,
    ),
    (
        RecordedByWord,
        "by the other hash",
        "by SHA-1",
        Some("<rsa>"),
        Some(SHA_1),
        |_| Success,
    ),
    (
        RecordedByWord,
        "a symmetric key",
        "by SHA-256",
        Some("<A>"),
        Some(SHA_256),
        |_| wrong_algorithm(SHA_256, "SYMMETRIC_DEFAULT"),
    ),
    (
        RecordedByWord,
        "a symmetric key and its own blob",
        "of A",
        Some("<A>"),
        Some(SHA_256),
        |_| wrong_algorithm(SHA_256, "SYMMETRIC_DEFAULT"),
    ),
    (
        RecordedByWord,
        "an RSA key for signatures",
        "by SHA-256",
        Some("<signing>"),
        Some(SHA_256),
        |operation| wrong_usage("<signing>", "SIGN_VERIFY", operation),
    ),
    (
        Inferred,
        "an HMAC key",
        "by SHA-256",
        Some("<hmac>"),
        Some(SHA_1),
        |operation| wrong_usage("<hmac>", "GENERATE_VERIFY_MAC", operation),
    ),
    (
        RecordedByWord,
        "another RSA key's",
        "by another key",
        Some("<rsa>"),
        Some(SHA_256),
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "the other hash",
        "by SHA-256",
        Some("<rsa>"),
        Some(SHA_1),
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "10 bytes of garbage",
        "garbage",
        Some("<rsa>"),
        Some(SHA_256),
        |_| invalid_ciphertext(),
    ),
    (
        RecordedByWord,
        "256 bytes of garbage",
        "256 bytes",
        Some("<rsa>"),
        Some(SHA_256),
        |_| invalid_ciphertext(),
    ),
    (
        Inferred,
        "256 bytes above the modulus",
        "256 bytes of ff",
        Some("<rsa>"),
        Some(SHA_256),
        |_| invalid_ciphertext(),
    ),
    (
        Inferred,
        "a symmetric blob",
        "of A",
        Some("<rsa>"),
        Some(SHA_256),
        |_| invalid_ciphertext(),
    ),
    (
        Inferred,
        "an SM2 key",
        "by SHA-256",
        Some("<sm2>"),
        Some(SHA_256),
        |_| wrong_algorithm(SHA_256, "SM2"),
    ),
    // SM2PKE
    (
        Inferred,
        "no key named",
        "by SM2",
        None,
        Some("SM2PKE"),
        |_| must_not_be_null("<member>"),
    ),
    (
        Inferred,
        "the right key",
        "by SM2",
        Some("<sm2>"),
        Some("SM2PKE"),
        |_| Success,
    ),
    (
        Inferred,
        "a symmetric key",
        "by SM2",
        Some("<A>"),
        Some("SM2PKE"),
        |_| wrong_algorithm("SM2PKE", "SYMMETRIC_DEFAULT"),
    ),
    (
        Inferred,
        "an RSA key",
        "by SM2",
        Some("<rsa>"),
        Some("SM2PKE"),
        |_| wrong_algorithm("SM2PKE", "RSA_2048"),
    ),
    (
        Inferred,
        "garbage",
        "garbage",
        Some("<sm2>"),
        Some("SM2PKE"),
        |_| invalid_ciphertext(),
    ),
];

#[test]
fn every_row_of_the_table_holds_for_re_encrypt() {
    run("ReEncrypt", "ReEncryptFrom", "SourceKeyId", || {
        re_encrypt().destination("<B>")
    });
}

#[test]
fn every_row_of_the_table_holds_for_decrypt() {
    run("Decrypt", "Decrypt", "KeyId", decrypt);
}

fn run(title: &str, operation: &str, member: &str, ask: impl Fn() -> Ask) {
    let world = world();
    world.name("member", member);
    Section::run("4.3", title, &world, |section| {
        for (evidence, name, ciphertext, key, algorithm, expected) in ROWS {
            let mut ask = ask().blob(ciphertext_of(&world, ciphertext));
            if let Some(key) = key {
                ask = ask.source(key);
            }
            if let Some(algorithm) = algorithm {
                ask = ask.source_by(algorithm);
            }
            let name = format!("{}: {name}", algorithm.unwrap_or("by default"));
            section.case(evidence, name, ask, expected(operation));
        }
    });
}

fn world() -> World {
    let world = World::in_china();
    world.symmetric("A");
    world.symmetric("B");
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    let other = include_str!("../../src/testing/keys/rsa_2048_other.pem");
    let other = NewKey::from(KeySpec::Rsa2048).pkcs8_pem(other);
    world.add("other rsa", other);
    world.add("sm2", encrypting(KeySpec::Sm2));
    world.signing("signing");
    world.add("hmac", KeySpec::Hmac224);
    let external = |spec: KeySpec| NewKey::from(spec).origin(KeyOrigin::External);
    world.add("external", external(KeySpec::SymmetricDefault));
    world.add("external rsa", external(KeySpec::Rsa2048));
    world.symmetric("disabled");
    world.set_state("disabled", KeyState::Disabled);
    world
}

fn ciphertext_of(world: &World, what: &str) -> Vec<u8> {
    let of_a = world.blob_of("A");
    let by = |key: &str, algorithm: &str| {
        world.encrypted(&encrypt("hello").destination(key).destination_by(algorithm))
    };
    match what {
        "of A" => of_a,
        "of A with a context" => world.encrypted(
            &encrypt("-")
                .destination("<A>")
                .destination_context(&[("k", "v")]),
        ),
        "of nobody" => {
            let elsewhere = World::with_keys();
            elsewhere.blob_of("A")
        }
        "version 1" => version_1(&of_a),
        "garbage" => b"0123456789".to_vec(),
        "cut off" => of_a.get(..54).unwrap().to_vec(),
        "with more behind" => [of_a.as_slice(), b"\0"].concat(),
        "with another tag" => {
            let mut blob = of_a;
            *blob.last_mut().unwrap() ^= 1;
            blob
        }
        "by SHA-256" => by("<rsa>", SHA_256),
        "by SHA-1" => by("<rsa>", SHA_1),
        "by another key" => by("<other rsa>", SHA_256),
        "by SM2" => by("<sm2>", "SM2PKE"),
        "256 bytes" => vec![0x5a; 256],
        "256 bytes of ff" => vec![0xff; 256],
        other => panic!("no ciphertext {other}"),
    }
}

/// The same blob in the older layout, without the derivation nonce.
fn version_1(blob: &[u8]) -> Vec<u8> {
    let (before, after) = (blob.get(2..37).unwrap(), blob.get(54..).unwrap());
    [&[1, 1], before, after].concat()
}

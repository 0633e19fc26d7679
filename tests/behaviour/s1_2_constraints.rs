//! behaviour §1.2: the constraints of the service model, which KMS checks before it looks up any key.
//!
//! No row names a key that exists, so a row without a violation ends with `NotFoundException`.

use crate::ask::{Ask, decrypt, encrypt, re_encrypt};
use crate::section::Evidence::{self, Doc, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    ALGORITHMS, ASCII, AT_LEAST_1, Expected, MODIFIERS, NOT_NULL, TOKEN_LENGTHS, at_most,
    invalid_ciphertext, invalid_grant_token, no_alias, violation, violations,
};
use crate::world::World;

const MISSING: &str = "alias/missing";

#[test]
fn every_violated_constraint_of_re_encrypt_is_named() {
    let world = World::new();
    let valid = || re_encrypt().blob([0; 3]).destination(MISSING);
    let long = "x".repeat(2049);
    let ten = (0..10).fold(valid(), |ask, _| ask.grant_token("t"));
    let rows: Vec<(Evidence, &str, Ask, Expected)> = vec![
        (
            RecordedByWord,
            "no ciphertext",
            re_encrypt().destination(MISSING),
            one("null", "ciphertextBlob", NOT_NULL),
        ),
        (
            RecordedByWord,
            "an empty ciphertext",
            valid().blob([]),
            one("", "ciphertextBlob", AT_LEAST_1),
        ),
        (
            Inferred,
            "a ciphertext of 6145 bytes",
            valid().blob([0; 6145]),
            one("", "ciphertextBlob", &at_most(6144)),
        ),
        (
            Doc,
            "a ciphertext of 6144 bytes is looked at",
            valid().blob([0; 6144]),
            invalid_ciphertext(),
        ),
        (
            RecordedByWord,
            "no destination",
            re_encrypt().blob([0; 3]),
            one("null", "destinationKeyId", NOT_NULL),
        ),
        (
            Inferred,
            "an empty destination",
            valid().destination(""),
            violations(&[
                violation("''", "destinationKeyId", AT_LEAST_1),
                violation("''", "destinationKeyId", ASCII),
            ]),
        ),
        (
            Inferred,
            "an empty source",
            valid().source(""),
            violations(&[
                violation("''", "sourceKeyId", AT_LEAST_1),
                violation("''", "sourceKeyId", ASCII),
            ]),
        ),
        (
            Inferred,
            "a destination that is not ASCII",
            valid().destination("キー"),
            one("'キー'", "destinationKeyId", ASCII),
        ),
        (
            Inferred,
            "an alias that is not ASCII",
            valid().source("alias/キー"),
            one("'alias/キー'", "sourceKeyId", ASCII),
        ),
        (
            Inferred,
            "a destination of 2049 characters",
            valid().destination(&long),
            one(&format!("'{long}'"), "destinationKeyId", &at_most(2048)),
        ),
        (
            Inferred,
            "a source of 2049 characters",
            valid().source(&long),
            one(&format!("'{long}'"), "sourceKeyId", &at_most(2048)),
        ),
        (
            Inferred,
            "a source of 2048 characters is looked up, after the ciphertext is looked at",
            valid().source(long.get(1..).unwrap()),
            invalid_ciphertext(),
        ),
        (
            Inferred,
            "a source algorithm that there is not",
            valid().source_by("FOO"),
            one("'FOO'", "sourceEncryptionAlgorithm", ALGORITHMS),
        ),
        (
            Inferred,
            "a destination algorithm that there is not",
            valid().destination_by("FOO"),
            one("'FOO'", "destinationEncryptionAlgorithm", ALGORITHMS),
        ),
        (
            RecordedByWord,
            "algorithms are case-sensitive",
            valid().source_by("symmetric_default"),
            one(
                "'symmetric_default'",
                "sourceEncryptionAlgorithm",
                ALGORITHMS,
            ),
        ),
        (
            Inferred,
            "an empty algorithm",
            valid().destination_by(""),
            one("''", "destinationEncryptionAlgorithm", ALGORITHMS),
        ),
        (
            Doc,
            "SM2PKE is a value outside of China too",
            valid().destination_by("SM2PKE"),
            invalid_ciphertext(),
        ),
        (
            Guess(5),
            "eleven grant tokens",
            ten.clone().grant_token("u"),
            one(
                "'[t, t, t, t, t, t, t, t, t, t, u]'",
                "grantTokens",
                &at_most(10),
            ),
        ),
        (
            Doc,
            "ten grant tokens are looked up",
            ten,
            invalid_grant_token(),
        ),
        (
            Guess(5),
            "an empty grant token",
            valid().grant_token("").grant_token("t"),
            one("'[, t]'", "grantTokens", TOKEN_LENGTHS),
        ),
        (
            Guess(5),
            "a grant token of 8193 characters",
            valid().grant_token("t".repeat(8193)),
            one(
                &format!("'[{}]'", "t".repeat(8193)),
                "grantTokens",
                TOKEN_LENGTHS,
            ),
        ),
        (
            Doc,
            "a grant token of 8192 characters is looked up",
            valid().grant_token("t".repeat(8192)),
            invalid_grant_token(),
        ),
        (
            Guess(5),
            "a modifier that there is not",
            valid().dry_run(true).modifier("FOO"),
            one("'[FOO]'", "dryRunModifiers", MODIFIERS),
        ),
        (
            Guess(5),
            "a modifier that there is not, without a dry run",
            valid().modifier("IGNORE_CIPHERTEXT").modifier("FOO"),
            one("'[IGNORE_CIPHERTEXT, FOO]'", "dryRunModifiers", MODIFIERS),
        ),
        (
            Guess(6),
            "all members at once, in the order of the service model",
            re_encrypt()
                .blob([])
                .source("")
                .source_by("FOO")
                .destination_by("BAR")
                .grant_token("")
                .modifier("BAZ"),
            violations(&[
                violation("", "ciphertextBlob", AT_LEAST_1),
                violation("''", "sourceKeyId", AT_LEAST_1),
                violation("''", "sourceKeyId", ASCII),
                violation("null", "destinationKeyId", NOT_NULL),
                violation("'FOO'", "sourceEncryptionAlgorithm", ALGORITHMS),
                violation("'BAR'", "destinationEncryptionAlgorithm", ALGORITHMS),
                violation("'[]'", "grantTokens", TOKEN_LENGTHS),
                violation("'[BAZ]'", "dryRunModifiers", MODIFIERS),
            ]),
        ),
        (
            Guess(6),
            "length before pattern",
            valid().destination("ä".repeat(2049)),
            violations(&[
                violation(
                    &format!("'{}'", "ä".repeat(2049)),
                    "destinationKeyId",
                    &at_most(2048),
                ),
                violation(
                    &format!("'{}'", "ä".repeat(2049)),
                    "destinationKeyId",
                    ASCII,
                ),
            ]),
        ),
        (
            Doc,
            "an empty encryption context is none",
            valid().source_context(&[]),
            invalid_ciphertext(),
        ),
    ];
    run("constraints of ReEncrypt", &world, rows);
}

#[test]
fn every_violated_constraint_of_encrypt_and_decrypt_is_named() {
    let world = World::new();
    let rows: Vec<(Evidence, &str, Ask, Expected)> = vec![
        (
            RecordedByWord,
            "Encrypt: no key",
            encrypt("-"),
            one("null", "keyId", NOT_NULL),
        ),
        (
            RecordedByWord,
            "Encrypt: an empty key",
            encrypt("-").destination(""),
            violations(&[
                violation("''", "keyId", AT_LEAST_1),
                violation("''", "keyId", ASCII),
            ]),
        ),
        (
            RecordedByWord,
            "Encrypt: a key that is not ASCII",
            encrypt("-").destination("キー"),
            one("'キー'", "keyId", ASCII),
        ),
        (
            RecordedByWord,
            "Encrypt: no plaintext",
            encrypt("").without_plaintext().destination(MISSING),
            one("", "plaintext", NOT_NULL),
        ),
        (
            Recorded,
            "Encrypt: an empty plaintext",
            encrypt("").destination(MISSING),
            one("", "plaintext", AT_LEAST_1),
        ),
        (
            Recorded,
            "Encrypt: a plaintext of 4097 bytes",
            encrypt([0; 4097]).destination(MISSING),
            one("", "plaintext", &at_most(4096)),
        ),
        (
            Recorded,
            "Encrypt: a plaintext of 4096 bytes",
            encrypt([0; 4096]).destination(MISSING),
            no_alias("arn:<partition>:kms:<region>:<account>:alias/missing"),
        ),
        (
            RecordedByWord,
            "Encrypt: an algorithm that there is not",
            encrypt("-")
                .destination(MISSING)
                .destination_by("hmac_sha_256"),
            one("'hmac_sha_256'", "encryptionAlgorithm", ALGORITHMS),
        ),
        (
            RecordedByWord,
            "Decrypt: no ciphertext",
            decrypt(),
            one("null", "ciphertextBlob", NOT_NULL),
        ),
        (
            RecordedByWord,
            "Decrypt: an empty ciphertext",
            decrypt().blob([]),
            one("", "ciphertextBlob", AT_LEAST_1),
        ),
        (
            RecordedByWord,
            "Decrypt: a ciphertext of 6145 bytes",
            decrypt().blob([0; 6145]),
            one("", "ciphertextBlob", &at_most(6144)),
        ),
        (
            RecordedByWord,
            "Decrypt: an algorithm that there is not",
            decrypt().blob([0]).source_by("FOO"),
            one("'FOO'", "encryptionAlgorithm", ALGORITHMS),
        ),
        (
            Guess(6),
            "Encrypt: all members at once",
            encrypt("").grant_token("").destination_by("FOO"),
            violations(&[
                violation("null", "keyId", NOT_NULL),
                violation("", "plaintext", AT_LEAST_1),
                violation("'[]'", "grantTokens", TOKEN_LENGTHS),
                violation("'FOO'", "encryptionAlgorithm", ALGORITHMS),
            ]),
        ),
        (
            Guess(6),
            "Decrypt: all members at once",
            decrypt()
                .grant_token("")
                .source("é")
                .source_by("FOO")
                .modifier("BAR"),
            violations(&[
                violation("null", "ciphertextBlob", NOT_NULL),
                violation("'[]'", "grantTokens", TOKEN_LENGTHS),
                violation("'é'", "keyId", ASCII),
                violation("'FOO'", "encryptionAlgorithm", ALGORITHMS),
                violation("'[BAR]'", "dryRunModifiers", MODIFIERS),
            ]),
        ),
    ];
    run("constraints of Encrypt and Decrypt", &world, rows);
}

fn run(title: &str, world: &World, rows: Vec<(Evidence, &str, Ask, Expected)>) {
    Section::run("1.2", title, world, |section| {
        for (evidence, name, ask, expected) in rows {
            section.case(evidence, name, ask, expected);
        }
    });
}

fn one(value: &str, member: &str, constraint: &str) -> Expected {
    violations(&[violation(value, member, constraint)])
}

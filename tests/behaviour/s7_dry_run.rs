//! behaviour §7: `DryRun`, and `DryRunModifiers` with `IGNORE_CIPHERTEXT`.

use kms_reencrypt::{KeySpec, KeyState};

use crate::ask::{Ask, decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{self, Doc, Guess, Inferred, Recorded};
use crate::section::Section;
use crate::texts::{
    AT_LEAST_1, Expected, NOT_NULL, Success, context_not_supported, disabled, dry_run_succeeds,
    incorrect_key, invalid_ciphertext, must_not_be_null, no_alias, no_identity_policy, no_key,
    too_long, violation, violations, wrong_algorithm, wrong_usage,
};
use crate::world::{NO_KEY, World};

const IGNORE: &str = "IGNORE_CIPHERTEXT";
const BY: &str = "RSAES_OAEP_SHA_256";

#[test]
fn a_dry_run_checks_everything() {
    let world = world();
    let blob = world.blob_of("A");
    let long = world.encrypted(&encrypt([7; 191]).destination("<A>"));
    let rsa = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(BY));
    let valid = || {
        re_encrypt()
            .blob(blob.clone())
            .destination("<B>")
            .dry_run(true)
    };
    let rows: Vec<(Evidence, &str, Ask, Expected)> = vec![
        (Recorded, "all is well", valid(), dry_run_succeeds()),
        (
            Inferred,
            "all is well with an RSA source",
            valid().blob(rsa).source("<rsa>").source_by(BY),
            dry_run_succeeds(),
        ),
        (
            Inferred,
            "all is well with an RSA destination",
            valid().destination("<rsa>").destination_by(BY),
            dry_run_succeeds(),
        ),
        (Doc, "DryRun is false", valid().dry_run(false), Success),
        (
            Doc,
            "no ciphertext",
            re_encrypt().destination("<B>").dry_run(true),
            violations(&[violation("null", "ciphertextBlob", NOT_NULL)]),
        ),
        (Doc, "no blob", valid().blob([0; 3]), invalid_ciphertext()),
        (
            Doc,
            "another context",
            valid().source_context(&[("k", "v")]),
            invalid_ciphertext(),
        ),
        (Doc, "another key", valid().source("<B>"), incorrect_key()),
        (Doc, "no such source", valid().source(NO_KEY), missing()),
        (
            Doc,
            "no such destination",
            valid().destination("alias/missing"),
            no_alias("arn:<partition>:kms:<region>:<account>:alias/missing"),
        ),
        (
            Doc,
            "the usage of the destination",
            valid().destination("<signing>"),
            wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo"),
        ),
        (
            Doc,
            "the algorithm of the destination",
            valid().destination("<rsa>"),
            wrong_algorithm("SYMMETRIC_DEFAULT", "RSA_2048"),
        ),
        (
            Doc,
            "the state of the destination",
            valid().destination("<off>"),
            disabled("<off>"),
        ),
        (
            Guess(11),
            "a plaintext that is too long for the destination",
            valid().blob(long).destination("<rsa>").destination_by(BY),
            too_long(BY, "RSA_2048", 190),
        ),
        (
            Recorded,
            "Encrypt",
            encrypt("-").destination("<A>").dry_run(true),
            dry_run_succeeds(),
        ),
        (
            Recorded,
            "Encrypt, disabled",
            encrypt("-").destination("<off>").dry_run(true),
            disabled("<off>"),
        ),
        (
            Inferred,
            "Encrypt, too long",
            encrypt([0; 191])
                .destination("<rsa>")
                .destination_by(BY)
                .dry_run(true),
            too_long(BY, "RSA_2048", 190),
        ),
        (
            Recorded,
            "Decrypt",
            decrypt().blob(blob.clone()).dry_run(true),
            dry_run_succeeds(),
        ),
        (
            Doc,
            "Decrypt, no blob",
            decrypt().blob([0; 3]).dry_run(true),
            invalid_ciphertext(),
        ),
    ];
    run("DryRun", &world, rows);
}

#[test]
fn a_dry_run_that_ignores_the_ciphertext_needs_the_source() {
    let world = world();
    let blob = world.blob_of("A");
    let valid = || {
        re_encrypt()
            .source("<A>")
            .destination("<B>")
            .dry_run(true)
            .modifier(IGNORE)
    };
    let rows: Vec<(Evidence, &str, Ask, Expected)> = vec![
        (Doc, "no ciphertext", valid(), dry_run_succeeds()),
        (
            Doc,
            "a ciphertext",
            valid().blob(blob.clone()),
            dry_run_succeeds(),
        ),
        (Doc, "no blob", valid().blob([0; 3]), dry_run_succeeds()),
        (
            Doc,
            "another key's ciphertext",
            valid().blob(blob.clone()).source("<B>"),
            dry_run_succeeds(),
        ),
        (
            Doc,
            "another context",
            valid().blob(blob.clone()).source_context(&[("k", "v")]),
            dry_run_succeeds(),
        ),
        (
            Inferred,
            "an empty ciphertext is still a violation",
            valid().blob([]),
            violations(&[violation("", "ciphertextBlob", AT_LEAST_1)]),
        ),
        (
            Guess(10),
            "no source",
            re_encrypt()
                .blob(blob.clone())
                .destination("<B>")
                .dry_run(true)
                .modifier(IGNORE),
            must_not_be_null("SourceKeyId"),
        ),
        (
            Guess(10),
            "no such source",
            valid().source(NO_KEY),
            missing(),
        ),
        (
            Guess(10),
            "the usage of the source",
            valid().source("<signing>"),
            wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptFrom"),
        ),
        (
            Guess(10),
            "the state of the source",
            valid().source("<off>"),
            disabled("<off>"),
        ),
        (
            Guess(10),
            "the algorithm of the source",
            valid().source("<rsa>"),
            wrong_algorithm("SYMMETRIC_DEFAULT", "RSA_2048"),
        ),
        (
            Guess(10),
            "an RSA source",
            valid().source("<rsa>").source_by(BY),
            dry_run_succeeds(),
        ),
        (
            Guess(10),
            "an RSA source and a context",
            valid()
                .source("<rsa>")
                .source_by(BY)
                .source_context(&[("k", "v")]),
            context_not_supported(),
        ),
        (
            Guess(10),
            "the state of the destination",
            valid().destination("<off>"),
            disabled("<off>"),
        ),
        (
            Guess(10),
            "the usage of the destination",
            valid().destination("<signing>"),
            wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo"),
        ),
        (
            Guess(10),
            "the modifier without a dry run is ignored",
            re_encrypt()
                .source("<A>")
                .destination("<B>")
                .modifier(IGNORE),
            violations(&[violation("null", "ciphertextBlob", NOT_NULL)]),
        ),
        (
            Guess(10),
            "the modifier without a dry run, and a ciphertext",
            re_encrypt()
                .blob(blob.clone())
                .destination("<B>")
                .modifier(IGNORE),
            Success,
        ),
        (
            Doc,
            "the modifier twice",
            valid().modifier(IGNORE),
            dry_run_succeeds(),
        ),
        (
            Inferred,
            "Decrypt without a ciphertext",
            decrypt().source("<A>").dry_run(true).modifier(IGNORE),
            dry_run_succeeds(),
        ),
        (
            Guess(10),
            "Decrypt without a key",
            decrypt().blob(blob).dry_run(true).modifier(IGNORE),
            must_not_be_null("KeyId"),
        ),
    ];
    run("DryRun with IGNORE_CIPHERTEXT", &world, rows);
}

#[test]
fn a_dry_run_is_refused_to_those_who_may_not() {
    let world = world();
    let blob = world.blob_of("A");
    let ask = || re_encrypt().source("<A>").destination("<B>").dry_run(true);
    Section::run("7", "permissions", &world, |section| {
        for ask in [ask().blob(blob), ask().modifier(IGNORE)] {
            for (allowed, missing, key) in [
                ("kms:ReEncryptTo", "ReEncryptFrom", "<A>"),
                ("kms:ReEncryptFrom", "ReEncryptTo", "<B>"),
            ] {
                world.act_as_user(&[allowed]);
                let expected = no_identity_policy(missing, key);
                section.case(Doc, missing, ask.clone(), expected);
            }
            world.act_as_user(&["kms:ReEncrypt*"]);
            section.case(Doc, "both", ask, dry_run_succeeds());
        }
    });
}

fn world() -> World {
    let world = World::new();
    world.symmetric("A");
    world.symmetric("B");
    world.symmetric("off");
    world.set_state("off", KeyState::Disabled);
    world.signing("signing");
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    world
}

fn missing() -> Expected {
    no_key(&format!(
        "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
    ))
}

fn run(title: &str, world: &World, rows: Vec<(Evidence, &str, Ask, Expected)>) {
    Section::run("7", title, world, |section| {
        for (evidence, name, ask, expected) in rows {
            section.case(evidence, name, ask, expected);
        }
    });
}

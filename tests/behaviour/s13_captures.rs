//! behaviour §13: the answers that were captured from AWS, case by case.

use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::{KeyOrigin, KeySpec, KeyUsage};

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{Quoted, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    AT_LEAST_1, NOT_NULL, Success, disabled, incorrect_key, invalid_ciphertext, invalid_state,
    violation, violations, wrong_usage,
};
use crate::world::World;

const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";
const RSA: &str = "RSAES_OAEP_SHA_256";

#[test]
fn every_capture_is_answered_as_it_was() {
    let world = World::with_keys();
    let other = include_str!("../../src/testing/keys/rsa_2048_other.pem");
    world.add("other rsa", NewKey::from(KeySpec::Rsa2048).pkcs8_pem(other));
    world.add("hmac", KeySpec::Hmac224);
    let ecc = NewKey::new(KeySpec::EccNistP256).key_usage(KeyUsage::SignVerify);
    world.add("ecc", ecc);
    let external = || NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    world.add("empty", external());
    let imported = world.add("imported", external());
    let material = ImportedMaterial::new([7; 32]);
    world
        .keyring
        .import_key_material(imported, material)
        .unwrap();
    let of_imported = world.blob_of("imported");
    world
        .keyring
        .delete_imported_key_material(imported, None)
        .unwrap();
    world.symmetric("off");
    world.symmetric("doomed");
    let (of_off, of_doomed) = (world.blob_of("off"), world.blob_of("doomed"));
    world.keyring.disable_key(world.key("off")).unwrap();
    world
        .keyring
        .schedule_key_deletion(world.key("doomed"), 7)
        .unwrap();
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    let blob = world.blob_of("A");

    Section::run("13", "captures", &world, |section| {
        let ask = re_encrypt()
            .blob(blob.clone())
            .source("<A.id>")
            .source_by(SYMMETRIC)
            .destination("<B.id>")
            .destination_by(SYMMETRIC);
        let moved = world.encrypted(&ask);
        section.response(Recorded, "1", ask, |world, answer| {
            answer.source.0 == world.named("<A>")
                && answer.destination.0 == world.named("<B>")
                && answer.algorithms == (SYMMETRIC.to_owned(), SYMMETRIC.to_owned())
        });
        let ask = decrypt().blob(blob.clone()).source("<A>");
        section.case(Recorded, "1: the old blob", ask, Success);
        let ask = decrypt().blob(moved).source("<B>");
        section.case(Recorded, "1: the new blob", ask, Success);

        let ask = encrypt("hello").destination("<rsa>").destination_by(RSA);
        let ask = re_encrypt()
            .blob(world.encrypted(&ask))
            .source("<rsa>")
            .source_by(RSA)
            .destination("<other rsa>")
            .destination_by(RSA);
        section.response(Recorded, "2", ask, |world, answer| {
            let opened = decrypt().blob(answer.blob.clone()).source("<other rsa>");
            answer.source.0 == world.named("<rsa>")
                && answer.destination.0 == world.named("<other rsa>")
                && answer.algorithms == (RSA.to_owned(), RSA.to_owned())
                && world
                    .send(&opened.source_by(RSA))
                    .unwrap()
                    .plaintext
                    .unwrap()
                    .expose()
                    == b"hello"
        });

        let ask = re_encrypt()
            .blob(blob.clone())
            .source("<hmac>")
            .destination("<hmac>");
        section.case(Recorded, "3", ask, incorrect_key());

        let ask = re_encrypt()
            .blob(blob.clone())
            .destination("<ecc>")
            .destination_by(SYMMETRIC);
        let usage = wrong_usage("<ecc>", "SIGN_VERIFY", "ReEncryptTo");
        section.case(Recorded, "4", ask, usage);

        let ask = re_encrypt().blob(blob.clone()).destination("<B>");
        section.case(RecordedByWord, "5", ask.clone(), Success);

        let pairs = [("a", "b"), ("c", "d"), ("e", "f")];
        let shuffled = [("e", "f"), ("a", "b"), ("c", "d")];
        let moved = world.encrypted(&ask.destination_context(&pairs));
        let ask = decrypt().blob(moved);
        section.case(RecordedByWord, "6: none", ask.clone(), invalid_ciphertext());
        section.case(
            RecordedByWord,
            "6: shuffled",
            ask.source_context(&shuffled),
            Success,
        );

        // AAAA in base64.
        let ask = re_encrypt().blob([0; 3]);
        let missing = violations(&[violation("null", "destinationKeyId", NOT_NULL)]);
        section.case(RecordedByWord, "7", ask, missing);
        let ask = re_encrypt().destination("alias/floci-missing");
        let missing = violations(&[violation("null", "ciphertextBlob", NOT_NULL)]);
        section.case(RecordedByWord, "8", ask.clone(), missing);
        let empty = violations(&[violation("", "ciphertextBlob", AT_LEAST_1)]);
        section.case(RecordedByWord, "9", ask.blob([]), empty);

        let ask = re_encrypt().blob(blob.clone()).destination("<empty>");
        let pending = invalid_state("<empty>", "pending import");
        section.case(RecordedByWord, "10", ask, pending);
        let ask = re_encrypt().blob(of_imported).destination("<B>");
        let pending = invalid_state("<imported>", "pending import");
        section.case(RecordedByWord, "11", ask, pending);

        let to = |key: &str| re_encrypt().blob(blob.clone()).destination(key);
        let from = |blob: &Vec<u8>| re_encrypt().blob(blob.clone()).destination("<B>");
        section.case(
            Quoted,
            "12: disabled source",
            from(&of_off),
            disabled("<off>"),
        );
        section.case(
            Quoted,
            "12: disabled destination",
            to("<off>"),
            disabled("<off>"),
        );
        let pending = || invalid_state("<doomed>", "pending deletion");
        section.case(
            Quoted,
            "12: source pending deletion",
            from(&of_doomed),
            pending(),
        );
        section.case(
            Quoted,
            "12: destination pending deletion",
            to("<doomed>"),
            pending(),
        );

        let ask = to("<rsa>").destination_by(RSA);
        section.response(RecordedByWord, "13", ask, |_, answer| {
            answer.algorithms == (SYMMETRIC.to_owned(), RSA.to_owned()) && answer.blob.len() == 256
        });
    });
}

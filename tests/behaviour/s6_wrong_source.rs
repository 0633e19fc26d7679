//! behaviour §6: the refusals of missing and wrong ciphertexts.

use kms_reencrypt::KeySpec;

use crate::ask::{Ask, decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{self, Doc, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, denied_by_ciphertext, incorrect_key, invalid_ciphertext, must_not_be_null, no_key,
    wrong_algorithm,
};
use crate::world::{NO_KEY, OTHER_ACCOUNT, World};

#[test]
fn every_row_of_the_summary() {
    let world = World::with_keys();
    let other = include_str!("../../src/testing/keys/rsa_2048_other.pem");
    let other = kms_reencrypt::keyring::NewKey::from(KeySpec::Rsa2048).pkcs8_pem(other);
    world.add("other rsa", other);
    let by = "RSAES_OAEP_SHA_256";
    let rsa = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(by));
    let of_a = world.blob_of("A");
    let no_such_key = no_key(&format!(
        "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
    ));
    let rows: Vec<(Evidence, &str, Ask, Expected)> = vec![
        (
            RecordedByWord,
            "asymmetric, no SourceKeyId, no algorithm",
            re_encrypt().blob(rsa.clone()),
            invalid_ciphertext(),
        ),
        (
            RecordedByWord,
            "asymmetric, right SourceKeyId, no algorithm",
            re_encrypt().blob(rsa.clone()).source("<rsa>"),
            invalid_ciphertext(),
        ),
        (
            Inferred,
            "asymmetric, algorithm, no SourceKeyId",
            re_encrypt().blob(rsa.clone()).source_by(by),
            must_not_be_null("SourceKeyId"),
        ),
        (
            RecordedByWord,
            "asymmetric, wrong RSA key",
            re_encrypt()
                .blob(rsa.clone())
                .source("<other rsa>")
                .source_by(by),
            invalid_ciphertext(),
        ),
        (
            RecordedByWord,
            "asymmetric, wrong OAEP hash",
            re_encrypt()
                .blob(rsa)
                .source("<rsa>")
                .source_by("RSAES_OAEP_SHA_1"),
            invalid_ciphertext(),
        ),
        (
            Recorded,
            "symmetric, SourceKeyId of another key",
            re_encrypt().blob(of_a.clone()).source("<B>"),
            incorrect_key(),
        ),
        (
            RecordedByWord,
            "symmetric, right key, OAEP algorithm",
            re_encrypt().blob(of_a.clone()).source("<A>").source_by(by),
            wrong_algorithm(by, "SYMMETRIC_DEFAULT"),
        ),
        (
            Recorded,
            "SourceKeyId that no key has",
            re_encrypt().blob(of_a.clone()).source(NO_KEY),
            no_such_key,
        ),
        (
            Recorded,
            "bytes appended",
            re_encrypt().blob([of_a.as_slice(), b"!"].concat()),
            invalid_ciphertext(),
        ),
        (
            Inferred,
            "altered where the key is named",
            re_encrypt().blob(altered(&of_a, 5)),
            denied_by_ciphertext("ReEncryptFrom"),
        ),
        (
            Inferred,
            "altered where the key is named, and the key named",
            re_encrypt().blob(altered(&of_a, 36)).source("<A>"),
            incorrect_key(),
        ),
        (
            Inferred,
            "altered where the nonce stands",
            re_encrypt().blob(altered(&of_a, 38)),
            invalid_ciphertext(),
        ),
        (
            Inferred,
            "altered ciphertext",
            re_encrypt().blob(altered(&of_a, of_a.len() - 20)),
            invalid_ciphertext(),
        ),
        (
            Doc,
            "a message of the AWS Encryption SDK, version 1",
            re_encrypt().blob([&[0x01, 0x80, 0x00, 0x14], &[0x5a; 200][..]].concat()),
            invalid_ciphertext(),
        ),
        (
            Doc,
            "a message of the AWS Encryption SDK, version 2",
            re_encrypt().blob([&[0x02, 0x05, 0x78], &[0x5a; 200][..]].concat()),
            invalid_ciphertext(),
        ),
        (
            Doc,
            "something of another library",
            re_encrypt().blob([0x9c; 300]),
            invalid_ciphertext(),
        ),
    ];
    Section::run("6", "summary", &world, |section| {
        for (evidence, name, ask, expected) in rows {
            section.case(evidence, name, ask.destination("<B>"), expected);
        }
    });
}

/// A blob says whose it is. Where that key is not to be had, nobody is told why.
#[test]
fn the_key_in_a_blob_is_not_to_be_had() {
    let world = World::with_keys();
    let of_a = world.blob_of("A");
    let ring = world.keyring.in_region("eu-west-1".parse().unwrap());
    world.name_key("there", ring.create_key(KeySpec::SymmetricDefault).unwrap());
    let ask = encrypt("-").destination("<there>");
    let of_there = world.send_to("eu-west-1", &ask).unwrap().blob;
    let ring = world.keyring.in_account(OTHER_ACCOUNT.parse().unwrap());
    world.name_key(
        "theirs",
        ring.create_key(KeySpec::SymmetricDefault).unwrap(),
    );
    let them = kms_reencrypt::Kms::new(ring);
    let of_them = encrypt("-").destination("<theirs>");
    let of_them = of_them.send(&them, |text| world.named(text)).unwrap().blob;
    let elsewhere = World::with_keys().blob_of("A");

    Section::run("6", "keys that are not to be had", &world, |section| {
        for (name, blob) in [
            ("in another Region", of_there),
            ("in an account that gives no permission", of_them),
            ("nowhere", elsewhere),
        ] {
            for (operation, ask) in [
                ("ReEncryptFrom", re_encrypt().destination("<B>")),
                ("Decrypt", decrypt()),
            ] {
                let name = format!("{operation}: a key {name}");
                let denied = denied_by_ciphertext(operation);
                section.case(RecordedByWord, name, ask.blob(blob.clone()), denied);
            }
        }
        world.keyring.delete_key(world.key("A")).unwrap();
        let ask = re_encrypt().blob(of_a).destination("<B>");
        let denied = denied_by_ciphertext("ReEncryptFrom");
        section.case(RecordedByWord, "a deleted key", ask, denied);
    });
}

/// The ciphertext of an own key for encryption says as little about what is wrong with it as any other.
#[test]
fn an_rsa_key_says_nothing_about_what_is_wrong() {
    let world = World::new();
    world.symmetric("A");
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    let by = "RSAES_OAEP_SHA_256";
    let blob = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(by));
    Section::run("6", "RSA ciphertexts of any length", &world, |section| {
        for len in [1, 10, 255, 257, 384, 512, 6144] {
            let mut bytes = blob.clone();
            bytes.resize(len, 0);
            let ask = re_encrypt().blob(bytes).source("<rsa>").source_by(by);
            let ask = ask.destination("<A>");
            section.case(RecordedByWord, len, ask, invalid_ciphertext());
        }
    });
}

fn altered(blob: &[u8], at: usize) -> Vec<u8> {
    let mut blob = blob.to_vec();
    *blob.get_mut(at).unwrap() ^= 1;
    blob
}

//! behaviour §17: aliases, their names and the keys that they move between.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeySpec, KeyState, KeyUsage};

use crate::section::Evidence::{Doc, Guess, Inferred, Quoted, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Success, alias_exists, alias_prefix, alias_stays, invalid_state, not_authorized,
};
use crate::world::World;

#[test]
fn an_alias_has_the_prefix_and_not_that_of_aws() {
    let world = World::with_keys();
    let keyring = &world.keyring;
    let a = world.key("A");
    Section::run("17", "names of aliases", &world, |section| {
        let answer = keyring.create_alias("foo", a);
        section.answer(Quoted, "CreateAlias foo", answer, alias_prefix());
        let answer = keyring.update_alias("foo", a);
        section.answer(Inferred, "UpdateAlias foo", answer, alias_prefix());
        let answer = keyring.delete_alias("foo");
        section.answer(Inferred, "DeleteAlias foo", answer, alias_prefix());

        let answer = keyring.create_alias("alias/aws/x", a);
        section.answer(
            Inferred,
            "CreateAlias alias/aws/x",
            answer,
            not_authorized(),
        );
        let answer = keyring.update_alias("alias/aws/x", a);
        section.answer(
            Inferred,
            "UpdateAlias alias/aws/x",
            answer,
            not_authorized(),
        );
        let answer = keyring.delete_alias("alias/aws/x");
        section.answer(
            Inferred,
            "DeleteAlias alias/aws/x",
            answer,
            not_authorized(),
        );

        section.answer(
            Guess(52),
            "a colon",
            keyring.create_alias("alias/my:alias", a),
            Success,
        );
        let answer = keyring.create_alias("alias/my:alias", a);
        section.answer(Recorded, "twice", answer, alias_exists("alias/my:alias"));
    });
}

#[test]
fn an_alias_moves_between_keys_of_one_kind() {
    let world = World::with_keys();
    world.signing("signing");
    let hmac = NewKey::new(KeySpec::Hmac256).key_usage(KeyUsage::GenerateVerifyMac);
    world.add("hmac", hmac);
    let usages = ("SIGN_VERIFY", "ENCRYPT_DECRYPT");
    Section::run("17", "keys of one alias", &world, |section| {
        for (evidence, from, to, expected) in [
            (Doc, "A", "B", Success),
            (
                RecordedByWord,
                "signing",
                "A",
                alias_stays("key usage", usages.0, usages.1),
            ),
            (
                RecordedByWord,
                "rsa",
                "signing",
                alias_stays("key usage", usages.1, usages.0),
            ),
            (
                Inferred,
                "hmac",
                "A",
                alias_stays("key usage", "GENERATE_VERIFY_MAC", "ENCRYPT_DECRYPT"),
            ),
            (
                Guess(40),
                "A",
                "rsa",
                alias_stays("key type", "SYMMETRIC", "ASYMMETRIC"),
            ),
            (
                Guess(40),
                "rsa",
                "A",
                alias_stays("key type", "ASYMMETRIC", "SYMMETRIC"),
            ),
        ] {
            let name = format!("{from} to {to}");
            world
                .keyring
                .create_alias("alias/a", world.key(from))
                .unwrap();
            let answer = world.keyring.update_alias("alias/a", world.key(to));
            section.answer(evidence, name, answer, expected);
            world.keyring.delete_alias("alias/a").unwrap();
        }
    });
}

#[test]
fn an_alias_leaves_a_key_that_waits_for_its_deletion_and_goes_to_none() {
    let world = World::with_keys();
    let keyring = &world.keyring;
    keyring.create_alias("alias/a", world.key("A")).unwrap();
    world.set_state("B", KeyState::PendingDeletion);
    let pending = || invalid_state("<B>", "pending deletion");
    Section::run("17", "aliases and deletion", &world, |section| {
        let answer = keyring.create_alias("alias/b", world.key("B"));
        section.answer(RecordedByWord, "CreateAlias", answer, pending());
        let answer = keyring.update_alias("alias/a", world.key("B"));
        section.answer(RecordedByWord, "UpdateAlias to it", answer, pending());
        world.set_state("A", KeyState::PendingDeletion);
        world.set_state("B", KeyState::Enabled);
        let answer = keyring.update_alias("alias/a", world.key("B"));
        section.answer(Doc, "UpdateAlias from it", answer, Success);
    });
}

//! behaviour §9: automatic rotation by the ring's clock.

use core::time::Duration;
use std::time::SystemTime;

use kms_reencrypt::keyring::{Clock, ImportedMaterial, ManualClock, NewKey, RotationType};
use kms_reencrypt::{KeyArn, KeyOrigin, KeySpec, KeyState, Keyring};

use crate::ask::{Ask, decrypt, re_encrypt};
use crate::section::Evidence::{Doc, Guess, Inferred, Quoted, Recorded};
use crate::section::Section;
use crate::texts::{
    Success, disabled, invalid_state, not_primary, unsupported, unsupported_origin, violation,
    violations,
};
use crate::world::{ACCOUNT, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A world with a clock, and a symmetric key A.
fn world() -> (World, ManualClock, SystemTime) {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(ACCOUNT, "us-east-2").clock(clock.clone());
    let world = World::of(keyring.build().unwrap());
    world.symmetric("A");
    let beginning = clock.now();
    (world, clock, beginning)
}

/// The rotations of a key: of which type, and how many days after the beginning.
fn rotations(keyring: &Keyring, key: KeyArn, beginning: SystemTime) -> Vec<(RotationType, u64)> {
    let rotations = keyring.key_rotations(key).unwrap().into_iter();
    rotations
        .filter_map(|material| {
            let date = material.rotation_date?;
            let days = date.duration_since(beginning).unwrap().as_secs() / DAY.as_secs();
            Some((material.rotation_type?, days))
        })
        .collect()
}

/// Whether automatic rotation is enabled, its period, and the days from the beginning to the next rotation.
fn status(
    keyring: &Keyring,
    key: KeyArn,
    beginning: SystemTime,
) -> (bool, Option<u32>, Option<u64>) {
    let status = keyring.key_rotation_status(key).unwrap();
    let next = status.next_rotation_date.map(|date| {
        let after = date.duration_since(beginning).unwrap();
        after.as_secs() / DAY.as_secs()
    });
    (
        status.key_rotation_enabled,
        status.rotation_period_in_days,
        next,
    )
}

#[test]
fn a_key_is_rotated_at_the_end_of_each_period() {
    let (world, clock, beginning) = world();
    let (keyring, a) = (&world.keyring, world.key("A"));
    let status = || status(keyring, a, beginning);
    let rotations = || rotations(keyring, a, beginning);
    let by_itself = |day| (RotationType::Automatic, day);
    Section::run("9", "periods of automatic rotation", &world, |section| {
        let none = (false, None, None);
        section.compare(Doc, "by default", &status(), &none);
        keyring.enable_key_rotation(a, None).unwrap();
        let yearly = (true, Some(365), Some(365));
        section.compare(Doc, "without a period", &status(), &yearly);

        clock.advance(DAY * 100);
        keyring.enable_key_rotation(a, 90).unwrap();
        let anew = (true, Some(90), Some(190));
        section.compare(Guess(56), "another period begins now", &status(), &anew);
        let mut blobs = vec![world.blob_of("A")];
        clock.advance(DAY * 89);
        section.compare(Doc, "a day before", &rotations(), &vec![]);
        clock.advance(DAY);
        blobs.push(world.blob_of("A"));
        section.compare(Doc, "on the day", &rotations(), &vec![by_itself(190)]);

        keyring.rotate_key_on_demand(a).unwrap();
        blobs.push(world.blob_of("A"));
        let next = (true, Some(90), Some(280));
        section.compare(Doc, "on demand changes no date", &status(), &next);

        clock.advance(DAY * 300);
        blobs.push(world.blob_of("A"));
        let each_on_its_date = vec![
            by_itself(190),
            (RotationType::OnDemand, 190),
            by_itself(280),
            by_itself(370),
            by_itself(460),
        ];
        section.compare(
            Inferred,
            "several due at once",
            &rotations(),
            &each_on_its_date,
        );
        let next = (true, Some(90), Some(550));
        section.compare(Doc, "and the next", &status(), &next);

        let materials: Vec<_> = blobs
            .iter()
            .map(|blob| {
                let answer = world.send(&decrypt().blob(blob.clone())).unwrap();
                assert_eq!(answer.plaintext.unwrap().expose(), b"hello");
                answer.source.1
            })
            .collect();
        let mut different = materials.clone();
        different.dedup();
        section.compare(Doc, "each had its own material", &different, &materials);
        let ask = re_encrypt().blob(blobs[0].clone()).destination("<A>");
        section.response(
            Doc,
            "old data move to the new material",
            ask,
            |_, answer| answer.source.1 == materials[0] && answer.destination.1 == materials[3],
        );

        keyring.disable_key_rotation(a).unwrap();
        section.compare(Doc, "disabled", &status(), &none);
        clock.advance(DAY * 1000);
        section.compare(Doc, "no more rotations", &rotations().len(), &5);
        section.case(
            Doc,
            "old data open",
            decrypt().blob(blobs[0].clone()),
            Success,
        );
    });
}

#[test]
fn the_limit_of_on_demand_rotations_is_not_that_of_automatic_ones() {
    let (world, clock, beginning) = world();
    let (keyring, a) = (&world.keyring, world.key("A"));
    Section::run("9", "many automatic rotations", &world, |section| {
        keyring.enable_key_rotation(a, 90).unwrap();
        clock.advance(DAY * 90 * 30);
        let count = rotations(keyring, a, beginning).len();
        section.compare(Inferred, "thirty rotations", &count, &30);
        let answer = keyring.rotate_key_on_demand(a);
        section.answer(Inferred, "and one on demand", answer, Success);
    });
}

#[test]
fn a_key_that_cannot_be_used_is_rotated_when_it_can_be_used_again() {
    let (world, clock, beginning) = world();
    let (keyring, a) = (&world.keyring, world.key("A"));
    let status = || status(keyring, a, beginning);
    let dates = || -> Vec<u64> {
        let rotations = rotations(keyring, a, beginning).into_iter();
        rotations.map(|(_, day)| day).collect()
    };
    Section::run("9", "rotation of keys that are away", &world, |section| {
        keyring.enable_key_rotation(a, 100).unwrap();
        keyring.disable_key(a).unwrap();
        clock.advance(DAY * 50);
        keyring.enable_key(a).unwrap();
        let kept = (true, Some(100), Some(100));
        section.compare(Doc, "nothing was missed", &status(), &kept);

        keyring.disable_key(a).unwrap();
        clock.advance(DAY * 350);
        section.compare(Doc, "disabled: no rotation", &dates(), &vec![]);
        section.compare(Doc, "disabled: the status stays", &status(), &kept);
        keyring.enable_key(a).unwrap();
        section.compare(Doc, "enabled: rotated at once", &dates(), &vec![400]);
        let from_there = (true, Some(100), Some(500));
        section.compare(Doc, "and a period later", &status(), &from_there);

        keyring.schedule_key_deletion(a, 30).unwrap();
        let none = (false, None, None);
        section.compare(Doc, "pending deletion", &status(), &none);
        clock.advance(DAY * 20);
        keyring.cancel_key_deletion(a).unwrap();
        section.compare(Doc, "canceled", &status(), &from_there);
        clock.advance(DAY * 100);
        section.compare(Doc, "it is disabled still", &dates(), &vec![400]);
        keyring.enable_key(a).unwrap();
        section.compare(Doc, "and enabled", &dates(), &vec![400, 520]);
    });
}

#[test]
fn without_a_clock_nothing_is_rotated() {
    let world = World::with_keys();
    let (keyring, a) = (&world.keyring, world.key("A"));
    Section::run("9", "rotation without a clock", &world, |section| {
        keyring.enable_key_rotation(a, 90).unwrap();
        let status = keyring.key_rotation_status(a).unwrap();
        let is = (status.key_rotation_enabled, status.next_rotation_date);
        section.compare(Guess(39), "enabled, without a date", &is, &(true, None));
    });
}

#[test]
fn related_keys_rotate_together() {
    let (world, clock, beginning) = world();
    let home = &world.keyring;
    let ireland = home.in_region("eu-west-1".parse().unwrap());
    let p = world.add(
        "P",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    let first = home.replicate_key(p, "eu-west-1").unwrap();
    world.name_key("R", first);
    let there = |ask: Ask| world.send_to("eu-west-1", &ask);
    Section::run(
        "9",
        "automatic rotation of related keys",
        &world,
        |section| {
            for (name, answer) in [
                ("enabled", ireland.enable_key_rotation(first, 90)),
                ("disabled", ireland.disable_key_rotation(first)),
                ("rotated", ireland.rotate_key_on_demand(first)),
            ] {
                let name = format!("a replica is not {name}");
                section.answer(Inferred, name, answer, not_primary("<R>"));
            }
            home.enable_key_rotation(p, 90).unwrap();
            let shared = (true, Some(90), Some(90));
            section.compare(Doc, "shared", &status(&ireland, first, beginning), &shared);
            let second = home.replicate_key(p, "eu-north-1").unwrap();
            let north = home.in_region(*second.region());
            section.compare(
                Doc,
                "a new replica",
                &status(&north, second, beginning),
                &shared,
            );
            ireland.disable_key(first).unwrap();
            clock.advance(DAY * 200);
            for (name, keyring, key) in [
                ("P", home, p),
                ("R", &ireland, first),
                ("new", &north, second),
            ] {
                let all = rotations(keyring, key, beginning);
                let expected = vec![
                    (RotationType::Automatic, 90),
                    (RotationType::Automatic, 180),
                ];
                section.compare(Doc, format!("rotations of {name}"), &all, &expected);
                let next = status(keyring, key, beginning);
                section.compare(
                    Doc,
                    format!("status of {name}"),
                    &next,
                    &(true, Some(90), Some(270)),
                );
            }
            ireland.enable_key(first).unwrap();
            let answer = there(decrypt().blob(world.blob_of("P")));
            section.answer(Doc, "new data open there", answer, Success);
            home.disable_key(p).unwrap();
            clock.advance(DAY * 100);
            let count = rotations(&ireland, first, beginning).len();
            section.compare(Inferred, "not without the primary", &count, &2);
            home.enable_key(p).unwrap();
            home.disable_key_rotation(p).unwrap();
            let none = (false, None, None);
            section.compare(
                Doc,
                "disabled there too",
                &status(&ireland, first, beginning),
                &none,
            );
        },
    );
}

#[test]
fn other_keys_are_not_rotated_automatically() {
    let (world, clock, beginning) = world();
    let keyring = &world.keyring;
    let rsa = world.signing("rsa");
    let hmac = world.add("hmac", KeySpec::Hmac256);
    let external = || NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let empty = world.add("empty", external());
    let imported = world.add("imported", external());
    let material = ImportedMaterial::new([7; 32]);
    keyring.import_key_material(imported, material).unwrap();
    let managed = keyring.create_aws_managed_key("s3").unwrap();
    let a = world.key("A");
    Section::run("9", "keys without automatic rotation", &world, |section| {
        for (name, key, evidence, expected) in [
            ("RSA", rsa, Quoted, unsupported()),
            ("HMAC", hmac, Recorded, unsupported()),
            (
                "imported",
                imported,
                Doc,
                unsupported_origin("<imported>", "EXTERNAL"),
            ),
            (
                "nothing imported",
                empty,
                Doc,
                unsupported_origin("<empty>", "EXTERNAL"),
            ),
            ("AWS managed", managed, Doc, unsupported()),
        ] {
            let answers = [
                keyring.enable_key_rotation(key, None),
                keyring.disable_key_rotation(key),
            ];
            for answer in answers {
                section.answer(evidence, name, answer, expected.clone());
            }
        }
        for (name, key) in [("imported", imported), ("empty", empty)] {
            let answer = keyring.key_rotation_status(key);
            let refused = unsupported_origin(&format!("<{name}>"), "EXTERNAL");
            section.answer(Quoted, format!("status, {name}"), answer, refused);
        }
        for (name, key) in [("RSA", rsa), ("HMAC", hmac)] {
            let is = status(keyring, key, beginning);
            section.compare(Quoted, format!("status, {name}"), &is, &(false, None, None));
        }
        let yearly = status(keyring, managed, beginning);
        section.compare(Doc, "AWS managed", &yearly, &(true, Some(365), Some(365)));
        clock.advance(DAY * 365);
        let rotated = rotations(keyring, managed, beginning);
        section.compare(
            Doc,
            "every year",
            &rotated,
            &vec![(RotationType::Automatic, 365)],
        );

        keyring.disable_key(a).unwrap();
        let answer = keyring.enable_key_rotation(a, None);
        section.answer(Doc, "disabled", answer, disabled("<A>"));
        keyring.schedule_key_deletion(a, 7).unwrap();
        let answer = keyring.disable_key_rotation(a);
        section.answer(
            Doc,
            "pending",
            answer,
            invalid_state("<A>", "pending deletion"),
        );
        keyring.set_key_state(a, KeyState::Updating).unwrap();
        let answer = keyring.enable_key_rotation(a, None);
        section.answer(Doc, "updating", answer, Success);
    });
}

#[test]
fn a_period_is_90_to_2560_days() {
    let (world, ..) = world();
    let days = |days: &str, constraint: &str| {
        let value = format!("'{days}'");
        violations(&[violation(&value, "rotationPeriodInDays", constraint)])
    };
    let least = "Member must have value greater than or equal to 90";
    let most = "Member must have value less than or equal to 2560";
    Section::run("9", "lengths of periods", &world, |section| {
        for (period, expected) in [
            (0, days("0", least)),
            (89, days("89", least)),
            (90, Success),
            (2560, Success),
            (2561, days("2561", most)),
        ] {
            let answer = world.keyring.enable_key_rotation(world.key("A"), period);
            section.answer(Doc, period, answer, expected);
        }
    });
}

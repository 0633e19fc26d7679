//! behaviour §9 and the facts around behaviour §3: keys that are disabled, enabled, scheduled for deletion and gone.

use core::time::Duration;

use kms_reencrypt::keyring::{ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::{KeyOrigin, KeySpec, KeyState, Keyring};

use crate::ask::{Ask, encrypt, re_encrypt};
use crate::section::Evidence::{Doc, Guess, Inferred, Quoted, Recorded};
use crate::section::Section;
use crate::texts::{
    Success, denied_by_ciphertext, disabled, invalid_state, no_alias, no_key, validation,
    violation, violations,
};
use crate::world::{ACCOUNT, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_key_comes_and_goes() {
    let world = World::with_keys();
    let keyring = &world.keyring;
    let a = world.key("A");
    keyring.create_alias("alias/a", a).unwrap();
    let blob = world.blob_of("A");
    let from = || re_encrypt().blob(blob.clone()).destination("<B>");
    let of_b = world.blob_of("B");
    let to = || re_encrypt().blob(of_b.clone()).destination("<A>");
    Section::run("9", "disabled, enabled, deleted", &world, |section| {
        keyring.disable_key(a).unwrap();
        section.case(Quoted, "disabled", from(), disabled("<A>"));
        keyring.enable_key(a).unwrap();
        section.case(Recorded, "enabled again", from(), Success);

        let metadata = keyring.schedule_key_deletion(a, 7).unwrap();
        section.compare(Doc, "no clock, no date", &metadata.deletion_date(), &None);
        let pending = || invalid_state("<A>", "pending deletion");
        section.case(Quoted, "source pending deletion", from(), pending());
        section.case(Quoted, "destination pending deletion", to(), pending());
        for (name, answer) in [
            ("EnableKey", keyring.enable_key(a)),
            ("DisableKey", keyring.disable_key(a)),
            ("RotateKeyOnDemand", keyring.rotate_key_on_demand(a)),
            (
                "ScheduleKeyDeletion",
                keyring.schedule_key_deletion(a, 7).map(drop),
            ),
        ] {
            section.answer(Doc, format!("{name} meanwhile"), answer, pending());
        }

        keyring.cancel_key_deletion(a).unwrap();
        section.case(Recorded, "cancelled: disabled", from(), disabled("<A>"));
        let answer = keyring.cancel_key_deletion(a);
        let not_pending = invalid_state("<A>", "not pending deletion");
        section.answer(Doc, "cancelled twice", answer, not_pending);
        keyring.schedule_key_deletion(a, 30).unwrap();
        section.case(Recorded, "disabled, then scheduled", from(), pending());

        keyring.delete_key(a).unwrap();
        let gone = || no_key("<A>");
        let denied = denied_by_ciphertext("ReEncryptFrom");
        section.case(Inferred, "gone, found from the blob", from(), denied);
        section.case(Inferred, "gone, named by ARN", from().source("<A>"), gone());
        section.case(
            Inferred,
            "gone, named by id",
            from().source("<A.id>"),
            gone(),
        );
        section.case(Inferred, "gone, as destination", to(), gone());
        let no_alias = || no_alias("arn:<partition>:kms:<region>:<account>:alias/a");
        section.case(
            Inferred,
            "gone, by alias",
            from().source("alias/a"),
            no_alias(),
        );
        let ask = encrypt("-").destination("alias/a");
        section.case(Inferred, "gone, Encrypt by alias", ask, no_alias());
    });
}

#[test]
fn a_waiting_period_is_7_to_30_days() {
    let world = World::with_keys();
    let days = |days: &str, constraint: &str| {
        violations(&[violation(
            &format!("'{days}'"),
            "pendingWindowInDays",
            constraint,
        )])
    };
    Section::run("9", "waiting periods", &world, |section| {
        for (window, expected) in [
            (
                6,
                days("6", "Member must have value greater than or equal to 7"),
            ),
            (
                31,
                days("31", "Member must have value less than or equal to 30"),
            ),
            (7, Success),
        ] {
            let answer = world.keyring.schedule_key_deletion(world.key("A"), window);
            section.answer(Doc, window, answer, expected);
        }
        let answer = world.keyring.schedule_key_deletion(world.key("B"), 30);
        section.answer(Doc, 30, answer, Success);
    });
}

#[test]
fn the_clock_deletes_and_expires() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(ACCOUNT, "us-east-2")
        .clock(clock.clone())
        .build()
        .unwrap();
    let world = World::of(keyring);
    world.symmetric("A");
    world.symmetric("B");
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let e = world.add("E", external);
    let now = || kms_reencrypt::keyring::Clock::now(&clock);
    let for_days = |days: u32| ImportedMaterial::new([7; 32]).valid_to(now() + DAY * days);
    let keyring = &world.keyring;
    keyring.import_key_material(e, for_days(10)).unwrap();
    let (of_a, of_e) = (world.blob_of("A"), world.blob_of("E"));
    let from = |blob: &Vec<u8>| re_encrypt().blob(blob.clone()).destination("<B>");
    Section::run("9", "the clock", &world, |section| {
        let metadata = keyring.schedule_key_deletion(world.key("A"), 7).unwrap();
        section.compare(
            Doc,
            "dated",
            &metadata.deletion_date(),
            &Some(now() + DAY * 7),
        );

        clock.advance(DAY * 7 - Duration::from_secs(1));
        let pending = invalid_state("<A>", "pending deletion");
        section.case(Doc, "a second before", from(&of_a), pending);
        clock.advance(Duration::from_secs(1));
        let denied = denied_by_ciphertext("ReEncryptFrom");
        section.case(Inferred, "to the second", from(&of_a), denied);
        let gone = no_key("<A>");
        section.case(Inferred, "named", from(&of_a).source("<A>"), gone);
        section.case(Doc, "a key that stays", from(&of_e), Success);

        clock.advance(DAY * 3 - Duration::from_secs(1));
        section.case(Doc, "a second before ValidTo", from(&of_e), Success);
        clock.advance(Duration::from_secs(1));
        let pending = || invalid_state("<E>", "pending import");
        section.case(Doc, "ValidTo as source", from(&of_e), pending());
        let to = re_encrypt().blob(world.blob_of("B")).destination("<E>");
        section.case(Doc, "ValidTo as destination", to, pending());
        let late = ImportedMaterial::new([7; 32]).valid_to(now());
        let answer = keyring.import_key_material(e, late);
        let refused = validation("ValidTo must be in the future");
        section.answer(Guess(34), "no time left", answer, refused);
        let answer = keyring.import_key_material(e, for_days(366));
        let refused = validation("ValidTo must not be more than 365 days in the future");
        section.answer(Guess(34), "for more than a year", answer, refused);
        let answer = keyring.import_key_material(e, for_days(365));
        section.answer(Doc, "for a year", answer, Success);

        keyring.import_key_material(e, for_days(1)).unwrap();
        section.case(Doc, "imported again", from(&of_e), Success);
        keyring
            .import_key_material(e, ImportedMaterial::new([7; 32]))
            .unwrap();
        clock.advance(DAY * 1000);
        section.case(Doc, "imported for good", from(&of_e), Success);

        // A deletion that is off stays off, whatever else the clock brings.
        keyring.import_key_material(e, for_days(30)).unwrap();
        keyring.schedule_key_deletion(e, 7).unwrap();
        keyring.cancel_key_deletion(e).unwrap();
        keyring.enable_key(e).unwrap();
        clock.advance(DAY * 29);
        section.case(Doc, "deletion cancelled", from(&of_e), Success);
        keyring.schedule_key_deletion(e, 7).unwrap();
        keyring.set_key_state(e, KeyState::Enabled).unwrap();
        clock.advance(DAY * 29);
        section.case(Guess(39), "deletion overruled", from(&of_e), pending());
        let restored = keyring.import_key_material(e, ImportedMaterial::new([7; 32]));
        section.answer(Guess(39), "and the key still there", restored, Success);
    });
}

#[test]
fn without_a_clock_nothing_expires() {
    let world = World::new();
    world.symmetric("B");
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let e = world.add("E", external);
    let long_ago = std::time::SystemTime::UNIX_EPOCH + DAY;
    let material = ImportedMaterial::new([7; 32]).valid_to(long_ago);
    world.keyring.import_key_material(e, material).unwrap();
    let ask: Ask = re_encrypt().blob(world.blob_of("E")).destination("<B>");
    Section::run("9", "no clock", &world, |section| {
        section.case(Guess(39), "ValidTo was long ago", ask, Success);
        let metadata = world.keyring.describe_key(e).unwrap();
        let dates = (metadata.creation_date(), metadata.valid_to());
        section.compare(Guess(39), "dates", &dates, &(None, Some(long_ago)));
    });
}

/// A test can put a key into any state, but not make it look as if it had what it has not.
#[test]
fn a_key_without_material_cannot_be_declared_usable() {
    let world = World::new();
    let external = |spec: KeySpec| NewKey::from(spec).origin(KeyOrigin::External);
    world.add("E", external(KeySpec::SymmetricDefault));
    world.add("R", external(KeySpec::Rsa2048));
    Section::run("9", "states against material", &world, |section| {
        for key in ["E", "R"] {
            for state in KeyState::ALL {
                let acts = matches!(
                    state,
                    KeyState::Enabled | KeyState::Disabled | KeyState::Updating
                );
                let expected = match acts {
                    true => invalid_state(&format!("<{key}>"), "pending import"),
                    false => Success,
                };
                let answer = world.keyring.set_key_state(world.key(key), *state);
                section.answer(Guess(39), format!("{key} {state}"), answer, expected);
            }
        }
    });
}

/// No operation of KMS does that, but the operations that follow go on from there.
#[test]
fn a_key_that_was_put_into_a_state_stays_in_it_when_its_material_changes() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let external = NewKey::new(KeySpec::SymmetricDefault)
        .origin(KeyOrigin::External)
        .symmetric_material([7; 32]);
    let key = keyring.create_key(external).unwrap();
    for state in [KeyState::Disabled, KeyState::Enabled] {
        keyring.set_key_state(key, state).unwrap();
        let again = ImportedMaterial::new([7; 32]);
        keyring.import_key_material(key, again).unwrap();
        assert_eq!(keyring.describe_key(key).unwrap().key_state(), state);
    }
}

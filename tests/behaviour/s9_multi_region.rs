//! behaviour §9: multi-Region keys. Related keys share key id and material, and nothing else.

use core::time::Duration;

use kms_reencrypt::keyring::{Clock, ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::{KeyOrigin, KeySpec, KeyState, Keyring, KmsError};

use crate::ask::{Answer, Ask, decrypt, encrypt, re_encrypt};
use crate::section::Evidence::{Doc, Guess, Inferred, Quoted, Recorded};
use crate::section::Section;
use crate::texts::{
    Success, denied_by_ciphertext, disabled, incorrect_key, invalid_arn, invalid_state, no_key,
    not_primary, nothing_to_rotate_to, replica_exists, unsupported,
};
use crate::world::{ACCOUNT, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const IRELAND: &str = "eu-west-1";

#[test]
fn a_blob_opens_in_every_region_that_has_the_key() {
    let world = world();
    let blob = world.blob_of("P");
    let there = |ask: Ask| world.send_to(IRELAND, &ask);
    let from = || re_encrypt().blob(blob.clone()).destination("<local>");
    Section::run("9", "replicas", &world, |section| {
        let arns = |answer: Result<Answer, KmsError>| answer.unwrap().source.0;
        let replica = world.named("<R>");
        section.compare(
            Inferred,
            "this Region's ARN",
            &arns(there(from())),
            &replica,
        );
        for source in ["<R>", "<P.id>", "alias/there"] {
            let answer = arns(there(from().source(source)));
            section.compare(Doc, format!("named as {source}"), &answer, &replica);
        }
        let answer = there(from().source("<P>"));
        section.answer(
            Doc,
            "the ARN of the other Region",
            answer,
            invalid_arn("us-east-2"),
        );
        let answer = there(re_encrypt().blob(blob.clone()).destination("<P>"));
        section.answer(Doc, "as destination", answer, invalid_arn("us-east-2"));
        let ask = encrypt("-").destination("<R>");
        let back = decrypt().blob(there(ask).unwrap().blob);
        section.case(Doc, "and back", back, Success);
        let ids = [world.key("P"), world.key("R")].map(|arn| {
            let keyring = world.keyring.in_region(*arn.region());
            *keyring
                .describe_key(arn)
                .unwrap()
                .current_key_material_id()
                .unwrap()
        });
        section.compare(Doc, "one material", &ids[0], &ids[1]);

        let name = "a replica in a Region that has none";
        let answer = world.send_to("eu-north-1", &decrypt().blob(blob.clone()));
        section.answer(Inferred, name, answer, denied_by_ciphertext("Decrypt"));
        let ask = decrypt().blob(blob.clone()).source("<P.id>");
        let answer = world.send_to("eu-north-1", &ask);
        let missing = no_key("arn:aws:kms:eu-north-1:111122223333:key/<P.id>");
        section.answer(Inferred, "and named", answer, missing);
    });
}

#[test]
fn related_keys_rotate_together_and_are_disabled_apart() {
    let world = world();
    let ireland = world.keyring.in_region(IRELAND.parse().unwrap());
    let (p, r) = (world.key("P"), world.key("R"));
    let old = world.blob_of("P");
    let there = |ask: Ask| world.send_to(IRELAND, &ask);
    Section::run("9", "states and rotation of replicas", &world, |section| {
        world.keyring.rotate_key_on_demand(p).unwrap();
        let new = world.blob_of("P");
        for (name, blob) in [("old", &old), ("new", &new)] {
            let answer = there(decrypt().blob(blob.clone()));
            section.answer(Doc, format!("{name} material there"), answer, Success);
        }
        let answer = ireland.rotate_key_on_demand(r);
        section.answer(
            Inferred,
            "a replica is not rotated",
            answer,
            not_primary("<R>"),
        );
        let answer = ireland.replicate_key(r, "eu-north-1");
        section.answer(Recorded, "nor replicated", answer, not_primary("<R>"));

        let answer = ireland.replicate_key(world.key("local"), "eu-north-1");
        section.answer(
            Inferred,
            "a single-Region key",
            answer,
            not_primary("<local>"),
        );
        let answer = world.keyring.replicate_key(p, IRELAND);
        section.answer(Quoted, "twice", answer, replica_exists());

        ireland.disable_key(r).unwrap();
        let answer = there(decrypt().blob(new.clone()));
        section.answer(Doc, "disabled there", answer, disabled("<R>"));
        section.case(Doc, "not here", decrypt().blob(new.clone()), Success);
        ireland.set_key_state(r, KeyState::Creating).unwrap();
        let answer = there(re_encrypt().blob(new.clone()).destination("<local>"));
        section.answer(Doc, "creating", answer, invalid_state("<R>", "creating"));
        world.keyring.set_key_state(p, KeyState::Updating).unwrap();
        section.case(Doc, "updating", decrypt().blob(new), Success);
        let answer = world.keyring.replicate_key(p, "eu-north-1");
        section.answer(
            Doc,
            "updating: no new replica",
            answer,
            invalid_state("<P>", "updating"),
        );
    });
}

#[test]
fn each_region_imports_for_itself() {
    let world = World::new();
    let new = NewKey::new(KeySpec::SymmetricDefault)
        .origin(KeyOrigin::External)
        .multi_region(true);
    let p = world.add("P", new);
    let home = &world.keyring;
    let ireland = home.in_region(IRELAND.parse().unwrap());
    world.name_key(
        "local",
        ireland.create_key(KeySpec::SymmetricDefault).unwrap(),
    );
    let import = |keyring: &Keyring, key, byte| {
        let id = keyring.import_key_material(key, ImportedMaterial::new([byte; 32]));
        id.map(Option::unwrap)
    };
    let import_new = |keyring: &Keyring, key, byte| {
        let material = ImportedMaterial::new([byte; 32]).as_new_key_material();
        keyring
            .import_key_material(key, material)
            .map(Option::unwrap)
    };
    let state_of = |keyring: &Keyring, key| {
        let rotations = keyring.key_rotations(key).unwrap();
        rotations.last().unwrap().key_material_state.as_str()
    };
    let there = |blob: &Vec<u8>| {
        world.send_to(
            IRELAND,
            &re_encrypt().blob(blob.clone()).destination("<local>"),
        )
    };
    Section::run("9", "imports into replicas", &world, |section| {
        let answer = home.replicate_key(p, IRELAND);
        section.answer(
            Doc,
            "not yet",
            answer,
            invalid_state("<P>", "pending import"),
        );
        import(home, p, 1).unwrap();
        let r = home.replicate_key(p, IRELAND).unwrap();
        world.name_key("R", r);
        let first = world.blob_of("P");
        let pending = || invalid_state("<R>", "pending import");
        section.answer(Doc, "not copied", there(&first), pending());
        let named = re_encrypt()
            .blob(first.clone())
            .source("<R>")
            .destination("<local>");
        let answer = world.send_to(IRELAND, &named);
        section.answer(Inferred, "named", answer, pending());
        let answer = import(&ireland, r, 2).map_err(|error| error.code());
        section.compare(
            Doc,
            "other bytes",
            &answer,
            &Err("IncorrectKeyMaterialException"),
        );
        import(&ireland, r, 1).unwrap();
        section.answer(Doc, "the same bytes", there(&first), Success);

        let answer = import_new(&ireland, r, 2);
        section.answer(
            Guess(32),
            "new material begins at the primary",
            answer,
            unsupported(),
        );
        import_new(home, p, 2).unwrap();
        const WAITS: &str = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
        section.compare(Doc, "waits for the replica", &state_of(home, p), &WAITS);
        section.compare(Doc, "the replica knows", &state_of(&ireland, r), &WAITS);
        let answer = home.rotate_key_on_demand(p);
        section.answer(Doc, "not rotated to", answer, nothing_to_rotate_to("<P>"));
        section.answer(Doc, "usable meanwhile", there(&first), Success);
        import(&ireland, r, 2).unwrap();
        section.compare(Doc, "complete", &state_of(home, p), &"PENDING_ROTATION");

        // It is taken away again before it could be rotated to.
        let second = home.key_rotations(p).unwrap()[1].key_material_id;
        ireland
            .delete_imported_key_material(r, Some(second))
            .unwrap();
        section.compare(Guess(38), "taken away there", &state_of(home, p), &WAITS);
        home.delete_imported_key_material(p, Some(second)).unwrap();
        section.compare(Doc, "taken away here", &state_of(&ireland, r), &"CURRENT");
        import_new(home, p, 2).unwrap();
        import(&ireland, r, 2).unwrap();

        home.rotate_key_on_demand(p).unwrap();
        let second = world.blob_of("P");
        section.answer(Doc, "rotated everywhere", there(&second), Success);
        section.compare(Doc, "current there", &state_of(&ireland, r), &"CURRENT");

        ireland.delete_imported_key_material(r, None).unwrap();
        section.answer(Doc, "deleted there", there(&first), pending());
        section.case(Doc, "independent here", decrypt().blob(first), Success);
    });
}

#[test]
fn a_primary_outlives_its_replicas() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(ACCOUNT, "us-east-2").clock(clock.clone());
    let world = World::of(keyring.build().unwrap());
    world.symmetric("A");
    let home = &world.keyring;
    let p = world.add(
        "P",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    let ireland = home.in_region(IRELAND.parse().unwrap());
    let sweden = home.in_region("eu-north-1".parse().unwrap());
    let r = home.replicate_key(p, IRELAND).unwrap();
    let s = home.replicate_key(p, "eu-north-1").unwrap();
    let blob = world.blob_of("P");
    let from = || re_encrypt().blob(blob.clone()).destination("<A>");
    let to = || re_encrypt().blob(world.blob_of("A")).destination("<P>");
    let metadata = || home.describe_key(p).unwrap();
    Section::run("9", "deletion of multi-Region keys", &world, |section| {
        home.schedule_key_deletion(p, 7).unwrap();
        let waits = || invalid_state("<P>", "pending replica deletion");
        section.case(Doc, "source", from(), waits());
        section.case(Doc, "destination", to(), waits());
        let shown = (
            metadata().pending_deletion_window_in_days(),
            metadata().deletion_date(),
        );
        section.compare(Doc, "a window and no date", &shown, &(Some(7), None));
        clock.advance(DAY * 100);
        section.case(Doc, "for as long as it takes", from(), waits());
        home.cancel_key_deletion(p).unwrap();
        section.case(Doc, "cancelled", from(), disabled("<P>"));
        let window = metadata().pending_deletion_window_in_days();
        section.compare(Doc, "without a window", &window, &None);

        home.schedule_key_deletion(p, 7).unwrap();
        ireland.schedule_key_deletion(r, 10).unwrap();
        sweden.schedule_key_deletion(s, 20).unwrap();
        clock.advance(DAY * 10);
        section.case(Doc, "one replica left", from(), waits());
        let replicas = metadata().multi_region().unwrap().replicas.len();
        section.compare(Doc, "and one told of", &replicas, &1);
        clock.advance(DAY * 10);
        section.case(
            Doc,
            "none left",
            from(),
            invalid_state("<P>", "pending deletion"),
        );
        clock.advance(DAY * 7);
        section.case(
            Inferred,
            "gone",
            from(),
            denied_by_ciphertext("ReEncryptFrom"),
        );
        section.case(Inferred, "gone, named", to(), no_key("<P>"));

        // All of it while nobody looked.
        let q = world.add(
            "Q",
            NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
        );
        let replica = home.replicate_key(q, IRELAND).unwrap();
        home.schedule_key_deletion(q, 7).unwrap();
        ireland.schedule_key_deletion(replica, 7).unwrap();
        clock.advance(DAY * 13);
        let ask = encrypt("-").destination("<Q>");
        section.case(
            Doc,
            "13 days",
            ask.clone(),
            invalid_state("<Q>", "pending deletion"),
        );
        clock.advance(DAY);
        section.case(Doc, "14 days", ask, no_key("<Q>"));
    });
}

/// What comes at the same moment does not undo each other: the last replica goes, and the primary's material expires.
#[test]
fn everything_that_is_due_happens() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(ACCOUNT, "us-east-2").clock(clock.clone());
    let world = World::of(keyring.build().unwrap());
    let home = &world.keyring;
    let ireland = home.in_region(IRELAND.parse().unwrap());
    // Several, as they come up in no order.
    for number in 0..8 {
        let external = NewKey::new(KeySpec::SymmetricDefault)
            .origin(KeyOrigin::External)
            .multi_region(true);
        let p = world.add(&number.to_string(), external);
        let valid_to = clock.now() + DAY * 7;
        let material = ImportedMaterial::new([number; 32]).valid_to(valid_to);
        home.import_key_material(p, material).unwrap();
        let r = home.replicate_key(p, IRELAND).unwrap();
        home.schedule_key_deletion(p, 7).unwrap();
        ireland.schedule_key_deletion(r, 7).unwrap();
    }
    clock.advance(DAY * 7);
    Section::run("9", "all at one moment", &world, |section| {
        for number in 0..8 {
            let metadata = home.describe_key(world.key(&number.to_string())).unwrap();
            let shown = (metadata.key_state(), metadata.valid_to());
            section.compare(Doc, number, &shown, &(KeyState::PendingDeletion, None));
        }
    });
}

#[test]
fn equal_key_ids_are_not_related_by_themselves() {
    let world = World::new();
    world.add(
        "P",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    let other = World::new();
    let same_id = NewKey::new(KeySpec::SymmetricDefault).key_id(*world.key("P").key_id());
    other.add("P", same_id);
    let blob = world.blob_of("P");
    Section::run("9", "equal ids, other material", &other, |section| {
        let ask = decrypt().blob(blob.clone());
        section.case(Inferred, "by blob", ask, denied_by_ciphertext("Decrypt"));
        let ask = decrypt().blob(blob).source("<P>");
        section.case(Inferred, "by name", ask, incorrect_key());
    });
    let created = world.keyring.describe_key(world.key("P")).unwrap();
    Section::run("9", "new replicas", &world, |section| {
        let replicas = &created.multi_region().unwrap().replicas;
        section.compare(Recorded, "none yet", &replicas.len(), &0);
    });
}

/// However late the clock is read, things happen in the order of their dates.
#[test]
fn the_primarys_waiting_period_begins_with_the_end_of_the_last_replica() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(ACCOUNT, "us-east-2");
    let keyring = keyring.clock(clock.clone()).build().unwrap();
    let began = clock.now();
    // Several, as the order in which a ring goes through its keys is not that of anything.
    let primaries: Vec<_> = [(7, 9), (9, 7)]
        .repeat(8)
        .into_iter()
        .map(|(ireland, oregon)| {
            let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
            let primary = keyring.create_key(primary).unwrap();
            for (region, days) in [(IRELAND, ireland), ("us-west-2", oregon)] {
                let replica = keyring.replicate_key(primary, region).unwrap();
                let there = keyring.in_region(*replica.region());
                there.schedule_key_deletion(replica, days).unwrap();
            }
            keyring.schedule_key_deletion(primary, 30).unwrap();
            primary
        })
        .collect();
    clock.advance(DAY * 20);
    for primary in primaries {
        let end = keyring.describe_key(primary).unwrap().deletion_date();
        assert_eq!(end, Some(began + DAY * (9 + 30)));
    }
}

/// Nobody chooses a key id in AWS. Here a test may, and what it chooses must not make strangers into relatives.
#[test]
fn two_primaries_never_have_one_id() {
    let world = World::new();
    let keyring = &world.keyring;
    let id = "mrk-1234abcd12ab34cd56ef1234567890ab".parse().unwrap();
    let new = || NewKey::new(KeySpec::SymmetricDefault).key_id(id);
    let primary = keyring.create_key(new()).unwrap();
    let ireland = keyring.in_region(IRELAND.parse().unwrap());
    let refused = ireland.create_key(new()).unwrap_err();
    assert_eq!(refused.code(), "ValidationException");
    // The one that is there is a stranger to nobody: it can be replicated to where the other was to be.
    let replica = keyring.replicate_key(primary, IRELAND).unwrap();
    // A replica outlives a primary that was deleted at once, and keeps its id.
    keyring.delete_key(primary).unwrap();
    assert_eq!(
        keyring.create_key(new()).unwrap_err().code(),
        "ValidationException"
    );
    ireland.delete_key(replica).unwrap();
    keyring.create_key(new()).unwrap();
    // Another account has ids of its own.
    let other = ireland.in_account("444455556666".parse().unwrap());
    other.create_key(new()).unwrap();
}

#[test]
fn the_id_of_a_multi_region_key_begins_with_mrk_and_that_of_another_does_not() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    for (id, multi_region, is_taken) in [
        ("mrk-1234abcd12ab34cd56ef1234567890ab", true, true),
        ("mrk-5678abcd12ab34cd56ef1234567890ab", false, false),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", false, true),
        ("5678abcd-12ab-34cd-56ef-1234567890ab", true, false),
    ] {
        let key = NewKey::new(KeySpec::SymmetricDefault).key_id(id.parse().unwrap());
        let created = keyring.create_key(key.multi_region(multi_region));
        let code = created.map_err(|error| error.code());
        let expected = Err("ValidationException");
        assert_eq!(
            code.map(|_| ()),
            if is_taken { Ok(()) } else { expected },
            "{id}"
        );
    }
}

/// Primary P in Ohio, its replica R and the key `local` in Ireland.
fn world() -> World {
    let world = World::new();
    let p = world.add(
        "P",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    let ireland = world.keyring.in_region(IRELAND.parse().unwrap());
    world.name_key("R", world.keyring.replicate_key(p, IRELAND).unwrap());
    ireland.create_alias("alias/there", world.key("R")).unwrap();
    world.name_key(
        "local",
        ireland.create_key(KeySpec::SymmetricDefault).unwrap(),
    );
    world
}

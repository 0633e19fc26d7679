//! behaviour §9: the primary of related keys is another one.

use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeySpec, KeyState, MultiRegionKeyType};

use crate::ask::{Ask, decrypt, encrypt};
use crate::section::Evidence::{Doc, Guess, Inferred};
use crate::section::Section;
use crate::texts::{Success, disabled, no_key, not_primary, validation};
use crate::world::World;

const IRELAND: &str = "eu-west-1";

#[test]
fn the_primary_changes_its_region() {
    let world = World::new();
    let p = world.add(
        "P",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    let home = &world.keyring;
    let ireland = home.in_region(IRELAND.parse().unwrap());
    let r = home.replicate_key(p, IRELAND).unwrap();
    world.name_key("R", r);
    let local = ireland.create_key(KeySpec::SymmetricDefault).unwrap();
    world.name_key("local", local);
    let third = home.replicate_key(p, "eu-north-1").unwrap();
    let north = home.in_region(*third.region());
    home.create_grant(p, "arn:aws:iam::111122223333:role/app", |grant| {
        grant.operation(GrantOperation::Decrypt)
    })
    .unwrap();
    let configurations = || {
        [(home, p), (&ireland, r), (&north, third)].map(|(keyring, key)| {
            let metadata = keyring.describe_key(key).unwrap();
            let configuration = metadata.multi_region().unwrap();
            let replicas = configuration.replicas.iter();
            let replicas: Vec<String> = replicas.map(ToString::to_string).collect();
            let primary = configuration.primary.to_string();
            (configuration.key_type, primary, replicas.join(" "))
        })
    };
    let expected = |primary: &str, replicas: &str| {
        ["us-east-2", IRELAND, "eu-north-1"].map(|region| {
            let key_type = match region == primary {
                true => MultiRegionKeyType::Primary,
                false => MultiRegionKeyType::Replica,
            };
            (key_type, primary.to_owned(), replicas.to_owned())
        })
    };
    let old = world.blob_of("P");
    let there = |ask: Ask| world.send_to(IRELAND, &ask);
    Section::run("9", "UpdatePrimaryRegion", &world, |section| {
        for (name, evidence, answer, refusal) in [
            (
                "of a replica",
                Inferred,
                ireland.update_primary_region(r, "eu-north-1"),
                not_primary("<R>"),
            ),
            (
                "of a single-Region key",
                Inferred,
                ireland.update_primary_region(local, "us-east-2"),
                not_primary("<local>"),
            ),
            (
                "to a Region without a replica",
                Inferred,
                home.update_primary_region(p, "us-west-1"),
                no_key("arn:aws:kms:us-west-1:111122223333:key/<P.id>"),
            ),
            (
                "to its own Region",
                Guess(34),
                home.update_primary_region(p, "us-east-2"),
                validation("<P> is already the primary key"),
            ),
        ] {
            section.answer(evidence, name, answer, refusal);
        }
        ireland.disable_key(r).unwrap();
        let answer = home.update_primary_region(p, IRELAND);
        section.answer(Doc, "the replica is disabled", answer, disabled("<R>"));
        ireland.enable_key(r).unwrap();
        home.disable_key(p).unwrap();
        let answer = home.update_primary_region(p, IRELAND);
        section.answer(Doc, "the primary is disabled", answer, disabled("<P>"));
        home.enable_key(p).unwrap();
        let before = expected("us-east-2", "eu-north-1 eu-west-1");
        section.compare(Doc, "nothing has changed", &configurations(), &before);

        let answer = home.update_primary_region(p, IRELAND);
        section.answer(Doc, "to Ireland", answer, Success);
        let after = expected(IRELAND, "eu-north-1 us-east-2");
        section.compare(Doc, "all know it", &configurations(), &after);
        let grants = home.grants(p).unwrap().len();
        section.compare(Doc, "the grants stay", &grants, &1);
        let answer = home.rotate_key_on_demand(p);
        section.answer(Inferred, "no primary any more", answer, not_primary("<P>"));
        let answer = ireland.rotate_key_on_demand(r);
        section.answer(Doc, "the new one rotates", answer, Success);
        let answer = ireland.replicate_key(r, "us-west-1");
        section.answer(Doc, "and is replicated", answer, Success);
        section.answer(
            Doc,
            "old data open there",
            there(decrypt().blob(old)),
            Success,
        );
        let new = decrypt().blob(there(encrypt("-").destination("<R>")).unwrap().blob);
        section.case(Doc, "and new data here", new, Success);
        // The reason to change it: the old primary can be deleted alone.
        home.schedule_key_deletion(p, 7).unwrap();
        let state = home.describe_key(p).unwrap().key_state();
        section.compare(Doc, "it can be deleted", &state, &KeyState::PendingDeletion);
    });
}

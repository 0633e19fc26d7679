//! behaviour §17: the tags of a key.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeySpec, KeyState};

use crate::section::Evidence::{Doc, Inferred, Recorded};
use crate::section::Section;
use crate::texts::{Success, invalid_state, tag_error};
use crate::world::World;

const TOO_MANY: &str = "Too many tags";
const RESERVED: &str = "Tags beginning with aws: are reserved";
const DUPLICATE: &str = "Duplicate tag keys";

fn numbered(count: usize) -> Vec<(String, String)> {
    (0..count)
        .map(|n| (format!("key{n}"), String::new()))
        .collect()
}

#[test]
fn a_key_has_fifty_tags_at_most_each_with_a_key_of_its_own() {
    let world = World::with_keys();
    let keyring = &world.keyring;
    let create = |tags: &[(String, String)]| {
        let key = NewKey::new(KeySpec::SymmetricDefault);
        let tag = |key: NewKey, (name, value): &(String, String)| key.tag(name, value);
        keyring.create_key(tags.iter().fold(key, tag))
    };
    let one = |key: &str| vec![(key.to_owned(), "blue".to_owned())];
    let twice = || [one("tenant"), one("tenant")].concat();
    Section::run("17", "the tags of CreateKey", &world, |section| {
        section.answer(Recorded, "50 tags", create(&numbered(50)), Success);
        let answer = create(&numbered(51));
        section.answer(Recorded, "51 tags", answer, tag_error(TOO_MANY));
        for key in ["aws:x", "AWS:x", "aws:"] {
            section.answer(Recorded, key, create(&one(key)), tag_error(RESERVED));
        }
        section.answer(
            Inferred,
            "the prefix needs a colon",
            create(&one("aws")),
            Success,
        );
        let answer = create(&twice());
        section.answer(Inferred, "one key twice", answer, tag_error(DUPLICATE));
        let answer = create(&[one("tenant"), one("Tenant")].concat());
        section.answer(Doc, "keys are case-sensitive", answer, Success);
    });
    Section::run("17", "the tags of TagResource", &world, |section| {
        let a = world.key("A");
        let tag = |tags| keyring.tag_resource(a, tags);
        section.answer(
            Recorded,
            "one key twice",
            tag(twice()),
            tag_error(DUPLICATE),
        );
        section.answer(Inferred, "reserved", tag(one("aws:x")), tag_error(RESERVED));
        section.answer(Inferred, "50 tags", tag(numbered(50)), Success);
        let answer = tag(one("tenant"));
        section.answer(Inferred, "the 51st", answer, tag_error(TOO_MANY));
        section.answer(
            Doc,
            "another value for one of 50",
            tag(one("key7")),
            Success,
        );
        let tags = keyring.resource_tags(a).unwrap();
        let value = tags.iter().find(|(key, _)| key == "key7");
        let value = value.map(|(_, value)| value.as_str());
        section.compare(Doc, "it has that value", &value, &Some("blue"));
        section.compare(Doc, "and is still one of 50", &tags.len(), &50);

        let untag = |key: &str| keyring.untag_resource(a, [key]);
        section.answer(Doc, "a tag that is not there", untag("tenant"), Success);
        section.answer(Inferred, "reserved", untag("aws:x"), tag_error(RESERVED));
        section.answer(Doc, "one that is", untag("key7"), Success);
        let tags = keyring.resource_tags(a).unwrap().len();
        section.compare(Doc, "49 are left", &tags, &49);
    });
}

#[test]
fn a_key_is_tagged_and_described_in_every_state_but_before_its_deletion() {
    let world = World::with_keys();
    let keyring = &world.keyring;
    let a = world.key("A");
    Section::run("14", "tags and descriptions by state", &world, |section| {
        for state in KeyState::ALL {
            world.set_state("A", *state);
            let expected = || match state {
                KeyState::PendingDeletion => invalid_state("<A>", "pending deletion"),
                KeyState::PendingReplicaDeletion => {
                    invalid_state("<A>", "pending replica deletion")
                }
                _ => Success,
            };
            for (name, answer) in [
                ("TagResource", keyring.tag_resource(a, [("tenant", "blue")])),
                ("UntagResource", keyring.untag_resource(a, ["stage"])),
                (
                    "UpdateKeyDescription",
                    keyring.update_key_description(a, state.as_str()),
                ),
            ] {
                section.answer(Doc, format!("{name}, {state}"), answer, expected());
            }
            let listed = keyring.resource_tags(a);
            section.answer(Doc, format!("ListResourceTags, {state}"), listed, Success);
        }
    });
}

//! A damaged snapshot is refused, and the error names the place.

use std::fs;

use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::testing::ring_file::{Protection, load_snapshot, save_snapshot, write_ring};
use kms_reencrypt::{KeySpec, Keyring};

use crate::full_ring::Place;

#[test]
fn removed_and_swapped_parts_are_noticed() {
    let place = Place::new("swapped");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    for _ in 0..3 {
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let alias = format!("alias/{}", keyring.keys().len());
        keyring.create_alias(&alias, key).unwrap();
    }
    let protection = Protection::key([7; 32]);
    save_snapshot(&keyring, place.file(), &protection).unwrap();
    let text = fs::read_to_string(place.file()).unwrap();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    let swap: fn(&mut Vec<serde_json::Value>) = |parts| parts.swap(0, 1);
    let mut cases = Vec::new();
    for (member, change, at) in [
        ("Keys", swap, "Keys[0]"),
        ("Keys", |keys| drop(keys.remove(1)), "Keys[1]"),
        ("Keys", |keys| drop(keys.pop()), "Sealed"),
        ("Keys", |keys| keys.push(keys[0].clone()), "Keys[3]"),
        ("Aliases", |aliases| aliases.swap(0, 1), "Sealed"),
        ("Aliases", swap, "Sealed"),
        ("Aliases", |aliases| aliases.clear(), "Sealed"),
    ] {
        let mut changed = whole.clone();
        change(changed[member].as_array_mut().unwrap());
        cases.push((changed, at));
    }
    for (pointer, value, at) in [
        ("/Region", "eu-west-1".into(), "Sealed"),
        ("/SlowChanges", true.into(), "Sealed"),
        ("/Sealed", "AAAA".into(), "Sealed"),
        ("/Keys/2/KeyState", "Disabled".into(), "Keys[2]"),
        ("/Keys/1/Sealed", "".into(), "Keys[1]"),
        (
            "/Keys/1/Sealed",
            whole["Keys"][0]["Sealed"].clone(),
            "Keys[1]",
        ),
        ("/Protection/Salt", "AAAA".into(), "Protection.Salt"),
        ("/Protection/Check", "AAAA".into(), "Protection.Check"),
    ] {
        let mut changed = whole.clone();
        match changed.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => changed[pointer.trim_start_matches('/')] = value,
        }
        cases.push((changed, at));
    }
    // The order of members and the space between them mean nothing.
    fs::write(place.file(), whole.to_string()).unwrap();
    load_snapshot(place.file(), &protection).unwrap();
    for (changed, at) in cases {
        fs::write(place.file(), changed.to_string()).unwrap();
        let error = load_snapshot(place.file(), &protection).unwrap_err();
        assert!(error.place().ends_with(&format!(": {at}")), "{at}: {error}");
    }
}

#[test]
fn a_damaged_file_is_refused_with_a_place_or_is_the_same_ring() {
    let place = Place::new("damaged");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.rotate_key_on_demand(key).unwrap();
    keyring.create_alias("alias/app", key).unwrap();
    keyring
        .create_grant(key, "arn:aws:iam::444455556666:role/Auditor", |grant| {
            grant.operation(GrantOperation::Decrypt)
        })
        .unwrap();
    keyring.create_key(KeySpec::Hmac256).unwrap();
    let open = write_ring(&keyring).unwrap();
    // A damaged cost makes each try as expensive as it says: a key has none.
    let protection = Protection::key([7; 32]);
    save_snapshot(&keyring, place.file(), &protection).unwrap();
    let text = fs::read_to_string(place.file()).unwrap();
    let in_file = format!("{}: ", place.file().display());
    let mut refused = 0;
    for at in 0..text.len() {
        let (before, behind) = text.split_at(at);
        let flip = |bit| {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= bit;
            bytes
        };
        let deleted = format!("{before}{}", &behind[1..]).into_bytes();
        for damaged in [flip(1), flip(0x80), deleted, before.as_bytes().to_vec()] {
            fs::write(place.file(), &damaged).unwrap();
            match load_snapshot(place.file(), &protection) {
                Ok(loaded) => assert_eq!(write_ring(&loaded).unwrap(), open, "{at}"),
                Err(error) => {
                    let within = error.place().strip_prefix(&in_file);
                    assert!(
                        within.is_some_and(|place| !place.is_empty()),
                        "{at}: {error}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 3 * text.len(), "{refused} of {}", text.len());
}

//! What a snapshot is sealed under, and which of its parts can be read.

use core::error::Error as _;
use std::fs;

use kms_reencrypt::testing::ring_file::{
    Argon2Cost, InvalidArgon2Cost, Protection, load_ring, load_snapshot, save_snapshot, write_ring,
};
use kms_reencrypt::{KeySpec, Keyring};

use crate::full_ring::{Place, full_ring, passphrase};

#[test]
fn each_file_has_a_key_of_its_own() {
    let place = Place::new("own-key");
    let (keyring, _, _) = full_ring();
    for protection in [passphrase(), Protection::key([7; 32])] {
        let [one, other] = [(); 2].map(|()| {
            save_snapshot(&keyring, place.file(), &protection).unwrap();
            load_snapshot(place.file(), &protection).unwrap();
            fs::read_to_string(place.file()).unwrap()
        });
        let sealed = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.contains("\"Sealed\""));
            lines.map(ToOwned::to_owned).collect()
        };
        assert!(sealed(&one).len() > 10);
        assert!(
            sealed(&one)
                .iter()
                .zip(sealed(&other))
                .all(|(one, other)| *one != other)
        );
    }
}

#[test]
fn no_secret_is_in_the_open() {
    let place = Place::new("in-the-open");
    let (keyring, _, _) = full_ring();
    let open = write_ring(&keyring).unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let text = fs::read_to_string(place.file()).unwrap();
    let secrets = open.lines().filter_map(|line| {
        let (name, value) = line.trim().split_once(": ")?;
        ["\"KeyMaterial\"", "\"PrivateKey\""]
            .contains(&name)
            .then_some(value)
    });
    let mut count = 0;
    for secret in secrets {
        let secret = secret.trim_matches(['"', ',']);
        assert!(!text.contains(secret.get(..40).unwrap()));
        count += 1;
    }
    assert!(count > 10, "{count}");
    assert_eq!(format!("{:?}", passphrase()), "Protection(..)");
}

#[test]
fn another_key_or_passphrase_is_told_from_damage() {
    let place = Place::new("another");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let key = || Protection::key([7; 32]);
    for (saved, given, member) in [
        (key(), Protection::key([8; 32]), "Protection.Check"),
        (key(), passphrase(), "Protection.Argon2id"),
        (passphrase(), key(), "Protection.Argon2id"),
        (
            passphrase(),
            Protection::passphrase("battery staple").unwrap(),
            "Protection.Check",
        ),
    ] {
        save_snapshot(&keyring, place.file(), &saved).unwrap();
        let error = load_snapshot(place.file(), &given).unwrap_err();
        assert_eq!(
            error.place(),
            format!("{}: {member}", place.file().display())
        );
    }
    assert!(
        load_ring(place.file())
            .unwrap_err()
            .place()
            .ends_with(": Protection")
    );
    fs::write(place.file(), write_ring(&keyring).unwrap()).unwrap();
    let error = load_snapshot(place.file(), &key()).unwrap_err();
    assert!(error.place().ends_with(": Protection"), "{error}");
}

#[test]
fn a_file_asks_neither_for_too_much_nor_for_too_little() {
    let place = Place::new("bounds");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let text = fs::read_to_string(place.file()).unwrap();
    let refusal = |member: &str, number: &str| {
        let member = format!("\"{member}\": ");
        let (before, rest) = text.split_once(&member).unwrap();
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
        let changed = format!("{before}{member}{number}{}", &rest[digits..]);
        fs::write(place.file(), changed).unwrap();
        load_snapshot(place.file(), &passphrase()).unwrap_err()
    };
    for (member, numbers) in [
        (
            "MemoryInKib",
            &["0", "8", "7167", "65537", "262145", "4294967295"][..],
        ),
        ("Passes", &["0", "1", "6", "17", "4294967295"]),
        ("Lanes", &["0", "5", "17", "4294967295"]),
    ] {
        for number in numbers {
            let error = refusal(member, number);
            let expected = format!(": Protection.Argon2id.{member}");
            assert!(error.place().ends_with(&expected), "{number}: {error}");
            let cause = error.source().unwrap();
            assert!(cause.is::<InvalidArgon2Cost>(), "{number}: {error}");
        }
        // These are no numbers of the format at all.
        for number in ["4294967296", "-1", "1.5"] {
            let error = refusal(member, number);
            assert!(error.place().ends_with(member), "{number}: {error}");
        }
    }
}

#[test]
fn a_reader_says_how_much_a_file_may_cost_it() {
    let place = Place::new("ceiling");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let dear = Argon2Cost::new(65 * 1024, 1, 1).unwrap();
    let saved = passphrase().with_argon2id(dear);
    save_snapshot(&keyring, place.file(), &saved).unwrap();
    let refused = |reader| {
        let error = load_snapshot(place.file(), &reader).unwrap_err();
        let member = ": Protection.Argon2id.MemoryInKib";
        assert!(error.place().ends_with(member), "{error}");
        error.to_string()
    };
    assert!(refused(passphrase()).ends_with("66560 KiB of memory are more than 65536"));
    load_snapshot(place.file(), &passphrase().with_argon2id_ceiling(dear)).unwrap();
    load_snapshot(place.file(), &saved).unwrap();
    let low = Argon2Cost::new(19 * 1024, 2, 1).unwrap();
    assert!(refused(saved.with_argon2id_ceiling(low)).ends_with("are more than 19456"));
}

#[test]
fn a_passphrase_is_not_empty() {
    let error = Protection::passphrase("").unwrap_err();
    assert_eq!(error.to_string(), "a passphrase must not be empty");
}

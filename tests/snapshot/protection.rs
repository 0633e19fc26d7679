//! What a snapshot is sealed under, and what is in the open.

use std::fs;

use kms_reencrypt::testing::ring_file::{
    Protection, load_ring, load_snapshot, save_snapshot, write_ring,
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
            Protection::passphrase("battery staple"),
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
fn a_file_cannot_ask_for_more_than_its_bounds() {
    let place = Place::new("bounds");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let text = fs::read_to_string(place.file()).unwrap();
    for (old, new, member) in [
        (
            "\"MemoryInKib\": 64",
            "\"MemoryInKib\": 262145",
            ".MemoryInKib",
        ),
        (
            "\"MemoryInKib\": 64",
            "\"MemoryInKib\": 4294967295",
            ".MemoryInKib",
        ),
        (
            "\"MemoryInKib\": 64",
            "\"MemoryInKib\": 4294967296",
            ".MemoryInKib",
        ),
        ("\"MemoryInKib\": 64", "\"MemoryInKib\": 7", ""),
        ("\"Passes\": 1", "\"Passes\": 17", ".Passes"),
        ("\"Passes\": 1", "\"Passes\": 0", ""),
        ("\"Lanes\": 1", "\"Lanes\": 17", ".Lanes"),
    ] {
        assert!(text.contains(old));
        fs::write(place.file(), text.replace(old, new)).unwrap();
        let error = load_snapshot(place.file(), &passphrase()).unwrap_err();
        let expected = format!(": Protection.Argon2id{member}");
        assert!(error.place().ends_with(&expected), "{new}: {error}");
    }
    let greedy = passphrase().with_argon2id(1 << 20, 1, 1);
    let error = save_snapshot(&keyring, place.file(), &greedy).unwrap_err();
    assert!(
        error.place().ends_with("Protection.Argon2id.MemoryInKib"),
        "{error}"
    );
}

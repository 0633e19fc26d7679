//! If saving a snapshot is interrupted at any point, the old or the new snapshot is there in full.

use core::time::Duration;
use std::fs;
use std::process::Command;

use kms_reencrypt::testing::ring_file::{Protection, load_snapshot, save_snapshot};
use kms_reencrypt::{KeySpec, Keyring};

use crate::full_ring::{Place, passphrase};

#[test]
fn what_cannot_be_saved_leaves_the_old_file() {
    let place = Place::new("old-file");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    // A directory cannot be replaced by a file.
    let error = save_snapshot(&keyring, &place.0, &passphrase()).unwrap_err();
    assert_eq!(error.place(), place.0.display().to_string());
    assert_eq!(fs::read_dir(&place.0).unwrap().count(), 1);
    let beside = fs::read_dir(place.0.parent().unwrap()).unwrap();
    let name = place.0.file_name().unwrap().to_str().unwrap();
    for entry in beside {
        let entry = entry.unwrap().file_name().into_string().unwrap();
        assert!(!entry.contains(name) || entry == name, "{entry}");
    }
}

/// Where the process that is to be killed saves.
const KILLED: &str = "KMS_REENCRYPT_SAVE_UNTIL_KILLED";

#[test]
fn whoever_is_killed_while_saving_leaves_a_whole_file() {
    let protection = Protection::key([7; 32]);
    if let Some(file) = std::env::var_os(KILLED) {
        let mut keyring = load_snapshot(&file, &protection).unwrap();
        loop {
            keyring.create_key(KeySpec::SymmetricDefault).unwrap();
            save_snapshot(&keyring, &file, &protection).unwrap();
            keyring = load_snapshot(&file, &protection).unwrap();
        }
    }
    let place = Place::new("killed");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    save_snapshot(&keyring, place.file(), &protection).unwrap();
    let mut keys = 0;
    // Longer every time: on a busy machine the process takes a while to begin.
    for round in 0..7 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "crashes::whoever_is_killed_while_saving_leaves_a_whole_file",
            ])
            .env(KILLED, place.file())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 << round));
        child.kill().unwrap();
        child.wait().unwrap();
        let saved = load_snapshot(place.file(), &protection)
            .unwrap()
            .keys()
            .len();
        assert!(saved >= keys, "{saved} keys of {keys}");
        keys = saved;
    }
    assert!(keys > 0, "nothing was ever saved");
}

//! A saved ring loads unchanged. A snapshot with an altered byte is refused with a place, and so is any other file.
#![no_main]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use kms_reencrypt::testing::ring_file::{
    Argon2Cost, Protection, load_snapshot, read_ring, save_snapshot, write_ring,
};
use libfuzzer_sys::fuzz_target;

/// One file of this process, written again and again.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| env::temp_dir().join(format!("kms-reencrypt-fuzz-{}", std::process::id())));

fn key() -> Protection {
    Protection::key([7; 32])
}

/// With the lowest ceiling there is, since Argon2id is what takes time here.
fn passphrase() -> Protection {
    let low = Argon2Cost::new(7 * 1024, 5, 1).expect("the floor");
    let passphrase = Protection::passphrase("correct horse").expect("not empty");
    passphrase.with_argon2id_ceiling(low)
}

fn refused(protection: &Protection) {
    let error = load_snapshot(&*FILE, protection).expect_err("no snapshot of this protection");
    let file = FILE.display().to_string();
    assert!(error.place().starts_with(&file), "{error}");
    assert!(error.to_string().starts_with(error.place()));
}

// Where and how a snapshot is changed; and a file as it is found, or a seed file of the ring that is saved.
fuzz_target!(|input: (u16, u8, &str)| {
    let (at, change, text) = input;
    let Ok(keyring) = read_ring(text) else {
        fs::write(&*FILE, text).expect("written");
        refused(&key());
        refused(&passphrase());
        return;
    };
    let open = write_ring(&keyring).expect("what was read can be written");
    save_snapshot(&keyring, &*FILE, &key()).expect("saved");
    let loaded = load_snapshot(&*FILE, &key()).expect("loaded");
    assert_eq!(write_ring(&loaded).expect("written"), open);

    let mut snapshot = fs::read(&*FILE).expect("read");
    let at = usize::from(at) % snapshot.len();
    // Space between the parts means nothing.
    if change != 0 && !snapshot[at].is_ascii_whitespace() {
        snapshot[at] ^= change;
        if !snapshot[at].is_ascii_whitespace() {
            fs::write(&*FILE, &snapshot).expect("written");
            refused(&key());
        }
    }
});

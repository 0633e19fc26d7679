//! Keys that outlive the process.

use core::time::Duration;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::SystemTime;

use serde_json::Value;

use crate::support::{Folder, SEED, Server, program, refusal, refusal_of, until};

const PASSPHRASE: &str = "KMS_REENCRYPT_SNAPSHOT_PASSPHRASE";

/// Thirty-two bytes in base64.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";

/// The options for a snapshot under a key.
struct Place {
    folder: Folder,
    file: String,
    key: String,
}

impl Place {
    fn new() -> Self {
        let folder = Folder::new();
        Self {
            file: folder.file("ring.json"),
            key: folder.write("key", KEY),
            folder,
        }
    }

    fn options<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut options = vec!["--snapshot", &self.file, "--snapshot-key-file", &self.key];
        options.extend(more);
        options
    }

    fn start(&self, more: &[&str]) -> Server {
        Server::start(&self.options(more))
    }

    /// When the file was last replaced.
    fn saved_at(&self) -> SystemTime {
        fs::metadata(&self.file).unwrap().modified().unwrap()
    }

    fn keys_in_file(&self) -> usize {
        let file: Value = serde_json::from_slice(&fs::read(&self.file).unwrap()).unwrap();
        file["Keys"].as_array().map_or(0, Vec::len)
    }
}

fn save(server: &Server) {
    let saved = server.request("POST", "/snapshot", &[], "");
    assert_eq!(saved.json()["status"], "saved", "{saved:?}");
}

#[test]
fn keys_are_saved_at_the_end_and_there_at_the_next_start() {
    let place = Place::new();
    let server = place.start(&[]);
    let key = server.create_key();
    let encrypt = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ=="}}"#);
    let sealed = server.call("ANY", "Encrypt", &encrypt).json();
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    assert!(log.contains("saved the keys"), "{log}");
    let content = fs::read_to_string(&place.file).unwrap();
    assert!(content.contains("\"Sealed\""), "{content}");

    let server = place.start(&[]);
    let decrypt = format!(r#"{{"CiphertextBlob":{}}}"#, sealed["CiphertextBlob"]);
    let opened = server.call("ANY", "Decrypt", &decrypt).json();
    assert_eq!(opened["Plaintext"], "YQ==");
    assert_eq!(server.keys(), [key]);
}

#[test]
fn a_passphrase_comes_from_a_file_or_the_environment() {
    let folder = Folder::new();
    let file = folder.file("ring.json");
    let passphrase = folder.write("passphrase", "correct horse\nnot this line\n");
    let options = ["--listen", "127.0.0.1:0", "--snapshot", &file];
    let of_file = [&options[..], &["--snapshot-passphrase-file", &passphrase]].concat();
    let server = Server::spawn(&mut program(&of_file));
    let key = server.create_key();
    assert!(server.stop().0.success());
    let server = Server::spawn(program(&options).env(PASSPHRASE, "correct horse"));
    assert_eq!(server.keys(), [key]);
    drop(server);

    let before = fs::read(&file).unwrap();
    let said = refusal_of(program(&options).env(PASSPHRASE, "battery staple"));
    for text in [
        "--snapshot /",
        "ring.json: Protection.Check: this is not the key or passphrase of the file",
        "The server does not start without its keys",
    ] {
        assert!(said.contains(text), "{said}");
    }
    assert!(!said.contains("battery"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), before);

    let said = refusal_of(program(&of_file).env(PASSPHRASE, "correct horse"));
    assert!(said.contains("more than one is given"), "{said}");
    let said = refusal_of(program(&options).env(PASSPHRASE, ""));
    assert!(
        said.contains(PASSPHRASE) && said.contains("must not be empty"),
        "{said}"
    );
}

#[test]
fn a_damaged_file_or_a_bad_key_is_a_refusal_to_start_that_leaves_the_file() {
    let place = Place::new();
    let server = place.start(&["--control"]);
    server.create_key();
    save(&server);
    drop(server);
    let whole = fs::read(&place.file).unwrap();
    let damaged = String::from_utf8(whole.clone()).unwrap();
    let damaged = damaged.replace("\"Enabled\"", "\"Disabled\"");
    let damaged = damaged.replace("us-east-2", "us-east-1");
    for (content, reason) in [
        (damaged.as_bytes(), "ring.json: Keys[0]: damaged"),
        (&whole[..whole.len() / 2], "ring.json: line "),
        (b"", "ring.json: line "),
        (
            SEED.as_bytes(),
            "ring.json: Protection: it is missing: this is no snapshot",
        ),
    ] {
        fs::write(&place.file, content).unwrap();
        let said = refusal(&place.options(&[]));
        assert!(said.contains("--snapshot /"), "{said}");
        assert!(said.contains(reason), "{reason}: {said}");
        assert_eq!(fs::read(&place.file).unwrap(), content);
    }
    for key in ["", "short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="] {
        let file = place.folder.write("bad-key", key);
        let said = refusal(&["--snapshot", &place.file, "--snapshot-key-file", &file]);
        assert!(said.contains("--snapshot-key-file /"), "{said}");
        assert!(said.contains("32 random bytes"), "{said}");
    }
    let said = refusal(&["--snapshot", &place.file, "--snapshot-key-file", "nowhere"]);
    assert!(
        said.contains("--snapshot-key-file nowhere: No such file"),
        "{said}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_to_is_found_out_at_the_start() {
    let place = Place::new();
    let nowhere = place.folder.file("nowhere/ring.json");
    let said = refusal(&["--snapshot", &nowhere, "--snapshot-key-file", &place.key]);
    assert!(said.contains("nowhere/ring.json: No such file"), "{said}");
    assert!(said.contains("mount the folder, not the file"), "{said}");
}

#[test]
fn a_snapshot_wins_over_the_seed_file_and_a_reset_brings_the_seed_back() {
    let place = Place::new();
    let seed = place.folder.write("seed.json", SEED);
    let options = ["--seed", &seed, "--control"];
    let server = place.start(&options);
    assert_eq!(server.keys().len(), 2);
    server.create_key();
    save(&server);
    drop(server);
    let server = place.start(&options);
    assert_eq!(server.keys().len(), 3);
    assert_eq!(server.request("POST", "/reset", &[], "").status, 200);
    assert_eq!(server.keys().len(), 2);
    save(&server);
    assert_eq!(place.keys_in_file(), 2);
}

#[test]
fn keys_are_saved_at_intervals_but_only_if_something_has_changed() {
    let place = Place::new();
    let server = place.start(&["--snapshot-interval", "50ms"]);
    assert_eq!(place.keys_in_file(), 0);
    server.create_key();
    until(|| (place.keys_in_file() == 1).then_some(()));
    // The save that was under way when the key was made may be followed by another one.
    thread::sleep(Duration::from_millis(200));
    let saved = place.saved_at();
    assert_eq!(server.request("GET", "/health", &[], "").status, 200);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(place.saved_at(), saved);
    server.create_key();
    until(|| (place.keys_in_file() == 2).then_some(()));
}

#[test]
fn a_failure_to_save_is_logged_and_the_exit_status() {
    let place = Place::new();
    let server = place.start(&["--log", "off", "--snapshot-interval", "50ms"]);
    let moved = place.folder.file("moved");
    fs::create_dir(&moved).unwrap();
    // The file cannot be replaced by a file any more.
    fs::rename(&place.file, place.folder.file("moved/ring.json")).unwrap();
    fs::create_dir(&place.file).unwrap();
    server.create_key();
    let log = server.log_with("cannot save the keys");
    assert!(
        log.contains("ERROR cannot save the keys: --snapshot /"),
        "{log}"
    );
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(1));
    assert!(log.lines().last().unwrap().starts_with("error: "), "{log}");

    // A later save that succeeds makes up for it.
    fs::remove_dir(&place.file).unwrap();
    let server = place.start(&["--snapshot-interval", "50ms"]);
    fs::rename(&place.file, place.folder.file("moved/ring.json")).unwrap();
    fs::create_dir(&place.file).unwrap();
    let key = server.create_key();
    server.log_with("cannot save the keys");
    fs::remove_dir(&place.file).unwrap();
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    assert_eq!(place.start(&[]).keys(), [key]);
}

/// The number of kills. The variable asks for more.
fn kills() -> u64 {
    let asked = std::env::var("KMS_SERVER_KILLS").ok();
    asked.map_or(12, |text| text.parse().unwrap())
}

/// A process that is killed at any point leaves the ring of a completed save, or of a later one: whole, and with all keys
/// that were there before it.
#[test]
fn a_kill_at_any_point_leaves_a_whole_ring_with_everything_that_was_saved() {
    let place = Place::new();
    let mut saved: Vec<String> = Vec::new();
    for round in 0..kills() {
        let server = place.start(&["--control", "--log", "off", "--snapshot-interval", "10ms"]);
        let there = server.keys();
        for key in &saved {
            assert!(
                there.contains(key),
                "round {round}: {key} was saved and is gone"
            );
        }
        let ended = AtomicBool::new(false);
        // What has been answered, and of that what was there when a save began that has ended.
        let answered = Mutex::new(there);
        let surely_saved = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let write = || {
                while !ended.load(Ordering::Relaxed) {
                    // The server may be gone.
                    let Some(key) = try_to_create(&server) else {
                        return;
                    };
                    answered.lock().unwrap().push(key);
                }
            };
            scope.spawn(write);
            scope.spawn(write);
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let before = answered.lock().unwrap().clone();
                    match try_to_save(&server) {
                        Some(()) => *surely_saved.lock().unwrap() = before,
                        None => return,
                    }
                }
            });
            // A different moment each time: from before the first save to after some.
            thread::sleep(Duration::from_millis(5 + 37 * round % 180));
            let id = server.id().to_string();
            let killed = std::process::Command::new("kill")
                .args(["-s", "KILL", &id])
                .status();
            assert!(killed.unwrap().success());
            ended.store(true, Ordering::Relaxed);
        });
        server.kill();
        let newly_saved = surely_saved.into_inner().unwrap();
        if !newly_saved.is_empty() {
            saved = newly_saved;
        }
    }
    assert!(!saved.is_empty(), "no save has ended before a kill");
    // Every key opens what it has sealed: the material is there, too.
    let server = place.start(&[]);
    for key in server.keys() {
        let encrypt = format!(r#"{{"KeyId":"{key}","Plaintext":"YQ=="}}"#);
        assert_eq!(server.call("ANY", "Encrypt", &encrypt).status, 200);
    }
}

/// A new key, unless the server is gone.
fn try_to_create(server: &Server) -> Option<String> {
    let answer = server.try_call("CreateKey", "{}")?;
    Some(answer.json()["KeyMetadata"]["Arn"].as_str()?.to_owned())
}

fn try_to_save(server: &Server) -> Option<()> {
    let answer = server.try_request("POST", "/snapshot", &[], "")?;
    (answer.json()["status"] == "saved").then_some(())
}

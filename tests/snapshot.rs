//! Snapshots: everything in a ring survives, damage is told with its place, and a crash loses nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use kms_reencrypt::access::{GrantOperation, KeyPolicy};
use kms_reencrypt::key::KeyOrigin;
use kms_reencrypt::software::{Clock, ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::testing::insecure_key;
use kms_reencrypt::testing::ring_file::{
    Protection, load_ring, load_snapshot, load_snapshot_into, save_snapshot, write_ring,
};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, KeyState, KeyUsage,
    Keyring, Kms, KmsError,
};

/// A file of a test's own, which is gone when the test ends.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("kms-reencrypt-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        Self(directory)
    }

    fn file(&self) -> PathBuf {
        self.0.join("ring.json")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Cheap enough for tests.
fn passphrase() -> Protection {
    Protection::passphrase("correct horse").with_argon2id(64, 1, 1)
}

/// What was sealed before a snapshot, and by which key and algorithm it opens.
struct Sealed(KeyArn, EncryptionAlgorithm, Vec<u8>);

impl Sealed {
    fn new(keyring: &Keyring, key: KeyArn, algorithm: EncryptionAlgorithm) -> Self {
        let request = EncryptRequest::builder()
            .key_id(key)
            .encryption_algorithm(algorithm)
            .plaintext(b"attack at dawn");
        let kms = Kms::new(keyring.in_region(key.region().as_str()).unwrap());
        let response = kms.encrypt(&request.build().unwrap()).unwrap();
        Self(key, algorithm, response.into_ciphertext_blob())
    }

    #[track_caller]
    fn assert_opens(&self, keyring: &Keyring) {
        let Self(key, algorithm, blob) = self;
        let request = DecryptRequest::builder()
            .key_id(*key)
            .encryption_algorithm(*algorithm)
            .ciphertext_blob(blob.clone());
        let kms = Kms::new(keyring.in_region(key.region().as_str()).unwrap());
        let response = kms.decrypt(&request.build().unwrap()).unwrap();
        assert_eq!(response.plaintext().expose(), b"attack at dawn", "{key}");
    }
}

/// A ring that has something of everything, its clock, and what was sealed with it.
fn full_ring() -> (Keyring, ManualClock, Vec<Sealed>) {
    let clock = ManualClock::at(ManualClock::new().now() + Duration::from_nanos(120_000_001));
    let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    let in_a_minute = clock.now() + Duration::from_secs(60);
    let symmetric = EncryptionAlgorithm::SymmetricDefault;
    let mut sealed = Vec::new();

    // Rotated, described, tagged, with a policy, grants and aliases.
    let used = NewKey::new(KeySpec::SymmetricDefault).description("tokens \u{1f511} \"\\");
    let used = used.tag("team", "red").tag("empty", "").policy(
        KeyPolicy::from_json(r#"{ "Statement": {"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"} }"#)
            .unwrap(),
    );
    let used = keyring.create_key(used).unwrap();
    sealed.push(Sealed::new(&keyring, used, symmetric));
    keyring.rotate_key_on_demand(used).unwrap();
    sealed.push(Sealed::new(&keyring, used, symmetric));
    let auditor = "arn:aws:iam::444455556666:role/Auditor";
    keyring
        .create_grant(used, auditor, |grant| {
            grant
                .operations([GrantOperation::Decrypt, GrantOperation::ReEncryptFrom])
                .name("audit")
                .retiring_principal(auditor)
                .encryption_context_equals([("tenant", "blue")])
        })
        .unwrap();
    let retired = keyring
        .create_grant(used, auditor, |grant| {
            grant.operation(GrantOperation::Encrypt)
        })
        .unwrap();
    keyring.create_alias("alias/app", used).unwrap();
    keyring.create_alias("alias/old", used).unwrap();
    keyring.create_aws_managed_key("s3").unwrap();

    // Imported: expiring, waiting for its rotation, taken away.
    let external = || {
        let key = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
        keyring.create_key(key).unwrap()
    };
    let import = |key, byte: u8, change: fn(ImportedMaterial) -> ImportedMaterial| {
        let material = ImportedMaterial::new([byte; 32]).description("from the HSM");
        keyring.import_key_material(key, change(material)).unwrap();
    };
    let expiring = external();
    let material = ImportedMaterial::new([1; 32]).valid_to(in_a_minute);
    keyring.import_key_material(expiring, material).unwrap();
    sealed.push(Sealed::new(&keyring, expiring, symmetric));
    let waiting = external();
    import(waiting, 2, |material| material);
    import(waiting, 3, ImportedMaterial::as_new_key_material);
    let emptied = external();
    import(emptied, 4, |material| material);
    keyring.delete_imported_key_material(emptied, None).unwrap();
    external();

    // Other specs, states, accounts and Regions.
    let rsa = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let oaep = EncryptionAlgorithm::RsaesOaepSha256;
    sealed.push(Sealed::new(&keyring, rsa, oaep));
    let china = keyring.in_region("cn-north-1").unwrap();
    let sm2 = china.create_key(insecure_key(KeySpec::Sm2)).unwrap();
    sealed.push(Sealed::new(&keyring, sm2, EncryptionAlgorithm::Sm2Pke));
    let elsewhere = keyring.in_account("444455556666").unwrap();
    elsewhere.create_key(KeySpec::Hmac256).unwrap();
    let signing = NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify);
    keyring.create_key(signing).unwrap();
    let disabled = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.disable_key(disabled).unwrap();
    let leaving = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.disable_key(leaving).unwrap();
    keyring.schedule_key_deletion(leaving, 7).unwrap();
    let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
    let primary = keyring.create_key(primary).unwrap();
    let replica = keyring.replicate_key(primary, "eu-west-1").unwrap();
    sealed.push(Sealed::new(&keyring, replica, symmetric));
    let unavailable = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring
        .set_key_state(unavailable, KeyState::Unavailable)
        .unwrap();

    // Changes that are not known everywhere yet.
    keyring.make_changes_slow();
    let unseen = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.create_alias("alias/unseen", unseen).unwrap();
    keyring.update_alias("alias/app", unseen).unwrap();
    keyring.delete_alias("alias/old").unwrap();
    keyring.revoke_grant(used, &retired.grant_id).unwrap();
    keyring
        .create_grant(used, auditor, |grant| {
            grant.operation(GrantOperation::DescribeKey)
        })
        .unwrap();
    (keyring, clock, sealed)
}

#[test]
fn everything_in_a_ring_survives() {
    let place = Place::new("everything");
    let (keyring, clock, sealed) = full_ring();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let loaded = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let loaded = loaded.build().unwrap();
    load_snapshot_into(&loaded, place.file(), &passphrase()).unwrap();

    // With all secrets and everything that the getters do not show.
    assert_eq!(write_ring(&loaded).unwrap(), write_ring(&keyring).unwrap());
    for (account, region) in [
        ("111122223333", "us-east-2"),
        ("111122223333", "eu-west-1"),
        ("111122223333", "cn-north-1"),
        ("444455556666", "us-east-2"),
    ] {
        let [one, other] = [&keyring, &loaded]
            .map(|ring| ring.in_account(account).unwrap().in_region(region).unwrap());
        assert!(!one.keys().is_empty(), "{account} {region}");
        assert_eq!(one.keys(), other.keys());
        assert_eq!(one.aliases(), other.aliases());
        for key in one.keys() {
            assert_eq!(one.describe_key(key), other.describe_key(key));
            let policies = [&one, &other].map(|ring| ring.key_policy(key).unwrap().to_json(&key));
            assert_eq!(policies[0], policies[1]);
            assert_eq!(one.grants(key), other.grants(key));
            assert_eq!(one.key_rotations(key), other.key_rotations(key));
        }
    }
    for blob in &sealed {
        blob.assert_opens(&keyring);
        blob.assert_opens(&loaded);
    }

    // And both go on in the same way.
    for ring in [&keyring, &loaded] {
        ring.settle();
    }
    clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
    assert_eq!(write_ring(&loaded).unwrap(), write_ring(&keyring).unwrap());
    let [_, _, Sealed(expiring, _, _), ..] = sealed.as_slice() else {
        panic!("too little was sealed");
    };
    let state = loaded.describe_key(*expiring).unwrap().key_state();
    assert_eq!(state, KeyState::PendingImport);
}

#[test]
fn requests_see_what_they_saw_before() {
    let place = Place::new("requests");
    let (keyring, _, _) = full_ring();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let loaded = load_snapshot(place.file(), &passphrase()).unwrap();
    for name in ["alias/app", "alias/old", "alias/unseen", "alias/aws/s3"] {
        let request = EncryptRequest::builder()
            .key_id(name)
            .plaintext(b"-")
            .build()
            .unwrap();
        let [one, other] = [&keyring, &loaded].map(|ring| {
            let answer = Kms::new(ring.clone()).encrypt(&request);
            answer.map(|response| *response.key_id())
        });
        assert_eq!(one, other, "{name}");
    }
}

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
                    assert!(
                        error.place().len() >= place.file().as_os_str().len(),
                        "{at}: {error}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 3 * text.len(), "{refused} of {}", text.len());
}

#[test]
fn what_cannot_be_saved_leaves_the_old_file() {
    let place = Place::new("old-file");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let old = fs::read(place.file()).unwrap();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let greedy = passphrase().with_argon2id(u32::MAX, 1, 1);
    save_snapshot(&keyring, place.file(), &greedy).unwrap_err();
    assert_eq!(fs::read(place.file()).unwrap(), old);

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
    for round in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "whoever_is_killed_while_saving_leaves_a_whole_file",
            ])
            .env(KILLED, place.file())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 + 7 * round));
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

#[test]
fn a_key_that_is_there_already_is_not_replaced() {
    let place = Place::new("already");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let error = load_snapshot_into(&keyring, place.file(), &passphrase()).unwrap_err();
    assert!(error.place().ends_with("Keys[0]"), "{error}");
    keyring.delete_key(key).unwrap();
    assert!(matches!(
        keyring.describe_key(key),
        Err(KmsError::NotFound(_))
    ));
    load_snapshot_into(&keyring, place.file(), &passphrase()).unwrap();
    assert!(keyring.describe_key(key).is_ok());
}

//! A ring that has something of everything, and a place to save it.

use core::time::Duration;
use std::fs;
use std::path::PathBuf;

use kms_reencrypt::access::{GrantOperation, KeyPolicy};
use kms_reencrypt::keyring::{Clock, ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::testing::ring_file::Protection;
use kms_reencrypt::testing::{insecure_key, insecure_private_key_pem};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeyOrigin, KeySpec, KeyState,
    KeyUsage, Keyring, Kms,
};

/// A file of a test's own, which is gone when the test ends.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("kms-reencrypt-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        Self(directory)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("ring.json")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn passphrase() -> Protection {
    Protection::passphrase("correct horse").unwrap()
}

/// What was sealed before a snapshot, and by which key and algorithm it opens.
pub(crate) struct Sealed(pub(crate) KeyArn, EncryptionAlgorithm, Vec<u8>);

impl Sealed {
    pub(crate) fn new(keyring: &Keyring, key: KeyArn, algorithm: EncryptionAlgorithm) -> Self {
        let request = EncryptRequest::builder()
            .key_id(key)
            .encryption_algorithm(algorithm)
            .plaintext(b"attack at dawn");
        let kms = Kms::new(keyring.in_region(*key.region()));
        let response = kms.encrypt(&request.build().unwrap()).unwrap();
        Self(key, algorithm, response.into_ciphertext_blob())
    }

    #[track_caller]
    pub(crate) fn assert_opens(&self, keyring: &Keyring) {
        let Self(key, algorithm, blob) = self;
        let request = DecryptRequest::builder()
            .key_id(*key)
            .encryption_algorithm(*algorithm)
            .ciphertext_blob(blob.clone());
        let kms = Kms::new(keyring.in_region(*key.region()));
        let response = kms.decrypt(&request.build().unwrap()).unwrap();
        assert_eq!(response.plaintext().expose(), b"attack at dawn", "{key}");
    }
}

/// A ring that has something of everything, its clock, and what was sealed with it.
pub(crate) fn full_ring() -> (Keyring, ManualClock, Vec<Sealed>) {
    let clock = ManualClock::at(ManualClock::new().now() + Duration::from_nanos(120_000_001));
    let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    let symmetric = EncryptionAlgorithm::SymmetricDefault;
    let mut sealed = Vec::new();

    // Rotated by the clock.
    let rotating = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.enable_key_rotation(rotating, 90).unwrap();
    sealed.push(Sealed::new(&keyring, rotating, symmetric));
    clock.advance(Duration::from_secs(100 * 24 * 60 * 60));
    let in_a_minute = clock.now() + Duration::from_secs(60);

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
    keyring
        .create_grant_for_service(used, "dynamodb.amazonaws.com", |grant| {
            grant
                .operation(GrantOperation::Encrypt)
                .encryption_context_subset([("tenant", "blue")])
                .source_arn("arn:aws:dynamodb:us-east-2:111122223333:table/Books")
                .retiring_service_principal("dynamodb.amazonaws.com")
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
    let external_rsa = || {
        let key = NewKey::from(KeySpec::Rsa2048).origin(KeyOrigin::External);
        keyring.create_key(key).unwrap()
    };
    let private_key = || {
        let pem = insecure_private_key_pem(KeySpec::Rsa2048).unwrap();
        ImportedMaterial::pkcs8_pem(pem)
    };
    let expiring = external_rsa();
    let material = private_key().valid_to(in_a_minute);
    keyring.import_key_material(expiring, material).unwrap();
    let oaep = EncryptionAlgorithm::RsaesOaepSha1;
    sealed.push(Sealed::new(&keyring, expiring, oaep));
    let emptied = external_rsa();
    keyring.import_key_material(emptied, private_key()).unwrap();
    keyring.delete_imported_key_material(emptied, None).unwrap();

    let external_mac = || {
        let key = NewKey::from(KeySpec::Hmac384).origin(KeyOrigin::External);
        keyring.create_key(key).unwrap()
    };
    let expiring = external_mac();
    let material = ImportedMaterial::mac_key([5; 48]).valid_to(in_a_minute);
    keyring.import_key_material(expiring, material).unwrap();
    let emptied = external_mac();
    let material = ImportedMaterial::mac_key([6; 48]);
    keyring.import_key_material(emptied, material).unwrap();
    keyring.delete_imported_key_material(emptied, None).unwrap();
    external_mac();

    // Other specs, states, accounts and Regions.
    let rsa = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let oaep = EncryptionAlgorithm::RsaesOaepSha256;
    sealed.push(Sealed::new(&keyring, rsa, oaep));
    let china = keyring.in_region("cn-north-1".parse().unwrap());
    let sm2 = china.create_key(insecure_key(KeySpec::Sm2)).unwrap();
    sealed.push(Sealed::new(&keyring, sm2, EncryptionAlgorithm::Sm2Pke));
    let elsewhere = keyring.in_account("444455556666".parse().unwrap());
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

//! A loaded ring equals the saved one.

use core::time::Duration;

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::testing::ring_file::{
    load_snapshot, load_snapshot_into, save_snapshot, write_ring,
};
use kms_reencrypt::testing::seeded_random;
use kms_reencrypt::{EncryptRequest, KeySpec, KeyState, KeyUsage, Keyring, Kms, KmsError};

use crate::full_ring::{Place, full_ring, passphrase};

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
        let [one, other] = [&keyring, &loaded].map(|ring| {
            ring.in_account(account.parse().unwrap())
                .in_region(region.parse().unwrap())
        });
        assert!(!one.keys().is_empty(), "{account} {region}");
        assert_eq!(one.keys(), other.keys());
        assert_eq!(one.aliases(), other.aliases());
        for key in one.keys() {
            assert_eq!(one.describe_key(key), other.describe_key(key));
            let policies = [&one, &other].map(|ring| ring.key_policy(key).unwrap().to_json(&key));
            assert_eq!(policies[0], policies[1]);
            assert_eq!(one.grants(key), other.grants(key));
            assert_eq!(one.key_rotations(key), other.key_rotations(key));
            assert_eq!(one.key_rotation_status(key), other.key_rotation_status(key));
            assert_eq!(one.key_last_usage(key), other.key_last_usage(key));
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
    // The fourth was sealed under material that has expired meanwhile.
    let expiring = sealed[3].0;
    let state = loaded.describe_key(expiring).unwrap().key_state();
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

#[test]
fn a_public_key_that_somebody_has_seen_survives() {
    let place = Place::new("public key");
    let keyring = Keyring::builder("111122223333", "us-east-2").random_source(seeded_random(7));
    let keyring = keyring.build().unwrap();
    let signing = NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify);
    let key = keyring.create_key(signing).unwrap();
    let seen = keyring.public_key(key).unwrap();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let loaded = load_snapshot(place.file(), &passphrase()).unwrap();
    assert_eq!(loaded.public_key(key).unwrap(), seen);
}

#[test]
fn changes_of_a_slow_ring_stay_slow_after_loading() {
    let place = Place::new("slow");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    keyring.make_changes_slow();
    save_snapshot(&keyring, place.file(), &passphrase()).unwrap();
    let loaded = load_snapshot(place.file(), &passphrase()).unwrap();
    let key = loaded.create_key(KeySpec::SymmetricDefault).unwrap();
    let encrypt = EncryptRequest::builder().key_id(key).plaintext("data");
    let encrypt = encrypt.build().unwrap();
    let kms = Kms::new(loaded.clone());
    assert!(matches!(kms.encrypt(&encrypt), Err(KmsError::NotFound(_))));
    loaded.settle();
    kms.encrypt(&encrypt).unwrap();
}

//! What is created and removed again leaves nothing behind: the content of a ring bounds the size of its collections. And a
//! change copies nothing that no reader holds, however large the ring is.

use core::ptr;
use core::time::Duration;
use std::sync::Arc;

use super::clock::{Clock, ManualClock};
use super::create::NewKey;
use super::imported_material::ImportedMaterial;
use super::key::SoftwareKey;
use super::ring::Keyring;
use super::snapshot::Snapshot;
use super::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use crate::access::{GrantBuilder, GrantOperation, KeyPolicy};
use crate::key::{KeyArn, KeyOrigin, KeySpec};
use crate::provider::KeyProvider;

const ROUNDS: usize = 20;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const GRANTEE: &str = "arn:aws-cn:iam::444455556666:role/Auditor";

fn ring(clock: &ManualClock) -> Keyring {
    Keyring::builder("111122223333", "cn-north-1")
        .clock(clock.clone())
        .build()
        .unwrap()
}

fn external(keyring: &Keyring) -> KeyArn {
    let key = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    keyring.create_key(key).unwrap()
}

/// The size of each collection of a ring.
fn sizes(keyring: &Keyring) -> Vec<(&'static str, usize)> {
    let snapshot = keyring.snapshot();
    let mut sizes = vec![("deadlines", usize::from(snapshot.deadline.is_some()))];
    sizes.extend(snapshot.sizes());
    sizes
}

/// Repeats a round that undoes what it does, and checks that repetition does not make a collection grow.
#[track_caller]
fn assert_bounded(keyring: &Keyring, round: impl Fn(usize)) {
    let before = sizes(keyring);
    round(0);
    let once = sizes(keyring);
    for number in 1..ROUNDS {
        round(number);
    }
    assert_eq!(sizes(keyring), once);
    let new = once.iter().zip(&before);
    let left: Vec<_> = new.filter(|(new, old)| new != old).collect();
    assert!(left.is_empty(), "left behind by one round: {left:?}");
}

#[test]
fn keys_and_what_hangs_on_them_go_at_once() {
    let keyring = ring(&ManualClock::new());
    assert_bounded(&keyring, |_| {
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        keyring.rotate_key_on_demand(key).unwrap();
        keyring.create_alias("alias/app", key).unwrap();
        keyring.delete_key(key).unwrap();
    });
}

#[test]
fn keys_go_when_their_time_has_come() {
    let clock = ManualClock::new();
    let keyring = ring(&clock);
    assert_bounded(&keyring, |_| {
        let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
        let primary = keyring.create_key(primary).unwrap();
        let there = keyring.replicate_key(primary, "cn-northwest-1").unwrap();
        let northwest = keyring.in_region(*there.region());
        keyring.schedule_key_deletion(primary, 7).unwrap();
        northwest.schedule_key_deletion(there, 7).unwrap();
        clock.advance(DAY * 30);
        assert!(keyring.keys().is_empty());
    });
}

#[test]
fn aliases_leave_nothing_even_if_changes_are_slow() {
    let keyring = ring(&ManualClock::new());
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let other = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.make_changes_slow();
    assert_bounded(&keyring, |number| {
        let name = format!("alias/app-{number}");
        keyring.create_alias(&name, key).unwrap();
        keyring.settle();
        keyring.update_alias(&name, other).unwrap();
        keyring.delete_alias(&name).unwrap();
        keyring.settle();
    });
}

#[test]
fn departed_grants_go_when_the_ring_settles() {
    let keyring = ring(&ManualClock::new());
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.make_changes_slow();
    let round = |_| {
        let created = keyring.create_grant(key, GRANTEE, |grant| {
            grant.operation(GrantOperation::Decrypt)
        });
        keyring
            .revoke_grant(key, &created.unwrap().grant_id)
            .unwrap();
        keyring.settle();
    };
    // The tokens of the last thousand grants are still known, and no more.
    for number in 0..=1000 {
        round(number);
    }
    assert_bounded(&keyring, round);
}

#[test]
fn a_grant_that_is_created_again_has_its_latest_tokens_only() {
    let keyring = ring(&ManualClock::new());
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let again = |_| {
        let terms = |grant: GrantBuilder| grant.operation(GrantOperation::Decrypt).name("app");
        keyring.create_grant(key, GRANTEE, terms).unwrap();
    };
    (0..100).for_each(again);
    assert_bounded(&keyring, again);
}

#[test]
fn material_that_never_was_current_is_forgotten() {
    let clock = ManualClock::new();
    let keyring = ring(&clock);
    let key = external(&keyring);
    let first = ImportedMaterial::new([1; 32]);
    keyring.import_key_material(key, first).unwrap();
    assert_bounded(&keyring, |number| {
        let byte = u8::try_from(number + 2).unwrap();
        let new = || ImportedMaterial::new([byte; 32]).as_new_key_material();
        let id = keyring.import_key_material(key, new()).unwrap();
        keyring.delete_imported_key_material(key, id).unwrap();
        // The same, but the clock removes the material.
        let expiring = new().valid_to(clock.now() + DAY);
        keyring.import_key_material(key, expiring).unwrap();
        clock.advance(DAY * 2);
    });
}

#[test]
fn import_parameters_and_private_keys_that_come_and_go_leave_nothing() {
    let clock = ManualClock::new();
    let keyring = ring(&clock);
    let key = NewKey::from(KeySpec::Sm2).origin(KeyOrigin::External);
    let key = keyring.create_key(key).unwrap();
    let pem = crate::primitives::fixtures::SM2_PEM;
    assert_bounded(&keyring, |_| {
        let (algorithm, spec) = (WrappingAlgorithm::Sm2Pke, WrappingKeySpec::Sm2);
        keyring.parameters_for_import(key, algorithm, spec).unwrap();
        let material = ImportedMaterial::pkcs8_pem(pem).valid_to(clock.now() + DAY);
        keyring.import_key_material(key, material).unwrap();
        clock.advance(DAY * 2);
    });
}

#[test]
fn a_key_that_has_the_material_of_another_leaves_it_alone() {
    let keyring = ring(&ManualClock::new());
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    let new = || {
        NewKey::new(KeySpec::SymmetricDefault)
            .key_id(id)
            .symmetric_material([7; 32])
    };
    let key = keyring.create_key(new()).unwrap();
    let material = *keyring
        .describe_key(key)
        .unwrap()
        .current_key_material_id()
        .unwrap();
    let other = keyring.in_account("444455556666".parse().unwrap());
    let owner = |of: &Keyring| {
        let snapshot = of.snapshot();
        let place = of.home();
        let found = crate::provider::KeyView::key_with_material(&*snapshot, &place, &material);
        *found.unwrap().metadata().arn()
    };
    assert_bounded(&keyring, |_| {
        let same = other.create_key(new()).unwrap();
        assert_eq!((owner(&keyring), owner(&other)), (key, same));
        other.delete_key(same).unwrap();
        assert_eq!((owner(&keyring), owner(&other)), (key, key));
    });
}

/// Where the content of a ring, and one of its keys, are in memory.
fn addresses(keyring: &Keyring, key: &KeyArn) -> (*const Snapshot, *const SoftwareKey) {
    let snapshot = keyring.snapshot();
    let key = snapshot.get(key).unwrap();
    (ptr::from_ref(&*snapshot), ptr::from_ref(&**key))
}

#[test]
fn keys_aliases_and_grants_are_created_without_a_copy_of_what_nobody_reads() {
    let keyring = ring(&ManualClock::new());
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let before = addresses(&keyring, &key);
    for number in 0..100 {
        keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let (one, other) = (format!("alias/{number}"), format!("alias/other-{number}"));
        keyring.create_alias(&one, key).unwrap();
        keyring.create_alias(&other, key).unwrap();
        keyring.delete_alias(&other).unwrap();
        let terms = |grant: GrantBuilder| grant.operation(GrantOperation::Decrypt);
        let [granted, revoked] =
            [GRANTEE, GRANTEE].map(|grantee| keyring.create_grant(key, grantee, terms).unwrap());
        keyring.revoke_grant(key, &revoked.grant_id).unwrap();
        assert!(keyring.grant_of_token(&granted.grant_token).is_ok());
    }
    // A key would be copied with its grants if it, or any node of the map that leads to it, were shared with a copy of the ring.
    assert_eq!(addresses(&keyring, &key), before);
}

#[test]
fn a_reader_that_holds_the_ring_sees_none_of_its_changes() {
    let keyring = ring(&ManualClock::new());
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let sizes_before = sizes(&keyring);
    let held = keyring.snapshot();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.create_alias("alias/app", key).unwrap();
    let terms = |grant: GrantBuilder| grant.operation(GrantOperation::Decrypt);
    keyring.create_grant(key, GRANTEE, terms).unwrap();
    keyring.disable_key(key).unwrap();
    assert_eq!(held.sizes(), sizes_before[1..]);
    assert!(held.get(&key).unwrap().metadata.enabled());
    assert_ne!(sizes(&keyring), sizes_before);
}

#[test]
fn keys_with_the_default_policy_share_it() {
    let keyring = ring(&ManualClock::new());
    let one = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let default = NewKey::new(KeySpec::SymmetricDefault).policy(KeyPolicy::default());
    let other = keyring.create_key(default).unwrap();
    keyring.put_key_policy(other, KeyPolicy::new()).unwrap();
    keyring.put_key_policy(other, KeyPolicy::default()).unwrap();
    let snapshot = keyring.snapshot();
    let [one, other] = [one, other].map(|key| snapshot.get(&key).unwrap());
    assert!(Arc::ptr_eq(&one.policy, &other.policy));
}

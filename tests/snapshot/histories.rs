//! Random histories of a ring: after each, the ring that is loaded equals the ring that was saved.

use core::time::Duration;
use std::collections::BTreeSet;

use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::keyring::{Clock, ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::testing::ring_file::{read_ring_into, write_ring};
use kms_reencrypt::{KeyArn, KeyOrigin, KeySpec, KeyState, Keyring, KmsError};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const REGIONS: [&str; 2] = ["us-east-2", "eu-west-1"];

const STATES: [KeyState; 8] = [
    KeyState::Creating,
    KeyState::Enabled,
    KeyState::Disabled,
    KeyState::PendingImport,
    KeyState::PendingDeletion,
    KeyState::PendingReplicaDeletion,
    KeyState::Unavailable,
    KeyState::Updating,
];

/// One thing that may happen to a ring: what, to which key, and how.
type Event = (u8, usize, u8);

const KINDS: u8 = 27;

fn history() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((0..KINDS, any::<usize>(), any::<u8>()), 1..60)
}

fn ring(clock: &ManualClock) -> Keyring {
    let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    keyring.build().unwrap()
}

fn keys(keyring: &Keyring) -> Vec<KeyArn> {
    let regions = REGIONS.map(|region| keyring.in_region(region.parse().unwrap()).keys());
    regions.concat()
}

/// Lets it happen, or be refused, which is as good a history.
fn happen(
    keyring: &Keyring,
    clock: &ManualClock,
    (what, which, how): Event,
) -> Result<(), KmsError> {
    let keys = keys(keyring);
    let key = keys.get(which % keys.len().max(1)).copied();
    let Some(key) = key.filter(|_| what > 1) else {
        return create(keyring, how);
    };
    let here = keyring.in_region(*key.region());
    let alias = format!("alias/{}", how % 4);
    let material = ImportedMaterial::new([how % 4; 32]);
    match what {
        2 | 3 => drop(here.import_key_material(key, material)?),
        4 => drop(here.import_key_material(key, material.as_new_key_material())?),
        5 => {
            let valid_to = clock.now() + Duration::from_secs(60 * (u64::from(how) + 1));
            here.import_key_material(key, material.valid_to(valid_to))?;
        }
        6 => drop(here.delete_imported_key_material(key, None)?),
        7 | 8 => here.rotate_key_on_demand(key)?,
        9 => here.disable_key(key)?,
        10 => here.enable_key(key)?,
        11 => drop(here.schedule_key_deletion(key, 7)?),
        12 => here.cancel_key_deletion(key)?,
        13 => drop(here.replicate_key(key, pick(REGIONS, how))?),
        14 => here.set_key_state(key, pick(STATES, how))?,
        15 => drop(here.create_alias(&alias, key)?),
        16 => here.update_alias(&alias, key)?,
        17 => here.delete_alias(&alias)?,
        18 => {
            let grantee = "arn:aws:iam::444455556666:role/Auditor";
            here.create_grant(key, grantee, |grant| {
                grant.operation(GrantOperation::Encrypt)
            })?;
        }
        19 => {
            if let Some(grant) = here.grants(key)?.first() {
                here.revoke_grant(key, grant.id())?;
            }
        }
        20 => keyring.make_changes_slow(),
        21 => keyring.settle(),
        22 => clock.advance(Duration::from_secs(3600 * u64::from(how))),
        23 => here.delete_key(key)?,
        24 => here.enable_key_rotation(key, 90 + u32::from(how))?,
        25 => here.disable_key_rotation(key)?,
        _ => keyring.make_changes_fast(),
    }
    Ok(())
}

fn pick<T>(from: impl IntoIterator<Item = T, IntoIter: Clone>, how: u8) -> T {
    from.into_iter().cycle().nth(how.into()).unwrap()
}

fn create(keyring: &Keyring, how: u8) -> Result<(), KmsError> {
    let spec = match how % 8 {
        0 => KeySpec::Hmac256,
        _ => KeySpec::SymmetricDefault,
    };
    let mut key = NewKey::new(spec).multi_region(how.is_multiple_of(2));
    if how.is_multiple_of(3) {
        key = key.origin(KeyOrigin::External);
    }
    keyring.create_key(key).map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_survives(
        events in history()
    ) {
        let clock = ManualClock::new();
        let keyring = ring(&clock);
        for event in events {
            let _ = happen(&keyring, &clock, event);
        }
        let written = write_ring(&keyring).unwrap();
        let again = ring(&clock);
        read_ring_into(&again, &written).unwrap();
        prop_assert_eq!(write_ring(&again).unwrap(), written);
        for key in keys(&keyring) {
            prop_assert_eq!(keyring.describe_key(key), again.describe_key(key));
            prop_assert_eq!(keyring.key_rotations(key), again.key_rotations(key));
            prop_assert_eq!(keyring.key_rotation_status(key), again.key_rotation_status(key));
            // Each ring would draw its own material.
            for ring in [&keyring, &again] {
                let _ = ring.in_region(*key.region()).disable_key_rotation(key);
            }
        }

        // And both go on in the same way.
        for ring in [&keyring, &again] {
            ring.settle();
        }
        clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
        prop_assert_eq!(write_ring(&again).unwrap(), write_ring(&keyring).unwrap());
    }
}

#[test]
fn histories_are_no_mere_refusals() {
    let mut happened = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..100 {
        let clock = ManualClock::new();
        let keyring = ring(&clock);
        for event in history().new_tree(&mut runner).unwrap().current() {
            if happen(&keyring, &clock, event).is_ok() {
                happened.insert(event.0);
            }
        }
    }
    assert!(happened.into_iter().eq(0..KINDS));
}

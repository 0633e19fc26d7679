//! The conformance suite over AWS-LC's keys.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{key, ring};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::testing::conformance::{assert_provider, check_provider, check_same_key};
use kms_reencrypt::testing::{FaultyProvider, insecure_key};
use kms_reencrypt::{KeyArn, KeyOrigin, KeySpec, KeyState};
use kms_reencrypt_aws_lc::AwsLc;

#[test]
fn keys_of_all_kinds_and_states_conform() {
    let keyring = ring();
    let mut keys: Vec<KeyArn> = KeySpec::ALL
        .iter()
        .map(|spec| keyring.create_key(insecure_key(*spec)).unwrap())
        .collect();
    let symmetric = || keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let rotated = symmetric();
    keyring.rotate_key_on_demand(rotated).unwrap();
    keyring.create_alias("alias/rotated", rotated).unwrap();
    let disabled = symmetric();
    keyring.disable_key(disabled).unwrap();
    let unavailable = symmetric();
    keyring
        .set_key_state(unavailable, KeyState::Unavailable)
        .unwrap();
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let pending = keyring.create_key(external).unwrap();
    let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
    let primary = keyring.create_key(primary).unwrap();
    let replica = keyring.replicate_key(primary, "cn-northwest-1").unwrap();
    keys.extend([rotated, disabled, unavailable, pending, primary, replica]);
    assert_provider(&AwsLc::over(keyring.clone()), &keys);
    assert_provider(&FaultyProvider::new(AwsLc::over(keyring)), &keys);
}

#[test]
fn a_key_and_the_rings_own_are_the_same_key() {
    let keyring = ring();
    for provider in [
        AwsLc::over(keyring.clone()),
        AwsLc::over(keyring.clone()).with_aws_lc_seeds(),
    ] {
        for spec in KeySpec::ALL {
            if spec.encryption_algorithms().is_empty() {
                continue;
            }
            let arn = key(&keyring, *spec);
            let mut compared = 0;
            keyring
                .view(&mut |ours| {
                    let own = ours.key(&arn).unwrap();
                    provider
                        .view(&mut |theirs| {
                            let other = theirs.key(&arn).unwrap();
                            assert_eq!(check_same_key(&*own, &*other), Ok(()), "{spec}");
                            assert_eq!(own.metadata(), other.metadata());
                            assert_eq!(own.public_key(), other.public_key());
                            compared += 1;
                        })
                        .unwrap();
                })
                .unwrap();
            assert_eq!(compared, 1);
        }
    }
}

/// What `with_aws_lc_seeds` costs: the random source is not asked. The suite finds that, and nothing else.
#[test]
fn where_aws_lc_draws_the_seeds_the_suite_misses_the_random_source_only() {
    let keyring = ring();
    let keys = common::RSA_SPECS.map(|spec| key(&keyring, spec));
    let provider = AwsLc::over(keyring).with_aws_lc_seeds();
    let failures = check_provider(&provider, &keys).unwrap_err();
    assert_eq!(failures.as_slice().len(), keys.len() * 2, "{failures}");
    for failure in failures.as_slice() {
        let missed = "succeeds where the random source fails";
        assert!(failure.ends_with(missed), "{failure}");
    }
}

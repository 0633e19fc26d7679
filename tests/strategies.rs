//! The strategies of `testing::strategies`, and properties that hold for every ciphertext, request and policy of theirs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use common::{Keys, chinese_ring};
use kms_reencrypt::access::{Caller, KeyPolicy};
use kms_reencrypt::iam::{Policy, Principal, Statement};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::testing::seeded_random;
use kms_reencrypt::testing::strategies::{
    Damage, RingStrategies, account_id, alias_arn, alias_name, caller, encryption_context,
    identity_policy, key_arn, key_id, key_identifier, key_policy, plaintext, principal,
    principal_arn, region, statement,
};
use kms_reencrypt::{
    EncryptRequest, EncryptionAlgorithm, EncryptionContext, KeyArn, KeyIdentifier, KeySpec,
    KeyUsage, Keyring, Kms, KmsError, Place, ReEncryptRequest,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// Keys of all kinds. Proving the RSA keys takes its time: once is enough.
static RING: LazyLock<Keyring> = LazyLock::new(|| {
    // Seeded, so that what is drawn over it is the same in each run.
    let keyring = Keyring::builder("111122223333", "cn-north-1")
        .random_source(seeded_random(1))
        .build()
        .unwrap();
    let keys = Keys::import(&keyring);
    for (alias, spec) in [
        ("alias/symmetric", KeySpec::SymmetricDefault),
        ("alias/partner", KeySpec::Rsa2048),
        ("alias/other-partner", KeySpec::Rsa2048),
    ] {
        keyring.create_alias(alias, keys.of(spec)).unwrap();
    }
    let signing = NewKey::new(KeySpec::Sm2).key_usage(KeyUsage::SignVerify);
    keyring.create_key(signing).unwrap();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring
});

static KMS: LazyLock<Kms<Keyring>> = LazyLock::new(|| Kms::new(RING.clone()));

/// A ring with one symmetric key, whose policy the properties replace.
fn small_ring() -> (Keyring, KeyArn) {
    let keyring = Keyring::builder("111122223333", "us-east-2")
        .random_source(seeded_random(1))
        .build()
        .unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    (keyring, key)
}

fn place() -> Place {
    *small_ring().0.place()
}

fn ring() -> RingStrategies {
    RingStrategies::new(&RING).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_encrypted_decrypts_to_itself((request, sealed) in ring().decrypt_request()) {
        let response = KMS.decrypt(&request).unwrap();
        prop_assert_eq!(response.key_id(), &sealed.key);
        prop_assert_eq!(response.plaintext().expose(), &sealed.plaintext);
    }

    #[test]
    fn what_is_re_encrypted_decrypts_to_itself((request, source) in ring().re_encrypt_request()) {
        let response = KMS.re_encrypt(&request).unwrap();
        prop_assert_eq!(response.source_key_id(), &source.key);
        prop_assert!(response.ciphertext_blob().len() <= 6144);
        let moved = source.moved_by(&request, &response);
        let decrypted = KMS.decrypt(&moved.decrypt_request().build().unwrap()).unwrap();
        prop_assert_eq!(decrypted.plaintext().expose(), &source.plaintext);
    }

    #[test]
    fn a_damaged_ciphertext_is_refused(damaged in ring().damaged()) {
        let error = KMS.decrypt(&damaged.decrypt_request().build().unwrap()).unwrap_err();
        let symmetric = damaged.original.algorithm == EncryptionAlgorithm::SymmetricDefault;
        // A symmetric blob names its key material in the clear, and an altered name belongs to another key.
        let expected = match damaged.damage {
            Damage::Changed(5..37) if symmetric => KmsError::IncorrectKey,
            _ => KmsError::InvalidCiphertext,
        };
        prop_assert_eq!(error, expected, "{}", damaged.damage);
        let destination = damaged.re_encrypt_request().destination_key_id(damaged.original.key);
        prop_assert!(KMS.re_encrypt(&destination.build().unwrap()).is_err());
    }

    #[test]
    fn a_blob_opens_under_its_own_context_only(sealed in ring().sealed(), other in encryption_context()) {
        prop_assume!(sealed.algorithm == EncryptionAlgorithm::SymmetricDefault);
        let pairs = other.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let request = sealed.decrypt_request().set_encryption_context(Some(pairs.collect()));
        let answer = KMS.decrypt(&request.build().unwrap()).map(|response| {
            response.plaintext().expose().to_vec()
        });
        let expected = if other == sealed.encryption_context {
            Ok(sealed.plaintext)
        } else {
            Err(KmsError::InvalidCiphertext)
        };
        prop_assert_eq!(answer, expected);
    }

    #[test]
    fn a_request_to_encrypt_is_answered(request in ring().encrypt_request()) {
        prop_assert!(KMS.encrypt(&request).is_ok());
    }

    #[test]
    fn each_name_of_a_key_leads_to_it((key, name) in ring().key_name()) {
        prop_assert_eq!(*RING.describe_key(name).unwrap().arn(), key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_dry_run_has_the_outcome_of_the_run(
        policy in key_policy(&place()),
        caller in caller(&place()),
        tenant in prop_oneof!["blue", "green", "red"],
    ) {
        let (keyring, key) = small_ring();
        let kms = Kms::new(keyring.clone());
        let encrypt = EncryptRequest::builder().key_id(key).plaintext("data");
        let encrypt = encrypt.encryption_context("tenant", tenant.as_str()).build().unwrap();
        let blob = kms.encrypt(&encrypt).unwrap().into_ciphertext_blob();

        keyring.put_key_policy(key, policy).unwrap();
        let kms = kms.as_caller(caller);
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(blob)
            .source_encryption_context("tenant", tenant)
            .destination_key_id(key);
        let run = kms.re_encrypt(&request.clone().build().unwrap());
        let dry = kms.re_encrypt(&request.dry_run(true).build().unwrap()).unwrap_err();
        prop_assert_eq!(run.err().unwrap_or(KmsError::DryRunOperation), dry);
    }

    #[test]
    fn a_deny_for_everybody_beats_every_policy(
        policy in key_policy(&place()),
        caller in caller(&place()),
    ) {
        let (keyring, key) = small_ring();
        let deny = Statement::deny().principal(Principal::Any).action("kms:Encrypt");
        keyring.put_key_policy(key, policy.statement(deny)).unwrap();
        let request = EncryptRequest::builder().key_id(key).plaintext("data").build().unwrap();
        let error = Kms::new(keyring).as_caller(caller).encrypt(&request).unwrap_err();
        prop_assert!(matches!(error, KmsError::AccessDenied(_)));
    }

    #[test]
    fn every_generated_name_is_within_its_constraints(
        identifier in key_identifier(),
        alias in alias_name(),
        (key, alias_arn) in (key_arn(), alias_arn()),
    ) {
        prop_assert!(alias.is_creatable());
        prop_assert_eq!(key.to_string().parse::<KeyArn>(), Ok(key));
        prop_assert!(matches!(KeyIdentifier::from(alias_arn.to_string()), KeyIdentifier::AliasArn(_)));
        let request = ReEncryptRequest::builder().ciphertext_blob([1]).destination_key_id(identifier);
        prop_assert!(request.build().is_ok());
    }

    #[test]
    fn a_plaintext_has_one_byte_to_as_many_as_asked_for(max in 0..300_usize, seed in any::<u64>()) {
        let mut runner = runner(seed);
        let drawn = plaintext(max).new_tree(&mut runner).unwrap().current();
        prop_assert!((1..=max.max(1)).contains(&drawn.len()));
    }
}

/// A runner that draws the same values for the same seed.
fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = ProptestConfig::default();
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// So many values of a strategy.
fn drawn<S: Strategy>(strategy: &S, number: usize) -> Vec<S::Value> {
    let mut runner = runner(1);
    let mut draw = || strategy.new_tree(&mut runner).unwrap().current();
    (0..number).map(|_| draw()).collect()
}

/// What values shrink to if every value fails the test.
#[track_caller]
fn simplest<S: Strategy>(strategy: S) -> S::Value {
    let mut runner = runner(1);
    let mut tree = strategy.new_tree(&mut runner).unwrap();
    let mut steps = 0;
    while tree.simplify() {
        steps += 1;
        assert!(steps < 3000, "it does not end");
    }
    tree.current()
}

#[test]
fn values_shrink_to_what_the_documentation_says() {
    let account = place().account;
    assert_eq!(simplest(account_id()), account);
    assert_eq!(simplest(region()).as_str(), "us-east-2");
    assert_eq!(simplest(alias_name()).as_str(), "alias/app");
    let zeros = "00000000-0000-0000-0000-000000000000";
    assert_eq!(simplest(key_id()).as_str(), zeros);
    let arn = format!("arn:aws:kms:us-east-2:111122223333:key/{zeros}");
    assert_eq!(simplest(key_arn()).to_string(), arn);
    assert_eq!(simplest(key_identifier()).to_string(), arn);
    assert_eq!(simplest(encryption_context()), EncryptionContext::default());
    assert_eq!(simplest(plaintext(4096)), [0]);

    assert_eq!(simplest(principal(&place())), Principal::Account(account));
    assert!(simplest(principal_arn(&place())).is_root());
    assert_eq!(simplest(caller(&place())), Caller::account_root(account));
    let everything = Statement::allow().action("kms:*");
    assert_eq!(simplest(statement()), everything);
    assert_eq!(simplest(key_policy(&place())), KeyPolicy::default());
    assert_eq!(
        simplest(identity_policy()),
        Policy::new().statement(everything)
    );

    let first = RING.keys().into_iter().find(|key| {
        let metadata = RING.describe_key(*key).unwrap();
        metadata.key_usage() == KeyUsage::EncryptDecrypt
    });
    let sealed = simplest(ring().sealed());
    assert_eq!(
        (sealed.key, sealed.plaintext.as_slice()),
        (first.unwrap(), &[0][..])
    );
    assert_eq!(sealed.encryption_context, EncryptionContext::default());
    assert_eq!(simplest(ring().key_name()).1, first.unwrap().into());
    assert_eq!(simplest(ring().damaged()).damage, Damage::Changed(0));
    let moved = simplest(ring().any_re_encrypt_request());
    assert!(KMS.re_encrypt(&moved).is_ok(), "{moved:?}");
}

#[test]
fn the_same_seed_makes_the_same_ciphertexts() {
    let ciphertexts = || drawn(&ring().sealed(), 20);
    assert_eq!(ciphertexts(), ciphertexts());
}

#[test]
fn requests_that_may_be_refused_are_refused_for_many_reasons_and_some_succeed() {
    let (mut codes, mut moved) = (BTreeMap::new(), 0);
    let requests = drawn(&ring().any_re_encrypt_request(), 1_000);
    for request in &requests {
        match KMS.re_encrypt(request) {
            Ok(_) => moved += 1,
            Err(error) => *codes.entry(error.code().to_owned()).or_insert(0) += 1,
        }
    }
    assert!((100..300).contains(&moved), "{moved} of {}", requests.len());
    for code in [
        "AccessDeniedException",
        "DryRunOperationException",
        "IncorrectKeyException",
        "InvalidCiphertextException",
        "InvalidGrantTokenException",
        "NotFoundException",
        "ValidationException",
    ] {
        assert!(codes.contains_key(code), "{code} is not among {codes:?}");
    }
}

#[test]
fn callers_are_allowed_and_denied_by_generated_policies() {
    let cases = drawn(&(key_policy(&place()), caller(&place())), 500);
    let (keyring, key) = small_ring();
    let kms = Kms::new(keyring.clone());
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .unwrap();
    let allowed = cases.into_iter().filter(|(policy, caller)| {
        keyring.put_key_policy(key, policy.clone()).unwrap();
        kms.as_caller(caller.clone()).encrypt(&request).is_ok()
    });
    let allowed = allowed.count();
    assert!((50..450).contains(&allowed), "{allowed} of 500");
}

#[test]
fn all_uses_and_all_names_of_a_ring_come_up() {
    let used: BTreeSet<_> = drawn(&ring().sealed(), 400)
        .into_iter()
        .map(|sealed| (sealed.key, sealed.algorithm.as_str()))
        .collect();
    let algorithms = |key: &KeyArn| {
        let metadata = RING.describe_key(*key).unwrap();
        let of_key = metadata.encryption_algorithms().iter();
        of_key
            .map(|algorithm| (*key, algorithm.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(used, RING.keys().iter().flat_map(algorithms).collect());

    let named: BTreeSet<String> = drawn(&ring().key_name(), 400)
        .into_iter()
        .map(|(_, name)| name.to_string())
        .collect();
    for alias in RING.aliases() {
        assert!(named.contains(&alias.arn().to_string()), "{}", alias.arn());
        assert!(
            named.contains(alias.arn().name().as_str()),
            "{}",
            alias.arn()
        );
        assert!(named.contains(&alias.target().to_string()));
        assert!(named.contains(alias.target().key_id().as_str()));
    }
}

#[test]
fn a_ring_without_a_key_that_encrypts_has_no_strategies() {
    let keyring = chinese_ring();
    assert!(RingStrategies::new(&keyring).is_none());
    let signing = NewKey::new(KeySpec::Sm2).key_usage(KeyUsage::SignVerify);
    keyring.create_key(signing).unwrap();
    let disabled = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.disable_key(disabled).unwrap();
    let closed = NewKey::new(KeySpec::SymmetricDefault).policy(KeyPolicy::new());
    keyring.create_key(closed).unwrap();
    assert!(RingStrategies::new(&keyring).is_none());
    keyring.enable_key(disabled).unwrap();
    assert!(RingStrategies::new(&keyring).is_some());
}

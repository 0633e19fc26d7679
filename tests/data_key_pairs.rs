//! Pairs of data keys: what is in them, and that ReEncrypt moves their private keys.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::chinese_ring;
use kms_reencrypt::access::{Caller, GrantOperation};
use kms_reencrypt::iam::{Condition, ConditionOperator, Policy, Statement};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::{
    DataKeyPairSpec, DecryptRequest, GenerateDataKeyPairRequest, GetPublicKeyRequest, KeyArn,
    KeySpec, KeyUsage, Keyring, Kms, KmsError, ReEncryptRequest,
};

/// The types of which this build makes pairs, but for the longer RSA keys, whose generation takes seconds.
fn specs() -> Vec<DataKeyPairSpec> {
    let mut specs = vec![DataKeyPairSpec::Rsa2048, DataKeyPairSpec::Sm2];
    if cfg!(feature = "data-key-pairs") {
        specs.extend([
            DataKeyPairSpec::EccNistP256,
            DataKeyPairSpec::EccNistP384,
            DataKeyPairSpec::EccNistP521,
            DataKeyPairSpec::EccSecgP256K1,
            DataKeyPairSpec::EccNistEdwards25519,
        ]);
    }
    specs
}

#[test]
fn a_private_key_is_the_one_of_its_public_key_and_re_encrypt_moves_it() {
    let keyring = chinese_ring();
    let [source, destination] =
        [(); 2].map(|()| keyring.create_key(KeySpec::SymmetricDefault).unwrap());
    let kms = Kms::new(keyring);
    for spec in specs() {
        let request = GenerateDataKeyPairRequest::builder()
            .key_id(source)
            .key_pair_spec(spec)
            .encryption_context("tenant", "blue")
            .build()
            .unwrap();
        let pair = kms.generate_data_key_pair(&request).unwrap();
        assert_eq!((pair.key_id(), pair.key_pair_spec()), (&source, spec));
        let private = pair.private_key_plaintext().expose();
        let read = KeyPair::from_pkcs8_der(spec.into(), private).unwrap();
        assert_eq!(read.public_key(), pair.public_key(), "{spec}");

        let blind = kms
            .generate_data_key_pair_without_plaintext(&request)
            .unwrap();
        assert_eq!(blind.key_material_id(), pair.key_material_id());
        assert_ne!(blind.public_key(), pair.public_key());

        for (blob, public) in [
            (pair.private_key_ciphertext_blob(), pair.public_key()),
            (blind.private_key_ciphertext_blob(), blind.public_key()),
        ] {
            let moved = ReEncryptRequest::builder()
                .ciphertext_blob(blob)
                .source_encryption_context("tenant", "blue")
                .destination_key_id(destination);
            let moved = kms.re_encrypt(&moved.build().unwrap()).unwrap();
            assert_eq!(moved.source_key_id(), &source);
            let opened = DecryptRequest::builder().ciphertext_blob(moved.into_ciphertext_blob());
            let opened = kms.decrypt(&opened.build().unwrap()).unwrap();
            let read = KeyPair::from_pkcs8_der(spec.into(), opened.plaintext().expose()).unwrap();
            assert_eq!(read.public_key(), public, "{spec}");
        }
    }
}

#[test]
fn a_kms_key_of_every_asymmetric_spec_has_a_public_key_or_says_why_not() {
    let keyring = chinese_ring();
    let kms = Kms::new(keyring.clone());
    let mut asked = 0;
    for spec in KeySpec::ALL {
        for usage in spec.key_usages() {
            // The others would take seconds: RSA keys of 2048 bits stand for them.
            if spec.modulus_len().is_some_and(|len| len > 256) {
                continue;
            }
            let new = NewKey::new(*spec).key_usage(*usage);
            let key = keyring.create_key(new).unwrap();
            let request = GetPublicKeyRequest::builder().key_id(key).build().unwrap();
            let answer = kms.get_public_key(&request);
            assert_eq!(
                answer.clone().map(|answer| answer.public_key().to_vec()),
                keyring.public_key(key)
            );
            let is_curve = spec.as_str().starts_with("ECC_");
            let no_pair = match spec.as_str() {
                "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" => {
                    Some(String::new())
                }
                name if name.starts_with("ML_") => Some(format!(
                    "The public key of {key} is not available: kms-reencrypt has no key pairs of {name}."
                )),
                name if is_curve && cfg!(not(feature = "data-key-pairs")) => Some(format!(
                    "The public key of {key} is not available: this build of kms-reencrypt has no key pairs of {name}. \
                     Its feature data-key-pairs adds them."
                )),
                _ => None,
            };
            match (answer, no_pair) {
                (Ok(answer), None) => {
                    asked += 1;
                    assert_eq!((answer.key_spec(), answer.key_usage()), (*spec, *usage));
                    let lists = [
                        answer.encryption_algorithms().is_empty(),
                        answer.signing_algorithms().is_empty(),
                        answer.key_agreement_algorithms().is_empty(),
                    ];
                    assert_eq!(lists.iter().filter(|empty| !**empty).count(), 1, "{spec}");
                }
                (Err(error), Some(message)) => {
                    assert_eq!(error.code(), "UnsupportedOperationException");
                    assert_eq!(error.to_string(), message);
                }
                (answer, _) => panic!("{spec} {usage}: {answer:?}"),
            }
        }
    }
    // RSA with two usages, SM2 with three; P256, P384 and P521 with two each, and two curves that only sign.
    let curves = if cfg!(feature = "data-key-pairs") {
        8
    } else {
        0
    };
    assert_eq!(asked, 5 + curves);
}

#[test]
fn a_pair_that_is_asked_for_late_stays_the_same_in_every_region() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let signing = NewKey::new(KeySpec::Rsa2048)
        .key_usage(KeyUsage::SignVerify)
        .multi_region(true);
    let key = keyring.create_key(signing).unwrap();
    let replica = keyring.replicate_key(key, "eu-west-1").unwrap();
    keyring.disable_key(key).unwrap();
    let first = keyring.public_key(key).unwrap();
    assert_eq!(keyring.public_key(key).unwrap(), first);
    assert_eq!(
        keyring
            .in_region(*replica.region())
            .public_key(replica)
            .unwrap(),
        first
    );
}

/// A request for an SM2 pair, with an encryption context.
fn sm2_pair(key: KeyArn) -> GenerateDataKeyPairRequest {
    let request = GenerateDataKeyPairRequest::builder()
        .key_id(key)
        .key_pair_spec(DataKeyPairSpec::Sm2)
        .encryption_context("tenant", "blue");
    request.build().unwrap()
}

fn alice() -> Caller {
    let account = "111122223333".parse().unwrap();
    let alice = Caller::user(account, "alice").unwrap();
    alice.in_partition_of(&chinese_ring().place().region)
}

/// What both operations answer, with their names.
fn both(
    kms: &Kms<Keyring>,
    request: &GenerateDataKeyPairRequest,
) -> [(&'static str, Result<(), KmsError>); 2] {
    let with = kms.generate_data_key_pair(request).map(drop);
    let without = kms
        .generate_data_key_pair_without_plaintext(request)
        .map(drop);
    [
        ("GenerateDataKeyPair", with),
        ("GenerateDataKeyPairWithoutPlaintext", without),
    ]
}

#[test]
fn each_of_the_operations_takes_its_own_permission_and_policies_see_the_type_of_the_pair() {
    let keyring = chinese_ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    for (actions, spec, allowed) in [
        (
            &["kms:GenerateDataKeyPair"][..],
            None,
            &["GenerateDataKeyPair"][..],
        ),
        (
            &["kms:GenerateDataKeyPairWithoutPlaintext"],
            None,
            &["GenerateDataKeyPairWithoutPlaintext"],
        ),
        (&["kms:GenerateDataKey", "kms:Encrypt"], None, &[]),
        (
            &["kms:GenerateDataKeyPair*"],
            Some("SM2"),
            &["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"],
        ),
        (&["kms:GenerateDataKeyPair*"], Some("RSA_2048"), &[]),
    ] {
        let statement = actions
            .iter()
            .fold(Statement::allow().resource("*"), |statement, action| {
                statement.action(*action)
            });
        let statement = match spec {
            Some(spec) => statement.condition(Condition::new(
                ConditionOperator::StringEquals,
                "kms:DataKeyPairSpec",
                [spec],
            )),
            None => statement,
        };
        let alice = alice().with_identity_policy(Policy::new().statement(statement));
        for (operation, answer) in both(&kms.as_caller(alice), &sm2_pair(key)) {
            match answer {
                Ok(()) => assert!(allowed.contains(&operation), "{operation}"),
                Err(error) => {
                    assert!(!allowed.contains(&operation), "{operation}: {error}");
                    assert_eq!(error.code(), "AccessDeniedException");
                    let named = format!("to perform: kms:{operation} ");
                    assert!(error.to_string().contains(&named), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_grant_gives_the_operation_that_it_names_in_its_context() {
    let keyring = chinese_ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring.clone()).as_caller(alice());
    for (tenant, operation, expected) in [
        ("red", GrantOperation::GenerateDataKeyPair, [false, false]),
        ("blue", GrantOperation::GenerateDataKey, [false, false]),
        ("blue", GrantOperation::GenerateDataKeyPair, [true, false]),
        (
            "blue",
            GrantOperation::GenerateDataKeyPairWithoutPlaintext,
            [true, true],
        ),
    ] {
        let grantee = alice().principal().unwrap().to_string();
        keyring
            .create_grant(key, grantee, |grant| {
                grant
                    .operation(operation)
                    .encryption_context_subset([("tenant", tenant)])
            })
            .unwrap();
        let answers = both(&kms, &sm2_pair(key)).map(|(_, answer)| answer.is_ok());
        assert_eq!(answers, expected, "{operation} for {tenant}");
    }
}

#[test]
#[cfg(feature = "testing")]
fn an_observer_is_told_of_the_operation_and_its_key() {
    let keyring = chinese_ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let recorder = kms_reencrypt::testing::Recorder::new();
    let kms = Kms::new(keyring.clone()).with_observer(recorder.clone());
    for (_, answer) in both(&kms, &sm2_pair(key)) {
        answer.unwrap();
    }
    keyring.disable_key(key).unwrap();
    let refused = kms.generate_data_key_pair(&sm2_pair(key)).unwrap_err();
    assert_eq!(refused.code(), "DisabledException");

    let calls = recorder.generated_data_keys().with_destination(&key);
    let calls = calls.with_destination_context("tenant", "blue");
    let operations: Vec<_> = calls.iter().map(|call| call.operation().as_str()).collect();
    assert_eq!(
        operations,
        [
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyPair"
        ]
    );
    assert_eq!(calls.failed_with("DisabledException").count(), 1);
}

//! `DescribeKey` and `GetPublicKey`: what a caller learns about a key, over any provider.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kms_reencrypt::access::{Caller, GrantOperation, KeyPolicy};
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::testing::{Fault, FaultyProvider, Recorder, insecure_key};
use kms_reencrypt::{
    DescribeKeyRequest, EncryptionAlgorithm, GetPublicKeyRequest, KeyArn, KeyIdentifier, KeySpec,
    KeyState, KeyUsage, Keyring, Kms, KmsError, Operation,
};

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";

fn ring() -> Keyring {
    Keyring::new(OURS, "us-east-2").unwrap()
}

/// The ring behind another provider, so that every answer comes through its view.
fn kms(keyring: &Keyring) -> Kms<FaultyProvider<Keyring>> {
    Kms::new(FaultyProvider::new(keyring.clone()))
}

fn describe(key: impl Into<KeyIdentifier>) -> DescribeKeyRequest {
    DescribeKeyRequest::builder().key_id(key).build().unwrap()
}

fn public_key(key: impl Into<KeyIdentifier>) -> GetPublicKeyRequest {
    GetPublicKeyRequest::builder().key_id(key).build().unwrap()
}

fn worker(actions: &[&str]) -> Caller {
    let policy = actions.iter().fold(Policy::new(), |policy, action| {
        policy.statement(Statement::allow().action(*action).resource("*"))
    });
    Caller::user(OURS.parse().unwrap(), "worker")
        .unwrap()
        .with_identity_policy(policy)
}

#[test]
fn a_key_is_found_by_all_four_forms_of_its_name() {
    let keyring = ring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    keyring.create_alias("alias/partner", key).unwrap();
    let kms = kms(&keyring);
    for name in [
        key.to_string(),
        key.key_id().to_string(),
        "alias/partner".to_owned(),
        format!("arn:aws:kms:us-east-2:{OURS}:alias/partner"),
    ] {
        let described = kms.describe_key(&describe(name.as_str())).unwrap();
        let expected = keyring.describe_key(key).unwrap();
        assert_eq!(described.key_metadata(), &expected, "{name}");
        let answer = kms.get_public_key(&public_key(name.as_str())).unwrap();
        assert_eq!(answer.key_id(), &key, "{name}");
        assert_eq!(answer.public_key(), keyring.public_key(key).unwrap());
        assert_eq!(answer.key_spec(), KeySpec::Rsa2048);
        assert_eq!(answer.key_usage(), KeyUsage::EncryptDecrypt);
        assert_eq!(
            answer.encryption_algorithms(),
            [
                EncryptionAlgorithm::RsaesOaepSha1,
                EncryptionAlgorithm::RsaesOaepSha256
            ]
        );
    }
    let missing = kms.describe_key(&describe("alias/nobody")).unwrap_err();
    assert_eq!(missing.code(), "NotFoundException");
}

#[test]
fn a_key_is_described_in_every_state_and_shows_its_public_key_unless_it_is_creating_or_leaving() {
    let keyring = ring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let kms = kms(&keyring);
    for state in KeyState::ALL {
        keyring.set_key_state(key, *state).unwrap();
        let described = kms.describe_key(&describe(key)).unwrap();
        assert_eq!(described.into_key_metadata().key_state(), *state);
        let code = kms
            .get_public_key(&public_key(key))
            .map_err(|error| error.code());
        match state {
            KeyState::Enabled
            | KeyState::Disabled
            | KeyState::PendingImport
            | KeyState::Updating => assert!(code.is_ok(), "{state}"),
            _ => assert_eq!(code, Err("KMSInvalidStateException"), "{state}"),
        }
    }
}

#[test]
fn each_operation_takes_its_own_permission() {
    let keyring = ring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    for (allowed, describes, gives) in [
        (&[][..], false, false),
        (&["kms:DescribeKey"], true, false),
        (&["kms:GetPublicKey"], false, true),
        (&["kms:Decrypt", "kms:Encrypt"], false, false),
    ] {
        let kms = kms(&keyring).as_caller(worker(allowed));
        let described = kms.describe_key(&describe(key)).map(|_| ());
        let given = kms.get_public_key(&public_key(key)).map(|_| ());
        for (answer, is_allowed, action) in [
            (described, describes, "kms:DescribeKey"),
            (given, gives, "kms:GetPublicKey"),
        ] {
            match answer {
                Ok(()) => assert!(is_allowed, "{action} with {allowed:?}"),
                Err(error) => {
                    assert!(!is_allowed, "{action} with {allowed:?}");
                    assert_eq!(error.code(), "AccessDeniedException");
                    assert!(error.to_string().contains(action), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_grant_allows_what_it_names_and_its_token_must_be_known() {
    let keyring = ring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let grantee = format!("arn:aws:iam::{OURS}:user/worker");
    let kms = kms(&keyring).as_caller(worker(&[]));
    assert_eq!(
        kms.describe_key(&describe(key)).unwrap_err().code(),
        "AccessDeniedException"
    );
    let grant = keyring
        .create_grant(key, grantee, |grant| {
            grant.operation(GrantOperation::DescribeKey)
        })
        .unwrap();
    let with_token = |token: &str| {
        let request = DescribeKeyRequest::builder()
            .key_id(key)
            .grant_tokens(token);
        kms.describe_key(&request.build().unwrap()).map(|_| ())
    };
    assert_eq!(with_token(&grant.grant_token), Ok(()));
    assert_eq!(with_token("no token"), Err(KmsError::InvalidGrantToken));
    assert_eq!(
        kms.get_public_key(&public_key(key)).unwrap_err().code(),
        "AccessDeniedException"
    );
}

#[test]
fn another_accounts_key_is_described_to_those_whom_its_policy_names() {
    let theirs = ring().in_account(THEIRS.parse().unwrap());
    let key = theirs.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = kms(&theirs.in_account(OURS.parse().unwrap()));
    let absent = KeyArn::new(
        *key.place(),
        "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap(),
    );
    let hidden = kms.describe_key(&describe(key)).unwrap_err();
    assert_eq!(hidden, kms.describe_key(&describe(absent)).unwrap_err());

    let root: kms_reencrypt::iam::PrincipalArn =
        format!("arn:aws:iam::{OURS}:root").parse().unwrap();
    let shared = Statement::allow()
        .principal(root)
        .action("kms:DescribeKey")
        .resource("*");
    theirs
        .put_key_policy(key, KeyPolicy::default().statement(shared))
        .unwrap();
    let described = kms.describe_key(&describe(key)).unwrap();
    assert_eq!(described.key_metadata().arn(), &key);
}

#[test]
fn an_observer_is_told_which_key_it_was_about() {
    let keyring = ring();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    keyring.create_alias("alias/partner", key).unwrap();
    let recorder = Recorder::new();
    let kms = kms(&keyring).with_observer(recorder.clone());
    kms.describe_key(&describe("alias/partner")).unwrap();
    keyring.schedule_key_deletion(key, 7).unwrap();
    kms.get_public_key(&public_key("alias/partner"))
        .unwrap_err();
    kms.describe_key(&describe("alias/nobody")).unwrap_err();

    let calls = recorder.calls();
    let told: Vec<_> = calls
        .as_slice()
        .iter()
        .map(|call| {
            let described = call.key().unwrap();
            assert!(call.source().is_none() && call.destination().is_none());
            let code = call.result().map_err(KmsError::code);
            (
                call.operation(),
                described.key_id().unwrap().to_string(),
                described.key_arn().copied(),
                code,
            )
        })
        .collect();
    let partner = || "alias/partner".to_owned();
    assert_eq!(
        told,
        [
            (Operation::DescribeKey, partner(), Some(key), Ok(())),
            (
                Operation::GetPublicKey,
                partner(),
                Some(key),
                Err("KMSInvalidStateException")
            ),
            (
                Operation::DescribeKey,
                "alias/nobody".to_owned(),
                None,
                Err("NotFoundException")
            ),
        ]
    );
    assert_eq!(calls.with_key(&key).count(), 2);
}

#[test]
fn a_provider_that_fails_is_told_as_it_fails() {
    let keyring = ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = kms(&keyring);
    kms.provider().faults().inject(Fault::key_unavailable());
    let refused = kms.describe_key(&describe(key)).unwrap_err();
    assert_eq!(refused.code(), "KeyUnavailableException");
}

#[test]
fn a_request_names_a_key() {
    let violation = |result: Result<(), KmsError>| result.unwrap_err().to_string();
    let described = violation(DescribeKeyRequest::builder().build().map(|_| ()));
    let given = violation(GetPublicKeyRequest::builder().build().map(|_| ()));
    assert_eq!(described, given);
    assert!(described.contains("'keyId'"), "{described}");
}

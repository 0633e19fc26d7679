//! Why: of refusals, and of requests that go well.

use kms_reencrypt::access::{Caller, GrantOperation, KeyPolicy};
use kms_reencrypt::iam::{
    AllowedBy, Condition, ConditionOperator, Decision, Explanation, Policy, Presence, Principal,
    Statement,
};
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms, KmsError, ReEncryptRequest};

const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Auditor/alice";

fn ring(policy: KeyPolicy) -> (Keyring, KeyArn) {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.put_key_policy(key, policy).unwrap();
    (keyring, key)
}

fn encrypt(key: KeyArn) -> EncryptRequest {
    EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .encryption_context("tenant", "red")
        .build()
        .unwrap()
}

fn is(key: &str, value: &str) -> Condition {
    Condition::new(ConditionOperator::StringEquals, key, [value])
}

/// A key policy that allows the blue tenant's data, S3's requests, a wrong key, another action, and Bob everything.
fn narrow() -> KeyPolicy {
    let auditor = || {
        let role = "arn:aws:iam::111122223333:role/Auditor";
        Statement::allow().principal(Principal::Arn(role.parse().unwrap()))
    };
    let bob = Principal::Arn("arn:aws:iam::111122223333:user/bob".parse().unwrap());
    KeyPolicy::new()
        .statement(
            auditor()
                .sid("blue")
                .action("kms:Encrypt")
                .condition(is("kms:EncryptionContext:tenant", "blue")),
        )
        .statement(
            auditor()
                .action("kms:*")
                .condition(is("kms:ViaService", "s3.us-east-2.amazonaws.com")),
        )
        .statement(
            auditor()
                .action("kms:*")
                .condition(is("aws:SourceVpce", "vpce-1")),
        )
        .statement(
            auditor()
                .action("kms:*")
                .condition(is("kms:Tenant", "blue")),
        )
        .statement(auditor().action("kms:Decrypt"))
        .statement(Statement::allow().principal(bob).action("kms:*"))
}

fn refused(error: &KmsError) -> &Explanation {
    let KmsError::AccessDenied(error) = error else {
        panic!("{error}");
    };
    error.explanation().unwrap()
}

#[test]
fn a_refusal_tells_what_did_not_match_in_each_statement_and_grant() {
    let (keyring, key) = ring(narrow());
    keyring
        .create_grant(key, "arn:aws:iam::111122223333:role/Auditor", |grant| {
            grant
                .operation(GrantOperation::Encrypt)
                .encryption_context_subset([("tenant", "blue")])
        })
        .unwrap();
    let alice = SESSION.parse::<Caller>().unwrap();
    let error = Kms::new(keyring.clone())
        .as_caller(alice)
        .encrypt(&encrypt(key))
        .unwrap_err();
    let id = keyring.grants(key).unwrap()[0].id().to_string();
    let expected = format!(
        r#"kms:Encrypt is denied: no resource-based policy allows it
- resource-based policy, statement 0 "blue" (Allow): Condition StringEquals kms:EncryptionContext:tenant: the policy has "blue", the request "red"
- resource-based policy, statement 1 (Allow): Condition StringEquals kms:ViaService: the policy has "s3.us-east-2.amazonaws.com"; not in the request
- resource-based policy, statement 2 (Allow): Condition StringEquals aws:SourceVpce: the policy has "vpce-1"; not in the request: its value was not provided
- resource-based policy, statement 3 (Allow): Condition StringEquals kms:Tenant: the policy has "blue"; not in the request: no such key is known
- resource-based policy, statement 4 (Allow): Action: the policy has "kms:Decrypt", the request "kms:Encrypt"
- resource-based policy, statement 5 (Allow): Principal: the policy has "arn:aws:iam::111122223333:user/bob", the request "{SESSION}"
- grant {id}: EncryptionContext: the grant has "tenant=blue", the request "tenant=red"
- kms:ViaService: not in the request
- aws:SourceVpce: not in the request: its value was not provided
- kms:Tenant: not in the request: no such key is known"#
    );
    assert_eq!(refused(&error).to_string(), expected);
    let missing: Vec<_> = refused(&error)
        .missing_keys
        .iter()
        .map(|missing| (missing.key.as_str(), missing.presence))
        .collect();
    assert_eq!(
        missing,
        [
            ("kms:ViaService", Presence::Absent),
            ("aws:SourceVpce", Presence::NotProvided),
            ("kms:Tenant", Presence::Unknown),
        ]
    );
}

#[test]
fn an_explanation_makes_no_difference_to_an_error() {
    let (keyring, key) = ring(narrow());
    let alice = SESSION.parse::<Caller>().unwrap();
    let kms = Kms::new(keyring).as_caller(alice);
    let error = kms.encrypt(&encrypt(key)).unwrap_err();
    let other = EncryptRequest::builder().key_id(key).plaintext("data");
    let other = kms.encrypt(&other.build().unwrap()).unwrap_err();
    assert_ne!(refused(&error), refused(&other));
    assert_eq!(error, other);
    assert_eq!(error.to_string(), other.to_string());
}

#[test]
fn a_request_that_goes_well_is_explained_where_somebody_asks() {
    let (keyring, key) = ring(KeyPolicy::default());
    let policy = Policy::new().statement(Statement::allow().action("kms:*").resource("*"));
    let alice = SESSION.parse::<Caller>().unwrap();
    let kms = Kms::new(keyring).as_caller(alice.with_identity_policy(policy));
    let blob = kms.encrypt(&encrypt(key)).unwrap().into_ciphertext_blob();
    let (kms, explanations) = kms.explaining();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_encryption_context("tenant", "red")
        .destination_key_id(key);
    kms.re_encrypt(&request.build().unwrap()).unwrap();
    let explanations_of_it = explanations.take();
    let decided: Vec<_> = explanations_of_it
        .iter()
        .map(|explanation| (explanation.action.as_str(), explanation.decision))
        .collect();
    let allowed = Decision::Allowed(AllowedBy::IdentityPolicy);
    assert_eq!(
        decided,
        [("kms:ReEncryptFrom", allowed), ("kms:ReEncryptTo", allowed)]
    );
    assert_eq!(explanations.take(), []);
}

#[test]
fn explaining_and_deciding_come_to_the_same() {
    let (keyring, key) = ring(KeyPolicy::default());
    let (kms, explanations) = Kms::new(keyring).explaining();
    for (arn, is_allowed) in [
        ("arn:aws:iam::111122223333:root", true),
        (SESSION, false),
        ("arn:aws:iam::444455556666:root", false),
    ] {
        let caller = arn.parse::<Caller>().unwrap();
        let result = kms.as_caller(caller).encrypt(&encrypt(key));
        let [explanation] = explanations.take().try_into().unwrap();
        assert_eq!(result.is_ok(), is_allowed, "{arn}");
        assert_eq!(explanation.decision.is_allowed(), is_allowed, "{arn}");
    }
}

#[cfg(feature = "json")]
#[test]
fn an_explanation_is_data() {
    let (keyring, key) = ring(narrow());
    let alice = SESSION.parse::<Caller>().unwrap();
    let error = Kms::new(keyring)
        .as_caller(alice)
        .encrypt(&encrypt(key))
        .unwrap_err();
    let data = serde_json::to_value(refused(&error)).unwrap();
    assert_eq!(data["Action"], "kms:Encrypt");
    let first = &data["Statements"][0]["Outcome"]["Condition"];
    assert_eq!(first["Key"], "kms:EncryptionContext:tenant");
    assert_eq!(first["Policy"], serde_json::json!(["blue"]));
    assert_eq!(first["Request"], serde_json::json!(["red"]));
}

#[test]
fn of_many_grants_an_explanation_lists_the_callers_and_some_others() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let grant = |name: String| {
        let grantee = format!("arn:aws:iam::111122223333:role/{name}");
        let created = keyring.create_grant(key, grantee, |grant| {
            grant.operation(GrantOperation::Decrypt)
        });
        created.unwrap().grant_id.to_string()
    };
    for number in 0..150 {
        grant(format!("worker-{number}"));
    }
    let own = grant("late".to_owned());
    let late = "arn:aws:sts::111122223333:assumed-role/late/session";
    let kms = Kms::new(keyring).as_caller(late.parse().unwrap());
    let encrypt = EncryptRequest::builder().key_id(key).plaintext("data");
    let error = kms.encrypt(&encrypt.build().unwrap()).unwrap_err();
    let KmsError::AccessDenied(denied) = &error else {
        panic!("{error}");
    };
    let why = denied.explanation().unwrap();
    assert_eq!(why.grants.len(), 100);
    assert_eq!(why.grants[0].id, own);
    assert!(why.more_grants);
    let text = why.to_string();
    assert!(
        text.ends_with("- more grants, which are not listed"),
        "{text}"
    );
}

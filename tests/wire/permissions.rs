//! Who may use the control operations.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::{Caller, KeyPolicy};
use kms_reencrypt::iam::{Policy, Statement};
use serde_json::{Value, json};

use crate::server::Server;

const ALICE: &str = "arn:aws-cn:iam::111122223333:user/alice";

fn alice(actions: &[&str]) -> Caller {
    let allow = actions
        .iter()
        .fold(Statement::allow(), |allow, action| allow.action(*action));
    let policy = Policy::new().statement(allow);
    ALICE
        .parse::<Caller>()
        .unwrap()
        .with_identity_policy(policy)
}

/// Control operations on a key, each with members that would do.
fn on_a_key(key: &str, grant: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("DescribeKey", json!({"KeyId": key})),
        ("GetPublicKey", json!({"KeyId": key})),
        ("DisableKey", json!({"KeyId": key})),
        ("EnableKey", json!({"KeyId": key})),
        (
            "CreateAlias",
            json!({"AliasName": "alias/new", "TargetKeyId": key}),
        ),
        (
            "UpdateAlias",
            json!({"AliasName": "alias/app", "TargetKeyId": key}),
        ),
        ("DeleteAlias", json!({"AliasName": "alias/app"})),
        ("ScheduleKeyDeletion", json!({"KeyId": key})),
        ("CancelKeyDeletion", json!({"KeyId": key})),
        ("RotateKeyOnDemand", json!({"KeyId": key})),
        ("ListKeyRotations", json!({"KeyId": key})),
        (
            "GetParametersForImport",
            json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}),
        ),
        (
            "ImportKeyMaterial",
            json!({"KeyId": key, "ImportToken": "AAAA", "EncryptedKeyMaterial": "AAAA"}),
        ),
        ("DeleteImportedKeyMaterial", json!({"KeyId": key})),
        (
            "ReplicateKey",
            json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1"}),
        ),
        (
            "CreateGrant",
            json!({"KeyId": key, "GranteePrincipal": ALICE, "Operations": ["Decrypt"]}),
        ),
        ("ListGrants", json!({"KeyId": key})),
        ("RetireGrant", json!({"KeyId": key, "GrantId": grant})),
        ("RevokeGrant", json!({"KeyId": key, "GrantId": grant})),
        ("GetKeyPolicy", json!({"KeyId": key})),
        ("PutKeyPolicy", json!({"KeyId": key, "Policy": "{}"})),
    ]
}

#[test]
fn every_control_operation_on_a_key_needs_its_own_permission() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    server.keyring.create_alias("alias/app", key).unwrap();
    let grant = server
        .keyring
        .create_grant(key, "arn:aws-cn:iam::444455556666:root", |grant| {
            grant.operation(kms_reencrypt::access::GrantOperation::Decrypt)
        })
        .unwrap();
    let key = key.to_string();
    let without = server.as_caller(alice(&[]));
    for (operation, request) in on_a_key(&key, grant.grant_id.as_str()) {
        let (code, message) = without.error(operation, request.clone());
        assert_eq!(code, "AccessDeniedException", "{operation}");
        let expected = format!(
            "User: {ALICE} is not authorized to perform: kms:{operation} on resource: {key} because no identity-based policy allows the kms:{operation} action"
        );
        assert_eq!(message, expected);

        let with = server.as_caller(alice(&[&format!("kms:{operation}")]));
        let (_, body) = with.raw(operation, &request.to_string());
        assert!(!body.contains("AccessDenied"), "{operation}: {body}");
        // What a successful one did away with is brought back for the next.
        let _ = server.keyring.create_alias("alias/app", key.as_str());
        let _ = server.keyring.cancel_key_deletion(key.as_str());
        let _ = server.keyring.enable_key(key.as_str());
    }
}

#[test]
fn what_is_about_no_key_is_up_to_the_callers_own_policy() {
    let server = Server::new();
    for operation in ["CreateKey", "ListKeys", "ListAliases"] {
        let (code, message) = server
            .as_caller(alice(&["kms:Decrypt"]))
            .error(operation, json!({}));
        assert_eq!(code, "AccessDeniedException");
        assert_eq!(
            message,
            format!(
                "User: {ALICE} is not authorized to perform: kms:{operation} on resource: * because no identity-based policy allows the kms:{operation} action"
            )
        );
        let action = format!("kms:{operation}");
        server.as_caller(alice(&[&action])).ok(operation, json!({}));
        // A policy about keys is about none of these.
        let about_keys = Statement::allow()
            .action(&action)
            .resource("arn:aws-cn:kms:*:111122223333:key/*");
        let about_keys = Policy::new().statement(about_keys);
        let alice = ALICE.parse::<Caller>().unwrap();
        let (code, _) = server
            .as_caller(alice.with_identity_policy(about_keys))
            .error(operation, json!({}));
        assert_eq!(code, "AccessDeniedException");
    }
}

#[test]
fn a_key_of_another_account_looks_the_same_whether_it_is_there_or_not() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let missing = key.replace(&key[key.len() - 12..], "000000000000");
    let stranger = "arn:aws-cn:iam::444455556666:user/bob".parse::<Caller>();
    let stranger = server.as_caller(stranger.unwrap());
    let answer = |key: &str| stranger.error("DescribeKey", json!({"KeyId": key}));
    assert_eq!(answer(&key), answer(&missing));
    assert_eq!(answer(&key).0, "AccessDeniedException");
}

#[test]
fn another_account_can_be_let_use_a_key_and_never_manage_it() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    let policy = KeyPolicy::from_json(policy).unwrap();
    server.keyring.put_key_policy(key, policy).unwrap();
    let stranger = "arn:aws-cn:iam::444455556666:root".parse::<Caller>();
    let stranger = server.as_caller(stranger.unwrap());
    let named = json!({"KeyId": key.to_string()});
    stranger.ok("DescribeKey", named.clone());
    let (code, _) = stranger.error("DisableKey", named);
    assert_eq!(code, "AccessDeniedException");
}

#[test]
fn a_grant_lets_describe_a_key() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    server.keyring.make_changes_slow();
    let bob = "arn:aws-cn:iam::444455556666:user/bob";
    let created = server
        .keyring
        .create_grant(key, bob, |grant| {
            grant.operation(kms_reencrypt::access::GrantOperation::DescribeKey)
        })
        .unwrap();
    let bob = server.as_caller(bob.parse::<Caller>().unwrap());
    let mut request = json!({"KeyId": key.to_string()});
    assert_eq!(
        bob.error("DescribeKey", request.clone()).0,
        "AccessDeniedException"
    );
    request["GrantTokens"] = json!([created.grant_token]);
    bob.ok("DescribeKey", request);
}

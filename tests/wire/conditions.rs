//! What the members of control operations are to the conditions of policies.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Condition, ConditionOperator, Policy, Statement};
use kms_reencrypt::keyring::NewKey;
use serde_json::json;

use crate::server::Server;

use ConditionOperator::{Bool, DateEquals, NumericEquals, StringEquals};

/// Somebody who may do everything but under a condition.
fn alice(condition: Condition) -> Caller {
    let deny = Statement::deny().action("kms:*").resource("*");
    let policy = Policy::administrator_access().statement(deny.condition(condition));
    let alice: Caller = "arn:aws-cn:iam::111122223333:user/alice".parse().unwrap();
    alice.with_identity_policy(policy)
}

#[test]
fn a_policy_can_deny_a_request_for_what_its_members_say() {
    let server = Server::new();
    let key = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
    let key = server.keyring.create_key(key).unwrap().to_string();
    let external = server.external_key().to_string();
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    let tags = json!([{"TagKey": "tenant", "TagValue": "blue"}]);
    let parameters = json!({"KeyId": external, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"});
    let import = json!({
        "KeyId": external,
        "ImportToken": "AAAA",
        "EncryptedKeyMaterial": "AAAA",
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": 1_767_229_200,
    });
    let replicate = json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1", "Tags": tags, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
    let put = json!({"KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
    let bypass = "kms:BypassPolicyLockoutSafetyCheck";
    #[rustfmt::skip]
    let rows = [
        ("CreateKey", json!({"BypassPolicyLockoutSafetyCheck": true}), Bool, bypass, "true", "false"),
        ("CreateKey", json!({"Tags": tags}), StringEquals, "aws:RequestTag/tenant", "blue", "red"),
        ("GetParametersForImport", parameters.clone(), StringEquals, "kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"),
        ("GetParametersForImport", parameters, StringEquals, "kms:WrappingKeySpec", "RSA_2048", "RSA_4096"),
        ("ImportKeyMaterial", import.clone(), StringEquals, "kms:ExpirationModel", "KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
        ("ImportKeyMaterial", import, DateEquals, "kms:ValidTo", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"),
        ("PutKeyPolicy", put, Bool, bypass, "true", "false"),
        ("ReplicateKey", replicate.clone(), StringEquals, "kms:ReplicaRegion", "cn-northwest-1", "cn-north-1"),
        ("ReplicateKey", replicate.clone(), StringEquals, "aws:RequestTag/tenant", "blue", "red"),
        ("ReplicateKey", replicate, Bool, bypass, "true", "false"),
        ("UpdatePrimaryRegion", json!({"KeyId": key, "PrimaryRegion": "cn-northwest-1"}), StringEquals, "kms:PrimaryRegion", "cn-northwest-1", "cn-north-1"),
        ("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 8}), NumericEquals, "kms:ScheduleKeyDeletionPendingWindowInDays", "8", "9"),
        // No member: the time is that of the ring's clock.
        ("DisableKey", json!({"KeyId": key}), DateEquals, "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    ];
    for (operation, request, operator, condition_key, value, other) in rows {
        let refusal = |value| {
            let condition = Condition::new(operator, condition_key, [value]);
            let alice = server.as_caller(alice(condition));
            alice.raw(operation, &request.to_string()).1
        };
        let denied = "with an explicit deny in an identity-based policy";
        let describes = format!("{operation} {condition_key}");
        assert!(refusal(value).contains(denied), "{describes}");
        assert!(!refusal(other).contains(denied), "{describes}");
    }
}

#[test]
fn a_new_grant_lets_create_another_one_with_its_token() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    server.keyring.make_changes_slow();
    let bob = "arn:aws-cn:iam::444455556666:user/bob";
    let grant =
        json!({"KeyId": key, "GranteePrincipal": bob, "Operations": ["Decrypt", "CreateGrant"]});
    let token = server.ok("CreateGrant", grant)["GrantToken"].clone();
    let bob = server.as_caller(bob.parse().unwrap());
    let carol = "arn:aws-cn:iam::444455556666:user/carol";
    let mut child = json!({"KeyId": key, "GranteePrincipal": carol, "Operations": ["Decrypt"]});
    let (code, _) = bob.error("CreateGrant", child.clone());
    assert_eq!(code, "AccessDeniedException");
    child["GrantTokens"] = json!([token]);
    bob.ok("CreateGrant", child);
}

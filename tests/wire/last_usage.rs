//! The last use of a key, and policies that ask for it.

use core::time::Duration;

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::ConditionOperator::NumericLessThanEquals;
use kms_reencrypt::iam::{Condition, Policy, Statement};
use kms_reencrypt::{KeySpec, Keyring, Kms};
use serde_json::{Value, json};

use crate::server::{Server, base64};

const BEGINNING: u64 = 1_767_225_600;
const DAY: u64 = 24 * 60 * 60;

/// What `GetKeyLastUsage` says of a key.
fn usage(server: &Server, key: &str) -> Value {
    server.ok("GetKeyLastUsage", json!({"KeyId": key}))
}

#[test]
fn each_cryptographic_operation_is_the_last_use_of_its_keys() {
    let server = Server::new();
    let [one, other] = [(); 2].map(|()| server.key(KeySpec::SymmetricDefault).to_string());
    let rsa = server.key(KeySpec::Rsa2048).to_string();
    let expected = |key: &str, last: Value| {
        json!({
            "KeyId": key,
            "KeyLastUsage": last,
            "TrackingStartDate": BEGINNING,
            "KeyCreationDate": BEGINNING,
        })
    };
    assert_eq!(usage(&server, &one), expected(&one, json!({})));
    let of_one = |mut members: Value| {
        members["KeyId"] = json!(one);
        members
    };
    let oaep = "RSAES_OAEP_SHA_256";
    let plaintext = base64("attack");
    let blob =
        server.ok("Encrypt", of_one(json!({"Plaintext": plaintext})))["CiphertextBlob"].clone();
    let by_rsa = json!({"KeyId": rsa, "Plaintext": plaintext, "EncryptionAlgorithm": oaep});
    server.ok("Encrypt", by_rsa);
    let mut day = 0;
    for (operation, request, used) in [
        (
            "Encrypt",
            of_one(json!({"Plaintext": plaintext})),
            vec![&one],
        ),
        ("Decrypt", json!({"CiphertextBlob": blob}), vec![&one]),
        (
            "ReEncrypt",
            json!({"CiphertextBlob": blob, "DestinationKeyId": other}),
            vec![&one, &other],
        ),
        (
            "GenerateDataKey",
            of_one(json!({"NumberOfBytes": 8})),
            vec![&one],
        ),
        (
            "GenerateDataKeyWithoutPlaintext",
            of_one(json!({"NumberOfBytes": 8})),
            vec![&one],
        ),
    ] {
        day += 1;
        server.clock.advance(Duration::from_secs(DAY));
        server.ok(operation, request);
        for key in used {
            let last = json!({"Operation": operation, "Timestamp": BEGINNING + day * DAY});
            assert_eq!(usage(&server, key), expected(key, last));
        }
    }
    let last = json!({"Operation": "Encrypt", "Timestamp": BEGINNING});
    assert_eq!(usage(&server, &rsa), expected(&rsa, last));
}

#[test]
fn what_fails_or_is_no_cryptography_is_no_use() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let encrypt = json!({"KeyId": key, "Plaintext": base64("attack")});
    let blob = server.ok("Encrypt", encrypt.clone())["CiphertextBlob"].clone();
    let before = usage(&server, &key);
    server.clock.advance(Duration::from_secs(DAY));
    let mut dry = encrypt;
    dry["DryRun"] = json!(true);
    server.error("Encrypt", dry);
    let context = json!({"CiphertextBlob": blob, "EncryptionContext": {"tenant": "blue"}});
    server.error("Decrypt", context);
    server.error(
        "ReEncrypt",
        json!({"CiphertextBlob": blob, "DestinationKeyId": "alias/none"}),
    );
    server.ok("DescribeKey", json!({"KeyId": key}));
    server.ok("RotateKeyOnDemand", json!({"KeyId": key}));
    server.ok("DisableKey", json!({"KeyId": key}));
    assert_eq!(usage(&server, &key), before);
}

#[test]
fn related_keys_have_uses_of_their_own() {
    let server = Server::new();
    let key = server.ok("CreateKey", json!({"MultiRegion": true}))["KeyMetadata"]["Arn"].clone();
    let key = key.as_str().unwrap();
    server.ok(
        "Encrypt",
        json!({"KeyId": key, "Plaintext": base64("attack")}),
    );
    server.ok(
        "ReplicateKey",
        json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1"}),
    );
    let there = server.in_region("cn-northwest-1");
    let replica = key.replace("cn-north-1", "cn-northwest-1");
    assert_eq!(usage(&there, &replica)["KeyLastUsage"], json!({}));
    assert_eq!(usage(&server, key)["KeyLastUsage"]["Operation"], "Encrypt");
}

#[test]
fn a_ring_without_a_clock_knows_the_operation() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring
        .create_key(KeySpec::SymmetricDefault)
        .unwrap()
        .to_string();
    let service = Kms::new(keyring).service();
    let call = |operation: &str, request: Value| {
        let target = format!("TrentService.{operation}");
        let response = service.call(&target, request.to_string().as_bytes());
        serde_json::from_slice::<Value>(response.body()).unwrap()
    };
    call(
        "Encrypt",
        json!({"KeyId": key, "Plaintext": base64("attack")}),
    );
    let last = json!({"KeyId": key, "KeyLastUsage": {"Operation": "Encrypt"}});
    assert_eq!(call("GetKeyLastUsage", json!({"KeyId": key})), last);
}

#[test]
fn a_policy_keeps_keys_that_were_used_lately() {
    let server = Server::new();
    let recent = Condition::new(
        NumericLessThanEquals,
        "kms:TrailingDaysWithoutKeyUsage",
        ["30"],
    );
    let deny = Statement::deny()
        .action("kms:DisableKey")
        .action("kms:ScheduleKeyDeletion")
        .resource("*")
        .condition(recent);
    let policy = Policy::new()
        .statement(Statement::allow().action("kms:*").resource("*"))
        .statement(deny);
    let alice: Caller = "arn:aws-cn:iam::111122223333:user/alice".parse().unwrap();
    let alice = server.as_caller(alice.with_identity_policy(policy));
    let [used, unused] = [(); 2].map(|()| server.key(KeySpec::SymmetricDefault).to_string());
    let may = |key: &str| {
        let named = json!({"KeyId": key}).to_string();
        ["DisableKey", "ScheduleKeyDeletion"].map(|operation| alice.raw(operation, &named).0 == 200)
    };
    assert_eq!(may(&used), [false; 2]);
    server.clock.advance(Duration::from_secs(20 * DAY));
    server.ok(
        "Encrypt",
        json!({"KeyId": used, "Plaintext": base64("attack")}),
    );
    // A part of a day does not count.
    server.clock.advance(Duration::from_secs(11 * DAY - 1));
    assert_eq!(may(&unused), [false; 2]);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(may(&unused), [true; 2]);
    assert_eq!(may(&used), [false; 2]);
    server.clock.advance(Duration::from_secs(20 * DAY));
    assert_eq!(may(&used), [true; 2]);
}

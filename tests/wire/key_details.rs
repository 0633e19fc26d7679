//! What is said of a key beside its material: tags, a description, the name of its policy.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::ConditionOperator::StringEquals;
use kms_reencrypt::iam::{Condition, Policy, Statement};
use serde_json::{Value, json};

use crate::server::{Server, base64};

fn tags(pairs: &[(&str, &str)]) -> Value {
    let tag = |(key, value): &(&str, &str)| json!({"TagKey": key, "TagValue": value});
    pairs.iter().map(tag).collect()
}

#[test]
fn tags_come_and_go() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let list = || server.ok("ListResourceTags", json!({"KeyId": key}));
    assert_eq!(list(), json!({"Tags": [], "Truncated": false}));
    for given in [
        tags(&[("tenant", "blue"), ("stage", "test")]),
        tags(&[("stage", "live"), ("owner", "")]),
    ] {
        server.ok("TagResource", json!({"KeyId": key, "Tags": given}));
    }
    server.ok(
        "UntagResource",
        json!({"KeyId": key, "TagKeys": ["tenant", "Owner"]}),
    );
    let expected = tags(&[("owner", ""), ("stage", "live")]);
    assert_eq!(list()["Tags"], expected);
    let (code, message) = server.error(
        "TagResource",
        json!({"KeyId": key, "Tags": tags(&[("a", "b"), ("a", "c")])}),
    );
    let expected = ("TagException", "Duplicate tag keys");
    assert_eq!((code.as_str(), message.as_str()), expected);
}

#[test]
fn tags_are_listed_in_pages_of_fifty_at_most() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let given: Vec<Value> = (0..50)
        .map(|n| json!({"TagKey": format!("{n:02}"), "TagValue": "-"}))
        .collect();
    server.ok("TagResource", json!({"KeyId": key, "Tags": given}));
    let mut request = json!({"KeyId": key, "Limit": 20});
    let mut listed = Vec::new();
    for more in [true, true, false] {
        let page = server.ok("ListResourceTags", request.clone());
        assert_eq!(page["Truncated"], more);
        listed.extend(page["Tags"].as_array().unwrap().clone());
        request["Marker"] = page["NextMarker"].clone();
    }
    assert_eq!(listed, given);
    let whole = server.ok("ListResourceTags", json!({"KeyId": key, "Limit": 1000}));
    assert_eq!(whole["Tags"], json!(given));
}

#[test]
fn no_account_shares_its_keys_through_ram() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    for (owners, keys) in [
        (json!(null), 1),
        (json!(["SELF"]), 1),
        (json!(["OTHER_ACCOUNTS_VIA_RAM", "SELF"]), 1),
        (json!(["OTHER_ACCOUNTS_VIA_RAM"]), 0),
    ] {
        let listed = server.ok("ListKeys", json!({"ResourceOwners": owners}));
        let listed = listed["Keys"].as_array().unwrap();
        assert_eq!(listed.len(), keys, "{owners}");
        assert!(listed.iter().all(|entry| entry["KeyArn"] == key.as_str()));
    }
    for (owners, constraint) in [
        (
            json!([]),
            "'[]' at 'resourceOwners' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            json!(["SELF", "SELF", "SELF"]),
            "'[SELF, SELF, SELF]' at 'resourceOwners' failed to satisfy constraint: Member must have length less than or equal to 2",
        ),
        (
            json!(["ME"]),
            "'[ME]' at 'resourceOwners' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SELF, OTHER_ACCOUNTS_VIA_RAM]]",
        ),
    ] {
        let (code, message) = server.error("ListKeys", json!({"ResourceOwners": owners}));
        let expected = format!("1 validation error detected: Value {constraint}");
        assert_eq!((code.as_str(), message), ("ValidationException", expected));
    }
}

#[test]
fn a_key_for_encapsulation_is_described_and_encrypts_nothing() {
    let server = Server::new();
    for spec in ["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"] {
        let usage = "ENCAPSULATE_DECAPSULATE";
        let created = server.ok("CreateKey", json!({"KeySpec": spec, "KeyUsage": usage}));
        let metadata = &created["KeyMetadata"];
        assert_eq!(metadata["EncapsulationAlgorithms"], json!(["ML_KEM"]));
        assert!(
            metadata.get("CustomerMasterKeySpec").is_none(),
            "{metadata}"
        );
        let arn = metadata["Arn"].as_str().unwrap();
        let request = json!({"KeyId": arn, "Plaintext": base64("a")});
        let expected = format!("{arn} key usage is {usage} which is not valid for Encrypt.");
        assert_eq!(
            server.error("Encrypt", request),
            ("InvalidKeyUsageException".to_owned(), expected)
        );
    }
}

#[test]
fn policies_see_the_tags_of_the_request_and_those_of_the_key() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let policy = Policy::new()
        .statement(
            Statement::allow()
                .action("kms:TagResource")
                .resource("*")
                .condition(Condition::new(
                    StringEquals,
                    "aws:RequestTag/tenant",
                    ["blue"],
                )),
        )
        .statement(
            Statement::allow()
                .action("kms:UntagResource")
                .resource("*")
                .condition(Condition::new(StringEquals, "aws:TagKeys", ["stage"])),
        )
        .statement(
            Statement::allow()
                .action("kms:DescribeKey")
                .resource("*")
                .condition(Condition::new(
                    StringEquals,
                    "aws:ResourceTag/tenant",
                    ["blue"],
                )),
        );
    let alice: Caller = "arn:aws-cn:iam::111122223333:user/alice".parse().unwrap();
    let alice = server.as_caller(alice.with_identity_policy(policy));
    let denied = |operation: &str, request: Value| {
        let (code, _) = alice.error(operation, request);
        assert_eq!(code, "AccessDeniedException", "{operation}");
    };
    let tag = |value: &str| json!({"KeyId": key, "Tags": tags(&[("tenant", value)])});
    let untag = |tag_key: &str| json!({"KeyId": key, "TagKeys": [tag_key]});
    denied("DescribeKey", json!({"KeyId": key}));
    denied("TagResource", tag("red"));
    alice.ok("TagResource", tag("blue"));
    alice.ok("DescribeKey", json!({"KeyId": key}));
    denied("UntagResource", untag("tenant"));
    alice.ok("UntagResource", untag("stage"));
}

#[test]
fn what_a_tag_may_be_is_said_by_the_model() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let long = "k".repeat(129);
    for (operation, request, violation) in [
        (
            "TagResource",
            json!({"KeyId": key}),
            "Value null at 'tags' failed to satisfy constraint: Member must not be null".to_owned(),
        ),
        (
            "TagResource",
            json!({"KeyId": key, "Tags": [{"TagKey": "tenant"}]}),
            "Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null".to_owned(),
        ),
        (
            "UntagResource",
            json!({"KeyId": key}),
            "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null".to_owned(),
        ),
        (
            "UntagResource",
            json!({"KeyId": key, "TagKeys": ["tenant", long]}),
            format!("Value '[tenant, {long}]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
        ),
    ] {
        let (code, message) = server.error(operation, request);
        let expected = format!("1 validation error detected: {violation}");
        assert_eq!((code.as_str(), message), ("ValidationException", expected));
    }
}

#[test]
fn a_key_gets_another_description() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let describe = |description: &str| json!({"KeyId": key, "Description": description});
    for description in ["the blue tenant's", ""] {
        server.ok("UpdateKeyDescription", describe(description));
        let described = server.ok("DescribeKey", json!({"KeyId": key}));
        assert_eq!(described["KeyMetadata"]["Description"], description);
    }
    for refused in [json!({"KeyId": key}), describe(&"d".repeat(8193))] {
        let (code, message) = server.error("UpdateKeyDescription", refused);
        assert_eq!(code, "ValidationException");
        assert!(message.contains(" at 'description' failed"), "{message}");
    }
}

#[test]
fn a_key_has_one_policy() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let listed = server.ok("ListKeyPolicies", json!({"KeyId": key, "Limit": 1}));
    let expected = json!({"PolicyNames": ["default"], "Truncated": false});
    assert_eq!(listed, expected);
}

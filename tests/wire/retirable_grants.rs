//! `ListRetirableGrants`: the grants that a principal may retire, on whatever keys they are.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::{GrantOperation, GrantPrincipal};
use serde_json::{Value, json};

use crate::server::Server;

const ALICE: &str = "arn:aws-cn:iam::111122223333:user/alice";
const BOB: &str = "arn:aws-cn:iam::111122223333:user/bob";
const SERVICE: &str = "dynamodb.amazonaws.com";

fn ids(answer: &Value) -> Vec<&str> {
    let grants = answer["Grants"].as_array().unwrap().iter();
    grants
        .map(|grant| grant["GrantId"].as_str().unwrap())
        .collect()
}

#[test]
fn grants_are_found_by_who_may_retire_them_across_keys_and_accounts() {
    let server = Server::new();
    let here = server.key(KeySpec::SymmetricDefault);
    let elsewhere = server
        .keyring
        .in_account("444455556666".parse().unwrap())
        .create_key(KeySpec::SymmetricDefault)
        .unwrap();
    let in_another_region = server
        .keyring
        .in_region("cn-northwest-1".parse().unwrap())
        .create_key(KeySpec::SymmetricDefault)
        .unwrap();
    let grant = |key: kms_reencrypt::KeyArn, retiring: &str| {
        let keyring = server.keyring.in_account(*key.account());
        let keyring = keyring.in_region(*key.region());
        let created = keyring.create_grant(key, ALICE, |grant| {
            let grant = grant.operation(GrantOperation::Decrypt);
            grant.retiring_principal(retiring)
        });
        created.unwrap().grant_id.to_string()
    };
    let mut expected = vec![grant(here, BOB), grant(elsewhere, BOB)];
    expected.sort();
    grant(here, ALICE);
    grant(in_another_region, BOB);
    let revoked = grant(here, BOB);
    server.ok(
        "RevokeGrant",
        json!({"KeyId": here.to_string(), "GrantId": revoked}),
    );

    let listed = server.ok("ListRetirableGrants", json!({"RetiringPrincipal": BOB}));
    assert_eq!(ids(&listed), expected);
    let mut keys: Vec<&str> = listed["Grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| grant["KeyId"].as_str().unwrap())
        .collect();
    keys.sort_unstable();
    let mut both = [here.to_string(), elsewhere.to_string()];
    both.sort();
    assert_eq!(keys, both);

    let mut request = json!({"RetiringPrincipal": BOB, "Limit": 1});
    for (id, more) in [(&expected[0], true), (&expected[1], false)] {
        let page = server.ok("ListRetirableGrants", request.clone());
        assert_eq!(
            (ids(&page), &page["Truncated"]),
            (vec![id.as_str()], &json!(more))
        );
        request["Marker"] = page["NextMarker"].clone();
    }
}

#[test]
fn the_grants_of_a_service_are_those_of_the_account() {
    let server = Server::new();
    let here = server.key(KeySpec::SymmetricDefault);
    let other = server.keyring.in_account("444455556666".parse().unwrap());
    let elsewhere = other.create_key(KeySpec::SymmetricDefault).unwrap();
    let source = "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/Books";
    let mut created = Vec::new();
    for (keyring, key) in [(&server.keyring, here), (&other, elsewhere)] {
        let grant = keyring.create_grant_for_service(key, SERVICE, |grant| {
            grant
                .operation(GrantOperation::Decrypt)
                .source_arn(source)
                .retiring_service_principal(SERVICE)
        });
        created.push(grant.unwrap().grant_id);
    }
    let listed = server.ok(
        "ListRetirableGrants",
        json!({"RetiringServicePrincipal": SERVICE}),
    );
    assert_eq!(ids(&listed), [created[0].as_str()]);
    // The other member is for principals, and this one is none of its.
    let listed = server.ok("ListRetirableGrants", json!({"RetiringPrincipal": SERVICE}));
    assert!(ids(&listed).is_empty());
    let service = GrantPrincipal::Service(SERVICE.into());
    assert_eq!(other.retirable_grants(&service)[0].0, elsewhere);
}

#[test]
fn one_principal_of_the_callers_account_is_asked_about() {
    let server = Server::new();
    let either = "Specify either RetiringPrincipal or RetiringServicePrincipal, but not both.";
    for (request, code, expected) in [
        (json!({}), "ValidationException", either),
        (
            json!({"RetiringPrincipal": BOB, "RetiringServicePrincipal": SERVICE}),
            "ValidationException",
            either,
        ),
        (
            json!({"RetiringPrincipal": "bob"}),
            "InvalidArnException",
            "ARN does not refer to a valid principal: bob",
        ),
        (
            json!({"RetiringPrincipal": "arn:aws-cn:iam::444455556666:user/bob"}),
            "ValidationException",
            "The RetiringPrincipal must be a principal of your account.",
        ),
    ] {
        let (refused, message) = server.error("ListRetirableGrants", request);
        assert_eq!((refused.as_str(), message.as_str()), (code, expected));
    }
}

//! Every operation that is served, on a key in every state: the table of behaviour §14 is read from the document.

use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::{KeyArn, KeyOrigin, KeySpec, KeyState};
use serde_json::{Value, json};

use crate::common::encrypting;
use crate::model;
use crate::server::Server;

const DOCUMENT: &str = include_str!("../../docs/behaviour.md");

/// The columns of the table.
const COLUMNS: [&[KeyState]; 7] = [
    &[KeyState::Enabled],
    &[KeyState::Disabled],
    &[KeyState::PendingDeletion, KeyState::PendingReplicaDeletion],
    &[KeyState::PendingImport],
    &[KeyState::Unavailable],
    &[KeyState::Creating],
    &[KeyState::Updating],
];

/// The operations without a row: they are about no key that exists.
const ABOUT_NO_KEY: [&str; 5] = [
    "CreateKey",
    "DescribeCustomKeyStores",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
];

/// What the page leaves open, as keys here can be put into states that theirs never have.
const NOT_APPLICABLE: &str = "n/a";

#[test]
fn every_operation_does_with_a_key_what_its_state_allows() {
    let operations = model::operations();
    let mut rows = 0;
    let mut wrong = Vec::new();
    for (operation, cells) in table() {
        assert!(!ABOUT_NO_KEY.contains(&operation), "{operation} has a row");
        if !operations.contains(&operation) {
            continue;
        }
        rows += 1;
        for (states, cell) in COLUMNS.iter().zip(cells) {
            for state in states.iter().filter(|_| cell != NOT_APPLICABLE) {
                for origin in origins(*state) {
                    let (actual, expected) = ask(operation, *state, *origin, cell);
                    if actual != expected {
                        wrong.push(format!(
                            "{operation} {state} {origin} ({cell}):\n  expected {expected}\n  but is   {actual}"
                        ));
                    }
                }
            }
        }
    }
    assert_eq!(rows, operations.len() - ABOUT_NO_KEY.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The origins of keys that can be in a state.
fn origins(state: KeyState) -> &'static [KeyOrigin] {
    match state {
        KeyState::PendingImport => &[KeyOrigin::External],
        _ => &[KeyOrigin::AwsKms, KeyOrigin::External],
    }
}

/// The rows of the document: an operation and its cells.
fn table() -> Vec<(&'static str, Vec<&'static str>)> {
    let (_, section) = DOCUMENT.split_once("\n## 14. ").unwrap();
    let (section, _) = section.split_once("\n### Notes").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim);
        (cells.next().unwrap(), cells.take(7).collect())
    })
    .collect()
}

/// Asks for an operation on a key in a state: the answer, and the answer that a cell calls for.
fn ask(operation: &str, state: KeyState, origin: KeyOrigin, cell: &str) -> (String, String) {
    let server = Server::new();
    let key = key(&server, operation, origin);
    let request = request(&server, operation, key);
    server.keyring.set_key_state(key, state).unwrap();
    let (status, body) = server.raw(operation, &request.to_string());
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let said = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let answer = match (status, said("__type").as_str()) {
        // What was asked is wrong in another way, and got past the state.
        (200, _) | (_, "InvalidImportTokenException" | "DryRunOperationException") => {
            "succeeds".to_owned()
        }
        (_, code) => format!("{code} {}", said("message")),
    };
    (answer, expected(operation, key, state, origin, cell))
}

fn expected(
    operation: &str,
    key: KeyArn,
    state: KeyState,
    origin: KeyOrigin,
    cell: &str,
) -> String {
    let invalid = |words: &str| format!("KMSInvalidStateException {key} is {words}.");
    let by_state = || match state {
        KeyState::Disabled => format!("DisabledException {key} is disabled."),
        KeyState::PendingDeletion => invalid("pending deletion"),
        KeyState::PendingReplicaDeletion => invalid("pending replica deletion"),
        KeyState::PendingImport => invalid("pending import"),
        KeyState::Unavailable => invalid("unavailable"),
        KeyState::Creating => invalid("creating"),
        KeyState::Updating => invalid("updating"),
        KeyState::Enabled => unreachable!("nothing fails by it: {cell}"),
        other => unreachable!("{other}"),
    };
    let unsupported = || {
        format!(
            "UnsupportedOperationException {key} origin is {origin} which is not valid for this operation."
        )
    };
    let imports = origin == KeyOrigin::External;
    match cell {
        "ok 9" | "? 9" if !imports => unsupported(),
        // Note 6 is not for PendingImport alone.
        "? 7"
            if imports && operation.contains("KeyRotation") && operation != "ListKeyRotations" =>
        {
            unsupported()
        }
        "ok" | "ok 9" | "ok 12" | "? 7" | "? 9" => "succeeds".to_owned(),
        // The new key of an alias.
        "? 10" => by_state(),
        "X4" | "X4 13" => invalid("not pending deletion"),
        "X8/9" if imports => by_state(),
        "X6" | "X7" | "X9" | "X8/9" => unsupported(),
        _ => by_state(),
    }
}

/// A key that the operation is for, but for its state.
pub(crate) fn key(server: &Server, operation: &str, origin: KeyOrigin) -> KeyArn {
    if operation == "GetPublicKey" {
        return server.key(KeySpec::Sm2);
    }
    // SM2PKE, whose wrapping keys are made quickly, wraps private keys only.
    if operation == "GetParametersForImport" {
        let new = encrypting(KeySpec::Sm2).origin(origin);
        return server.keyring.create_key(new).unwrap();
    }
    let new = NewKey::new(KeySpec::SymmetricDefault)
        .multi_region(matches!(operation, "ReplicateKey" | "UpdatePrimaryRegion"))
        .origin(origin);
    let key = server.keyring.create_key(new).unwrap();
    if origin == KeyOrigin::External {
        let first = ImportedMaterial::new([7; 32]);
        server.keyring.import_key_material(key, first).unwrap();
    }
    if operation == "UpdatePrimaryRegion" {
        let replica = server.keyring.replicate_key(key, "cn-northwest-1").unwrap();
        if origin == KeyOrigin::External {
            let there = server.keyring.in_region(*replica.region());
            let first = ImportedMaterial::new([7; 32]);
            there.import_key_material(replica, first).unwrap();
        }
    } else if origin == KeyOrigin::External {
        let second = ImportedMaterial::new([8; 32]).as_new_key_material();
        server.keyring.import_key_material(key, second).unwrap();
    }
    key
}

/// A request that would succeed for an enabled key.
pub(crate) fn request(server: &Server, operation: &str, key: KeyArn) -> Value {
    let key = key.to_string();
    let other = server.key(KeySpec::SymmetricDefault).to_string();
    let id = |members: Value| {
        let mut request = json!({"KeyId": key});
        let all = request.as_object_mut().unwrap();
        all.extend(members.as_object().unwrap().clone());
        request
    };
    let blob = || server.ok("Encrypt", id(json!({"Plaintext": "YQ=="})))["CiphertextBlob"].clone();
    let grant = || {
        let role = "arn:aws-cn:iam::111122223333:role/app";
        id(json!({"GranteePrincipal": role, "Operations": ["Decrypt"]}))
    };
    let alias = |target: &str| json!({"AliasName": "alias/app", "TargetKeyId": target});
    match operation {
        "CreateAlias" => alias(&key),
        "UpdateAlias" => {
            server.ok("CreateAlias", alias(&other));
            alias(&key)
        }
        "DeleteAlias" => {
            server.ok("CreateAlias", alias(&key));
            json!({"AliasName": "alias/app"})
        }
        "CreateGrant" => grant(),
        "RevokeGrant" => id(json!({"GrantId": server.ok("CreateGrant", grant())["GrantId"]})),
        "RetireGrant" => {
            let created = server.ok("CreateGrant", grant());
            id(json!({"GrantId": created["GrantId"]}))
        }
        "Decrypt" => json!({"CiphertextBlob": blob()}),
        "ReEncrypt" => json!({"CiphertextBlob": blob(), "DestinationKeyId": other}),
        "Encrypt" => id(json!({"Plaintext": "YQ=="})),
        "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => id(json!({"KeySpec": "AES_256"})),
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            id(json!({"KeyPairSpec": "SM2"}))
        }
        "GetParametersForImport" => id(json!({
            "WrappingAlgorithm": "SM2PKE",
            "WrappingKeySpec": "SM2",
        })),
        "ImportKeyMaterial" => id(json!({
            "ImportToken": "YQ==",
            "EncryptedKeyMaterial": "YQ==",
        })),
        "PutKeyPolicy" => {
            let policy = server.ok("GetKeyPolicy", id(json!({})))["Policy"].clone();
            id(json!({"Policy": policy}))
        }
        "UpdatePrimaryRegion" => id(json!({"PrimaryRegion": "cn-northwest-1"})),
        "ReplicateKey" => id(json!({"ReplicaRegion": "cn-northwest-1"})),
        "TagResource" => id(json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]})),
        "UntagResource" => id(json!({"TagKeys": ["a"]})),
        "UpdateKeyDescription" => id(json!({"Description": "new"})),
        "ScheduleKeyDeletion" => id(json!({"PendingWindowInDays": 7})),
        _ => id(json!({})),
    }
}

//! What this library does not have says so.

use serde_json::{Value, json};

use crate::server::{Server, base64};

#[test]
fn members_that_are_not_served_are_refused_by_their_names() {
    let server = Server::new();
    let recipient = json!({
        "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
        "AttestationDocument": base64("document"),
    });
    let key = server.key(kms_reencrypt::KeySpec::SymmetricDefault);
    let blob = json!({"KeyId": key.to_string(), "Plaintext": base64("a")});
    let blob = server.ok("Encrypt", blob)["CiphertextBlob"].clone();
    let store = json!("cks-1234567890abcdef0");
    let with = |mut request: Value, member: &str, value: &Value| {
        request[member] = value.clone();
        request
    };
    for (operation, request, member, value, code) in [
        (
            "CreateKey",
            json!({"Origin": "AWS_CLOUDHSM"}),
            "CustomKeyStoreId",
            &store,
            "CustomKeyStoreNotFoundException",
        ),
        (
            "CreateKey",
            json!({"Origin": "EXTERNAL_KEY_STORE"}),
            "XksKeyId",
            &json!("bb8562717f809024"),
            "CustomKeyStoreNotFoundException",
        ),
        (
            "GenerateRandom",
            json!({"NumberOfBytes": 8}),
            "CustomKeyStoreId",
            &store,
            "CustomKeyStoreNotFoundException",
        ),
        (
            "GenerateRandom",
            json!({"NumberOfBytes": 8}),
            "Recipient",
            &recipient,
            "ValidationException",
        ),
        (
            "GenerateDataKey",
            json!({"KeyId": key.to_string(), "NumberOfBytes": 8}),
            "Recipient",
            &recipient,
            "ValidationException",
        ),
        (
            "GenerateDataKeyPair",
            json!({"KeyId": key.to_string(), "KeyPairSpec": "SM2"}),
            "Recipient",
            &recipient,
            "ValidationException",
        ),
        (
            "Decrypt",
            json!({"CiphertextBlob": blob}),
            "Recipient",
            &recipient,
            "ValidationException",
        ),
    ] {
        let (refused, message) = server.error(operation, with(request, member, value));
        assert_eq!(refused, code, "{operation} {member}");
        assert!(message.contains(member), "{operation}: {message}");
    }
    assert_eq!(server.keyring.keys(), [key]);
}

#[test]
fn operations_that_are_not_served_say_what_this_library_is_for() {
    let server = Server::new();
    for operation in [
        "ConnectCustomKeyStore",
        "CreateCustomKeyStore",
        "Decapsulate",
        "DeleteCustomKeyStore",
        "DeriveSharedSecret",
        "DisconnectCustomKeyStore",
        "Encapsulate",
        "GenerateMac",
        "Sign",
        "UpdateCustomKeyStore",
        "Verify",
        "VerifyMac",
    ] {
        let (status, body) = server.raw(operation, "{}");
        let message = format!(
            "The operation {operation} is not served here: this library serves what ReEncrypt needs."
        );
        let expected = json!({"__type": "UnknownOperationException", "message": message});
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, body), (400, expected));
    }
}

#[test]
fn an_account_has_no_custom_key_stores() {
    let server = Server::new();
    let described = server.ok("DescribeCustomKeyStores", json!({"Limit": 10}));
    assert_eq!(
        described,
        json!({"CustomKeyStores": [], "Truncated": false})
    );
    for member in ["CustomKeyStoreId", "CustomKeyStoreName"] {
        let (code, message) = server.error("DescribeCustomKeyStores", json!({member: "store"}));
        assert_eq!(code, "CustomKeyStoreNotFoundException");
        assert!(message.contains(member), "{message}");
    }
}

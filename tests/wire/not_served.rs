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

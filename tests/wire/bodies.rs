//! Requests and responses on the wire, compared byte by byte.

use kms_reencrypt::access::Caller;
use kms_reencrypt::wire::Service;
use kms_reencrypt::{KeySpec, Keyring, Kms};
use serde_json::json;

use crate::server::{Server, base64, bytes};

const ALICE: &str = "arn:aws-cn:iam::444455556666:user/alice";

#[test]
fn exceptions_have_the_bodies_of_the_service() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let other = server.key(KeySpec::SymmetricDefault);
    let disabled = server.key(KeySpec::SymmetricDefault);
    server.keyring.disable_key(disabled).unwrap();
    let encrypt = json!({"KeyId": key.to_string(), "Plaintext": "YQ=="});
    let blob = server.ok("Encrypt", encrypt)["CiphertextBlob"].clone();
    let cases = [
        // Two keys in the body.
        (
            "Encrypt",
            json!({"KeyId": "alias/app", "Plaintext": "YQ=="}),
            r#"{"__type":"NotFoundException","message":"Alias arn:aws-cn:kms:cn-north-1:111122223333:alias/app is not found."}"#.to_owned(),
        ),
        (
            "Encrypt",
            json!({"KeyId": disabled.to_string(), "Plaintext": "YQ=="}),
            format!(r#"{{"__type":"DisabledException","message":"{disabled} is disabled."}}"#),
        ),
        (
            "ReEncrypt",
            json!({"CiphertextBlob": blob, "DestinationKeyId": other.to_string(), "DryRun": true}),
            r#"{"__type":"DryRunOperationException","message":"The request would have succeeded, but the DryRun option is set."}"#.to_owned(),
        ),
        (
            "ReEncrypt",
            json!({"CiphertextBlob": blob, "SourceKeyId": other.to_string(), "DestinationKeyId": other.to_string()}),
            r#"{"__type":"IncorrectKeyException","message":"The key ID in the request does not identify a CMK that can perform this operation."}"#.to_owned(),
        ),
        (
            "ReEncrypt",
            json!({"CiphertextBlob": "AAAA"}),
            r#"{"__type":"ValidationException","message":"1 validation error detected: Value null at 'destinationKeyId' failed to satisfy constraint: Member must not be null"}"#.to_owned(),
        ),
        (
            "ReEncrypt",
            json!({"DestinationKeyId": "alias/missing", "CiphertextBlob": ""}),
            r#"{"__type":"ValidationException","message":"1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length greater than or equal to 1"}"#.to_owned(),
        ),
        // No message: no key for it.
        (
            "Decrypt",
            json!({"CiphertextBlob": "AAAA"}),
            r#"{"__type":"InvalidCiphertextException"}"#.to_owned(),
        ),
        (
            "Decrypt",
            json!({"CiphertextBlob": "AAAA", "GrantTokens": ["none"]}),
            r#"{"__type":"InvalidGrantTokenException"}"#.to_owned(),
        ),
        (
            "GetPublicKey",
            json!({"KeyId": key.to_string()}),
            r#"{"__type":"UnsupportedOperationException"}"#.to_owned(),
        ),
    ];
    for (operation, request, body) in cases {
        let answer = server.raw(operation, &request.to_string());
        assert_eq!(answer, (400, body), "{operation} {request}");
    }
}

#[test]
fn a_refused_permission_is_told_under_a_capital_letter() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let stranger = server.as_caller(ALICE.parse::<Caller>().unwrap());
    let request = json!({"KeyId": key.to_string(), "Plaintext": "YQ=="});
    let answer = stranger.raw("Encrypt", &request.to_string());
    let body = r#"{"__type":"AccessDeniedException","Message":"User: arn:aws-cn:iam::444455556666:user/alice is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"}"#;
    assert_eq!(answer, (400, body.to_owned()));
}

#[test]
fn what_cannot_be_read_is_a_serialization_exception() {
    let server = Server::new();
    let list = "Start of list found where not expected";
    let object = "Start of structure or map found where not expected.";
    for (operation, body, message) in [
        ("Decrypt", r#"{"CiphertextBlob": "this-is-not-base64"}"#, ""),
        ("Decrypt", r#"{"CiphertextBlob": "AAA"}"#, ""),
        ("Decrypt", "{", ""),
        ("Decrypt", "", ""),
        ("Decrypt", "null", ""),
        ("Decrypt", r#""x""#, ""),
        ("Decrypt", r#"{"KeyId": "a",}"#, ""),
        ("Decrypt", "[]", list),
        ("Decrypt", r#"{"KeyId": []}"#, list),
        ("GenerateDataKey", r#"{"NumberOfBytes": [8]}"#, list),
        ("CreateGrant", r#"{"Constraints": []}"#, list),
        ("CreateKey", r#"{"Tags": [[]]}"#, list),
        ("Decrypt", r#"{"KeyId": {}}"#, object),
        ("GenerateDataKey", r#"{"NumberOfBytes": {}}"#, object),
        ("Decrypt", r#"{"GrantTokens": {}}"#, object),
        (
            "GenerateDataKey",
            r#"{"NumberOfBytes": "8"}"#,
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            "GenerateDataKey",
            r#"{"NumberOfBytes": false}"#,
            "FALSE_VALUE can not be converted to an Integer",
        ),
        (
            "Decrypt",
            r#"{"KeyId": 1}"#,
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "Decrypt",
            r#"{"KeyId": true}"#,
            "TRUE_VALUE can not be converted to a String",
        ),
        (
            "Decrypt",
            r#"{"GrantTokens": [1]}"#,
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "Decrypt",
            r#"{"GrantTokens": "token"}"#,
            "Expected list or null",
        ),
        ("Decrypt", r#"{"GrantTokens": 1}"#, "Expected list or null"),
        ("CreateGrant", r#"{"Constraints": "x"}"#, "Expected null"),
        ("CreateGrant", r#"{"Constraints": true}"#, "Expected null"),
        ("CreateKey", r#"{"Tags": ["x"]}"#, "Expected null"),
        // GUESS 18
        (
            "Decrypt",
            r#"{"DryRun": "true"}"#,
            "STRING_VALUE can not be converted to a Boolean",
        ),
        (
            "Decrypt",
            r#"{"EncryptionContext": 1}"#,
            "Expected map or null",
        ),
        (
            "ImportKeyMaterial",
            r#"{"ValidTo": "2026-01-01T00:00:00Z"}"#,
            "STRING_VALUE can not be converted to a Timestamp",
        ),
        // GUESS 20
        (
            "Decrypt",
            r#"{"EncryptionContext": {"tenant": 1}}"#,
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "Decrypt",
            r#"{"EncryptionContext": {"tenant": null}}"#,
            "NULL_VALUE can not be converted to a String",
        ),
        // The wrong type wins over what is missing or not supported.
        (
            "GenerateDataKey",
            r#"{"Recipient": {}, "KeySpec": 1}"#,
            "NUMBER_VALUE can not be converted to a String",
        ),
    ] {
        let message = match message {
            "" => String::new(),
            said => format!(r#","Message":"{said}""#),
        };
        let answer = format!(r#"{{"__type":"SerializationException"{message}}}"#);
        assert_eq!(
            server.raw(operation, body),
            (400, answer),
            "{operation} {body}"
        );
    }
}

#[test]
fn what_says_nothing_disturbs_nobody() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    for request in [
        json!({"KeyId": key, "NumberOfBytes": 8, "KeySpec": null, "Unknown": [{}]}),
        json!({"KeyId": key, "NumberOfBytes": 8, "GrantTokens": [null]}),
        json!({"KeyId": key, "NumberOfBytes": 8.9}),
    ] {
        let (status, body) = server.raw("GenerateDataKey", &request.to_string());
        assert_eq!(status, 200, "{request}: {body}");
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(bytes(&answer["Plaintext"]).len(), 8, "{request}");
    }
}

#[test]
fn an_operation_that_is_not_served_is_named_if_kms_has_it() {
    let server = Server::new();
    let unknown = r#"{"__type":"UnknownOperationException"}"#;
    for (target, body) in [
        (
            "TrentService.Sign",
            r#"{"__type":"UnknownOperationException","message":"The operation Sign is not served here: this library serves what ReEncrypt needs."}"#,
        ),
        ("TrentService.", unknown),
        ("TrentService.sign", unknown),
        ("TrentService.reEncrypt", unknown),
        ("TrentService.ReEncryptFrom", unknown),
        ("ReEncrypt", unknown),
        ("DynamoDB_20120810.GetItem", unknown),
        ("", unknown),
    ] {
        // An unknown operation is found before its body is read.
        for request in ["{}", "{"] {
            let response = server.service.call(target, request.as_bytes());
            assert_eq!(response.status(), 400);
            assert_eq!(response.error_code(), Some("UnknownOperationException"));
            assert_eq!(core::str::from_utf8(response.body()), Ok(body), "{target}");
        }
    }
}

#[test]
fn decrypt_tells_the_origin_of_the_key() {
    let server = Server::new();
    for spec in [KeySpec::SymmetricDefault, KeySpec::Sm2] {
        let key = server.key(spec).to_string();
        let algorithm = match spec {
            KeySpec::Sm2 => "SM2PKE",
            _ => "SYMMETRIC_DEFAULT",
        };
        let encrypted = server.ok(
            "Encrypt",
            json!({"KeyId": key, "Plaintext": "YQ==", "EncryptionAlgorithm": algorithm}),
        );
        let decrypted = server.ok(
            "Decrypt",
            json!({
                "KeyId": key,
                "CiphertextBlob": encrypted["CiphertextBlob"],
                "EncryptionAlgorithm": algorithm,
            }),
        );
        assert_eq!(decrypted["KeyOrigin"], "AWS_KMS");
    }
}

#[test]
fn list_aliases_counts_them() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let of_the_key = || server.ok("ListAliases", json!({"KeyId": key.to_string()}));
    assert_eq!(of_the_key()["AliasCount"], 0);
    server.keyring.create_alias("alias/a", key).unwrap();
    server.keyring.create_alias("alias/b", key).unwrap();
    assert_eq!(of_the_key()["AliasCount"], 2);
}

#[test]
fn a_provider_without_a_ring_has_no_control_operations() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let service = Service::new(Kms::new(keyring));
    let request = json!({"KeyId": key.to_string(), "NumberOfBytes": 8}).to_string();
    let response = service.call("TrentService.GenerateDataKey", request.as_bytes());
    assert_eq!(response.status(), 200);
    let response = service.call("TrentService.ListKeys", b"{}");
    assert_eq!(response.error_code(), Some("UnknownOperationException"));
    assert_eq!(
        core::str::from_utf8(response.body()),
        Ok(
            r#"{"__type":"UnknownOperationException","message":"The operation is not served here: it needs a ring of keys, which Service::with_keyring adds."}"#
        )
    );
}

#[test]
fn a_failing_provider_is_a_500_that_says_what_happened() {
    use kms_reencrypt::error::InfrastructureError;
    use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyView};

    #[derive(Clone)]
    struct Failing(KeyProviderError);
    impl KeyProvider for Failing {
        fn home(&self) -> kms_reencrypt::Place {
            kms_reencrypt::Place::new(
                "111122223333".parse().unwrap(),
                "us-east-2".parse().unwrap(),
            )
        }
        fn view(&self, _: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
            Err(self.0.clone())
        }
    }

    let failure = |text: &str| InfrastructureError::new(text);
    for (error, status, body) in [
        (
            KeyProviderError::Internal(failure("the HSM is on fire")),
            500,
            r#"{"__type":"KMSInternalException","message":"the HSM is on fire"}"#,
        ),
        (
            KeyProviderError::KeyUnavailable(failure("")),
            500,
            r#"{"__type":"KeyUnavailableException","message":"The request was rejected because the specified KMS key was not available. You can retry the request."}"#,
        ),
        (
            KeyProviderError::DependencyTimeout(failure("late")),
            500,
            r#"{"__type":"DependencyTimeoutException","message":"late"}"#,
        ),
        (
            KeyProviderError::Throttled,
            400,
            r#"{"__type":"ThrottlingException","message":"You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."}"#,
        ),
    ] {
        let service = Service::new(Kms::new(Failing(error)));
        let response = service.call("TrentService.Decrypt", br#"{"CiphertextBlob": "AAAA"}"#);
        assert_eq!(response.status(), status);
        assert_eq!(core::str::from_utf8(response.body()), Ok(body));
    }
}

#[test]
fn a_result_has_its_members_in_the_order_of_the_model() {
    let server = Server::new();
    let source = server.key(KeySpec::SymmetricDefault);
    let destination = server.key(KeySpec::Rsa2048);
    let encrypt = json!({"KeyId": source.to_string(), "Plaintext": base64("attack at dawn")});
    let blob = server.ok("Encrypt", encrypt)["CiphertextBlob"].clone();
    let request = json!({
        "CiphertextBlob": blob,
        "DestinationKeyId": destination.to_string(),
        "DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
        "SourceKeyId": null,
        "Unknown": {"ignored": [true]},
    });
    let (status, body) = server.raw("ReEncrypt", &request.to_string());
    assert_eq!(status, 200, "{body}");
    let (start, rest) = body.split_once(r#"","SourceKeyId""#).unwrap();
    // 256 bytes in base64.
    assert_eq!(start.len(), r#"{"CiphertextBlob":""#.len() + 344);
    let material = server.keyring.describe_key(source).unwrap();
    let material = material.current_key_material_id().unwrap();
    assert_eq!(
        rest,
        format!(
            r#":"{source}","KeyId":"{destination}","SourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT","DestinationEncryptionAlgorithm":"RSAES_OAEP_SHA_256","SourceKeyMaterialId":"{material}"}}"#
        )
    );
}

#[test]
fn neither_a_request_nor_a_response_prints_a_plaintext() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let request = json!({"KeyId": key.to_string(), "NumberOfBytes": 16}).to_string();
    let response = server
        .service
        .call("TrentService.GenerateDataKey", request.as_bytes());
    let printed = format!("{response:?}");
    assert!(
        printed.contains("200") && !printed.contains("Plaintext"),
        "{printed}"
    );
    assert_eq!(response.error_code(), None);
    assert_eq!(response.request_id().len(), 36);
}

//! Every operation over the wire; its request and its response are checked against the service model.

use core::time::Duration;
use std::collections::BTreeSet;

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::ConditionOperator::NumericLessThanEquals;
use kms_reencrypt::iam::{Condition, Policy, Statement};
use kms_reencrypt::{KeySpec, KeyState};
use rsa::pkcs8::{DecodePublicKey, SecretDocument};
use serde_json::{Value, json};

use crate::common::fixed_pem;
use crate::model;
use crate::server::{Server, base64, bytes};

#[test]
fn every_member_of_the_model_is_read_with_its_type() {
    let server = Server::new();
    for operation in model::operations() {
        for (member, kind) in model::input_members(operation) {
            let (wrong, said) = match kind {
                "boolean" => (
                    json!("text"),
                    "STRING_VALUE can not be converted to a Boolean",
                ),
                "integer" => (
                    json!("text"),
                    "STRING_VALUE can not be converted to an Integer",
                ),
                "timestamp" => (
                    json!("text"),
                    "STRING_VALUE can not be converted to a Timestamp",
                ),
                "list" => (json!(true), "Expected list or null"),
                "map" => (json!(true), "Expected map or null"),
                "structure" => (json!(true), "Expected null"),
                _ => (json!(true), "TRUE_VALUE can not be converted to a String"),
            };
            let (status, body) = server.raw(operation, &json!({member: wrong}).to_string());
            let said = format!(r#""Message":"{said}"#);
            assert_eq!(status, 400, "{operation} {member}");
            assert!(body.contains(&said), "{operation} {member} {kind}: {body}");
        }
    }
}

#[test]
fn every_operation_of_the_model_is_served() {
    let server = Server::new();
    for operation in model::operations() {
        let (_, body) = server.raw(operation, "{}");
        assert!(!body.contains("UnknownOperation"), "{operation}: {body}");
    }
}

#[test]
fn what_must_be_there_is_missed_in_the_words_of_the_service() {
    let server = Server::new();
    for (operation, members) in [
        ("CreateAlias", &["aliasName", "targetKeyId"][..]),
        ("DeleteAlias", &["aliasName"]),
        ("DescribeKey", &["keyId"]),
        ("CreateGrant", &["keyId", "operations"]),
        ("PutKeyPolicy", &["keyId", "policy"]),
        (
            "ImportKeyMaterial",
            &["keyId", "importToken", "encryptedKeyMaterial"],
        ),
        (
            "GetParametersForImport",
            &["keyId", "wrappingAlgorithm", "wrappingKeySpec"],
        ),
        ("ReplicateKey", &["keyId", "replicaRegion"]),
    ] {
        let violations: Vec<String> = members
            .iter()
            .map(|member| {
                format!(
                    "Value null at '{member}' failed to satisfy constraint: Member must not be null"
                )
            })
            .collect();
        let plural = if violations.len() == 1 { "" } else { "s" };
        let expected = format!(
            "{} validation error{plural} detected: {}",
            violations.len(),
            violations.join("; ")
        );
        let (code, message) = server.error(operation, json!({}));
        assert_eq!((code.as_str(), message), ("ValidationException", expected));
    }
}

#[test]
fn constraints_of_control_operations_are_those_of_the_model() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    for (operation, request, violation) in [
        (
            "CreateAlias",
            json!({"AliasName": "alias/ä", "TargetKeyId": key}),
            "Value 'alias/ä' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ),
        (
            "ListKeys",
            json!({"Limit": 0}),
            "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "ScheduleKeyDeletion",
            json!({"KeyId": key, "PendingWindowInDays": 6}),
            "Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7",
        ),
        (
            "CreateKey",
            json!({"Tags": [{"TagKey": "a", "TagValue": "b"}, {"TagKey": "", "TagValue": "b"}]}),
            "Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "CreateKey",
            json!({"Origin": "MARS"}),
            "Value 'MARS' at 'origin' failed to satisfy constraint: Member must satisfy enum value set: [AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE]",
        ),
        (
            "DeleteImportedKeyMaterial",
            json!({"KeyId": key, "KeyMaterialId": "A".repeat(64)}),
            &format!(
                "Value '{}' at 'keyMaterialId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-f0-9]+$",
                "A".repeat(64)
            ),
        ),
    ] {
        let (code, message) = server.error(operation, request);
        let expected = format!("1 validation error detected: {violation}");
        assert_eq!((code.as_str(), message), ("ValidationException", expected));
    }
}

#[test]
fn data_moves_from_one_key_to_another() {
    let server = Server::new();
    let key = |spec: &str| {
        let request = json!({"KeySpec": spec, "KeyUsage": "ENCRYPT_DECRYPT"});
        server.ok("CreateKey", request)["KeyMetadata"]["Arn"].clone()
    };
    let source = key("SYMMETRIC_DEFAULT");
    let destination = key("SM2");
    let data_key = server.ok(
        "GenerateDataKey",
        json!({"KeyId": source, "KeySpec": "AES_256", "EncryptionContext": {"tenant": "blue"}}),
    );
    let moved = server.ok(
        "ReEncrypt",
        json!({
            "CiphertextBlob": data_key["CiphertextBlob"],
            "SourceEncryptionContext": {"tenant": "blue"},
            "DestinationKeyId": destination,
            "DestinationEncryptionAlgorithm": "SM2PKE",
            "GrantTokens": [],
            "DryRun": false,
        }),
    );
    assert_eq!(moved["SourceKeyId"], source);
    assert_eq!(moved["KeyId"], destination);
    let opened = server.ok(
        "Decrypt",
        json!({
            "CiphertextBlob": moved["CiphertextBlob"],
            "KeyId": destination,
            "EncryptionAlgorithm": "SM2PKE",
        }),
    );
    assert_eq!(opened["Plaintext"], data_key["Plaintext"]);

    let blind = server.ok(
        "GenerateDataKeyWithoutPlaintext",
        json!({"KeyId": source, "NumberOfBytes": 24}),
    );
    let opened = server.ok(
        "Decrypt",
        json!({"CiphertextBlob": blind["CiphertextBlob"]}),
    );
    assert_eq!(bytes(&opened["Plaintext"]).len(), 24);
}

#[test]
fn a_private_key_is_generated_moved_and_opened() {
    let server = Server::new();
    let [source, destination] = [(); 2].map(|()| server.key(KeySpec::SymmetricDefault).to_string());
    let context = json!({"tenant": "blue"});
    let request = json!({
        "KeyId": source,
        "KeyPairSpec": "SM2",
        "EncryptionContext": context,
        "GrantTokens": [],
        "DryRun": false,
    });
    let pair = server.ok("GenerateDataKeyPair", request.clone());
    assert_eq!(
        (&pair["KeyId"], &pair["KeyPairSpec"]),
        (&json!(source), &json!("SM2"))
    );
    let blind = server.ok("GenerateDataKeyPairWithoutPlaintext", request);
    assert!(blind.get("PrivateKeyPlaintext").is_none());
    assert_eq!(blind["KeyMaterialId"], pair["KeyMaterialId"]);
    let moved = server.ok(
        "ReEncrypt",
        json!({
            "CiphertextBlob": pair["PrivateKeyCiphertextBlob"],
            "SourceEncryptionContext": context,
            "DestinationKeyId": destination,
        }),
    );
    let opened = server.ok(
        "Decrypt",
        json!({"CiphertextBlob": moved["CiphertextBlob"]}),
    );
    assert_eq!(opened["Plaintext"], pair["PrivateKeyPlaintext"]);
    // The point of an SM2 key ends both.
    let [private, public] = ["PrivateKeyPlaintext", "PublicKey"].map(|name| bytes(&pair[name]));
    assert_eq!(private.last_chunk::<64>(), public.last_chunk::<64>());
}

#[test]
fn a_recipient_never_gets_the_plaintext_in_the_clear() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let recipient = json!({
        "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
        "AttestationDocument": base64("document"),
    });
    let request = json!({"KeyId": key, "NumberOfBytes": 8, "Recipient": recipient});
    let (code, _) = server.error("GenerateDataKey", request);
    assert_eq!(code, "ValidationException");
    let request = json!({"KeyId": key, "KeyPairSpec": "SM2", "Recipient": recipient});
    let (code, _) = server.error("GenerateDataKeyPair", request);
    assert_eq!(code, "ValidationException");
}

#[test]
fn every_kind_of_key_is_created_and_described() {
    let server = Server::new();
    for spec in KeySpec::ALL {
        for usage in spec.key_usages() {
            // Generating RSA keys takes its time: those of the fixed keys are described below.
            if spec.modulus_len().is_some() && !spec.encryption_algorithms().is_empty() {
                continue;
            }
            let request = json!({"KeySpec": spec.as_str(), "KeyUsage": usage.as_str()});
            let created = server.ok("CreateKey", request);
            let metadata = &created["KeyMetadata"];
            assert_eq!(metadata["KeySpec"], spec.as_str());
            assert_eq!(metadata["KeyUsage"], usage.as_str());
            assert_eq!(metadata["Enabled"], true);
            assert_eq!(metadata["CreationDate"], 1_767_225_600);
            let lists = [
                "EncryptionAlgorithms",
                "SigningAlgorithms",
                "KeyAgreementAlgorithms",
                "MacAlgorithms",
                "EncapsulationAlgorithms",
            ];
            let told = lists.iter().filter(|list| metadata[**list].is_array());
            assert_eq!(told.count(), 1, "{metadata}");
            let described = server.ok("DescribeKey", json!({"KeyId": metadata["KeyId"]}));
            assert_eq!(described, created);
        }
    }
    let rsa = server.key(KeySpec::Rsa2048);
    let described = server.ok("DescribeKey", json!({"KeyId": rsa.to_string()}));
    assert_eq!(
        described["KeyMetadata"]["EncryptionAlgorithms"],
        json!(["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
    );
}

#[test]
fn a_key_is_created_with_everything_that_is_asked_for() {
    let server = Server::new();
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    let created = server.ok(
        "CreateKey",
        json!({
            "Policy": policy,
            "Description": "the blue tenant's",
            "Origin": "EXTERNAL",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "BypassPolicyLockoutSafetyCheck": false,
            "Tags": [{"TagKey": "tenant", "TagValue": "blue"}],
            "MultiRegion": true,
        }),
    );
    let metadata = &created["KeyMetadata"];
    assert_eq!(metadata["Description"], "the blue tenant's");
    assert_eq!(metadata["KeyState"], "PendingImport");
    assert_eq!(
        metadata["MultiRegionConfiguration"],
        json!({
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Arn": metadata["Arn"], "Region": "cn-north-1"},
            "ReplicaKeys": [],
        })
    );
    let kept = server.ok("GetKeyPolicy", json!({"KeyId": metadata["KeyId"]}));
    let kept: Value = serde_json::from_str(kept["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(kept["Statement"][0]["Principal"], json!({"AWS": "*"}));

    let spec = "SYMMETRIC_DEFAULT";
    let both = json!({"KeySpec": spec, "CustomerMasterKeySpec": spec});
    assert_eq!(server.error("CreateKey", both).0, "ValidationException");
    for unsupported in [
        json!({"Origin": "AWS_CLOUDHSM"}),
        json!({"Origin": "EXTERNAL", "KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"}),
    ] {
        let (code, _) = server.error("CreateKey", unsupported);
        assert_eq!(code, "UnsupportedOperationException");
    }
}

#[test]
fn the_material_of_an_hmac_key_is_imported() {
    let server = Server::new();
    let external =
        json!({"Origin": "EXTERNAL", "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"});
    let created = server.ok("CreateKey", external);
    let metadata = &created["KeyMetadata"];
    assert_eq!(
        (&metadata["KeyState"], &metadata["MacAlgorithms"]),
        (&json!("PendingImport"), &json!(["HMAC_SHA_256"]))
    );
    let key = metadata["Arn"].as_str().unwrap();
    let parameters = server.ok(
        "GetParametersForImport",
        json!({
            "KeyId": key,
            "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
            "WrappingKeySpec": "RSA_2048",
        }),
    );
    let public_key = bytes(&parameters["PublicKey"]);
    let public_key = rsa::PublicKey::from_public_key_der(&public_key).unwrap();
    let wrapped = public_key.oaep_encrypt::<sha2::Sha256>(&[7; 48]).unwrap();
    let mut import = json!({
        "KeyId": key,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": base64(wrapped),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "ImportType": "NEW_KEY_MATERIAL",
    });
    let refused = server.error("ImportKeyMaterial", import.clone());
    assert_eq!(refused.0, "ValidationException");
    import.as_object_mut().unwrap().remove("ImportType");
    let imported = server.ok("ImportKeyMaterial", import);
    assert_eq!(imported, json!({"KeyId": key}));
    let described = server.ok("DescribeKey", json!({"KeyId": key}));
    assert_eq!(described["KeyMetadata"]["KeyState"], "Enabled");
    let deleted = server.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    assert_eq!(deleted, json!({"KeyId": key}));
    let described = server.ok("DescribeKey", json!({"KeyId": key}));
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingImport");
}

#[test]
fn a_key_goes_through_its_states() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let named = json!({"KeyId": key.to_string()});
    let state = || server.keyring.describe_key(key).unwrap().key_state();
    server.ok("DisableKey", named.clone());
    assert_eq!(state(), KeyState::Disabled);
    server.ok("EnableKey", named.clone());
    assert_eq!(state(), KeyState::Enabled);
    let scheduled = server.ok(
        "ScheduleKeyDeletion",
        json!({"KeyId": key.key_id().as_str(), "PendingWindowInDays": 7}),
    );
    assert_eq!(
        scheduled,
        json!({
            "KeyId": key.to_string(),
            "KeyState": "PendingDeletion",
            "DeletionDate": 1_767_225_600 + 7 * 24 * 60 * 60,
            "PendingWindowInDays": 7,
        })
    );
    let cancelled = server.ok("CancelKeyDeletion", named.clone());
    assert_eq!(cancelled, named);
    assert_eq!(state(), KeyState::Disabled);
    server.ok("ScheduleKeyDeletion", named.clone());
    server.clock.advance(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(server.error("DescribeKey", named).0, "NotFoundException");
}

#[test]
fn a_public_key_is_handed_out() {
    let server = Server::new();
    let key = server.key(KeySpec::Rsa2048);
    server.keyring.create_alias("alias/rsa", key).unwrap();
    let answer = server.ok("GetPublicKey", json!({"KeyId": "alias/rsa"}));
    assert_eq!(answer["KeyId"], key.to_string());
    assert_eq!(answer["KeyUsage"], "ENCRYPT_DECRYPT");
    let public_key = rsa::PublicKey::from_public_key_der(&bytes(&answer["PublicKey"])).unwrap();
    let sealed = public_key.oaep_encrypt::<sha2::Sha256>(b"attack").unwrap();
    let opened = server.ok(
        "Decrypt",
        json!({
            "KeyId": "alias/rsa",
            "CiphertextBlob": base64(sealed),
            "EncryptionAlgorithm": "RSAES_OAEP_SHA_256",
        }),
    );
    assert_eq!(bytes(&opened["Plaintext"]), b"attack");
}

#[test]
fn aliases_come_and_go() {
    let server = Server::new();
    let [one, other] = [(); 2].map(|()| server.key(KeySpec::SymmetricDefault));
    let alias = |name: &str, key: kms_reencrypt::KeyArn| json!({"AliasName": name, "TargetKeyId": key.to_string()});
    server.ok("CreateAlias", alias("alias/app", one));
    server.ok("CreateAlias", alias("alias/web", one));
    server.clock.advance(Duration::from_secs(60));
    server.ok("UpdateAlias", alias("alias/app", other));
    let listed = server.ok("ListAliases", json!({"KeyId": other.to_string()}));
    assert_eq!(
        listed,
        json!({
            "Aliases": [{
                "AliasName": "alias/app",
                "AliasArn": "arn:aws-cn:kms:cn-north-1:111122223333:alias/app",
                "TargetKeyId": other.key_id().as_str(),
                "CreationDate": 1_767_225_600,
                "LastUpdatedDate": 1_767_225_660,
            }],
            "Truncated": false,
            "AliasCount": 1,
        })
    );
    server.ok("DeleteAlias", json!({"AliasName": "alias/app"}));
    let left = json!({"KeyId": one.to_string()});
    let listed = server.ok("ListAliases", left);
    assert_eq!(listed["Aliases"].as_array().unwrap().len(), 1);
    for (operation, request, code) in [
        (
            "CreateAlias",
            alias("alias/web", other),
            "AlreadyExistsException",
        ),
        (
            "CreateAlias",
            alias("alias/aws/web", other),
            "NotAuthorizedException",
        ),
        (
            "UpdateAlias",
            alias("alias/app", other),
            "NotFoundException",
        ),
        (
            "DeleteAlias",
            json!({"AliasName": "alias/app"}),
            "NotFoundException",
        ),
        (
            "DisableKey",
            json!({"KeyId": "alias/web"}),
            "InvalidArnException",
        ),
    ] {
        assert_eq!(server.error(operation, request).0, code, "{operation}");
    }
}

#[test]
fn aliases_of_aws_are_listed_before_they_have_a_key() {
    let server = Server::new();
    let own = server.key(KeySpec::SymmetricDefault);
    server.keyring.create_alias("alias/app", own).unwrap();
    server.keyring.create_alias("alias/zebra", own).unwrap();
    let managed = server.keyring.create_aws_managed_key("s3").unwrap();
    server.keyring.create_aws_managed_key("sns").unwrap();
    let mut aliases = Vec::new();
    let mut request = json!({"Limit": 5});
    for (more, count) in [(true, 5), (true, 5), (false, 4)] {
        let page = server.ok("ListAliases", request.clone());
        assert_eq!(
            (&page["Truncated"], &page["AliasCount"]),
            (&json!(more), &json!(count))
        );
        aliases.extend(page["Aliases"].as_array().unwrap().clone());
        request["Marker"] = page["NextMarker"].clone();
    }
    let names: Vec<&str> = aliases
        .iter()
        .map(|alias| alias["AliasName"].as_str().unwrap())
        .collect();
    let expected = "app aws/dynamodb aws/ebs aws/elasticfilesystem aws/es aws/glue aws/kinesisvideo \
                    aws/rds aws/redshift aws/s3 aws/sns aws/ssm aws/xray zebra";
    let expected: Vec<String> = expected
        .split(' ')
        .map(|name| format!("alias/{name}"))
        .collect();
    assert_eq!(names, expected);
    let named = |name: &str| {
        aliases
            .iter()
            .find(|alias| alias["AliasName"] == name)
            .unwrap()
    };
    let without_a_key = json!({
        "AliasName": "alias/aws/ssm",
        "AliasArn": "arn:aws-cn:kms:cn-north-1:111122223333:alias/aws/ssm",
    });
    assert_eq!(*named("alias/aws/ssm"), without_a_key);
    assert_eq!(
        named("alias/aws/s3")["TargetKeyId"],
        managed.key_id().as_str()
    );
    let of_the_key = server.ok("ListAliases", json!({"KeyId": managed.to_string()}));
    assert_eq!(of_the_key["AliasCount"], 1);
}

#[test]
fn describing_a_predefined_alias_makes_its_key() {
    let server = Server::new();
    let alias = "alias/aws/ebs";
    // No other operation makes it.
    for (operation, request) in [
        ("Encrypt", json!({"KeyId": alias, "Plaintext": "YQ=="})),
        (
            "GenerateDataKey",
            json!({"KeyId": alias, "NumberOfBytes": 32}),
        ),
    ] {
        assert_eq!(server.error(operation, request).0, "NotFoundException");
    }
    assert!(server.keyring.keys().is_empty());
    let described = server.ok("DescribeKey", json!({"KeyId": alias}));
    let metadata = &described["KeyMetadata"];
    assert_eq!(
        (&metadata["KeyManager"], &metadata["Description"]),
        (
            &json!("AWS"),
            &json!("Default key that protects my EBS volumes when no other key is defined")
        )
    );
    let by_arn = "arn:aws-cn:kms:cn-north-1:111122223333:alias/aws/ebs";
    for again in [alias, by_arn] {
        assert_eq!(server.ok("DescribeKey", json!({"KeyId": again})), described);
    }
    assert_eq!(server.keyring.keys().len(), 1);
    let listed = server.ok("ListAliases", json!({"KeyId": metadata["KeyId"]}));
    assert_eq!(listed["Aliases"][0]["AliasName"], alias);
    let status = server.ok("GetKeyRotationStatus", json!({"KeyId": metadata["KeyId"]}));
    assert_eq!(status["KeyRotationEnabled"], true);

    // Each account and Region has its own; those of others are not made.
    server.ok(
        "DescribeKey",
        json!({"KeyId": "arn:aws-cn:kms:cn-north-1:111122223333:alias/aws/s3"}),
    );
    let elsewhere = server.in_region("cn-northwest-1");
    let there = elsewhere.ok("DescribeKey", json!({"KeyId": alias}));
    assert_ne!(there["KeyMetadata"]["Arn"], metadata["Arn"]);
    for (other, code) in [
        (
            "arn:aws-cn:kms:cn-north-1:444455556666:alias/aws/ebs",
            "AccessDeniedException",
        ),
        (
            "arn:aws-cn:kms:cn-northwest-1:111122223333:alias/aws/rds",
            "NotFoundException",
        ),
        ("alias/aws/sns", "NotFoundException"),
        ("alias/aws/", "NotFoundException"),
        ("alias/ebs", "NotFoundException"),
    ] {
        let refused = server.error("DescribeKey", json!({"KeyId": other}));
        assert_eq!(refused.0, code, "{other}");
    }
    assert_eq!(server.keyring.keys().len(), 2);
}

#[test]
fn the_key_of_a_predefined_alias_is_there_for_whoever_may_not_describe_it() {
    let server = Server::new();
    let nobody = "arn:aws-cn:iam::111122223333:user/nobody".parse::<Caller>();
    let refused = server
        .as_caller(nobody.unwrap())
        .error("DescribeKey", json!({"KeyId": "alias/aws/ebs"}));
    let [key] = server.keyring.keys().try_into().unwrap();
    assert_eq!(refused.0, "AccessDeniedException");
    assert!(
        refused.1.contains(&format!("on resource: {key} because")),
        "{}",
        refused.1
    );
}

#[test]
fn a_predefined_alias_has_its_key_at_once_even_if_changes_are_slow() {
    let server = Server::new();
    server.keyring.make_changes_slow();
    let request = json!({"KeyId": "alias/aws/ebs"});
    let described = server.ok("DescribeKey", request.clone());
    server.keyring.settle();
    assert_eq!(server.ok("DescribeKey", request), described);
}

#[test]
fn lists_come_in_pages() {
    let server = Server::new();
    let expected: BTreeSet<String> = (0..7)
        .map(|_| server.key(KeySpec::SymmetricDefault).to_string())
        .collect();
    let mut listed = BTreeSet::new();
    let mut request = json!({"Limit": 3});
    for more in [true, true, false] {
        let page = server.ok("ListKeys", request.clone());
        assert_eq!(page["Truncated"], more);
        let keys = page["Keys"].as_array().unwrap();
        listed.extend(
            keys.iter()
                .map(|key| key["KeyArn"].as_str().unwrap().to_owned()),
        );
        request["Marker"] = page["NextMarker"].clone();
    }
    assert_eq!(listed, expected);
    let (code, _) = server.error("ListKeys", json!({"Marker": "none"}));
    assert_eq!(code, "InvalidMarkerException");
}

#[test]
fn a_key_is_rotated() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let first = server.ok("DescribeKey", json!({"KeyId": key}));
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(
        server.ok("RotateKeyOnDemand", json!({"KeyId": key}))["KeyId"],
        key
    );
    let rotations = server.ok("ListKeyRotations", json!({"KeyId": key}));
    let [rotation] = rotations["Rotations"].as_array().unwrap().as_slice() else {
        panic!("{rotations}");
    };
    assert_eq!(rotation["RotationDate"], 1_767_225_660);
    assert_eq!(rotation["RotationType"], "ON_DEMAND");
    assert_eq!(rotation["KeyMaterialState"], "CURRENT");
    let all = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
    let all = server.ok("ListKeyRotations", all);
    assert_eq!(
        all["Rotations"][0]["KeyMaterialId"],
        first["KeyMetadata"]["CurrentKeyMaterialId"]
    );
    assert_eq!(all["Rotations"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_is_rotated_every_year() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let named = json!({"KeyId": key});
    let status = || server.ok("GetKeyRotationStatus", named.clone());
    let none = json!({"KeyId": key, "KeyRotationEnabled": false});
    assert_eq!(status(), none);
    server.ok("EnableKeyRotation", named.clone());
    let year = 365 * 24 * 60 * 60;
    let expected = json!({
        "KeyId": key,
        "KeyRotationEnabled": true,
        "RotationPeriodInDays": 365,
        "NextRotationDate": 1_767_225_600 + year,
    });
    assert_eq!(status(), expected);
    server.clock.advance(Duration::from_secs(2 * year));
    let rotations = server.ok("ListKeyRotations", named.clone());
    let rotations = rotations["Rotations"].as_array().unwrap();
    assert_eq!(rotations.len(), 2);
    for (rotation, number) in rotations.iter().zip(1..) {
        assert_eq!(rotation["RotationType"], "AUTOMATIC");
        assert_eq!(rotation["RotationDate"], 1_767_225_600 + number * year);
    }
    server.ok("DisableKeyRotation", named.clone());
    assert_eq!(status(), none);

    let request = json!({"KeyId": key, "RotationPeriodInDays": 89});
    let (code, message) = server.error("EnableKeyRotation", request);
    assert_eq!(code, "ValidationException");
    assert_eq!(
        message,
        "1 validation error detected: Value '89' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value greater than or equal to 90"
    );
}

#[test]
fn a_policy_bounds_the_period_of_rotation() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let short = Condition::new(NumericLessThanEquals, "kms:RotationPeriodInDays", ["180"]);
    let enable = Statement::allow()
        .action("kms:EnableKeyRotation")
        .resource("*");
    let policy = Policy::new().statement(enable.condition(short));
    let alice: Caller = "arn:aws-cn:iam::111122223333:user/alice".parse().unwrap();
    let alice = server.as_caller(alice.with_identity_policy(policy));
    let of_days = |days: Value| json!({"KeyId": key, "RotationPeriodInDays": days});
    alice.ok("EnableKeyRotation", of_days(json!(180)));
    for refused in [of_days(json!(181)), of_days(Value::Null)] {
        let (code, _) = alice.error("EnableKeyRotation", refused);
        assert_eq!(code, "AccessDeniedException");
    }
}

#[test]
fn a_replicas_policy_is_checked_against_a_lockout_from_the_replica() {
    let server = Server::new();
    let created = server.ok("CreateKey", json!({"MultiRegion": true}));
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}},
        },
    });
    server.ok(
        "ReplicateKey",
        json!({
            "KeyId": created["KeyMetadata"]["KeyId"],
            "ReplicaRegion": "cn-northwest-1",
            "Policy": policy.to_string(),
        }),
    );
}

#[test]
fn a_multi_region_key_is_replicated() {
    let server = Server::new();
    let created = server.ok(
        "CreateKey",
        json!({"MultiRegion": true, "Description": "primary"}),
    );
    let key = &created["KeyMetadata"]["KeyId"];
    let answer = server.ok(
        "ReplicateKey",
        json!({
            "KeyId": key,
            "ReplicaRegion": "cn-northwest-1",
            "Tags": [{"TagKey": "tenant", "TagValue": "blue"}],
        }),
    );
    let replica = &answer["ReplicaKeyMetadata"];
    assert_eq!(replica["KeyId"], *key);
    assert_eq!(replica["Description"], "");
    let configuration = &replica["MultiRegionConfiguration"];
    assert_eq!(configuration["MultiRegionKeyType"], "REPLICA");
    assert_eq!(configuration["ReplicaKeys"][0]["Region"], "cn-northwest-1");
    assert_eq!(answer["ReplicaTags"][0]["TagKey"], "tenant");
    // AWS has not made it yet when it answers.
    assert_eq!(replica["KeyState"], "Creating");
    assert_eq!(replica["Enabled"], false);
    assert_eq!(replica["CurrentKeyMaterialId"], Value::Null);
    let request = json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1"});
    assert_eq!(
        server.error("ReplicateKey", request).0,
        "AlreadyExistsException"
    );
    let blob = server.ok("Encrypt", json!({"KeyId": key, "Plaintext": base64("a")}));
    let there = server.in_region("cn-northwest-1");
    let opened = there.ok("Decrypt", json!({"CiphertextBlob": blob["CiphertextBlob"]}));
    assert_eq!(opened["KeyId"], replica["Arn"]);
}

#[test]
fn a_grant_lives_and_ends() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let grantee = "arn:aws-cn:iam::444455556666:role/Auditor";
    let mut request = json!({
        "KeyId": key,
        "GranteePrincipal": grantee,
        "RetiringPrincipal": "arn:aws-cn:iam::111122223333:user/alice",
        "Operations": ["ReEncryptFrom", "Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
        "Name": "audit",
        "DryRun": true,
    });
    let (code, _) = server.error("CreateGrant", request.clone());
    assert_eq!(code, "DryRunOperationException");
    request["DryRun"] = json!(false);
    let created = server.ok("CreateGrant", request);
    let listed = server.ok(
        "ListGrants",
        json!({"KeyId": key, "GranteePrincipal": grantee}),
    );
    assert_eq!(
        listed["Grants"],
        json!([{
            "KeyId": key,
            "GrantId": created["GrantId"],
            "Name": "audit",
            "CreationDate": 1_767_225_600,
            "GranteePrincipal": grantee,
            "RetiringPrincipal": "arn:aws-cn:iam::111122223333:user/alice",
            "IssuingAccount": "arn:aws-cn:iam::111122223333:root",
            "Operations": ["ReEncryptFrom", "Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
        }])
    );

    let auditor = server.as_caller(grantee.parse().unwrap());
    let encrypt =
        json!({"KeyId": key, "Plaintext": "YQ==", "EncryptionContext": {"tenant": "blue"}});
    let blob = &server.ok("Encrypt", encrypt)["CiphertextBlob"];
    let decrypt = json!({
        "CiphertextBlob": blob,
        "EncryptionContext": {"tenant": "blue"},
        "GrantTokens": [created["GrantToken"]],
    });
    assert_eq!(auditor.ok("Decrypt", decrypt)["Plaintext"], "YQ==");

    let revoke = json!({"KeyId": key, "GrantId": created["GrantId"], "DryRun": true});
    assert_eq!(
        server.error("RevokeGrant", revoke).0,
        "DryRunOperationException"
    );
    server.ok(
        "RevokeGrant",
        json!({"KeyId": key, "GrantId": created["GrantId"]}),
    );
    let listed = server.ok("ListGrants", json!({"KeyId": key}));
    assert_eq!(listed["Grants"], json!([]));
}

#[test]
fn a_constraint_is_listed_as_it_was_given() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let odd = json!({"\"tenant\"": "\"blue\"", "\u{0}\u{1f}\\": "\n", "ключ 🔑": "}"});
    for kind in ["EncryptionContextSubset", "EncryptionContextEquals"] {
        let constraints = json!({kind: odd});
        let request = json!({
            "KeyId": key,
            "GranteePrincipal": format!("arn:aws-cn:iam::444455556666:role/{kind}"),
            "Operations": ["Decrypt"],
            "Constraints": constraints,
        });
        let grant = server.ok("CreateGrant", request)["GrantId"].clone();
        let listed = server.ok("ListGrants", json!({"KeyId": key, "GrantId": grant}));
        assert_eq!(listed["Grants"][0]["Constraints"], constraints);
    }
}

#[test]
fn a_grant_for_a_service_is_listed_as_it_was_given() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let service = "dynamodb.amazonaws.com";
    let asked = json!({
        "KeyId": key,
        "GranteeServicePrincipal": service,
        "RetiringServicePrincipal": service,
        "Operations": ["Encrypt", "DescribeKey"],
        "Constraints": {
            "EncryptionContextSubset": {"tenant": "blue"},
            "SourceArn": "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/Books",
        },
    });
    server.ok("CreateGrant", asked.clone());
    let as_principal =
        json!({"KeyId": key, "GranteePrincipal": service, "Operations": ["Decrypt"]});
    server.ok("CreateGrant", as_principal.clone());
    for (filter, expected) in [
        ("GranteeServicePrincipal", &asked),
        ("GranteePrincipal", &as_principal),
    ] {
        let listed = server.ok("ListGrants", json!({"KeyId": key, filter: service}));
        assert_eq!(listed["Grants"].as_array().unwrap().len(), 1);
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&listed["Grants"][0][member], value, "{member}");
        }
    }
}

#[test]
fn a_grant_is_retired_by_whom_it_names() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let alice = "arn:aws-cn:iam::444455556666:user/alice";
    let create = || {
        server.ok(
            "CreateGrant",
            json!({
                "KeyId": key,
                "GranteePrincipal": "arn:aws-cn:iam::444455556666:role/Auditor",
                "RetiringPrincipal": alice,
                "Operations": ["Decrypt"],
            }),
        )
    };
    let alice = server.as_caller(alice.parse().unwrap());
    let bob = server.as_caller("arn:aws-cn:iam::444455556666:user/bob".parse().unwrap());
    let grant = create();
    let by_token = json!({"GrantToken": grant["GrantToken"]});
    assert_eq!(
        bob.error("RetireGrant", by_token.clone()).0,
        "AccessDeniedException"
    );
    let rehearsed = json!({"GrantToken": grant["GrantToken"], "DryRun": true});
    assert_eq!(
        alice.error("RetireGrant", rehearsed).0,
        "DryRunOperationException"
    );
    alice.ok("RetireGrant", by_token);

    let grant = create();
    alice.ok(
        "RetireGrant",
        json!({"KeyId": key, "GrantId": grant["GrantId"]}),
    );
    assert_eq!(
        alice.error("RetireGrant", json!({})).0,
        "ValidationException"
    );
    let unknown = json!({"GrantToken": "none"});
    assert_eq!(
        alice.error("RetireGrant", unknown).0,
        "InvalidGrantTokenException"
    );
}

#[test]
fn a_key_policy_is_put_and_got() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}}"#;
    server.ok(
        "PutKeyPolicy",
        json!({"KeyId": key, "PolicyName": "default", "Policy": policy}),
    );
    let got = server.ok(
        "GetKeyPolicy",
        json!({"KeyId": key, "PolicyName": "default"}),
    );
    let normalized = r#"{
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws-cn:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"#;
    assert_eq!(got["Policy"], normalized);

    for (name, is_a_name) in [
        ("other", true),
        ("my_policy", true),
        ("my policy", false),
        ("", false),
    ] {
        let request = json!({"KeyId": key, "PolicyName": name});
        let (code, message) = server.error("GetKeyPolicy", request);
        if is_a_name {
            let expected = ("NotFoundException", "No such policy exists");
            assert_eq!((code.as_str(), message.as_str()), expected);
        } else {
            assert_eq!(code, "ValidationException");
            let violated = "'policyName' failed to satisfy constraint";
            assert!(message.contains(violated), "{message}");
        }
    }

    let nobody = r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:Put*", "Resource": "*"}}"#;
    let mut request = json!({"KeyId": key, "Policy": nobody});
    let (code, message) = server.error("PutKeyPolicy", request.clone());
    assert_eq!(code, "MalformedPolicyDocumentException");
    assert_eq!(
        message,
        "The new key policy will not allow you to update the key policy in the future."
    );
    request["BypassPolicyLockoutSafetyCheck"] = json!(true);
    server.ok("PutKeyPolicy", request.clone());
    assert_eq!(
        server.error("PutKeyPolicy", request).0,
        "AccessDeniedException"
    );
}

/// Documents that the service refuses, with `{}` for the rest of a statement that would do.
#[test]
fn a_key_policy_is_refused_in_the_words_of_the_service() {
    const INVALID_ARN: (&str, &str) = (
        "InvalidArnException",
        "An ARN in the specified key policy is invalid.",
    );
    const MALFORMED: &str = "MalformedPolicyDocumentException";
    const NO_PRINCIPAL: (&str, &str) =
        (MALFORMED, "Policy contains a statement with no principal.");
    const INVALID_PRINCIPALS: (&str, &str) = (
        MALFORMED,
        "Policy contains a statement with one or more invalid principals.",
    );
    const FORBIDDEN_KEYS: (&str, &str) = (
        MALFORMED,
        "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases",
    );
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let refused = |policy: &str| {
        let put = json!({"KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
        let refusal = server.error("PutKeyPolicy", put);
        let create = json!({"Policy": policy, "BypassPolicyLockoutSafetyCheck": true});
        assert_eq!(server.error("CreateKey", create), refusal, "{policy}");
        refusal
    };
    let root = "arn:aws-cn:iam::111122223333:root";
    let principal = |aws: &str| json!({"Principal": {"AWS": aws}});
    let condition =
        |operator: &str, key: &str| json!({"Principal": "*", "Condition": {operator: {key: "x"}}});
    let whole = |mut statement: Value| {
        for (member, value) in [("Effect", "Allow"), ("Action", "kms:*"), ("Resource", "*")] {
            if statement[member].is_null() {
                statement[member] = json!(value);
            }
        }
        json!({"Statement": statement}).to_string()
    };
    for (statement, (code, message)) in [
        (
            principal("arn:aws-cn:iam::111122223333:group/admins"),
            INVALID_ARN,
        ),
        (principal("arn:aws-cn:iam:::root"), INVALID_ARN),
        (principal("arn:aws-cn:iam::alice:root"), INVALID_ARN),
        (json!({}), NO_PRINCIPAL),
        (json!({"Principal": {"AWS": []}}), NO_PRINCIPAL),
        (
            principal("arn:aws:iam::111122223333:root"),
            INVALID_PRINCIPALS,
        ),
        (principal("AROACKCEVSQ6C2EXAMPLE"), INVALID_PRINCIPALS),
        (
            condition("StringEquals", "aws:ResourceTag/team"),
            FORBIDDEN_KEYS,
        ),
        (
            condition("StringLike", "kms:ResourceAliases"),
            FORBIDDEN_KEYS,
        ),
        (condition("StringEquals", "kms:ResourceTag"), FORBIDDEN_KEYS),
    ] {
        let policy = whole(statement);
        let expected = (code.to_owned(), message.to_owned());
        assert_eq!(refused(&policy), expected, "{policy}");
    }
    for (policy, expected) in [
        ("{", ""),
        (
            r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Resource": "*"}}"#,
            "Policy contains a statement with no action.",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}}"#,
            "Policy contains a statement with no resource.",
        ),
    ] {
        assert_eq!(refused(policy), (MALFORMED.to_owned(), expected.to_owned()));
    }
    let (code, message) = refused(&whole(condition(
        "ForAllValues:StringEquals",
        "kms:EncryptionContext:tenant",
    )));
    assert_eq!(code, MALFORMED);
    assert!(
        message.starts_with("OverlyPermissiveCondition:EncryptionContext: "),
        "{message}"
    );

    let long = |len: usize| {
        let policy = whole(principal(root));
        format!("{policy}{}", " ".repeat(len - policy.len()))
    };
    let put = |policy: String| json!({"KeyId": key, "Policy": policy});
    server.ok("PutKeyPolicy", put(long(32_768)));
    let (code, _) = server.error("PutKeyPolicy", put(long(32_769)));
    assert_eq!(code, "LimitExceededException");
}

#[test]
fn key_material_is_imported_wrapped_and_deleted() {
    let server = Server::new();
    let key = server.external_key().to_string();
    let wrapped = |server: &Server, key: &str| -> (Value, String) {
        let parameters = server.ok(
            "GetParametersForImport",
            json!({
                "KeyId": key,
                "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
                "WrappingKeySpec": "RSA_2048",
            }),
        );
        assert_eq!(parameters["KeyId"], key);
        assert_eq!(
            parameters["ParametersValidTo"],
            1_767_225_600 + 24 * 60 * 60
        );
        let public = bytes(&parameters["PublicKey"]);
        let public = rsa::PublicKey::from_public_key_der(&public).unwrap();
        let material = public.oaep_encrypt::<sha2::Sha256>(&[7; 32]).unwrap();
        (parameters["ImportToken"].clone(), base64(material))
    };
    let (token, material) = wrapped(&server, &key);
    let import = json!({
        "KeyId": key,
        "ImportToken": token,
        "EncryptedKeyMaterial": material,
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "KeyMaterialDescription": "from the vault",
    });
    let mut without_end = import.clone();
    without_end["ExpirationModel"] = Value::Null;
    let (code, message) = server.error("ImportKeyMaterial", without_end);
    assert_eq!(code, "ValidationException");
    assert!(message.contains("validTo"), "{message}");
    let mut with_end = import.clone();
    with_end["ValidTo"] = json!(1_767_225_600 + 60 * 60);
    let (code, message) = server.error("ImportKeyMaterial", with_end);
    assert_eq!(code, "ValidationException");
    assert!(message.contains("expiration model"), "{message}");

    let imported = server.ok("ImportKeyMaterial", import.clone());
    let all = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
    let rotations = server.ok("ListKeyRotations", all);
    assert_eq!(
        rotations["Rotations"],
        json!([{
            "KeyId": key,
            "KeyMaterialId": imported["KeyMaterialId"],
            "KeyMaterialDescription": "from the vault",
            "ImportState": "IMPORTED",
            "KeyMaterialState": "CURRENT",
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }])
    );

    let other = server.external_key().to_string();
    let mut for_another = import.clone();
    for_another["KeyId"] = json!(other);
    let (code, _) = server.error("ImportKeyMaterial", for_another);
    assert_eq!(code, "InvalidImportTokenException");
    let mut garbled = import.clone();
    garbled["EncryptedKeyMaterial"] = json!(base64([7; 256]));
    let (code, _) = server.error("ImportKeyMaterial", garbled);
    assert_eq!(code, "InvalidCiphertextException");
    let mut unexpected = import.clone();
    unexpected["KeyMaterialId"] = json!("0".repeat(64));
    let (code, _) = server.error("ImportKeyMaterial", unexpected);
    assert_eq!(code, "IncorrectKeyMaterialException");

    let deleted = server.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    assert_eq!(deleted, imported);
    let described = server.ok("DescribeKey", json!({"KeyId": key}));
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingImport");

    let mut until_tomorrow = import.clone();
    until_tomorrow["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
    until_tomorrow["ValidTo"] = json!(1_767_225_600 + 60 * 60);
    server.ok("ImportKeyMaterial", until_tomorrow);
    server.clock.advance(Duration::from_secs(24 * 60 * 60));
    let described = server.ok("DescribeKey", json!({"KeyId": key}));
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingImport");
    let (code, _) = server.error("ImportKeyMaterial", import);
    assert_eq!(code, "ExpiredImportTokenException");
}

#[test]
fn a_private_key_is_imported_wrapped_and_has_no_id() {
    let server = Server::new();
    let created = server.ok(
        "CreateKey",
        json!({"Origin": "EXTERNAL", "KeySpec": "SM2", "KeyUsage": "ENCRYPT_DECRYPT"}),
    );
    assert_eq!(created["KeyMetadata"]["KeyState"], "PendingImport");
    let key = &created["KeyMetadata"]["Arn"];
    let parameters = server.ok(
        "GetParametersForImport",
        json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}),
    );
    let public = bytes(&parameters["PublicKey"]);
    let public = rsa::PublicKey::from_public_key_der(&public).unwrap();
    let (_, der) = SecretDocument::from_pem(fixed_pem(KeySpec::Sm2)).unwrap();
    let material = public.oaep_encrypt::<sha2::Sha256>(der.as_bytes()).unwrap();
    let import = json!({
        "KeyId": key,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": base64(material),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    for (member, value) in [
        ("ImportType", json!("NEW_KEY_MATERIAL")),
        ("ImportType", json!("EXISTING_KEY_MATERIAL")),
        ("KeyMaterialDescription", json!("from the vault")),
        ("KeyMaterialId", json!("0".repeat(64))),
    ] {
        let mut request = import.clone();
        request[member] = value;
        let expected = format!("{member} is for symmetric encryption keys only");
        assert_eq!(
            server.error("ImportKeyMaterial", request),
            ("ValidationException".to_owned(), expected)
        );
    }
    assert_eq!(
        server.ok("ImportKeyMaterial", import),
        json!({"KeyId": key})
    );
    let described = server.ok("DescribeKey", json!({"KeyId": key}));
    let metadata = &described["KeyMetadata"];
    assert_eq!(metadata["KeyState"], "Enabled");
    assert_eq!(metadata["ExpirationModel"], "KEY_MATERIAL_DOES_NOT_EXPIRE");
    assert!(metadata.get("CurrentKeyMaterialId").is_none());
    let deleted = server.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    assert_eq!(deleted, json!({"KeyId": key}));
}

#[test]
fn import_parameters_are_for_keys_that_import() {
    let server = Server::new();
    let own = server.key(KeySpec::SymmetricDefault).to_string();
    let external = server.external_key().to_string();
    for (key, algorithm, spec, code) in [
        (
            &own,
            "RSAES_OAEP_SHA_256",
            "RSA_2048",
            "UnsupportedOperationException",
        ),
        (
            &external,
            "RSAES_PKCS1_V1_5",
            "RSA_2048",
            "UnsupportedOperationException",
        ),
        (&external, "SM2PKE", "RSA_2048", "ValidationException"),
        (
            &external,
            "RSAES_OAEP_SHA_256",
            "SM2",
            "ValidationException",
        ),
    ] {
        let request = json!({
            "KeyId": key,
            "WrappingAlgorithm": algorithm,
            "WrappingKeySpec": spec,
        });
        let (raised, _) = server.error("GetParametersForImport", request);
        assert_eq!(raised, code, "{algorithm} {spec}");
    }
}

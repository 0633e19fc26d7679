//! The results of every operation against the service model: each operation that is served gives one, and together they have
//! each member that the model has, but for those that are listed here.

use std::collections::BTreeSet;

use kms_reencrypt::{KeySpec, Operation};
use rsa::pkcs8::DecodePublicKey;
use serde_json::{Value, json};

use crate::model;
use crate::server::{Server, base64, bytes};

/// Members that no result has.
const NEVER: [(&str, &[&str]); 10] = [
    // `Recipient` is refused.
    ("DecryptResponse", &["CiphertextForRecipient"]),
    ("GenerateDataKeyPairResponse", &["CiphertextForRecipient"]),
    ("GenerateDataKeyResponse", &["CiphertextForRecipient"]),
    ("GenerateRandomResponse", &["CiphertextForRecipient"]),
    // There are no custom key stores.
    (
        "KeyMetadata",
        &[
            "CloudHsmClusterId",
            "CustomKeyStoreId",
            "XksKeyConfiguration",
        ],
    ),
    ("DescribeCustomKeyStoresResponse", &["NextMarker"]),
    // There is one policy.
    ("ListKeyPoliciesResponse", &["NextMarker"]),
    // A rotation is over at once.
    (
        "GetKeyRotationStatusResponse",
        &["OnDemandRotationStartDate"],
    ),
    // A ring does not know the ids of requests.
    ("KeyLastUsageData", &["CloudTrailEventId", "KmsRequestId"]),
    // No key for encapsulation has a pair.
    ("GetPublicKeyResponse", &["EncapsulationAlgorithms"]),
];

/// Structures that are in no result, since there are no custom key stores.
const NEVER_AT_ALL: [&str; 3] = [
    "CustomKeyStoresListEntry",
    "XksKeyConfigurationType",
    "XksProxyConfigurationType",
];

/// The operations that gave a result, and the members that the results had.
struct Coverage {
    server: Server,
    operations: BTreeSet<String>,
    members: BTreeSet<(String, String)>,
}

impl Coverage {
    /// The result of a call that goes well, checked against the model.
    #[track_caller]
    fn ok(&mut self, operation: &str, request: Value) -> Value {
        let result = self.server.ok(operation, request);
        self.operations.insert(operation.to_owned());
        self.members
            .extend(model::members_of_result(operation, &result));
        result
    }

    /// The id of a new key.
    #[track_caller]
    fn key(&mut self, request: Value) -> String {
        let created = self.ok("CreateKey", request);
        created["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }
}

#[test]
fn every_operation_gives_results_with_all_of_their_members() {
    let mut all = Coverage {
        server: Server::new(),
        operations: BTreeSet::new(),
        members: BTreeSet::new(),
    };
    keys_of_every_kind(&mut all);
    data(&mut all);
    keys_and_aliases(&mut all);
    grants(&mut all);
    rotation_and_import(&mut all);
    replicas(&mut all);

    let is_served = |operation: &&Operation| {
        let (_, body) = all.server.raw(operation.as_str(), "{}");
        !body.contains("is not served here")
    };
    let served = Operation::ALL.iter().filter(is_served);
    let served: BTreeSet<_> = served
        .map(|operation| operation.as_str().to_owned())
        .collect();
    assert_eq!(
        all.operations, served,
        "operations with a result, and those that are served"
    );

    let never = |(structure, member): &(String, String)| {
        NEVER_AT_ALL.contains(&structure.as_str())
            || NEVER
                .iter()
                .any(|(name, members)| name == structure && members.contains(&member.as_str()))
    };
    let in_the_model = served.iter().flat_map(|name| model::result_members(name));
    let in_the_model: BTreeSet<_> = in_the_model.collect();
    let (without, with): (BTreeSet<_>, BTreeSet<_>) = in_the_model.into_iter().partition(never);
    let missing: Vec<_> = with.difference(&all.members).collect();
    assert!(
        missing.is_empty(),
        "in the model and in no result: {missing:?}"
    );
    let unexpected: Vec<_> = all.members.difference(&with).collect();
    assert!(
        unexpected.is_empty(),
        "said to be in no result: {unexpected:?}"
    );
    println!(
        "{} operations, {} members; {} members that no result has",
        served.len(),
        with.len(),
        without.len()
    );
    assert!(
        served.len() >= 37 && with.len() >= 130,
        "{} {}",
        served.len(),
        with.len()
    );
}

fn keys_of_every_kind(all: &mut Coverage) {
    for (spec, usage) in [
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("ECC_NIST_P256", "SIGN_VERIFY"),
        ("ECC_NIST_P384", "KEY_AGREEMENT"),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
        ("SM2", "ENCRYPT_DECRYPT"),
    ] {
        let key = all.key(json!({"KeySpec": spec, "KeyUsage": usage}));
        all.ok("DescribeKey", json!({"KeyId": key}));
    }
    let pair = all.server.key(KeySpec::Sm2).to_string();
    all.ok("GetPublicKey", json!({"KeyId": pair}));
    for usage in ["SIGN_VERIFY", "KEY_AGREEMENT"] {
        let pair = all.key(json!({"KeySpec": "SM2", "KeyUsage": usage}));
        all.ok("GetPublicKey", json!({"KeyId": pair}));
    }
    let store = json!({"Limit": 10});
    all.ok("DescribeCustomKeyStores", store);
}

fn data(all: &mut Coverage) {
    let key = all.key(json!({}));
    let blob = all.ok(
        "Encrypt",
        json!({"KeyId": key, "Plaintext": base64("data")}),
    );
    let blob = &blob["CiphertextBlob"];
    all.ok("Decrypt", json!({"CiphertextBlob": blob}));
    all.ok(
        "ReEncrypt",
        json!({"CiphertextBlob": blob, "DestinationKeyId": key}),
    );
    let data_key = json!({"KeyId": key, "KeySpec": "AES_256"});
    all.ok("GenerateDataKey", data_key.clone());
    all.ok("GenerateDataKeyWithoutPlaintext", data_key);
    let pair = json!({"KeyId": key, "KeyPairSpec": "SM2"});
    all.ok("GenerateDataKeyPair", pair.clone());
    all.ok("GenerateDataKeyPairWithoutPlaintext", pair);
    all.ok("GenerateRandom", json!({"NumberOfBytes": 32}));
}

fn keys_and_aliases(all: &mut Coverage) {
    let key = all.key(json!({"Tags": [{"TagKey": "team", "TagValue": "blue"}]}));
    let other = all.key(json!({"Description": "the other one"}));
    let of = |members: Value| {
        let mut request = json!({"KeyId": key});
        let all = request.as_object_mut().unwrap();
        all.extend(members.as_object().unwrap().clone());
        request
    };
    all.ok("UpdateKeyDescription", of(json!({"Description": "new"})));
    all.ok(
        "TagResource",
        of(json!({"Tags": [{"TagKey": "cost", "TagValue": ""}]})),
    );
    all.ok("ListResourceTags", of(json!({"Limit": 1})));
    all.ok("UntagResource", of(json!({"TagKeys": ["cost"]})));
    let policy = all.ok("GetKeyPolicy", of(json!({})))["Policy"].clone();
    all.ok("PutKeyPolicy", of(json!({"Policy": policy})));
    all.ok("ListKeyPolicies", of(json!({})));
    all.ok("DisableKey", of(json!({})));
    all.ok("EnableKey", of(json!({})));
    all.ok("ListKeys", json!({"Limit": 1}));

    for name in ["alias/one", "alias/two"] {
        all.ok(
            "CreateAlias",
            json!({"AliasName": name, "TargetKeyId": key}),
        );
    }
    all.ok(
        "UpdateAlias",
        json!({"AliasName": "alias/one", "TargetKeyId": other}),
    );
    all.ok("ListAliases", json!({"Limit": 1}));
    all.ok("ListAliases", json!({}));
    all.ok("DeleteAlias", json!({"AliasName": "alias/two"}));

    all.ok("ScheduleKeyDeletion", of(json!({"PendingWindowInDays": 7})));
    all.ok("DescribeKey", of(json!({})));
    all.ok("CancelKeyDeletion", of(json!({})));
}

fn grants(all: &mut Coverage) {
    let key = all.key(json!({}));
    let role = "arn:aws-cn:iam::111122223333:role/app";
    let mut grant = |members: Value| {
        let mut request = json!({"KeyId": key, "Operations": ["Decrypt", "RetireGrant"]});
        let request_members = request.as_object_mut().unwrap();
        request_members.extend(members.as_object().unwrap().clone());
        all.ok("CreateGrant", request)["GrantId"].clone()
    };
    let first = grant(json!({
        "GranteePrincipal": role,
        "RetiringPrincipal": role,
        "Name": "app",
        "Constraints": {"EncryptionContextEquals": {"tenant": "blue"}},
    }));
    let second = grant(json!({
        "GranteePrincipal": role,
        "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
    }));
    grant(json!({
        "GranteeServicePrincipal": "dynamodb.amazonaws.com",
        "RetiringServicePrincipal": "dynamodb.amazonaws.com",
        "Constraints": {"SourceArn": "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/a"},
    }));
    all.ok("ListGrants", json!({"KeyId": key}));
    all.ok("ListGrants", json!({"KeyId": key, "Limit": 1}));
    all.ok("ListRetirableGrants", json!({"RetiringPrincipal": role}));
    let another = json!({"KeyId": key, "Operations": ["Encrypt"], "GranteePrincipal": role, "RetiringPrincipal": role});
    all.ok("CreateGrant", another);
    all.ok(
        "ListRetirableGrants",
        json!({"RetiringPrincipal": role, "Limit": 1}),
    );
    all.ok("RevokeGrant", json!({"KeyId": key, "GrantId": first}));
    all.ok("RetireGrant", json!({"KeyId": key, "GrantId": second}));
}

fn rotation_and_import(all: &mut Coverage) {
    let key = all.key(json!({}));
    for _ in 0..2 {
        all.ok("RotateKeyOnDemand", json!({"KeyId": key}));
    }
    let include = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL", "Limit": 1});
    all.ok("ListKeyRotations", include);
    all.ok("ListKeyRotations", json!({"KeyId": key}));
    all.ok(
        "EnableKeyRotation",
        json!({"KeyId": key, "RotationPeriodInDays": 90}),
    );
    all.ok("GetKeyRotationStatus", json!({"KeyId": key}));
    all.ok(
        "Encrypt",
        json!({"KeyId": key, "Plaintext": base64("data")}),
    );
    all.ok("GetKeyLastUsage", json!({"KeyId": key}));
    all.ok("DisableKeyRotation", json!({"KeyId": key}));

    let key = all.key(json!({"Origin": "EXTERNAL"}));
    let parameters = json!({
        "KeyId": key,
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    });
    let parameters = all.ok("GetParametersForImport", parameters);
    let public = bytes(&parameters["PublicKey"]);
    let public = rsa::PublicKey::from_public_key_der(&public).unwrap();
    let material = public.oaep_encrypt::<sha2::Sha256>(&[7; 32]).unwrap();
    let import = json!({
        "KeyId": key,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": base64(material),
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": 1_767_225_600 + 60 * 60,
        "KeyMaterialDescription": "from the vault",
    });
    all.ok("ImportKeyMaterial", import);
    all.ok("DescribeKey", json!({"KeyId": key}));
    let include = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
    all.ok("ListKeyRotations", include);
    all.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
}

fn replicas(all: &mut Coverage) {
    let key = all.key(json!({"MultiRegion": true}));
    let replicate = json!({
        "KeyId": key,
        "ReplicaRegion": "cn-northwest-1",
        "Tags": [{"TagKey": "team", "TagValue": "blue"}],
    });
    all.ok("ReplicateKey", replicate);
    let primary = json!({"KeyId": key, "PrimaryRegion": "cn-northwest-1"});
    all.ok("UpdatePrimaryRegion", primary);
    all.server = all.server.in_region("cn-northwest-1");
    let key = key.replace("cn-north-1", "cn-northwest-1");
    // It waits for its replica.
    all.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    all.ok("DescribeKey", json!({"KeyId": key}));
}

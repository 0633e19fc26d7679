//! Every operation can be failed and recorded by its name, control operations too.

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::provider::KeyProviderError;
use kms_reencrypt::testing::{
    Fault, Faults, FaultyProvider, ProviderCall, RecordedCall, RecordedNamedKey, Recorder,
};
use kms_reencrypt::wire::Service;
use kms_reencrypt::{KeyArn, KeyOrigin, KeySpec, Keyring, Kms, Operation};
use serde_json::{Value, json};

use crate::key_states;
use crate::model;
use crate::server::Server;

/// The ring of a server behind faults and a recorder.
struct Watched {
    service: Service<FaultyProvider<Keyring>>,
    faults: Faults,
    recorder: Recorder,
}

impl Watched {
    fn new(server: &Server) -> Self {
        let provider = FaultyProvider::new(server.keyring.clone());
        let faults = provider.faults();
        let recorder = Recorder::new();
        let kms = Kms::new(provider).with_observer(recorder.clone());
        Self {
            service: kms.service(),
            faults,
            recorder,
        }
    }

    /// The exception of a call; empty if it goes well.
    fn call(&self, operation: &str, request: &Value) -> &'static str {
        let target = format!("TrentService.{operation}");
        let response = self.service.call(&target, request.to_string().as_bytes());
        response.error_code().unwrap_or_default()
    }

    fn last(&self) -> RecordedCall {
        self.recorder.calls().last().unwrap().clone()
    }

    /// The key of the last call: used, or named.
    fn last_key(&self) -> Option<KeyArn> {
        let call = self.last();
        let used = [call.source(), call.destination()];
        let used = used.into_iter().flatten().find_map(|key| key.key_arn());
        let named = call.key().and_then(RecordedNamedKey::key_arn);
        used.or(named).copied()
    }
}

/// The operations that are about no key.
const WITHOUT_A_KEY: [&str; 4] = [
    "DescribeCustomKeyStores",
    "GenerateRandom",
    "ListKeys",
    "ListRetirableGrants",
];

#[test]
fn every_operation_is_failed_and_recorded_by_its_name() {
    for name in model::operations() {
        let operation: Operation = name.parse().unwrap();
        let origin = match name {
            "DeleteImportedKeyMaterial" | "GetParametersForImport" | "ImportKeyMaterial" => {
                KeyOrigin::External
            }
            _ => KeyOrigin::AwsKms,
        };
        let server = Server::new();
        let key = key_states::key(&server, name, origin);
        let is_about_a_key = !WITHOUT_A_KEY.contains(&name);
        let request = match is_about_a_key {
            true => key_states::request(&server, name, key),
            false => json!({}),
        };
        let watched = Watched::new(&server);
        let fault = Fault::throttling().on_operation(operation).times(1);
        watched.faults.inject(fault);

        let other = ["ListKeys", "ListAliases"]
            .into_iter()
            .find(|other| *other != name);
        assert_eq!(watched.call(other.unwrap(), &json!({})), "", "{name}");
        assert_eq!(
            watched.call(name, &request),
            "ThrottlingException",
            "{name}"
        );
        assert_eq!(watched.faults.strikes(), 1, "{name}");

        let code = watched.call(name, &request);
        assert_ne!(code, "ThrottlingException", "{name}");
        let call = watched.last();
        assert_eq!(call.operation(), operation);
        assert_eq!(
            call.caller().to_string(),
            "arn:aws-cn:iam::111122223333:root"
        );
        assert_eq!(
            call.result().map_or_else(|error| error.code(), |()| ""),
            code,
            "{name}"
        );
        assert_eq!(
            watched.last_key().is_some(),
            is_about_a_key,
            "{name}: {call:?}"
        );
        if is_about_a_key && name != "CreateKey" {
            assert_eq!(watched.last_key(), Some(key), "{name}");
        }
    }
}

#[test]
fn a_control_operation_fails_where_it_looks_things_up() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let other = server.key(KeySpec::SymmetricDefault);
    server.keyring.create_alias("alias/app", key).unwrap();
    let watched = Watched::new(&server);
    let named = json!({"KeyId": key.to_string()});

    watched.faults.inject(Fault::key_unavailable().on_key(key));
    assert_eq!(
        watched.call("DisableKey", &named),
        "KeyUnavailableException"
    );
    assert_eq!(
        watched.call("EnableKey", &json!({"KeyId": other.to_string()})),
        ""
    );
    assert!(
        server.keyring.describe_key(key).unwrap().enabled(),
        "it was not disabled"
    );
    watched.faults.clear();

    let aliases = Fault::dependency_timeout().at(ProviderCall::AliasLookUp);
    watched.faults.inject(aliases);
    let update = json!({"AliasName": "alias/app", "TargetKeyId": other.to_string()});
    assert_eq!(
        watched.call("UpdateAlias", &update),
        "DependencyTimeoutException"
    );
    let describe = json!({"KeyId": "alias/app"});
    assert_eq!(
        watched.call("DescribeKey", &describe),
        "DependencyTimeoutException"
    );
    watched.faults.clear();

    let tokens = Fault::kms_internal().at(ProviderCall::GrantTokenLookUp);
    watched.faults.inject(tokens);
    let retire = json!({"GrantToken": "token"});
    assert_eq!(watched.call("RetireGrant", &retire), "KMSInternalException");
    watched.faults.clear();
    assert_eq!(
        watched.call("RetireGrant", &retire),
        "InvalidGrantTokenException"
    );

    let off = KeyProviderError::KeyStore("the HSM is off".to_owned());
    watched
        .faults
        .inject(Fault::new(off).at(ProviderCall::View));
    assert_eq!(
        watched.call("ListKeys", &json!({})),
        "KMSInvalidStateException"
    );
}

#[test]
fn a_control_operation_is_recorded_with_its_caller_its_key_and_its_outcome() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let watched = Watched::new(&server);

    let grant = json!({
        "KeyId": *key.key_id().to_string(),
        "GranteePrincipal": "arn:aws-cn:iam::111122223333:role/app",
        "Operations": ["Decrypt"],
        "DryRun": true,
    });
    assert_eq!(
        watched.call("CreateGrant", &grant),
        "DryRunOperationException"
    );
    let call = watched.last();
    assert!(call.dry_run());
    assert_eq!(
        call.result().unwrap_err().code(),
        "DryRunOperationException"
    );
    let named = call.key().unwrap();
    assert_eq!(named.key_id(), Some(&(*key.key_id()).into()));
    assert_eq!(named.key_arn(), Some(&key));

    // A key that is made has no name before.
    assert_eq!(watched.call("CreateKey", &json!({})), "");
    let created = watched.last().key().unwrap().clone();
    assert_eq!(created.key_id(), None);
    assert!(server.keyring.keys().contains(created.key_arn().unwrap()));

    let alias = json!({"AliasName": "alias/app", "TargetKeyId": key.to_string()});
    assert_eq!(watched.call("CreateAlias", &alias), "");
    assert_eq!(watched.last().alias_name(), Some("alias/app"));
    assert_eq!(watched.last_key(), Some(key));
    assert_eq!(
        watched.call("DeleteAlias", &json!({"AliasName": "alias/app"})),
        ""
    );
    assert_eq!(watched.last_key(), Some(key), "where the alias pointed");

    let alice: Caller = "arn:aws-cn:iam::111122223333:user/alice".parse().unwrap();
    let alice = alice.with_identity_policy(
        Policy::new().statement(Statement::allow().action("kms:List*").resource("*")),
    );
    let service = watched.service.as_caller(alice.clone());
    let body = json!({"KeyId": key.to_string()}).to_string();
    service.call("TrentService.DisableKey", body.as_bytes());
    let refused = watched.recorder.calls().by(&alice);
    let refused = refused.of(Operation::DisableKey).with_key(&key);
    assert_eq!(refused.failed_with("AccessDeniedException").count(), 1);
}

#[test]
fn over_the_wire_what_violates_constraints_is_recorded_too() {
    let server = Server::new();
    let watched = Watched::new(&server);
    for operation in [
        "Encrypt",
        "ReEncrypt",
        "DescribeKey",
        "CreateGrant",
        "DisableKey",
    ] {
        assert_eq!(watched.call(operation, &json!({})), "ValidationException");
        let call = watched.last();
        assert_eq!(call.operation().as_str(), operation);
        assert_eq!(call.result().unwrap_err().code(), "ValidationException");
        assert_eq!(watched.last_key(), None, "{operation}");
    }
    let recorded = watched.recorder.calls().count();
    // Not a request of an operation: its body is of the wrong type, or the operation is not served.
    assert_eq!(
        watched.call("DisableKey", &json!({"KeyId": 7})),
        "SerializationException"
    );
    assert_eq!(
        watched.call("Sign", &json!({})),
        "UnknownOperationException"
    );
    assert_eq!(watched.recorder.calls().count(), recorded);
}

#[test]
fn cloud_trail_tells_control_operations_as_the_developer_guide_shows_them() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let watched = Watched::new(&server);
    let record = || -> Value {
        let record = watched.last().to_cloud_trail();
        serde_json::from_str(&record).unwrap()
    };
    let resource = |arn: &str| {
        json!({
            "accountId": "111122223333",
            "type": "AWS::KMS::Key",
            "ARN": arn,
        })
    };
    let key = key.to_string();
    let alias = json!({"AliasName": "alias/my_alias", "TargetKeyId": key});
    assert_eq!(watched.call("CreateAlias", &alias), "");
    let created = record();
    assert_eq!(created["eventName"], "CreateAlias");
    assert_eq!(created["readOnly"], false);
    let parameters = json!({"aliasName": "alias/my_alias", "targetKeyId": key});
    assert_eq!(created["requestParameters"], parameters);
    let arn = "arn:aws-cn:kms:cn-north-1:111122223333:alias/my_alias";
    assert_eq!(created["resources"], json!([resource(arn), resource(&key)]));

    assert_eq!(watched.call("GetKeyPolicy", &json!({"KeyId": key})), "");
    let read = record();
    assert_eq!(read["readOnly"], true);
    assert_eq!(read["requestParameters"], json!({"keyId": key}));
    assert_eq!(read["resources"], json!([resource(&key)]));

    assert_eq!(
        watched.call("GenerateRandom", &json!({"NumberOfBytes": 8})),
        ""
    );
    assert_eq!(record()["requestParameters"], Value::Null);
    assert_eq!(record()["resources"], json!([]));
    assert_eq!(watched.call("ListAliases", &json!({"KeyId": key})), "");
    assert_eq!(record()["resources"], json!([]), "it uses no key");
}

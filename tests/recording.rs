//! The calls that a recorder keeps, also those that failed half-way.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kms_reencrypt::access::Caller;
use kms_reencrypt::testing::{
    Fault, FaultyProvider, ProviderCall, RecordedCall, Recorder, insecure_key,
};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, GenerateDataKeyRequest, KeyArn,
    KeyIdentifier, KeySpec, Keyring, Kms, KmsError, Operation, ReEncryptRequest,
};

struct Scene {
    keyring: Keyring,
    kms: Kms<FaultyProvider<Keyring>>,
    recorder: Recorder,
    source: KeyArn,
    destination: KeyArn,
    blob: Vec<u8>,
}

impl Scene {
    /// Two keys, an alias to the second, a blob under the first, and a recorder that knows nothing yet.
    fn new() -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let source = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let destination = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        keyring.create_alias("alias/archive", destination).unwrap();
        let recorder = Recorder::new();
        let kms = Kms::new(FaultyProvider::new(keyring.clone())).with_observer(recorder.clone());
        let blob = kms.encrypt(&encrypt(source)).unwrap();
        recorder.clear();
        Self {
            keyring,
            kms,
            recorder,
            source,
            destination,
            blob: blob.into_ciphertext_blob(),
        }
    }

    fn re_encrypt(&self, destination: impl Into<KeyIdentifier>) -> Result<(), KmsError> {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(self.blob.as_slice())
            .destination_key_id(destination)
            .destination_encryption_context("tenant", "blue")
            .build()?;
        self.kms.re_encrypt(&request).map(|_| ())
    }

    fn last(&self) -> RecordedCall {
        self.recorder.calls().last().unwrap().clone()
    }

    /// The keys of the last call: source and destination.
    fn keys(&self) -> [Option<KeyArn>; 2] {
        let call = self.last();
        [call.source(), call.destination()].map(|key| key?.key_arn().copied())
    }
}

fn encrypt(key: impl Into<KeyIdentifier>) -> EncryptRequest {
    let request = EncryptRequest::builder().key_id(key).plaintext("secret");
    request.build().unwrap()
}

#[test]
fn a_re_encrypt_is_remembered_with_both_keys_as_they_were() {
    let scene = Scene::new();
    scene.re_encrypt("alias/archive").unwrap();
    let call = scene.last();
    assert_eq!(call.operation(), Operation::ReEncrypt);
    assert_eq!(call.caller().to_string(), "arn:aws:iam::111122223333:root");
    assert_eq!(call.region().as_str(), "us-east-2");
    assert_eq!(call.result(), Ok(()));
    assert!(!call.dry_run());
    assert_eq!(call.time(), None);

    let (source, destination) = (call.source().unwrap(), call.destination().unwrap());
    assert_eq!(source.key_id(), None);
    assert_eq!(source.key_arn(), Some(&scene.source));
    assert_eq!(source.algorithm(), EncryptionAlgorithm::SymmetricDefault);
    assert!(source.encryption_context().is_empty());
    assert_eq!(destination.key_id(), Some(&"alias/archive".into()));
    assert_eq!(destination.key_arn(), Some(&scene.destination));
    assert_eq!(destination.encryption_context().get("tenant"), Some("blue"));
    for (key, arn) in [(source, scene.source), (destination, scene.destination)] {
        let metadata = scene.keyring.describe_key(arn).unwrap();
        assert_eq!(key.key_material_id(), metadata.current_key_material_id());
    }
}

#[test]
fn a_failed_call_is_remembered_with_the_keys_that_it_came_to() {
    let scene = Scene::new();
    let (source, destination) = (Some(scene.source), Some(scene.destination));

    scene.keyring.disable_key(scene.destination).unwrap();
    scene.re_encrypt("alias/archive").unwrap_err();
    assert_eq!(
        scene.last().result().unwrap_err().code(),
        "DisabledException"
    );
    assert_eq!(scene.keys(), [source, destination]);

    scene.keyring.disable_key(scene.source).unwrap();
    scene.re_encrypt("alias/archive").unwrap_err();
    assert_eq!(scene.keys(), [source, None], "it never came to the alias");
    scene.re_encrypt(scene.destination).unwrap_err();
    assert_eq!(scene.keys(), [source, destination], "named by its ARN");
    scene.re_encrypt(*scene.destination.key_id()).unwrap_err();
    assert_eq!(scene.keys(), [source, destination], "named by its id");

    let wrong = DecryptRequest::builder()
        .ciphertext_blob(scene.blob.as_slice())
        .key_id("alias/archive")
        .build()
        .unwrap();
    let error = scene.kms.decrypt(&wrong).unwrap_err();
    assert_eq!(error, KmsError::IncorrectKey);
    assert_eq!(scene.keys(), [destination, None], "the key that was named");
}

#[test]
fn a_provider_that_gives_no_view_is_remembered_too() {
    let scene = Scene::new();
    let faults = scene.kms.provider().faults();
    faults.inject(Fault::dependency_timeout().at(ProviderCall::View));
    scene.re_encrypt("alias/archive").unwrap_err();
    let timeouts = scene.recorder.re_encrypts();
    assert_eq!(
        timeouts.failed_with("DependencyTimeoutException").count(),
        1
    );
    assert_eq!(scene.keys(), [None, None]);
}

#[test]
fn calls_are_picked_by_what_a_test_asks_for() {
    let scene = Scene::new();
    let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse().unwrap();
    let alice = alice.as_administrator();
    let as_alice = scene.kms.as_caller(alice.clone());
    let decrypt = DecryptRequest::builder().ciphertext_blob(scene.blob.as_slice());
    as_alice.decrypt(&decrypt.build().unwrap()).unwrap();
    scene.re_encrypt(scene.destination).unwrap();
    scene.re_encrypt(scene.source).unwrap();
    scene.re_encrypt("alias/none").unwrap_err();
    let data_key = GenerateDataKeyRequest::builder()
        .key_id(scene.source)
        .number_of_bytes(32)
        .build()
        .unwrap();
    scene.kms.generate_data_key(&data_key).unwrap();
    as_alice
        .generate_data_key_without_plaintext(&data_key)
        .unwrap();

    let recorder = &scene.recorder;
    assert_eq!(recorder.calls().count(), 6);
    assert_eq!(recorder.encrypts().count(), 0);
    assert_eq!(recorder.decrypts().by(&alice).count(), 1);
    assert_eq!(recorder.calls().by(&alice).count(), 2);
    assert_eq!(recorder.generated_data_keys().count(), 2);
    let re_encrypts = recorder.re_encrypts();
    assert_eq!(re_encrypts.count(), 3);
    for (calls, count) in [
        (re_encrypts.clone().with_source(&scene.source), 3),
        (re_encrypts.clone().with_source(&scene.destination), 0),
        (re_encrypts.clone().with_destination(&scene.destination), 1),
        (re_encrypts.clone().with_key(&scene.destination), 1),
        (re_encrypts.clone().with_key(&scene.source), 3),
        (
            re_encrypts
                .clone()
                .with_destination_context("tenant", "blue"),
            3,
        ),
        (
            re_encrypts
                .clone()
                .with_destination_context("tenant", "red"),
            0,
        ),
        (re_encrypts.clone().with_source_context("tenant", "blue"), 0),
        (re_encrypts.clone().succeeded(), 2),
        (re_encrypts.clone().failed(), 1),
        (re_encrypts.clone().failed_with("NotFoundException"), 1),
        (re_encrypts.clone().failed_with("DisabledException"), 0),
        (re_encrypts.filter(RecordedCall::dry_run), 0),
    ] {
        assert_eq!(calls.count(), count, "{calls:?}");
    }
    let log = format!("{recorder:?}");
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn an_asymmetric_key_has_no_material() {
    let scene = Scene::new();
    let key = insecure_key(KeySpec::Rsa2048);
    let key = scene.keyring.create_key(key).unwrap();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(scene.blob.as_slice())
        .destination_key_id(key)
        .destination_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .dry_run(true)
        .build()
        .unwrap();
    assert_eq!(
        scene.kms.re_encrypt(&request),
        Err(KmsError::DryRunOperation)
    );
    let call = scene.last();
    assert!(call.dry_run());
    assert_eq!(scene.keys(), [Some(scene.source), Some(key)]);
    assert_eq!(call.destination().unwrap().key_material_id(), None);
}

#[cfg(feature = "json")]
mod cloud_trail {
    use kms_reencrypt::access::Caller;
    use kms_reencrypt::keyring::{ManualClock, NewKey};
    use kms_reencrypt::testing::{Recorder, insecure_key};
    use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms, ReEncryptRequest};
    use serde_json::{Value, json};

    const SOURCE: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const DESTINATION: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

    /// The developer guide's example, with a clock that stands.
    #[test]
    fn a_re_encrypt_has_the_shape_of_the_developer_guide() {
        let keyring = Keyring::new("111122223333", "us-west-2").unwrap();
        let [source, destination] = [SOURCE, DESTINATION].map(|id| {
            let key: NewKey = insecure_key(KeySpec::SymmetricDefault);
            keyring.create_key(key.key_id(id.parse().unwrap())).unwrap()
        });
        let recorder = Recorder::with_clock(ManualClock::new());
        let alice: Caller = "arn:aws:iam::111122223333:user/Alice".parse().unwrap();
        let alice = alice.as_administrator();
        let kms = Kms::new(keyring.clone())
            .with_observer(recorder.clone())
            .as_caller(alice);
        let encrypt = EncryptRequest::builder()
            .key_id(source)
            .plaintext("secret")
            .encryption_context("Project", "Alpha");
        let blob = kms.encrypt(&encrypt.build().unwrap()).unwrap();
        recorder.clear();
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(blob.ciphertext_blob())
            .source_encryption_context("Project", "Alpha")
            .destination_key_id(DESTINATION)
            .destination_encryption_context("Level", "3A");
        kms.re_encrypt(&request.build().unwrap()).unwrap();

        let material = |key| {
            let metadata = keyring.describe_key(key).unwrap();
            metadata.current_key_material_id().unwrap().to_string()
        };
        let log: Value = serde_json::from_str(&recorder.calls().to_cloud_trail()).unwrap();
        let resource = |id: &str| {
            json!({
                "accountId": "111122223333",
                "type": "AWS::KMS::Key",
                "ARN": format!("arn:aws:kms:us-west-2:111122223333:key/{id}"),
            })
        };
        let expected = json!({ "Records": [{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "arn": "arn:aws:iam::111122223333:user/Alice",
                "accountId": "111122223333",
                "userName": "Alice",
            },
            "eventTime": "2026-01-01T00:00:00Z",
            "eventSource": "kms.amazonaws.com",
            "eventName": "ReEncrypt",
            "awsRegion": "us-west-2",
            "sourceIPAddress": "127.0.0.1",
            "userAgent": concat!("kms-reencrypt/", env!("CARGO_PKG_VERSION")),
            "requestParameters": {
                "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "sourceEncryptionContext": {"Project": "Alpha"},
                "destinationKeyId": DESTINATION,
                "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "destinationEncryptionContext": {"Level": "3A"},
            },
            "responseElements": null,
            "additionalEventData": {
                "sourceKeyMaterialId": material(source),
                "destinationKeyMaterialId": material(destination),
            },
            "requestID": "00000000-0000-4000-8000-000000000001",
            "eventID": "00000000-0000-4000-8000-000000000001",
            "readOnly": true,
            "resources": [resource(SOURCE), resource(DESTINATION)],
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management",
        }]});
        assert_eq!(log, expected);
    }

    #[test]
    fn a_failure_has_its_exception_and_its_message() {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let recorder = Recorder::new();
        let kms = Kms::new(keyring.clone()).with_observer(recorder.clone());
        let record = || -> Value {
            let record = recorder.calls().last().unwrap().to_cloud_trail();
            serde_json::from_str(&record).unwrap()
        };

        keyring.disable_key(key).unwrap();
        let encrypt = EncryptRequest::builder().key_id(key).plaintext("secret");
        kms.encrypt(&encrypt.build().unwrap()).unwrap_err();
        let disabled = record();
        assert_eq!(disabled["errorCode"], "DisabledException");
        assert_eq!(disabled["errorMessage"], format!("{key} is disabled."));
        assert_eq!(disabled["requestParameters"]["keyId"], key.to_string());
        assert_eq!(disabled["resources"][0]["ARN"], key.to_string());
        assert_eq!(disabled["additionalEventData"], Value::Null);

        let decrypt = DecryptRequest::builder().ciphertext_blob([1, 2, 3]);
        let decrypt = decrypt.build().unwrap();
        kms.decrypt(&decrypt).unwrap_err();
        let garbage = record();
        assert_eq!(garbage["errorCode"], "InvalidCiphertextException");
        assert_eq!(garbage.get("errorMessage"), None);
        assert_eq!(garbage["resources"], json!([]));
        assert_eq!(
            garbage["requestParameters"],
            json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})
        );

        keyring.enable_key(key).unwrap();
        let service = "s3.us-east-2.amazonaws.com";
        let session = Caller::assumed_role("444455556666".parse().unwrap(), "Auditor", "alice");
        let stranger = kms.as_caller(session.unwrap().with_via_service(service));
        let encrypt = EncryptRequest::builder().key_id(key).plaintext("secret");
        stranger.encrypt(&encrypt.build().unwrap()).unwrap_err();
        let denied = record();
        assert_eq!(denied["errorCode"], "AccessDenied");
        assert_eq!(denied["userIdentity"]["type"], "AssumedRole");
        assert_eq!(denied["userIdentity"]["invokedBy"], service);
        assert_eq!(denied["sourceIPAddress"], service);
        assert_eq!(denied["recipientAccountId"], "444455556666");
    }
}

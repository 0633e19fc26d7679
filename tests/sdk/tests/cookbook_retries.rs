use std::time::Duration;

use aws_sdk_kms::config::retry::RetryPartition;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::{Client, Config};
use kms_reencrypt::testing::{Fault, FaultyHttpClient, FaultyProvider};
use kms_reencrypt::testing::{Recorder, TransportFault};
use kms_reencrypt::{KeyArn, KeySpec, Keyring, Kms, Operation};
use tokio::time::Instant;

/// KMS with a key, a client, and the handles to everything that can go wrong.
struct Scene {
    client: Client,
    key: KeyArn,
    kms_faults: kms_reencrypt::testing::Faults,
    transport_faults: kms_reencrypt::testing::TransportFaults,
    recorder: Recorder,
}

impl Scene {
    /// The name is that of the test: each has its own tokens for retries.
    fn new(name: &'static str) -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let provider = FaultyProvider::new(keyring);
        let kms_faults = provider.faults();
        let recorder = Recorder::new();
        let kms = Kms::new(provider).with_observer(recorder.clone());
        let http_client = FaultyHttpClient::new(kms.http_client());
        let transport_faults = http_client.faults();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-2"))
            .credentials_provider(Credentials::new(
                "AKIDEXAMPLE",
                "secret",
                None,
                None,
                "test",
            ))
            .retry_partition(RetryPartition::custom(name).build())
            .http_client(http_client)
            .build();
        let client = Client::from_conf(config);
        Self {
            client,
            key,
            kms_faults,
            transport_faults,
            recorder,
        }
    }

    async fn encrypt(&self) -> bool {
        let encrypt = self.client.encrypt().key_id(self.key.to_string());
        let encrypt = encrypt.plaintext(Blob::new("attack at dawn"));
        encrypt.send().await.is_ok()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_throttled_twice_succeeds_at_the_third_attempt() {
    let scene = Scene::new("throttled");
    let throttling = Fault::throttling().on_operation(Operation::Encrypt);
    scene.kms_faults.inject(throttling.times(2));
    let start = Instant::now();
    assert!(scene.encrypt().await);
    assert_eq!(
        scene
            .recorder
            .encrypts()
            .failed_with("ThrottlingException")
            .count(),
        2
    );
    // The SDK waited before each retry, by Tokio's clock.
    assert!(start.elapsed() > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_resets_is_tried_again() {
    let scene = Scene::new("reset");
    let reset = TransportFault::connection_reset().times(1);
    scene.transport_faults.inject(reset);
    assert!(scene.encrypt().await);
    assert_eq!(
        scene.recorder.encrypts().count(),
        1,
        "the first attempt did not arrive"
    );

    // KMS did its work, but the client does not know.
    let lost = TransportFault::connection_reset().after_arrival().times(1);
    scene
        .transport_faults
        .inject(lost.on_operation(Operation::CreateKey));
    assert!(scene.client.create_key().send().await.is_ok());
    let created = scene.recorder.calls().of(Operation::CreateKey).succeeded();
    assert_eq!(created.count(), 2, "one of the two keys is an orphan");
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_waited_for_on_the_paused_clock() {
    let scene = Scene::new("late");
    let minute = Duration::from_secs(60);
    scene.transport_faults.inject(TransportFault::late(minute));
    let start = Instant::now();
    assert!(scene.encrypt().await);
    assert!(start.elapsed() >= minute);
}

//! Faults of the transport under the official SDK, on Tokio's paused clock.

mod common;

use core::time::Duration;
use std::time::Instant as RealInstant;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::StalledStreamProtectionConfig;
use aws_sdk_kms::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::error::{DisplayErrorContext, SdkError};
use aws_sdk_kms::operation::encrypt::EncryptError;
use aws_sdk_kms::primitives::Blob;
use kms_reencrypt::testing::{FaultyHttpClient, Recorder, TransportFault, TransportFaults};
use kms_reencrypt::{KeyArn, KeySpec, Kms, Operation};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

struct Scene {
    client: Client,
    key: KeyArn,
    faults: TransportFaults,
    recorder: Recorder,
}

impl Scene {
    fn new(name: &'static str) -> Self {
        Self::with_timeouts(name, TimeoutConfig::disabled())
    }

    fn with_timeouts(name: &'static str, timeouts: TimeoutConfig) -> Self {
        let ring = common::ring();
        let key = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let recorder = Recorder::new();
        let kms = Kms::new(ring).with_observer(recorder.clone());
        let http_client = FaultyHttpClient::new(kms.http_client());
        let faults = http_client.faults();
        let config = common::config()
            .http_client(http_client)
            .timeout_config(timeouts)
            // It tells the time by the real clock.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .retry_partition(RetryPartition::custom(name).build());
        Self {
            client: Client::from_conf(config.build()),
            key,
            faults,
            recorder,
        }
    }

    async fn encrypt(&self) -> Result<(), SdkError<EncryptError>> {
        let call = self.client.encrypt().key_id(self.key.to_string());
        call.plaintext(Blob::new("data")).send().await.map(|_| ())
    }

    /// The number of requests that arrived.
    fn arrived(&self) -> usize {
        self.recorder.calls().count()
    }
}

#[tokio::test(start_paused = true)]
async fn what_strikes_twice_is_overcome_at_the_third_attempt() {
    for (name, fault) in [
        ("reset", TransportFault::connection_reset()),
        ("500", TransportFault::http_status(500)),
        ("502", TransportFault::http_status(502)),
        ("503", TransportFault::service_unavailable()),
        ("504", TransportFault::http_status(504)),
    ] {
        let scene = Scene::new(name);
        scene.faults.inject(fault.clone().times(2));
        scene.encrypt().await.unwrap();
        assert_eq!((scene.faults.strikes(), scene.arrived()), (2, 1), "{name}");

        scene.faults.clear();
        scene.faults.inject(fault.after_arrival().times(2));
        scene.encrypt().await.unwrap();
        assert_eq!((scene.faults.strikes(), scene.arrived()), (4, 4), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_lasts_is_an_error_of_the_sdk_after_the_last_attempt() {
    let scene = Scene::new("lasts");
    scene.faults.inject(TransportFault::connection_reset());
    let error = scene.encrypt().await.unwrap_err();
    let SdkError::DispatchFailure(failure) = &error else {
        panic!("{error:?}");
    };
    assert!(failure.is_io());
    let text = DisplayErrorContext(&error).to_string();
    assert!(text.contains("connection reset"), "{text}");
    assert_eq!((scene.faults.strikes(), scene.arrived()), (3, 0));

    scene.faults.clear();
    scene.faults.inject(TransportFault::service_unavailable());
    let error = scene.encrypt().await.unwrap_err();
    let response = error.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.body().bytes(), Some(&b""[..]));

    // An error of the client is not tried again.
    scene.faults.clear();
    let before = scene.faults.strikes();
    scene.faults.inject(TransportFault::http_status(403));
    assert!(scene.encrypt().await.is_err());
    assert_eq!(scene.faults.strikes(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_never_comes_is_ended_by_each_of_the_clients_timeouts() {
    let timeouts = || TimeoutConfig::builder();
    for (name, timeouts, attempts, waited) in [
        (
            "read",
            timeouts().read_timeout(5 * SECOND).build(),
            3,
            15 * SECOND,
        ),
        (
            "attempt",
            timeouts().operation_attempt_timeout(5 * SECOND).build(),
            3,
            15 * SECOND,
        ),
        (
            "operation",
            timeouts().operation_timeout(5 * SECOND).build(),
            1,
            5 * SECOND,
        ),
    ] {
        let scene = Scene::with_timeouts(name, timeouts);
        scene.faults.inject(TransportFault::no_response());
        let (start, real) = (Instant::now(), RealInstant::now());
        let error = scene.encrypt().await.unwrap_err();
        let is_timeout = match &error {
            SdkError::TimeoutError(_) => true,
            SdkError::DispatchFailure(failure) => failure.is_timeout(),
            _ => false,
        };
        assert!(is_timeout, "{name}: {error:?}");
        assert_eq!(scene.faults.strikes(), attempts, "{name}");
        assert!(start.elapsed() >= waited, "{name}: {:?}", start.elapsed());
        assert!(real.elapsed() < waited, "{name}: {:?}", real.elapsed());

        scene.faults.clear();
        scene.faults.inject(TransportFault::no_response().times(1));
        assert_eq!(scene.encrypt().await.is_ok(), name != "operation");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_the_client_waits_for_ever() {
    let scene = Scene::new("for ever");
    scene.faults.inject(TransportFault::no_response());
    let day = Duration::from_secs(24 * 60 * 60);
    let answer = tokio::time::timeout(day, scene.encrypt()).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn late_answers_are_the_answers_of_kms_and_do_not_wait_for_each_other() {
    let scene = Scene::new("late");
    scene.faults.inject(TransportFault::late(20 * SECOND));
    let (start, real) = (Instant::now(), RealInstant::now());
    let (one, two) = tokio::join!(scene.encrypt(), scene.encrypt());
    one.unwrap();
    two.unwrap();
    assert_eq!(start.elapsed(), 20 * SECOND);
    assert!(real.elapsed() < 20 * SECOND);
    assert_eq!(scene.arrived(), 2);

    // Delays add up, and an answer may be a failure.
    let reset = TransportFault::connection_reset().delayed_by(SECOND);
    scene.faults.inject(reset);
    let start = Instant::now();
    assert!(scene.encrypt().await.is_err());
    assert!(start.elapsed() >= 63 * SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_later_than_the_read_timeout_is_lost() {
    let timeouts = TimeoutConfig::builder().read_timeout(SECOND).build();
    let scene = Scene::with_timeouts("too late", timeouts);
    scene
        .faults
        .inject(TransportFault::late(2 * SECOND).times(1));
    scene.encrypt().await.unwrap();
    assert_eq!(scene.arrived(), 2, "KMS answered both attempts");
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_an_operation_spares_the_others() {
    let scene = Scene::new("operation only");
    let fault = TransportFault::connection_reset().on_operation(Operation::CreateKey);
    scene.faults.inject(fault.nth(2));
    scene.encrypt().await.unwrap();
    scene.client.create_key().send().await.unwrap();
    assert_eq!(scene.faults.strikes(), 0);
    scene.client.create_key().send().await.unwrap();
    assert_eq!(scene.faults.strikes(), 1);
}

#[tokio::test(start_paused = true)]
async fn chance_decides_the_same_way_in_every_run() {
    let run = async |name| {
        let scene = Scene::new(name);
        let fault = TransportFault::http_status(403).with_probability(0.5, 7);
        scene.faults.inject(fault);
        let mut went_well = Vec::new();
        for _ in 0..20 {
            went_well.push(scene.encrypt().await.is_ok());
        }
        went_well
    };
    let first = run("chance").await;
    assert_eq!(first, run("chance again").await);
    assert!(first.contains(&true) && first.contains(&false));
}

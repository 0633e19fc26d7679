//! Faults under the official SDK on Tokio's paused clock: the retries wait as long as in production, but the test does
//! not.

mod common;

use core::time::Duration;
use std::time::Instant as RealInstant;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::primitives::Blob;
use kms_reencrypt::testing::{Fault, Faults, FaultyProvider};
use kms_reencrypt::{KeyArn, KeySpec, Kms};
use tokio::time::Instant;

/// As often as a call is tried.
const ATTEMPTS: u32 = 6;

/// A client that waits up to 20 seconds before it tries again, a key, and the faults of the provider.
fn start(name: &'static str) -> (Client, KeyArn, Faults) {
    let ring = common::ring();
    let key = ring.create_key(KeySpec::SymmetricDefault).unwrap();
    let provider = FaultyProvider::new(ring);
    let faults = provider.faults();
    let http_client = Kms::new(provider).http_client();
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(Duration::from_secs(10))
        .with_max_backoff(Duration::from_secs(20));
    let config = common::config()
        .http_client(http_client)
        .retry_config(retries)
        .retry_partition(RetryPartition::custom(name).build());
    (Client::from_conf(config.build()), key, faults)
}

/// The faults that pass, and what the SDK calls them.
fn passing_faults() -> [(Fault, &'static str); 4] {
    [
        (Fault::throttling(), "ThrottlingException"),
        (Fault::kms_internal(), "KMSInternalException"),
        (Fault::key_unavailable(), "KeyUnavailableException"),
        (Fault::dependency_timeout(), "DependencyTimeoutException"),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_until_it_goes_well() {
    let (real, simulated) = (RealInstant::now(), Instant::now());
    for (at, (fault, code)) in passing_faults().into_iter().enumerate() {
        let (client, key, faults) = start(["one", "two", "three", "four"][at]);
        let failures = u64::from(ATTEMPTS) - 1;
        faults.inject(fault.times(failures));
        let call = client
            .encrypt()
            .key_id(key.to_string())
            .plaintext(Blob::new("data"));
        let response = call.send().await.unwrap();
        assert_eq!(response.key_id(), Some(key.to_string().as_str()), "{code}");
        assert_eq!(faults.strikes(), failures, "{code}");
    }
    // Twenty waits of up to 20 seconds each passed, by the clock of the SDK only.
    let simulated = simulated.elapsed();
    assert!(simulated > Duration::from_secs(40), "{simulated:?}");
    assert!(real.elapsed() < simulated, "{:?}", real.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_told_after_the_last_attempt() {
    for (at, (fault, code)) in passing_faults().into_iter().enumerate() {
        let (client, key, faults) = start(["five", "six", "seven", "eight"][at]);
        faults.inject(fault);
        let call = client
            .encrypt()
            .key_id(key.to_string())
            .plaintext(Blob::new("data"));
        let error = call.send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
        assert_eq!(faults.strikes(), u64::from(ATTEMPTS), "{code}");

        // The outage is over.
        faults.clear();
        let call = client
            .encrypt()
            .key_id(key.to_string())
            .plaintext(Blob::new("data"));
        assert!(call.send().await.is_ok(), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_costs_no_time() {
    let (client, _, faults) = start("refusal");
    faults.inject(Fault::latency(Duration::from_millis(20)));
    let before = Instant::now();
    let missing = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let call = client
        .encrypt()
        .key_id(missing)
        .plaintext(Blob::new("data"));
    let error = call.send().await.unwrap_err();
    assert!(error.into_service_error().is_not_found_exception());
    assert_eq!(before.elapsed(), Duration::ZERO);
}

//! Clients of the official SDK over a ring.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_kms::config::{BehaviorVersion, Builder, Credentials, Region};
use core::time::Duration;
use kms_reencrypt::aws_sdk::HttpClient;
use kms_reencrypt::keyring::{ManualClock, NewKey};
use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::{KeyArn, KeySpec, Keyring};

/// A ring in the Region that the clients call.
pub(crate) fn ring() -> Keyring {
    let ring = Keyring::builder("111122223333", "us-east-2");
    ring.clock(ManualClock::new()).build().unwrap()
}

/// A key with the fixed RSA key of the test vectors.
pub(crate) fn rsa_key(ring: &Keyring) -> KeyArn {
    let key = NewKey::from(KeySpec::Rsa2048);
    let pem = include_str!("../../../../src/testing/keys/rsa_2048.pem");
    ring.create_key(key.pkcs8_pem(pem)).unwrap()
}

/// What every client has, but for its HTTP client.
pub(crate) fn config() -> Builder {
    aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-2"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(1)),
        )
}

/// A client whose retries take nothing from those of others.
pub(crate) fn client<P: KeyProvider + 'static>(
    http_client: HttpClient<P>,
    name: &'static str,
) -> Client {
    let partition = RetryPartition::custom(name).build();
    let config = config().http_client(http_client).retry_partition(partition);
    Client::from_conf(config.build())
}

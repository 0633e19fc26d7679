//! Every exception of ReEncrypt arrives as its own type, with its message and a request id.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::operation::re_encrypt::ReEncryptError;
use aws_sdk_kms::operation::re_encrypt::builders::ReEncryptFluentBuilder;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::EncryptionAlgorithmSpec;
use aws_sdk_kms::{Client, Config};
use kms_reencrypt::error::InfrastructureError;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyView};
use kms_reencrypt::wire::Service;
use kms_reencrypt::{KeyArn, KeySpec, KeyUsage, Keyring, Kms, Place};

use common::{client, ring};

/// A ring with a source, a destination and a ciphertext under the source.
struct Scene {
    ring: Keyring,
    client: Client,
    source: KeyArn,
    destination: KeyArn,
    blob: Blob,
}

impl Scene {
    async fn set() -> Self {
        let ring = ring();
        let source = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let destination = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let client = client(Kms::new(ring.clone()).http_client(), "scene");
        let sealed = client
            .encrypt()
            .key_id(source.to_string())
            .plaintext(Blob::new("attack at dawn"))
            .send()
            .await
            .unwrap();
        Self {
            ring,
            client,
            source,
            destination,
            blob: sealed.ciphertext_blob.unwrap(),
        }
    }

    /// A call that would go well.
    fn re_encrypt(&self) -> ReEncryptFluentBuilder {
        self.client
            .re_encrypt()
            .ciphertext_blob(self.blob.clone())
            .destination_key_id(self.destination.to_string())
    }
}

#[track_caller]
fn assert_is(
    error: &SdkError<ReEncryptError>,
    is: fn(&ReEncryptError) -> bool,
    code: &str,
    message: Option<&str>,
) {
    let service_error = error.as_service_error().unwrap();
    assert!(is(service_error), "{error:?}");
    assert_eq!(service_error.code(), Some(code));
    assert_eq!(service_error.message(), message);
    assert_eq!(service_error.request_id().map(str::len), Some(36));
}

#[tokio::test]
async fn refusals_are_typed() {
    let scene = Scene::set().await;
    let Scene {
        ring,
        source,
        destination,
        ..
    } = &scene;
    let dry = scene.re_encrypt().dry_run(true).send().await.unwrap_err();
    assert_is(
        &dry,
        ReEncryptError::is_dry_run_operation_exception,
        "DryRunOperationException",
        Some("The request would have succeeded, but the DryRun option is set."),
    );

    let missing = scene.re_encrypt().source_key_id("alias/missing");
    assert_is(
        &missing.send().await.unwrap_err(),
        ReEncryptError::is_not_found_exception,
        "NotFoundException",
        Some("Alias arn:aws:kms:us-east-2:111122223333:alias/missing is not found."),
    );

    let incorrect = scene.re_encrypt().source_key_id(destination.to_string());
    assert_is(
        &incorrect.send().await.unwrap_err(),
        ReEncryptError::is_incorrect_key_exception,
        "IncorrectKeyException",
        Some("The key ID in the request does not identify a CMK that can perform this operation."),
    );

    let garbled = scene
        .re_encrypt()
        .source_encryption_context("tenant", "blue");
    assert_is(
        &garbled.send().await.unwrap_err(),
        ReEncryptError::is_invalid_ciphertext_exception,
        "InvalidCiphertextException",
        None,
    );

    let token = scene.re_encrypt().grant_tokens("no token");
    assert_is(
        &token.send().await.unwrap_err(),
        ReEncryptError::is_invalid_grant_token_exception,
        "InvalidGrantTokenException",
        None,
    );

    let signing = NewKey::new(KeySpec::EccNistP256).key_usage(KeyUsage::SignVerify);
    let signing = ring.create_key(signing).unwrap();
    let usage = scene.re_encrypt().destination_key_id(signing.to_string());
    assert_is(
        &usage.send().await.unwrap_err(),
        ReEncryptError::is_invalid_key_usage_exception,
        "InvalidKeyUsageException",
        Some(&format!(
            "{signing} key usage is SIGN_VERIFY which is not valid for ReEncryptTo."
        )),
    );

    ring.disable_key(source).unwrap();
    assert_is(
        &scene.re_encrypt().send().await.unwrap_err(),
        ReEncryptError::is_disabled_exception,
        "DisabledException",
        Some(&format!("{source} is disabled.")),
    );

    ring.schedule_key_deletion(source, 7).unwrap();
    assert_is(
        &scene.re_encrypt().send().await.unwrap_err(),
        ReEncryptError::is_kms_invalid_state_exception,
        "KMSInvalidStateException",
        Some(&format!("{source} is pending deletion.")),
    );
}

#[tokio::test]
async fn what_the_model_of_the_operation_does_not_list_keeps_code_and_message() {
    let scene = Scene::set().await;
    let algorithm = EncryptionAlgorithmSpec::from("ROT13");
    let invalid = scene.re_encrypt().source_encryption_algorithm(algorithm);
    let error = invalid.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ValidationException"));
    let message = error.message().unwrap();
    assert!(
        message.contains("Value 'ROT13' at 'sourceEncryptionAlgorithm'"),
        "{message}"
    );

    let stranger = "arn:aws:iam::444455556666:user/alice".parse().unwrap();
    let kms = Kms::new(scene.ring.clone()).as_caller(stranger);
    let stranger = client(kms.http_client(), "stranger");
    let denied = stranger
        .re_encrypt()
        .ciphertext_blob(scene.blob.clone())
        .destination_key_id(scene.destination.to_string());
    let error = denied.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    let message = error.message().unwrap();
    assert!(message.contains("kms:ReEncryptFrom"), "{message}");
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn an_operation_that_is_not_served_is_named() {
    let scene = Scene::set().await;
    let error = scene.client.sign().key_id("alias/signing");
    let error = error.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert_eq!(
        error.message(),
        Some("The operation Sign is not served here: this library serves what ReEncrypt needs.")
    );
}

/// A ring that fails a number of times before it answers, and counts how often it was asked.
struct Flaky {
    ring: Keyring,
    error: KeyProviderError,
    failures: AtomicU32,
    asked: Arc<AtomicU32>,
}

impl KeyProvider for Flaky {
    fn home(&self) -> Place {
        self.ring.home()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let less = |left: u32| left.checked_sub(1);
        match self
            .failures
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        {
            Ok(_) => Err(self.error.clone()),
            Err(_) => self.ring.view(visit),
        }
    }
}

impl Scene {
    /// The same call over a ring that fails, and how often that is asked.
    fn failing(
        &self,
        error: KeyProviderError,
        failures: u32,
        name: &'static str,
    ) -> (ReEncryptFluentBuilder, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let provider = Flaky {
            ring: self.ring.clone(),
            error,
            failures: failures.into(),
            asked: Arc::clone(&asked),
        };
        let service = Service::new(Kms::new(provider)).with_keyring(self.ring.clone());
        let call = client(service.http_client(), name)
            .re_encrypt()
            .ciphertext_blob(self.blob.clone())
            .destination_key_id(self.destination.to_string());
        (call, asked)
    }
}

#[tokio::test]
async fn failures_of_the_provider_are_typed_and_tried_three_times() {
    let scene = Scene::set().await;
    let failure = || InfrastructureError::new("it rained");
    type Is = fn(&ReEncryptError) -> bool;
    let cases = [
        (
            KeyProviderError::Internal(failure()),
            ReEncryptError::is_kms_internal_exception as Is,
            "KMSInternalException",
            "internal",
        ),
        (
            KeyProviderError::KeyUnavailable(failure()),
            ReEncryptError::is_key_unavailable_exception,
            "KeyUnavailableException",
            "unavailable",
        ),
        (
            KeyProviderError::DependencyTimeout(failure()),
            ReEncryptError::is_dependency_timeout_exception,
            "DependencyTimeoutException",
            "timeout",
        ),
    ];
    for (error, is, code, name) in cases {
        let (call, asked) = scene.failing(error, 3, name);
        let error = call.send().await.unwrap_err();
        assert_is(&error, is, code, Some("it rained"));
        assert_eq!(asked.load(Ordering::Relaxed), 3, "{code}");
    }
}

#[tokio::test]
async fn a_call_goes_well_at_the_third_attempt() {
    let scene = Scene::set().await;
    for (error, name) in [
        (KeyProviderError::Throttled, "throttled"),
        (
            KeyProviderError::Internal(InfrastructureError::new("")),
            "failed",
        ),
    ] {
        let (call, asked) = scene.failing(error, 2, name);
        let response = call.send().await.unwrap();
        assert_eq!(
            response.key_id(),
            Some(scene.destination.to_string().as_str())
        );
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let scene = Scene::set().await;
    let (call, asked) = scene.failing(KeyProviderError::Throttled, 0, "refused");
    let refused = call.dry_run(true).send().await.unwrap_err();
    assert!(
        refused
            .into_service_error()
            .is_dry_run_operation_exception()
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn the_retries_of_clients_without_a_partition_run_out_for_all_of_them() {
    let scene = Scene::set().await;
    let asked = Arc::new(AtomicU32::new(0));
    let provider = Flaky {
        ring: scene.ring.clone(),
        error: KeyProviderError::Internal(InfrastructureError::new("")),
        failures: u32::MAX.into(),
        asked: Arc::clone(&asked),
    };
    let http_client = Service::new(Kms::new(provider)).http_client();
    let mut attempts = Vec::new();
    for _ in 0..60 {
        // A new client every time: it is the process that pays.
        let config = common::config().http_client(http_client.clone()).build();
        let before = asked.load(Ordering::Relaxed);
        let _ = Client::from_conf(config)
            .re_encrypt()
            .ciphertext_blob(scene.blob.clone())
            .destination_key_id(scene.destination.to_string())
            .send()
            .await;
        attempts.push(asked.load(Ordering::Relaxed) - before);
    }
    assert_eq!(attempts.first(), Some(&3));
    assert!(attempts.last() < Some(&3), "{attempts:?}");
}

#[tokio::test]
async fn the_client_says_which_region_it_calls() {
    let ring = ring();
    let there = ring.in_region("eu-west-1".parse().unwrap());
    let key = there.create_key(KeySpec::SymmetricDefault).unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .http_client(Kms::new(ring).http_client())
        .build();
    let client = Client::from_conf(config);
    let described = client.describe_key().key_id(key.key_id().as_str());
    let metadata = described.send().await.unwrap().key_metadata.unwrap();
    assert_eq!(metadata.arn(), Some(key.to_string().as_str()));
}

//! The exceptions that a caller sees when a provider fails.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use std::sync::{Arc, mpsc};
use std::thread;

use kms_reencrypt::keyring::{Clock, ManualClock};
use kms_reencrypt::provider::KeyProviderError;
use kms_reencrypt::testing::{Fault, Faults, FaultyProvider, ProviderCall, insecure_key};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms, KmsError,
    Operation, ReEncryptRequest, ReEncryptResponse,
};

/// Two keys, an alias to the second, and a blob under the first.
struct Scene {
    kms: Kms<FaultyProvider<Keyring>>,
    faults: Faults,
    source: KeyArn,
    destination: KeyArn,
    blob: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let source = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let destination = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        keyring.create_alias("alias/archive", destination).unwrap();
        let provider = FaultyProvider::new(keyring);
        let faults = provider.faults();
        let kms = Kms::new(provider);
        let request = EncryptRequest::builder().key_id(source).plaintext("data");
        let blob = kms
            .encrypt(&request.build().unwrap())
            .unwrap()
            .into_ciphertext_blob();
        Self {
            kms,
            faults,
            source,
            destination,
            blob,
        }
    }

    fn re_encrypt(&self) -> Result<ReEncryptResponse, KmsError> {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(self.blob.as_slice())
            .destination_key_id("alias/archive");
        self.kms.re_encrypt(&request.build()?)
    }

    fn codes(&self, calls: usize) -> Vec<&'static str> {
        let code = |()| self.re_encrypt().map_or_else(|error| error.code(), |_| "");
        std::iter::repeat_n((), calls).map(code).collect()
    }
}

#[test]
fn every_fault_comes_out_as_its_exception_in_aws_words() {
    let scene = Scene::new();
    for (fault, code, message) in [
        (
            Fault::dependency_timeout(),
            "DependencyTimeoutException",
            "The system timed out while trying to fulfill the request. You can retry the request.",
        ),
        (
            Fault::key_unavailable(),
            "KeyUnavailableException",
            "The request was rejected because the specified KMS key was not available. You can \
             retry the request.",
        ),
        (
            Fault::kms_internal(),
            "KMSInternalException",
            "The request was rejected because an internal exception occurred. The request can be \
             retried.",
        ),
        (
            Fault::throttling(),
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your \
             calls.",
        ),
        (
            Fault::new(KeyProviderError::KeyStore("the HSM is off".to_owned())),
            "KMSInvalidStateException",
            "the HSM is off",
        ),
    ] {
        scene.faults.inject(fault);
        let error = scene.re_encrypt().unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(error.to_string(), message);
        scene.faults.clear();
        assert!(scene.re_encrypt().is_ok(), "{code}");
    }
}

#[test]
fn each_call_of_a_request_can_be_struck() {
    for call in [
        ProviderCall::AliasLookUp,
        ProviderCall::Decrypt,
        ProviderCall::Encrypt,
        ProviderCall::KeyLookUp,
        ProviderCall::View,
    ] {
        let scene = Scene::new();
        scene.faults.inject(Fault::key_unavailable().at(call));
        assert_eq!(scene.codes(1), ["KeyUnavailableException"], "{call:?}");
    }
    let scene = Scene::new();
    let tokens = Fault::key_unavailable().at(ProviderCall::GrantTokenLookUp);
    scene.faults.inject(tokens);
    let request = DecryptRequest::builder()
        .ciphertext_blob(scene.blob.as_slice())
        .grant_tokens("token")
        .build()
        .unwrap();
    let error = scene.kms.decrypt(&request).unwrap_err();
    assert!(matches!(error, KmsError::KeyUnavailable(_)));
}

#[test]
fn the_nth_look_up_is_the_second_key_of_the_first_request() {
    let scene = Scene::new();
    scene.faults.inject(Fault::key_unavailable().nth(2));
    assert_eq!(scene.codes(3), ["KeyUnavailableException", "", ""]);
    assert_eq!(scene.faults.strikes(), 1);
}

#[test]
fn a_fault_of_one_key_spares_the_others() {
    let scene = Scene::new();
    let fault = || Fault::key_unavailable().on_key(scene.source);
    scene.faults.inject(fault());
    assert_eq!(scene.codes(1), ["KeyUnavailableException"]);
    let request = EncryptRequest::builder()
        .key_id(scene.destination)
        .plaintext("data")
        .build()
        .unwrap();
    assert!(scene.kms.encrypt(&request).is_ok());
    scene.faults.clear();
    scene.faults.inject(fault().on_destination());
    assert_eq!(scene.codes(1), [""], "the source encrypts nothing");
}

#[test]
fn the_two_sides_fail_apart_even_where_both_are_one_key() {
    let scene = Scene::new();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(scene.blob.as_slice())
        .destination_key_id(scene.source)
        .build()
        .unwrap();
    scene.faults.inject(Fault::kms_internal().on_source());
    scene
        .faults
        .inject(Fault::key_unavailable().on_destination());
    let error = scene.kms.re_encrypt(&request).unwrap_err();
    assert!(matches!(error, KmsError::KmsInternal(_)));
    scene.faults.clear();
    scene
        .faults
        .inject(Fault::key_unavailable().on_destination());
    let error = scene.kms.re_encrypt(&request).unwrap_err();
    assert!(matches!(error, KmsError::KeyUnavailable(_)));
    let decrypt = DecryptRequest::builder().ciphertext_blob(scene.blob.as_slice());
    assert!(scene.kms.decrypt(&decrypt.build().unwrap()).is_ok());
}

#[test]
fn a_fault_of_an_operation_strikes_its_requests_once_and_spares_others() {
    let scene = Scene::new();
    let decrypt = DecryptRequest::builder().ciphertext_blob(scene.blob.as_slice());
    let decrypt = decrypt.build().unwrap();
    let code = || {
        let answer = scene.kms.decrypt(&decrypt);
        answer.map_or_else(|error| error.code(), |_| "")
    };
    let of_decrypt = || Fault::kms_internal().on_operation(Operation::Decrypt);
    scene.faults.inject(of_decrypt().nth(2));
    assert_eq!(scene.codes(2), ["", ""], "it is not a Decrypt");
    assert_eq!([code(), code(), code()], ["", "KMSInternalException", ""]);
    scene.faults.clear();

    // Where it strikes can be said as well.
    scene.faults.inject(of_decrypt().on_key(scene.destination));
    assert_eq!(code(), "", "another key");
    scene.faults.inject(of_decrypt().on_key(scene.source));
    assert_eq!(code(), "KMSInternalException");
    assert_eq!(scene.codes(1), [""]);
    scene.faults.clear();
    scene.faults.inject(of_decrypt().at(ProviderCall::Encrypt));
    assert_eq!(code(), "", "it encrypts nothing");
}

#[test]
fn a_wrapped_provider_hears_of_the_operation() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let inner = FaultyProvider::new(keyring);
    let faults = inner.faults();
    let kms = Kms::new(FaultyProvider::new(Arc::new(inner)));
    faults.inject(
        Fault::throttling()
            .on_operation(Operation::Encrypt)
            .times(1),
    );
    let encrypt = EncryptRequest::builder().key_id(key).plaintext("data");
    let encrypt = encrypt.build().unwrap();
    assert_eq!(kms.encrypt(&encrypt), Err(KmsError::Throttling));
    assert!(kms.encrypt(&encrypt).is_ok());
}

#[test]
fn asymmetric_keys_fail_on_their_sides_too() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(insecure_key(KeySpec::Rsa2048)).unwrap();
    let provider = FaultyProvider::new(keyring);
    let faults = provider.faults();
    let kms = Kms::new(provider);
    let request = EncryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .plaintext("data")
        .build()
        .unwrap();
    faults.inject(Fault::key_unavailable().on_source().on_key(key));
    assert!(kms.encrypt(&request).is_ok());
    faults.inject(Fault::key_unavailable().on_destination().on_key(key));
    assert!(matches!(
        kms.encrypt(&request),
        Err(KmsError::KeyUnavailable(_))
    ));
}

#[test]
fn an_unknown_key_stays_unknown_and_can_be_struck_all_the_same() {
    let scene = Scene::new();
    let gone = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let gone: KeyArn = gone.parse().unwrap();
    let request = EncryptRequest::builder().key_id(gone).plaintext("data");
    let request = request.build().unwrap();
    let code = || scene.kms.encrypt(&request).unwrap_err().code();
    assert_eq!(code(), "NotFoundException");
    scene
        .faults
        .inject(Fault::throttling().at(ProviderCall::KeyLookUp).on_key(gone));
    assert_eq!(code(), "ThrottlingException");
}

#[test]
fn chance_decides_the_same_way_in_every_run() {
    let run = || {
        let scene = Scene::new();
        scene
            .faults
            .inject(Fault::throttling().with_probability(0.5, 7));
        scene.codes(40)
    };
    let codes = run();
    assert_eq!(codes, run());
    assert!(codes.contains(&"") && codes.contains(&"ThrottlingException"));
}

#[test]
fn latency_is_added_up_and_slept_only_if_asked_for() {
    let scene = Scene::new();
    let hour = Duration::from_secs(60 * 60);
    scene.faults.inject(Fault::latency(hour));
    let timeout = Fault::dependency_timeout().on_key(scene.destination);
    scene.faults.inject(timeout.delayed_by(hour));
    assert_eq!(scene.codes(1), ["DependencyTimeoutException"]);
    assert_eq!(
        scene.faults.delay(),
        3 * hour,
        "two look-ups and the timeout"
    );

    let clock = ManualClock::new();
    let before = clock.now();
    let hand = clock.clone();
    scene.faults.on_delay(move |delay| hand.advance(delay));
    assert_eq!(scene.codes(1), ["DependencyTimeoutException"]);
    assert_eq!(clock.now(), before + 3 * hour);

    scene.faults.clear();
    scene
        .faults
        .inject(Fault::latency(Duration::from_millis(20)));
    scene.faults.on_delay(thread::sleep);
    let start = std::time::Instant::now();
    assert_eq!(scene.codes(1), [""]);
    assert!(start.elapsed() >= Duration::from_millis(40));
}

/// Uses the faults when it is dropped, as a value of a test's own may that a function captures.
struct UsedOnDrop(Faults);

impl Drop for UsedOnDrop {
    fn drop(&mut self) {
        let _ = self.0.strikes();
    }
}

#[test]
fn a_function_that_is_replaced_may_use_the_faults_when_it_is_dropped() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let faults = Faults::default();
        let captured = UsedOnDrop(faults.clone());
        faults.on_delay(move |_| {
            let _ = &captured;
        });
        faults.on_delay(|_| {});
        done.send(())
    });
    let patience = Duration::from_secs(300);
    assert_eq!(is_done.recv_timeout(patience), Ok(()), "on_delay hangs");
}

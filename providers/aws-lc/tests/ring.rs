//! All but the arithmetic is the ring's: rotations, control operations, the usage of keys, and several threads.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::thread;

use common::{RSA_SPECS, decrypt, encrypt, key, ring};
use kms_reencrypt::keyring::RingProvider;
use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::testing::{Fault, FaultyProvider};
use kms_reencrypt::{
    DescribeKeyRequest, EncryptRequest, EncryptionAlgorithm, KeyManager, KeySpec, Kms,
    ReEncryptRequest,
};
use kms_reencrypt_aws_lc::AwsLc;

const SYMMETRIC: EncryptionAlgorithm = EncryptionAlgorithm::SymmetricDefault;

#[test]
fn blobs_from_before_a_rotation_open_after_it() {
    let keyring = ring();
    let arn = (key(&keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let kms = Kms::new(AwsLc::over(keyring.clone()));
    let mut blobs = Vec::new();
    for _ in 0..3 {
        blobs.push(encrypt(&kms, arn, b"data", &[]).unwrap());
        keyring.rotate_key_on_demand(arn.0).unwrap();
    }
    let request = |blob: &Vec<u8>| {
        let request = ReEncryptRequest::builder().ciphertext_blob(blob.clone());
        request.destination_key_id(arn.0).build().unwrap()
    };
    let mut sources = Vec::new();
    for blob in &blobs {
        assert_eq!(decrypt(&kms, arn, blob, &[]).unwrap().expose(), b"data");
        let moved = kms.re_encrypt(&request(blob)).unwrap();
        let current = keyring.describe_key(arn.0).unwrap();
        assert_eq!(
            moved.destination_key_material_id(),
            current.current_key_material_id()
        );
        sources.push(*moved.source_key_material_id().unwrap());
    }
    sources.dedup();
    assert_eq!(sources.len(), 3);
}

#[test]
fn aliases_states_and_usage_are_those_of_the_ring() {
    let keyring = ring();
    let arn = key(&keyring, KeySpec::Rsa2048);
    keyring.create_alias("alias/partner", arn).unwrap();
    let provider = AwsLc::from(keyring.clone());
    assert_eq!(provider.home(), *keyring.place());
    assert_eq!(KeyProvider::now(&provider), None);
    assert_eq!(provider.keyring().keys(), keyring.keys());
    let kms = Kms::new(provider);
    let request = EncryptRequest::builder()
        .key_id("alias/partner")
        .encryption_algorithm("RSAES_OAEP_SHA_256")
        .plaintext("data")
        .build()
        .unwrap();
    assert_eq!(kms.encrypt(&request).unwrap().key_id(), &arn);
    let usage = keyring.key_last_usage(arn).unwrap();
    assert!(usage.key_last_usage.is_some(), "{usage:?}");
    keyring.disable_key(arn).unwrap();
    assert_eq!(
        kms.encrypt(&request).unwrap_err().code(),
        "DisabledException"
    );
}

#[test]
fn describing_a_predefined_alias_makes_its_aws_managed_key() {
    let request = DescribeKeyRequest::builder()
        .key_id("alias/aws/s3")
        .build()
        .unwrap();
    let described = Kms::new(AwsLc::over(ring())).describe_key(&request);
    let metadata = described.unwrap().into_key_metadata();
    assert_eq!(metadata.key_manager(), KeyManager::Aws);
}

#[test]
fn the_service_has_the_control_operations() {
    let service = Kms::new(AwsLc::over(ring())).service();
    let call = |operation: &str, body: &str| {
        let response = service.call(&format!("TrentService.{operation}"), body.as_bytes());
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        assert_eq!(response.status(), 200, "{text}");
        text
    };
    let member = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("\"{name}\":\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let created = call("CreateKey", "{}");
    let key_id = member(&created, "KeyId");
    let encrypted = call(
        "Encrypt",
        &format!(r#"{{"KeyId":"{key_id}","Plaintext":"ZGF0YQ=="}}"#),
    );
    let blob = member(&encrypted, "CiphertextBlob");
    call("RotateKeyOnDemand", &format!(r#"{{"KeyId":"{key_id}"}}"#));
    let decrypted = call("Decrypt", &format!(r#"{{"CiphertextBlob":"{blob}"}}"#));
    assert_eq!(member(&decrypted, "Plaintext"), "ZGF0YQ==");
}

#[test]
fn faults_can_be_injected_over_it() {
    let keyring = ring();
    let arn = (key(&keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let provider = FaultyProvider::new(AwsLc::over(keyring));
    let faults = provider.faults();
    let kms = Kms::new(provider);
    faults.inject(Fault::key_unavailable().times(1));
    let error = encrypt(&kms, arn, b"data", &[]).unwrap_err();
    assert_eq!(error.code(), "KeyUnavailableException");
    assert!(encrypt(&kms, arn, b"data", &[]).is_ok());
}

/// A pair keeps the private key for one provider. Another one is told so, and nobody else's arithmetic steps in unseen.
#[test]
fn a_pair_that_another_provider_has_taken_fails_and_is_not_rejected() {
    let keyring = ring();
    let rsa = (
        key(&keyring, KeySpec::Rsa2048),
        EncryptionAlgorithm::RsaesOaepSha256,
    );
    let own = Kms::new(keyring.clone());
    let ciphertext = encrypt(&own, rsa, b"data", &[]).unwrap();
    keyring.view_keys(|view| {
        let pair = view.ring_key(&rsa.0).unwrap().key_pair().unwrap();
        assert!(pair.extension(|_| "of another provider").is_some());
    });
    let kms = Kms::new(AwsLc::over(keyring));
    let error = decrypt(&kms, rsa, &ciphertext, &[]).unwrap_err();
    assert_eq!(error.code(), "KMSInternalException");
    assert!(error.to_string().contains("another provider"), "{error}");
}

/// The first use of an RSA key brings it into the form of AWS-LC. Here all threads are first.
#[test]
fn threads_share_keys() {
    let keyring = ring();
    let kms = Kms::new(AwsLc::over(keyring.clone()).with_aws_lc_seeds());
    for spec in RSA_SPECS {
        let rsa = (key(&keyring, spec), EncryptionAlgorithm::RsaesOaepSha256);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let ciphertext = encrypt(&kms, rsa, b"data", &[]).unwrap();
                    for _ in 0..5 {
                        let opened = decrypt(&kms, rsa, &ciphertext, &[]).unwrap();
                        assert_eq!(opened.expose(), b"data");
                    }
                });
            }
        });
    }
}

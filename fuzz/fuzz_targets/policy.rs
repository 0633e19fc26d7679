//! A policy is refused with a message, or accepted, kept as it is and evaluated.
#![no_main]

use std::sync::LazyLock;

use kms_reencrypt::access::KeyPolicy;
use kms_reencrypt::iam::{Policy, PolicyKind};
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms, KmsError};
use libfuzzer_sys::fuzz_target;

static KMS: LazyLock<(KeyArn, Kms<Keyring>)> = LazyLock::new(|| {
    let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
    let key = keyring
        .create_key(KeySpec::SymmetricDefault)
        .expect("a key");
    (key, Kms::new(keyring))
});

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::from_json(PolicyKind::IdentityBased, text) {
        assert!(!error.to_string().is_empty());
    }
    let (key, kms) = &*KMS;
    match KeyPolicy::from_json(text) {
        Ok(policy) => {
            assert_eq!(policy.to_json(key), text);
            kms.provider().put_key_policy(*key, policy).expect("put");
            let request = EncryptRequest::builder()
                .key_id(*key)
                .plaintext(b"plaintext")
                .encryption_context("tenant", "blue");
            match kms.encrypt(&request.build().expect("a request")) {
                Ok(_) | Err(KmsError::AccessDenied(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        Err(error) => {
            assert_eq!(error.code(), "MalformedPolicyDocumentException");
            assert!(!error.to_string().is_empty());
        }
    }
});

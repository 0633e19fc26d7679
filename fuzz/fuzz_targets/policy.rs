//! A policy is refused as the service refuses it, or it has one layout and is evaluated.
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

/// What a key policy is refused with.
const REFUSALS: [&str; 3] = [
    "InvalidArnException",
    "LimitExceededException",
    "MalformedPolicyDocumentException",
];

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::from_json(PolicyKind::IdentityBased, text) {
        assert!(!error.to_string().is_empty());
    }
    let (key, kms) = &*KMS;
    let policy = match KeyPolicy::from_json(text) {
        Ok(policy) => policy,
        Err(error) => {
            assert!(REFUSALS.contains(&error.code()), "{error:?}");
            return;
        }
    };
    // The layout of `GetKeyPolicy` has more white space, and so may be too long.
    let layout = policy.to_json(key);
    match KeyPolicy::from_json(&layout) {
        Ok(again) => assert_eq!(again.to_json(key), layout),
        Err(error) => assert_eq!(error.code(), "LimitExceededException", "{layout}"),
    }
    if let Err(error) = kms.provider().put_key_policy(*key, policy) {
        assert!(REFUSALS.contains(&error.code()), "{error:?}");
        return;
    }
    let request = EncryptRequest::builder()
        .key_id(*key)
        .plaintext(b"plaintext")
        .encryption_context("tenant", "blue");
    match kms.encrypt(&request.build().expect("a request")) {
        Ok(_) | Err(KmsError::AccessDenied(_)) => {}
        Err(other) => panic!("{other:?}"),
    }
});

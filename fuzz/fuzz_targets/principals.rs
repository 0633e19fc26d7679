//! A text is either refused with a place, or holds callers whose requests are decided.
#![no_main]

use std::sync::LazyLock;

use kms_reencrypt::testing::principals_file::read_principals;
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
    let principals = match read_principals(text) {
        Ok(principals) => principals,
        Err(error) => {
            assert!(!error.place().is_empty());
            assert!(error.to_string().starts_with(error.place()));
            return;
        }
    };
    let (key, kms) = &*KMS;
    let kms = principals.limit_resources(kms.clone());
    let request = EncryptRequest::builder().key_id(*key).plaintext(b"data");
    let request = request.build().expect("a request");
    for (id, caller) in principals.callers() {
        assert_eq!(principals.caller(id), Some(caller));
        match kms.as_caller(caller.clone()).encrypt(&request) {
            Ok(_) | Err(KmsError::AccessDenied(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
});

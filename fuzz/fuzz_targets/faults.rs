//! A text is either refused with a place, or holds faults that fail a request as a provider can.
#![no_main]

use std::sync::LazyLock;

use kms_reencrypt::testing::FaultyProvider;
use kms_reencrypt::testing::faults_file::read_faults;
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms};
use libfuzzer_sys::fuzz_target;

static RING: LazyLock<(KeyArn, Keyring)> = LazyLock::new(|| {
    let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
    let key = keyring
        .create_key(KeySpec::SymmetricDefault)
        .expect("a key");
    (key, keyring)
});

fuzz_target!(|text: &str| {
    let faults = match read_faults(text) {
        Ok(faults) => faults,
        Err(error) => {
            assert!(!error.place().is_empty());
            assert!(error.to_string().starts_with(error.place()));
            return;
        }
    };
    let (key, keyring) = &*RING;
    let provider = FaultyProvider::new(keyring.clone());
    let script = provider.faults();
    for fault in faults {
        script.inject(fault);
    }
    let kms = Kms::new(provider);
    let request = EncryptRequest::builder().key_id(*key).plaintext(b"data");
    let request = request.build().expect("a request");
    for _ in 0..3 {
        let before = script.strikes();
        if let Err(error) = kms.encrypt(&request) {
            assert!(script.strikes() > before, "{error:?}");
        }
    }
});

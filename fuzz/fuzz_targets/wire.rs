//! Every body gets an answer on the wire: a result, or an exception in JSON. The ring still works afterwards.
#![no_main]

use std::cell::RefCell;

use kms_reencrypt::wire::Service;
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms};
use libfuzzer_sys::fuzz_target;

/// Operations by the first byte of an input. GetParametersForImport is left out: it may generate an RSA key, which takes
/// as long as a million other calls.
const OPERATIONS: [&str; 35] = [
    "ReEncrypt",
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "CreateKey",
    "DescribeKey",
    "ListKeys",
    "GetPublicKey",
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    "ListAliases",
    "EnableKey",
    "DisableKey",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "RotateKeyOnDemand",
    "ListKeyRotations",
    "EnableKeyRotation",
    "DisableKeyRotation",
    "GetKeyRotationStatus",
    "GetKeyLastUsage",
    "ImportKeyMaterial",
    "DeleteImportedKeyMaterial",
    "ReplicateKey",
    "UpdatePrimaryRegion",
    "CreateGrant",
    "ListGrants",
    "RetireGrant",
    "RevokeGrant",
    "PutKeyPolicy",
    "GetKeyPolicy",
    "ListRetirableGrants",
    "",
];

/// A ring is replaced after this many calls, so that what they have left in it does not slow the search down.
const CALLS_OF_A_RING: u32 = 5000;

struct Subject {
    service: Service<Keyring>,
    kms: Kms<Keyring>,
    /// A key whose id no input contains, so that no request can change it.
    hidden: KeyArn,
    calls: u32,
}

impl Subject {
    fn new() -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let known = kms_reencrypt::keyring::NewKey::new(KeySpec::SymmetricDefault).key_id(
            "1234abcd-12ab-34cd-56ef-1234567890ab"
                .parse()
                .expect("an id"),
        );
        keyring.create_key(known).expect("a key");
        let other = keyring.in_account("444455556666".parse().expect("an account"));
        let hidden = other.create_key(KeySpec::SymmetricDefault).expect("a key");
        let kms = Kms::new(other);
        Self {
            service: Kms::new(keyring).service(),
            kms,
            hidden,
            calls: 0,
        }
    }
}

thread_local! {
    static SUBJECT: RefCell<Subject> = RefCell::new(Subject::new());
}

fuzz_target!(|data: &[u8]| {
    let Some((operation, body)) = data.split_first() else {
        return;
    };
    let operation = OPERATIONS[usize::from(*operation) % OPERATIONS.len()];
    // Generating an RSA key takes seconds.
    if operation == "CreateKey" && body.windows(3).any(|word| word == b"RSA") {
        return;
    }
    SUBJECT.with_borrow_mut(|subject| {
        if subject.calls == CALLS_OF_A_RING {
            *subject = Subject::new();
        }
        subject.calls += 1;
        let response = subject
            .service
            .call(&format!("TrentService.{operation}"), body);
        match (response.status(), response.error_code()) {
            (200, None) if response.body().is_empty() => {}
            (200, None) | (400 | 500, Some(_)) => {
                let answer: serde_json::Value =
                    serde_json::from_slice(response.body()).expect("an answer is JSON");
                assert_eq!(answer["__type"].as_str(), response.error_code());
            }
            other => panic!("{other:?}"),
        }
        let request = EncryptRequest::builder()
            .key_id(subject.hidden)
            .plaintext([7; 4]);
        subject
            .kms
            .encrypt(&request.build().expect("a request"))
            .expect("the key of another account acts as before");
    });
});

//! [`Call`]: an operation in three forms: as bare cryptography, as a typed call, and as JSON in and out.

use core::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::wire::Service;
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, GenerateDataKeyRequest, KeyArn, Keyring, Kms, ReEncryptRequest,
};
use serde_json::{Value, json};

use crate::floor::Floor;
use crate::ring;

/// How many pairs the encryption contexts have.
const PAIRS: usize = 1;

/// One operation on a message of one length. Each of the three does the same work: the same keys, the same message and a
/// context of one pair.
pub struct Call {
    pub operation: &'static str,
    /// The length of the message.
    pub len: usize,
    pub floor: Box<dyn FnMut()>,
    /// The call of [`Kms`], whose request is built beforehand.
    pub typed: Box<dyn FnMut()>,
    pub wire: Box<dyn FnMut()>,
}

impl Call {
    /// Its name in the report.
    pub fn name(&self) -> String {
        let Self { operation, len, .. } = self;
        format!("{operation}, {len} bytes")
    }
}

/// The operations that use a key, on a data key and on the longest message that they take.
pub fn calls() -> Vec<Call> {
    let subjects = Subjects::new();
    let mut calls = Vec::new();
    for len in [32, 4096] {
        calls.push(subjects.re_encrypt(len));
        calls.push(subjects.encrypt(len));
        calls.push(subjects.decrypt(len));
        // A data key has at most 1 KiB.
        calls.push(subjects.generate_data_key(len.min(1024)));
    }
    calls
}

/// What the calls are made on.
struct Subjects {
    kms: Kms<Keyring>,
    service: Service<Keyring>,
    keys: [KeyArn; 2],
}

impl Subjects {
    fn new() -> Self {
        let ring = ring::ring();
        let keys = [ring::symmetric(&ring), ring::symmetric(&ring)];
        let kms = Kms::new(ring);
        let service = kms.service();
        Self { kms, service, keys }
    }

    fn re_encrypt(&self, len: usize) -> Call {
        let [source, destination] = self.keys;
        let blob = ring::encrypted(&self.kms, source, "SYMMETRIC_DEFAULT", len, PAIRS);
        let body = json!({
            "CiphertextBlob": BASE64_STANDARD.encode(&blob),
            "SourceKeyId": source.to_string(),
            "SourceEncryptionContext": context(),
            "DestinationKeyId": destination.to_string(),
            "DestinationEncryptionContext": context(),
        });
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(blob)
            .source_key_id(source)
            .set_source_encryption_context(Some(ring::context(PAIRS).into_iter().collect()))
            .destination_key_id(destination)
            .set_destination_encryption_context(Some(ring::context(PAIRS).into_iter().collect()))
            .build()
            .expect("a request");
        let kms = self.kms.clone();
        let mut floor = floor(len);
        Call {
            operation: "ReEncrypt",
            len,
            floor: Box::new(move || floor.re_encrypt()),
            typed: Box::new(move || {
                drop(black_box(
                    kms.re_encrypt(black_box(&request)).expect("allowed"),
                ));
            }),
            wire: self.wire("ReEncrypt", &body),
        }
    }

    fn encrypt(&self, len: usize) -> Call {
        let [key, _] = self.keys;
        let body = json!({
            "KeyId": key.to_string(),
            "Plaintext": BASE64_STANDARD.encode(vec![7; len]),
            "EncryptionContext": context(),
        });
        let request = EncryptRequest::builder()
            .key_id(key)
            .plaintext(vec![7; len])
            .set_encryption_context(Some(ring::context(PAIRS).into_iter().collect()))
            .build()
            .expect("a request");
        let kms = self.kms.clone();
        let mut floor = floor(len);
        Call {
            operation: "Encrypt",
            len,
            floor: Box::new(move || floor.seal()),
            typed: Box::new(move || {
                drop(black_box(
                    kms.encrypt(black_box(&request)).expect("allowed"),
                ));
            }),
            wire: self.wire("Encrypt", &body),
        }
    }

    fn decrypt(&self, len: usize) -> Call {
        let [key, _] = self.keys;
        let blob = ring::encrypted(&self.kms, key, "SYMMETRIC_DEFAULT", len, PAIRS);
        let body = json!({
            "CiphertextBlob": BASE64_STANDARD.encode(&blob),
            "KeyId": key.to_string(),
            "EncryptionContext": context(),
        });
        let request = DecryptRequest::builder()
            .ciphertext_blob(blob)
            .key_id(key)
            .set_encryption_context(Some(ring::context(PAIRS).into_iter().collect()))
            .build()
            .expect("a request");
        let kms = self.kms.clone();
        let mut floor = floor(len);
        Call {
            operation: "Decrypt",
            len,
            floor: Box::new(move || floor.open_first()),
            typed: Box::new(move || {
                drop(black_box(
                    kms.decrypt(black_box(&request)).expect("allowed"),
                ));
            }),
            wire: self.wire("Decrypt", &body),
        }
    }

    fn generate_data_key(&self, len: usize) -> Call {
        let [key, _] = self.keys;
        let body = json!({
            "KeyId": key.to_string(),
            "NumberOfBytes": len,
            "EncryptionContext": context(),
        });
        let request = GenerateDataKeyRequest::builder()
            .key_id(key)
            .number_of_bytes(u32::try_from(len).expect("a small number"))
            .set_encryption_context(Some(ring::context(PAIRS).into_iter().collect()))
            .build()
            .expect("a request");
        let kms = self.kms.clone();
        let mut floor = floor(len);
        let mut data_key = vec![0; len];
        Call {
            operation: "GenerateDataKey",
            len,
            floor: Box::new(move || {
                getrandom::fill(&mut data_key).expect("the operating system has randomness");
                floor.seal();
            }),
            typed: Box::new(move || {
                drop(black_box(
                    kms.generate_data_key(black_box(&request)).expect("allowed"),
                ));
            }),
            wire: self.wire("GenerateDataKey", &body),
        }
    }

    fn wire(&self, operation: &str, body: &Value) -> Box<dyn FnMut()> {
        let service = self.service.clone();
        let target = format!("TrentService.{operation}");
        let body = body.to_string();
        Box::new(move || {
            let answer = service.call(black_box(&target), black_box(body.as_bytes()));
            assert_eq!(black_box(answer).status(), 200);
        })
    }
}

fn context() -> Value {
    ring::context(PAIRS)
        .into_iter()
        .map(|(key, value)| (key, Value::from(value)))
        .collect()
}

fn floor(len: usize) -> Floor {
    Floor::new(len, ring::context_len(PAIRS))
}

//! A service that checks every request and response against the model.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::{ManualClock, NewKey};
use kms_reencrypt::wire::Service;
use kms_reencrypt::{KeyArn, KeySpec, Keyring, Kms};
use serde_json::Value;

use crate::common::encrypting;
use crate::model;

pub(crate) struct Server {
    pub(crate) keyring: Keyring,
    pub(crate) clock: ManualClock,
    pub(crate) service: Service<Keyring>,
}

impl Server {
    /// An empty ring in a Region of China, where all kinds of keys exist.
    pub(crate) fn new() -> Self {
        let clock = ManualClock::new();
        let keyring = Keyring::builder("111122223333", "cn-north-1")
            .clock(clock.clone())
            .build()
            .unwrap();
        let service = Kms::new(keyring.clone()).service();
        Self {
            keyring,
            clock,
            service,
        }
    }

    /// The same server, as another caller sees it.
    pub(crate) fn as_caller(&self, caller: Caller) -> Self {
        self.of(self.service.as_caller(caller))
    }

    /// The same server, at the endpoint of another Region.
    pub(crate) fn in_region(&self, region: &str) -> Self {
        self.of(self.service.in_region(region.parse().unwrap()))
    }

    fn of(&self, service: Service<Keyring>) -> Self {
        Self {
            keyring: self.keyring.clone(),
            clock: self.clock.clone(),
            service,
        }
    }

    /// A key that encrypts, past the wire.
    pub(crate) fn key(&self, spec: KeySpec) -> KeyArn {
        self.keyring.create_key(encrypting(spec)).unwrap()
    }

    /// A key that waits for its material, past the wire.
    pub(crate) fn external_key(&self) -> KeyArn {
        let key = NewKey::new(KeySpec::SymmetricDefault);
        let external = key.origin(kms_reencrypt::KeyOrigin::External);
        self.keyring.create_key(external).unwrap()
    }

    /// The result of a call that goes well.
    #[track_caller]
    pub(crate) fn ok(&self, operation: &str, request: Value) -> Value {
        model::assert_input(operation, &request);
        let (status, body) = self.raw(operation, &request.to_string());
        assert_eq!(status, 200, "{operation}: {body}");
        model::assert_output(operation, body.as_bytes());
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// The exception of a call that does not, and its message.
    #[track_caller]
    pub(crate) fn error(&self, operation: &str, request: Value) -> (String, String) {
        model::assert_input(operation, &request);
        let (status, body) = self.raw(operation, &request.to_string());
        assert_ne!(status, 200, "{operation}: {body}");
        let error: Value = serde_json::from_str(&body).unwrap();
        let code = error["__type"].as_str().unwrap();
        model::assert_error(operation, code);
        let message = [&error["message"], &error["Message"]];
        let message = message.into_iter().find_map(Value::as_str);
        (code.to_owned(), message.unwrap_or_default().to_owned())
    }

    /// Status and body, to the byte.
    pub(crate) fn raw(&self, operation: &str, body: &str) -> (u16, String) {
        let target = format!("TrentService.{operation}");
        let response = self.service.call(&target, body.as_bytes());
        let status = response.status();
        (status, String::from_utf8(response.into_body()).unwrap())
    }
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

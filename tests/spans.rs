//! The spans of `tracing` that operations emit.
#![cfg(feature = "tracing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use kms_reencrypt::access::Caller;
use kms_reencrypt::observe::TracingObserver;
use kms_reencrypt::{DescribeKeyRequest, EncryptRequest, KeySpec, Keyring, Kms, ReEncryptRequest};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A subscriber that writes what it sees into a text, a line each.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl Lines {
    fn add(&self, start: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(start.to_owned());
        record(&mut fields);
        let mut lines = self.0.lock().unwrap();
        lines.push_str(&fields.0);
        lines.push('\n');
    }

    fn take(&self) -> Vec<String> {
        let lines = core::mem::take(&mut *self.0.lock().unwrap());
        lines.lines().map(str::to_owned).collect()
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let name = format!("{} {}", span.metadata().level(), span.metadata().name());
        self.add(&name, |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.add("with", |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = event.metadata().level().to_string();
        self.add(&level, |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn an_operation_is_a_span_with_its_caller_its_keys_and_its_outcome() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let old = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let new = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring.clone()).with_observer(TracingObserver::new());
    let encrypt = EncryptRequest::builder().key_id(old).plaintext("secret");
    let encrypt = encrypt
        .encryption_context("tenant", "blue")
        .build()
        .unwrap();
    let blob = kms.encrypt(&encrypt).unwrap().into_ciphertext_blob();

    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let caller = "arn:aws:iam::111122223333:root";
    let span = |operation: &str, dry_run: bool| {
        format!("INFO kms operation={operation} caller={caller} region=us-east-2 dry_run={dry_run}")
    };

    let re_encrypt = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_encryption_context("tenant", "blue")
        .destination_key_id(new);
    kms.re_encrypt(&re_encrypt.clone().build().unwrap())
        .unwrap();
    let keys = [
        format!("with source={old}"),
        format!("with destination={new}"),
    ];
    let [source, destination] = keys;
    let expected = [
        span("ReEncrypt", false),
        source.clone(),
        destination.clone(),
    ];
    let mut expected = expected.to_vec();
    expected.push("INFO message=succeeded".to_owned());
    let said = lines.take();
    assert_eq!(said, expected);

    kms.re_encrypt(&re_encrypt.dry_run(true).build().unwrap())
        .unwrap_err();
    let said = lines.take();
    assert_eq!(said[..3], [span("ReEncrypt", true), source, destination]);
    assert!(
        said[3].starts_with("INFO message=The request would have succeeded"),
        "{said:?}"
    );

    keyring.disable_key(old).unwrap();
    kms.encrypt(&encrypt).unwrap_err();
    let said = lines.take();
    let disabled = format!("WARN message={old} is disabled. code=DisabledException");
    assert_eq!(said[2], disabled, "{said:?}");

    let describe = DescribeKeyRequest::builder().key_id(new).build().unwrap();
    kms.describe_key(&describe).unwrap();
    assert_eq!(lines.take()[1], format!("with key={new}"));

    let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse().unwrap();
    kms.as_caller(alice).describe_key(&describe).unwrap_err();
    let said = lines.take().join("\n");
    for part in [
        "caller=arn:aws:iam::111122223333:user/alice",
        "code=AccessDeniedException",
        "why=kms:DescribeKey is denied: no identity-based policy allows it",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("secret") && !said.contains("blue"));
}

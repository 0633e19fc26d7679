//! What the official SDK costs, and what this crate adds to it: ReEncrypt of a data key and of 4 KiB as bare cryptography,
//! as a typed call, as JSON in and out, and through the SDK with this crate behind it; each in turns with the SDK and a
//! canned answer. `cargo bench` in this folder.

use core::hint::black_box;
use std::collections::HashMap;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::operation::re_encrypt::builders::ReEncryptInputBuilder;
use aws_sdk_kms::primitives::Blob;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use kms_reencrypt::{Keyring, Kms};
use kms_reencrypt_benches::calls::calls;
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};
use kms_reencrypt_benches::ring;
use serde_json::json;

/// Answers every request with the same bytes, at once.
#[derive(Clone, Debug)]
struct Canned(Vec<u8>);

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("a status");
        let mut response = HttpResponse::new(status, self.0.clone().into());
        response
            .headers_mut()
            .insert("content-type", "application/x-amz-json-1.1");
        response.headers_mut().insert("x-amzn-requestid", "0");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut criterion = criterion();
    let mut ratios = Ratios::to("the same call of the SDK with a canned answer");
    let mut group = criterion.benchmark_group("sdk");
    let calls = calls().into_iter();
    for mut call in calls.filter(|call| call.operation == "ReEncrypt") {
        let Sdk {
            ours,
            canned,
            input,
        } = Sdk::new(call.len);
        let mut measure = |side: &str, target, subject: &mut dyn FnMut()| {
            let name = format!("ReEncrypt, {} bytes: {side}", call.len);
            ratios.measure(&mut group, &name, target, subject, || {
                runtime.block_on(send(&canned, &input));
            });
        };
        measure("bare cryptography", None, &mut call.floor);
        measure("typed call", None, &mut call.typed);
        measure("JSON in and out", None, &mut call.wire);
        measure("through the SDK", Some(Target::AtMost(1.08)), &mut || {
            runtime.block_on(send(&ours, &input));
        });
    }
    group.finish();
    criterion.final_summary();
    ratios.finish("aws_sdk");
}

/// A client with this crate behind it, one with its answer, and what they send.
struct Sdk {
    ours: Client,
    canned: Client,
    input: ReEncryptInputBuilder,
}

impl Sdk {
    /// For a message of a length. The source is named, and the contexts have one pair.
    fn new(len: usize) -> Self {
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let [source, destination] = [(); 2].map(|()| ring::symmetric(&keyring));
        let kms = Kms::new(keyring);
        let blob = ring::encrypted(&kms, source, "SYMMETRIC_DEFAULT", len, 1);
        let context: HashMap<_, _> = ring::context(1).into_iter().collect();
        // The very answer that this crate gives: the SDK reads the same in both cases.
        let body = json!({
            "CiphertextBlob": aws_smithy_types::base64::encode(&blob),
            "SourceEncryptionContext": context,
            "DestinationKeyId": destination.to_string(),
        });
        let service = kms.service();
        let answer = service.call("TrentService.ReEncrypt", body.to_string().as_bytes());
        assert_eq!(answer.status(), 200);
        let ours = client(kms.http_client());
        let request = ours
            .re_encrypt()
            .ciphertext_blob(Blob::new(blob))
            .source_key_id(source.to_string())
            .set_source_encryption_context(Some(context.clone()))
            .destination_key_id(destination.to_string())
            .set_destination_encryption_context(Some(context));
        let input = request.as_input().clone();
        let canned = client(Canned(answer.into_body()));
        Self {
            ours,
            canned,
            input,
        }
    }
}

fn client(http_client: impl HttpClient + 'static) -> Client {
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-2"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "bench",
        ))
        .http_client(http_client)
        .build();
    Client::from_conf(config)
}

async fn send(client: &Client, input: &ReEncryptInputBuilder) {
    let response = input.clone().send_with(client).await;
    black_box(response.expect("an answer"));
}

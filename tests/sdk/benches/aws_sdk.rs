//! What the official SDK costs, and what this crate adds to it: one ReEncrypt of 32 bytes straight on `Kms`, through the
//! SDK with a canned answer, and through the SDK with this crate behind it. `cargo bench` in this folder.

use core::hint::black_box;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::primitives::Blob;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms, ReEncryptRequest};
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};

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
    let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
    let key = keyring
        .create_key(KeySpec::SymmetricDefault)
        .expect("a key");
    let kms = Kms::new(keyring);
    let encrypt = EncryptRequest::builder()
        .key_id(key)
        .plaintext([7; 32])
        .build();
    let blob = kms
        .encrypt(&encrypt.expect("a request"))
        .expect("a blob")
        .into_ciphertext_blob();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(blob.clone())
        .destination_key_id(key)
        .build()
        .expect("a request");
    // The very answer that this crate gives: the SDK reads the same in both cases.
    let body = format!(
        r#"{{"CiphertextBlob":"{}","DestinationKeyId":"{key}"}}"#,
        base64(&blob)
    );
    let answer = kms
        .service()
        .call("TrentService.ReEncrypt", body.as_bytes());
    assert_eq!(answer.status(), 200);
    let canned = client(Canned(answer.into_body()));
    let ours = client(kms.http_client());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");

    let mut criterion = criterion();
    let mut ratios = Ratios::to("the same call of the SDK with a canned answer");
    let mut group = criterion.benchmark_group("one ReEncrypt of 32 bytes");
    ratios.measure(
        &mut group,
        "through the SDK",
        Some(Target::AtMost(1.15)),
        || runtime.block_on(call(&ours, &blob, key)),
        || runtime.block_on(call(&canned, &blob, key)),
    );
    ratios.measure(
        &mut group,
        "straight on Kms",
        None,
        || drop(black_box(kms.re_encrypt(&request).expect("an answer"))),
        || runtime.block_on(call(&canned, &blob, key)),
    );
    group.finish();
    criterion.final_summary();
    ratios.finish("aws_sdk");
}

fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
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

async fn call(client: &Client, blob: &[u8], destination: KeyArn) {
    let response = client
        .re_encrypt()
        .ciphertext_blob(Blob::new(blob))
        .destination_key_id(destination.to_string())
        .send()
        .await
        .expect("an answer");
    black_box(response);
}

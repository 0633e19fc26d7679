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
use criterion::Criterion;
use kms_reencrypt::{EncryptRequest, KeyArn, KeySpec, Keyring, Kms, ReEncryptRequest};

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
    let body = format!(r#"{{"CiphertextBlob":"AQIC","SourceKeyId":"{key}","KeyId":"{key}"}}"#);
    let canned = client(Canned(body.into_bytes()));
    let ours = client(kms.http_client());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("one ReEncrypt of 32 bytes");
    group.bench_function("straight on Kms", |bench| {
        bench.iter(|| black_box(kms.re_encrypt(&request)).is_ok());
    });
    group.bench_function("the SDK, canned answer", |bench| {
        bench.iter(|| runtime.block_on(call(&canned, &blob, key)));
    });
    group.bench_function("the SDK, this crate behind it", |bench| {
        bench.iter(|| runtime.block_on(call(&ours, &blob, key)));
    });
    group.finish();
    criterion.final_summary();
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

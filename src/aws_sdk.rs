//! An HTTP client for the official AWS SDK for Rust that answers in this process. Feature `aws-sdk`.
//!
//! The code under test keeps its `aws_sdk_kms::Client`; only the client's configuration names another HTTP client. No
//! socket is opened; the SDK still serializes, signs and retries requests, and parses responses, as it always does.
//!
//! ```ignore
//! // Compiled and run in tests/sdk, since this crate does not depend on the SDK.
//! let keyring = Keyring::new("111122223333", "us-east-2")?;
//! let source = keyring.create_key(KeySpec::SymmetricDefault)?;
//! let destination = keyring.create_key(KeySpec::SymmetricDefault)?;
//!
//! let config = aws_sdk_kms::Config::builder()
//!     .behavior_version(BehaviorVersion::latest())
//!     .region(Region::new("us-east-2"))
//!     .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
//!     .http_client(Kms::new(keyring).http_client())
//!     .build();
//! let client = aws_sdk_kms::Client::from_conf(config);
//!
//! let sealed = client
//!     .encrypt()
//!     .key_id(source.to_string())
//!     .plaintext(Blob::new("attack at dawn"))
//!     .send()
//!     .await?;
//! let moved = client
//!     .re_encrypt()
//!     .ciphertext_blob(sealed.ciphertext_blob.unwrap())
//!     .destination_key_id(destination.to_string())
//!     .send()
//!     .await?;
//! ```
//!
//! # Caller and Region
//!
//! The caller is that of the [`Kms`] handle, whatever credentials the client has; the client needs credentials only to
//! sign. The Region is the one that the client signs for, so clients of several Regions can share a ring. A request
//! that is not signed, or that a client of another service sends, is refused as KMS would refuse it.
//!
//! # Errors and retries
//!
//! Exceptions arrive as the SDK's own types, with a request id. `KMSInternalException`, `KeyUnavailableException`,
//! `DependencyTimeoutException` and `ThrottlingException` are retried as the client's configuration says, so a provider
//! that counts its views, or that fails for a while, sees every attempt.
//!
//! **Count attempts with care.** The SDK takes a token for each retry from a bucket, which by default all clients of a
//! process share. After about fifty calls that failed at all three attempts the bucket is empty, and further calls fail
//! at the second or the first attempt. If a test counts attempts, give its client a bucket of its own:
//! `.retry_partition(RetryPartition::custom("my test").build())`.
//!
//! # Time
//!
//! The thread that makes a call also answers it, before the future is returned. That takes some microseconds, with RSA
//! up to milliseconds. Creating an RSA key takes longer, seconds in an unoptimized build, so create it on the ring
//! beforehand. No latency is simulated, so the client's timeouts never expire. With the feature `testing`, a
//! `testing::FaultyHttpClient` delays or withholds answers, and makes connections fail.

/// The version of `aws-smithy-runtime-api` whose traits [`HttpClient`] implements.
pub use aws_smithy_runtime_api;

use core::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;

use crate::keyring::RingProvider;
use crate::kms::Kms;
use crate::provider::KeyProvider;
use crate::wire::{CONTENT_TYPE, Credential, FIXED_HEADERS, Response, Service};

/// The names of headers, in lower case, as the SDK keeps them.
const CONTENT_TYPE_NAME: &str = "content-type";
const REQUEST_ID_NAME: &str = "x-amzn-requestid";

/// The HTTP client of an `aws_sdk_kms::Client` that talks to a [`Service`] in this process. See the [module](self).
///
/// It is cheap to clone, and clones use the same keys.
pub struct HttpClient<P>(Arc<Shared<P>>);

/// What the clones of a client share.
struct Shared<P> {
    service: Service<P>,
    /// The headers of a response in JSON, whose request id is replaced: a copy of them takes a fraction of the time that it
    /// takes to insert them one by one.
    headers: Headers,
}

impl<P: RingProvider + 'static> Kms<P> {
    /// An HTTP client for `aws_sdk_kms::Config::builder().http_client(…)`, with every operation of this crate.
    ///
    /// All clients of a process share the SDK's tokens for retries. If a test counts attempts, give its client a [retry
    /// partition of its own](crate::aws_sdk#errors-and-retries).
    #[must_use]
    pub fn http_client(&self) -> HttpClient<P> {
        self.service().http_client()
    }
}

impl<P: KeyProvider + 'static> Service<P> {
    /// An HTTP client for `aws_sdk_kms::Config::builder().http_client(…)`, with the operations of this service.
    ///
    /// If a test counts attempts, give its client a [retry partition of its own](crate::aws_sdk#errors-and-retries).
    #[must_use]
    pub fn http_client(self) -> HttpClient<P> {
        let mut headers = Headers::new();
        headers.insert(CONTENT_TYPE_NAME, CONTENT_TYPE);
        for (name, value) in FIXED_HEADERS {
            headers.insert(name.to_ascii_lowercase(), value);
        }
        headers.insert(REQUEST_ID_NAME, "");
        let service = self;
        HttpClient(Arc::new(Shared { service, headers }))
    }
}

impl<P: KeyProvider + 'static> SdkHttpClient for HttpClient<P> {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl<P: KeyProvider + 'static> HttpConnector for HttpClient<P> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.answer(&request))
    }
}

impl<P: KeyProvider> HttpClient<P> {
    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let body = request
            .body()
            .bytes()
            .ok_or_else(|| ConnectorError::user("the request body is a stream".into()))?;
        let mut response = self.response(request, body);
        let status = response
            .status()
            .try_into()
            .map_err(|error| ConnectorError::other(Box::new(error), None))?;
        let mut answer = HttpResponse::new(status, response.take_body().into());
        let headers = answer.headers_mut();
        headers.clone_from(&self.0.headers);
        headers.insert(REQUEST_ID_NAME, response.request_id().to_owned());
        if response.content_type().is_none() {
            headers.remove(CONTENT_TYPE_NAME);
        }
        Ok(answer)
    }

    /// The response of the service, or the refusal of a request that is not for KMS: in another protocol, unsigned, or
    /// signed for another service.
    fn response(&self, request: &HttpRequest, body: &[u8]) -> Response {
        let header = |name| request.headers().get(name);
        if header(CONTENT_TYPE_NAME) != Some(CONTENT_TYPE) {
            return Response::other_protocol();
        }
        let Some(credential) = header("authorization").and_then(Credential::of_authorization)
        else {
            return Response::not_signed();
        };
        if credential.service() != "kms" {
            return Response::signed_for_another_service();
        }
        let target = header("x-amz-target").unwrap_or_default();
        let service = &self.0.service;
        let region = *credential.region();
        if region == *service.kms().region() {
            return service.call(target, body);
        }
        service.in_region(region).call(target, body)
    }
}

impl<P> Clone for HttpClient<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for HttpClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient(kms-reencrypt)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

    use crate::wire::{CONTENT_TYPE, Response};
    use crate::{KeySpec, Keyring, Kms};

    const HEADERS: [(&str, &str); 3] = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "TrentService.ListKeys"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/kms/aws4_request",
        ),
    ];

    /// The answer to a request with this value of this header. If the value is empty, the request lacks the header.
    fn answer(name: &str, value: &str) -> (u16, String) {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let there = keyring.in_region("eu-west-1".parse().unwrap());
        there.create_key(KeySpec::SymmetricDefault).unwrap();
        let mut request = HttpRequest::new("{}".into());
        for (header, normal) in HEADERS {
            let value = if header == name { value } else { normal };
            if !value.is_empty() {
                request.headers_mut().insert(header, value.to_owned());
            }
        }
        let answer = Kms::new(keyring).http_client().answer(&request).unwrap();
        assert!(answer.headers().get("x-amzn-requestid").is_some());
        let body = answer.body().bytes().unwrap().to_vec();
        (answer.status().as_u16(), String::from_utf8(body).unwrap())
    }

    #[test]
    fn the_region_is_what_was_signed_for() {
        let (status, body) = answer("", "");
        assert_eq!(status, 200);
        assert!(
            body.contains("arn:aws:kms:eu-west-1:111122223333:key/"),
            "{body}"
        );
    }

    #[test]
    fn what_is_no_signed_request_of_kms_is_refused_in_the_form_of_aws() {
        for (name, value, status, body) in [
            (
                "authorization",
                "",
                400,
                r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
            ),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/dynamodb/aws4_request",
                400,
                r#"{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'kms'. "}"#,
            ),
            (
                "x-amz-target",
                "DynamoDB_20120810.ListTables",
                400,
                r#"{"__type":"UnknownOperationException"}"#,
            ),
            (
                "x-amz-target",
                "",
                400,
                r#"{"__type":"UnknownOperationException"}"#,
            ),
            ("content-type", "", 404, "<UnknownOperationException/>"),
            (
                "content-type",
                "application/x-amz-json-1.0",
                404,
                "<UnknownOperationException/>",
            ),
        ] {
            assert_eq!(
                answer(name, value),
                (status, body.to_owned()),
                "{name} {value}"
            );
        }
    }

    #[test]
    fn a_response_has_the_headers_of_the_wire_each_with_its_own_request_id() {
        let client = Kms::new(Keyring::new("111122223333", "us-east-2").unwrap()).http_client();
        let mut ids = HashSet::new();
        for (content_type, expected) in [
            (CONTENT_TYPE, Response::not_signed()),
            ("text/plain", Response::other_protocol()),
        ] {
            let mut request = HttpRequest::new("{}".into());
            request.headers_mut().insert("content-type", content_type);
            let answer = client.answer(&request).unwrap();
            let id = answer.headers().get("x-amzn-requestid").unwrap();
            assert_eq!(id.len(), expected.request_id().len());
            assert!(ids.insert(id.to_owned()));
            assert_eq!(answer.headers().len(), expected.headers().count());
            for (name, value) in expected.headers() {
                let found = answer.headers().get(name.to_ascii_lowercase());
                assert!(found == Some(value) || name == "x-amzn-RequestId", "{name}");
            }
        }
    }
}

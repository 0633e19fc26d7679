//! [`Signed`]: an endpoint behind HTTP, with requests signed by AWS Signature Version 4.

use core::time::Duration;
use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorSettings, SharedHttpClient,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use kit::{Answer, Endpoint, NoAnswer, Principal, Sent};
use tokio::runtime::Runtime;

use crate::fault::Fault;
use crate::principals::Principals;

/// The longest that a server may take for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where requests go.
#[derive(Debug)]
pub(crate) enum Address {
    /// A server, whatever the Region.
    Server(String),
    /// The endpoint of AWS KMS in the Region.
    Aws,
}

impl Address {
    fn of(&self, service: &str, region: &str) -> String {
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        match self {
            Self::Server(address) => address.clone(),
            Self::Aws => format!("https://{service}.{region}.amazonaws.com{suffix}/"),
        }
    }
}

/// An endpoint behind HTTP.
#[derive(Debug)]
pub(crate) struct Signed {
    runtime: Runtime,
    connector: Connector,
    address: Address,
    principals: Principals,
}

/// An HTTP client with TLS by ring, whose C code needs no tools but a compiler.
pub(crate) fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(provider()).build_https()
}

fn provider() -> tls::Provider {
    tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)
}

impl Signed {
    pub(crate) fn new(runtime: Runtime, address: Address, principals: Principals) -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(TIMEOUT)
            .build();
        let connector = runtime.block_on(async {
            Connector::builder()
                .connector_settings(settings)
                .sleep_impl(aws_smithy_async_sleep())
                .tls_provider(provider())
                .build()
        });
        Self {
            runtime,
            connector,
            address,
            principals,
        }
    }

    pub(crate) fn principals(&self) -> &Principals {
        &self.principals
    }

    /// The ARN of a principal, by STS.
    pub(crate) fn arn(&self, principal: Principal, region: &str) -> Result<String, Fault> {
        let answer = self.runtime.block_on(self.post(
            ("sts", region),
            principal,
            &[("content-type", "application/x-www-form-urlencoded")],
            b"Action=GetCallerIdentity&Version=2011-06-15",
        ))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        element(&text, "Arn").map(str::to_owned).ok_or_else(|| {
            let code = element(&text, "Code").unwrap_or("no ARN");
            let message = element(&text, "Message").unwrap_or(&text);
            Fault::new(format!(
                "AWS does not know the credentials of the {}: {code}: {message}",
                principal.name()
            ))
        })
    }

    async fn post(
        &self,
        (service, region): (&str, &str),
        principal: Principal,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Fault> {
        let address = self.address.of(service, region);
        let uri: http::Uri = address.parse().map_err(Fault::new)?;
        let host = uri.authority().map(ToString::to_string);
        let host = host.ok_or_else(|| Fault::new(format!("{address} is not an address")))?;
        let mut headers = headers.to_vec();
        headers.push(("host", &host));
        let credentials = self.principals.credentials(principal).await?;
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(Fault::new)?;
        let signable = SignableRequest::new(
            "POST",
            &address,
            headers.iter().copied(),
            SignableBody::Bytes(body),
        );
        let signature = sign(signable.map_err(Fault::new)?, &params.into()).map_err(Fault::new)?;
        let (instructions, _) = signature.into_parts();
        let mut request = http::Request::post(uri);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(SdkBody::from(body)).map_err(Fault::new)?;
        instructions.apply_to_request_http1x(&mut request);
        let request = HttpRequest::try_from(request).map_err(Fault::new)?;
        let failed = |error: &dyn std::error::Error| Fault::of(error).at(&address);
        let response = self
            .connector
            .call(request)
            .await
            .map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = ByteStream::new(response.into_body())
            .collect()
            .await
            .map_err(|error| failed(&error))?;
        Ok(Answer {
            status,
            headers,
            body: body.to_vec(),
        })
    }
}

/// The text of the first element with this name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = after.split_once(&format!("</{name}>"))?;
    Some(inner)
}

/// Timeouts need something that sleeps.
fn aws_smithy_async_sleep() -> impl aws_smithy_async::rt::sleep::AsyncSleep + 'static {
    aws_smithy_async::rt::sleep::TokioSleep::new()
}

impl Endpoint for Signed {
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        let headers = [
            ("content-type", request.content_type),
            ("x-amz-target", request.target),
        ];
        let answer = self.post(
            ("kms", request.region),
            request.principal,
            &headers,
            request.body,
        );
        self.runtime
            .block_on(answer)
            .map_err(|fault| NoAnswer(fault.to_string()))
    }
}

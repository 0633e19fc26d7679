//! Serves winterbaume's KMS on a port of loopback: `winterbaume-kms-server PORT`.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use winterbaume_core::service::{MockRequest, MockService};
use winterbaume_kms::KmsService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).ok_or("name a port")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let kms = Arc::new(KmsService::new());
    loop {
        let (stream, _) = listener.accept().await?;
        let kms = Arc::clone(&kms);
        tokio::task::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&kms), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // A client may go away at any time.
            let _closed = connection.await;
        });
    }
}

async fn answer(
    kms: Arc<KmsService>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let host = parts
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok());
    let asked = MockRequest {
        method: parts.method.to_string(),
        uri: format!(
            "https://{}{}",
            host.unwrap_or("localhost"),
            parts.uri.path()
        ),
        headers: parts.headers,
        body: body
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default(),
    };
    let answered = kms.handle(asked).await;
    let mut response = Response::new(Full::new(answered.body));
    *response.status_mut() = hyper::StatusCode::from_u16(answered.status).unwrap_or_default();
    *response.headers_mut() = answered.headers;
    Ok(response)
}

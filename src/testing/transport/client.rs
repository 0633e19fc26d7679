//! [`FaultyHttpClient`]: an HTTP client of the SDK with injected faults.

use core::future;
use core::time::Duration;
use std::io;

use aws_smithy_async::rt::sleep::{AsyncSleep as _, SharedAsyncSleep};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::wire::operation_of_target;

use super::fault::Failure;
use super::script::{Fate, TransportFaults};

/// An HTTP client for the official SDK whose connection to KMS fails on demand: it is reset, responses come late or never, a
/// proxy answers in place of KMS. Features `testing` and `aws-sdk`.
///
/// It wraps the [`HttpClient`](crate::aws_sdk::HttpClient) of a [`Kms`](crate::Kms), or any other. What KMS itself answers when
/// it fails, such as a `ThrottlingException`, comes from a [`FaultyProvider`](crate::testing::FaultyProvider); both can be used
/// at once.
///
/// ```
/// use kms_reencrypt::testing::{FaultyHttpClient, TransportFault};
/// use kms_reencrypt::{Keyring, Kms, Operation};
///
/// let kms = Kms::new(Keyring::new("111122223333", "us-east-2")?);
/// let http_client = FaultyHttpClient::new(kms.http_client());
/// let faults = http_client.faults();
/// // let config = aws_sdk_kms::Config::builder().http_client(http_client)…
///
/// faults.inject(TransportFault::connection_reset().on_operation(Operation::Decrypt).times(2));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
///
/// # Time
///
/// A client waits with the sleep of its own configuration. Under `#[tokio::test(start_paused = true)]` that is Tokio's paused
/// clock, and neither late answers nor the SDK's own waits take any time.
/// [`cookbook::retries`](crate::documentation::cookbook::retries) shows a whole test.
///
/// A read timeout of the client ends a longer wait, as in the SDK's own HTTP client; the SDK itself handles the timeouts of
/// attempts and operations.
#[derive(Clone, Debug)]
pub struct FaultyHttpClient<C> {
    client: C,
    faults: TransportFaults,
}

impl<C: HttpClient> FaultyHttpClient<C> {
    /// A client without faults yet.
    #[must_use]
    pub fn new(client: C) -> Self {
        let faults = TransportFaults::default();
        Self { client, faults }
    }

    /// The handle to the faults.
    #[must_use]
    pub fn faults(&self) -> TransportFaults {
        self.faults.clone()
    }
}

impl<C: HttpClient> HttpClient for FaultyHttpClient<C> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(FaultyConnector {
            connector: self.client.http_connector(settings, components),
            faults: self.faults.clone(),
            pause: Pause {
                sleep: components.sleep_impl(),
                read_timeout: settings.read_timeout(),
            },
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug)]
struct FaultyConnector {
    connector: SharedHttpConnector,
    faults: TransportFaults,
    pause: Pause,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let Some(fate) = self.faults.strike(operation_of_target(target)) else {
            return self.connector.call(request);
        };
        let answer = fate.arrives.then(|| self.connector.call(request));
        let pause = self.pause.clone();
        HttpConnectorFuture::new(async move {
            let answer = match answer {
                Some(answer) => Some(answer.await?),
                None => None,
            };
            pause.wait(&fate).await?;
            match (fate.failure, answer) {
                (None, Some(answer)) => Ok(answer),
                // A request that does not arrive has no answer.
                (None, None) | (Some(Failure::NoResponse), _) => future::pending().await,
                (Some(Failure::ConnectionReset), _) => {
                    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                    Err(ConnectorError::io(reset.into()))
                }
                (Some(Failure::HttpStatus(status)), _) => {
                    let status = status
                        .try_into()
                        .map_err(|error| ConnectorError::other(Box::new(error), None))?;
                    Ok(HttpResponse::new(status, Vec::new().into()))
                }
            }
        })
    }
}

/// How a client waits.
#[derive(Clone, Debug)]
struct Pause {
    sleep: Option<SharedAsyncSleep>,
    read_timeout: Option<Duration>,
}

impl Pause {
    /// Waits for an answer, up to the read timeout.
    async fn wait(&self, fate: &Fate) -> Result<(), ConnectorError> {
        let delay = match fate.failure {
            Some(Failure::NoResponse) => Duration::MAX,
            _ => fate.delay,
        };
        match self.read_timeout {
            Some(timeout) if timeout < delay => {
                self.sleep(timeout).await?;
                let waited = io::Error::from(io::ErrorKind::TimedOut);
                Err(ConnectorError::timeout(waited.into()))
            }
            // The client's other timeouts end an endless wait.
            _ if delay.is_zero() || delay == Duration::MAX => Ok(()),
            _ => self.sleep(delay).await,
        }
    }

    async fn sleep(&self, duration: Duration) -> Result<(), ConnectorError> {
        let sleep = self.sleep.as_ref().ok_or_else(|| {
            ConnectorError::user(
                "a late answer needs a client with a sleep implementation: set `sleep_impl` in its configuration".into(),
            )
        })?;
        sleep.sleep(duration).await;
        Ok(())
    }
}

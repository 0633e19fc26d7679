//! [`Endpoint`]: KMS at an endpoint, through the official SDK.

use core::time::Duration;
use std::collections::HashMap;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{BehaviorVersion, Region};
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::re_encrypt::ReEncryptError;
use aws_sdk_kms::operation::re_encrypt::builders::ReEncryptFluentBuilder;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DryRunModifierType;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::runtime::{Builder, Runtime};

use super::{Backend, Call, Keys, Moved, Refusal, Trouble};
use crate::Error;
use crate::rows::Context;

/// The timeout of a connection, and that of one attempt at a request.
const CONNECT: Duration = Duration::from_secs(5);
const ATTEMPT: Duration = Duration::from_secs(20);

/// Where KMS is, and who calls it. What is absent comes from the environment and the files of the AWS CLI.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndpointOptions {
    pub(crate) endpoint_url: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
}

/// A client of the official SDK. It does not repeat requests: the job does, since it knows its budget.
#[derive(Debug)]
pub(crate) struct Endpoint {
    runtime: Runtime,
    client: Client,
    keys: Keys,
    /// Region and URL, as the job's settings have them.
    place: String,
}

impl Endpoint {
    /// Reads the configuration by the SDK's own chain. No request is sent to KMS.
    pub(crate) fn new(options: &EndpointOptions, keys: Keys) -> Result<Self, Error> {
        let runtime = runtime()?;
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &options.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let shared = runtime.block_on(loader.load());
        if shared.region().is_none() {
            let refusal = "no Region is configured: add --region, or set AWS_REGION or the region of the profile";
            return Err(refusal.into());
        }
        let config = aws_sdk_kms::config::Builder::from(&shared);
        Self::of(runtime, config, keys)
    }

    /// A client with this configuration, with the timeouts above and without retries by the SDK.
    pub(crate) fn of(
        runtime: Runtime,
        config: aws_sdk_kms::config::Builder,
        keys: Keys,
    ) -> Result<Self, Error> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT);
        let config = config
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build())
            .build();
        let region = config.region().map_or("", Region::as_ref).to_owned();
        Ok(Self {
            runtime,
            client: Client::from_conf(config),
            keys,
            place: region,
        })
    }

    pub(crate) fn region(&self) -> &str {
        &self.place
    }

    fn request(&self, call: &Call<'_>) -> ReEncryptFluentBuilder {
        let keys = &self.keys;
        let tokens = (!keys.grant_tokens.is_empty()).then(|| keys.grant_tokens.clone());
        self.client
            .re_encrypt()
            .set_ciphertext_blob(call.blob.map(Blob::new))
            .set_source_key_id(keys.from.clone())
            .destination_key_id(&keys.to)
            .set_source_encryption_algorithm(keys.source_algorithm.as_deref().map(Into::into))
            .set_destination_encryption_algorithm(
                keys.destination_algorithm.as_deref().map(Into::into),
            )
            .set_source_encryption_context(context(call.source_context))
            .set_destination_encryption_context(context(call.destination_context))
            .set_grant_tokens(tokens)
    }
}

/// What sends the requests of all threads.
pub(crate) fn runtime() -> Result<Runtime, Error> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

impl Backend for Endpoint {
    fn re_encrypt(&self, call: &Call<'_>) -> Result<Moved, Trouble> {
        let sent = self.request(call).send();
        let response = self.runtime.block_on(sent).map_err(trouble)?;
        let blob = response.ciphertext_blob.ok_or_else(no_ciphertext)?;
        Ok(Moved {
            blob: blob.into_inner(),
            material: response.destination_key_material_id,
        })
    }

    fn dry_run(&self, call: &Call<'_>) -> Result<(), Trouble> {
        let mut request = self.request(call).dry_run(true);
        if call.blob.is_none() {
            request = request.dry_run_modifiers(DryRunModifierType::IgnoreCiphertext);
        }
        match self.runtime.block_on(request.send()) {
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), ReEncryptError::DryRunOperationException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(trouble(error)),
            Ok(_) => Err(Trouble::Fatal(Refusal {
                exception: "DryRunIgnored".to_owned(),
                message: "the endpoint has carried out a dry run, so it does not know DryRun"
                    .to_owned(),
            })),
        }
    }

    fn current_material(&self, key: &str) -> Result<Option<String>, Trouble> {
        let sent = self.client.describe_key().key_id(key).send();
        let response = self.runtime.block_on(sent).map_err(trouble)?;
        Ok(response
            .key_metadata
            .and_then(|metadata| metadata.current_key_material_id))
    }

    fn encrypt(&self, key: &str, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, Trouble> {
        let request = self.client.encrypt().key_id(key);
        let request = request
            .plaintext(Blob::new(plaintext))
            .set_encryption_context(self::context(context));
        let response = self.runtime.block_on(request.send()).map_err(trouble)?;
        let blob = response.ciphertext_blob.ok_or_else(no_ciphertext)?;
        Ok(blob.into_inner())
    }
}

fn context(context: &Context) -> Option<HashMap<String, String>> {
    (!context.is_empty()).then(|| {
        let pairs = context.iter();
        pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    })
}

fn no_ciphertext() -> Trouble {
    Trouble::Transient(Refusal {
        exception: "InvalidResponse".to_owned(),
        message: "the answer has no CiphertextBlob".to_owned(),
    })
}

/// What an error of the SDK means.
fn trouble<E>(error: SdkError<E>) -> Trouble
where
    E: ProvideErrorMetadata + core::error::Error + 'static,
{
    if let SdkError::ServiceError(answer) = &error {
        let metadata = answer.err().meta();
        let code = metadata.code().unwrap_or("UnknownError");
        let message = metadata.message().unwrap_or_default();
        return Trouble::of_answer(code, message, answer.raw().status().as_u16());
    }
    let text = root_cause(&error);
    let (exception, transient) = match &error {
        SdkError::TimeoutError(_) => ("Timeout", true),
        SdkError::ResponseError(_) => ("InvalidResponse", true),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            ("NoConnection", true)
        }
        // A credentials provider that timed out can answer later; one without credentials cannot.
        SdkError::DispatchFailure(_) if is_of_credentials(&error) => {
            ("NoCredentials", text.contains("timed out"))
        }
        SdkError::DispatchFailure(_) => ("NoConnection", true),
        _ => ("InvalidRequest", false),
    };
    let refusal = Refusal {
        exception: exception.to_owned(),
        message: text,
    };
    if transient {
        Trouble::Transient(refusal)
    } else {
        Trouble::Fatal(refusal)
    }
}

/// The root cause of an error: the SDK's own message says only which part of the SDK failed.
fn root_cause(error: &(dyn core::error::Error + 'static)) -> String {
    let causes = core::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

fn is_of_credentials(error: &(dyn core::error::Error + 'static)) -> bool {
    let mut causes = core::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| {
        let text = cause.to_string();
        text.contains("credential") || text.contains("identity")
    })
}

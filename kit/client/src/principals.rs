//! Who signs requests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use kit::Principal;

use crate::fault::Fault;

/// Credentials are fetched again this long before they expire.
const BEFORE_EXPIRY: Duration = Duration::from_secs(300);

/// The credentials of the principals that are available.
#[derive(Debug)]
pub(crate) struct Principals {
    providers: BTreeMap<Principal, SharedCredentialsProvider>,
    fetched: Mutex<BTreeMap<Principal, Credentials>>,
}

impl Principals {
    /// Access keys that no AWS account has, as in `kit/principals.json`.
    pub(crate) fn made_up() -> Self {
        let providers = Principal::ALL.map(|principal| {
            let id = format!("AKIAKIT{}", principal.name().to_uppercase());
            let credentials = Credentials::new(id, "secret", None, None, "kms-kit");
            (principal, SharedCredentialsProvider::new(credentials))
        });
        Self::of(providers.into())
    }

    /// The first principal's credentials come from the usual chain or from a profile; the others' come from their profiles.
    pub(crate) async fn from_chain(
        first: Option<&str>,
        others: [(Principal, Option<&str>); 2],
        region: &str,
        client: impl Fn() -> aws_smithy_runtime_api::client::http::SharedHttpClient,
    ) -> Result<Self, Fault> {
        let mut providers = BTreeMap::new();
        let profiles = [(Principal::Owner, first)].into_iter().chain(others);
        for (principal, profile) in profiles {
            let loader = aws_config::defaults(BehaviorVersion::latest())
                .region(aws_config::Region::new(region.to_owned()))
                .http_client(client());
            let config = match profile {
                Some(profile) => {
                    // The environment comes first in the chain, and must not take the place of a profile that is named.
                    let settings = aws_config::provider_config::ProviderConfig::without_region()
                        .with_region(Some(aws_config::Region::new(region.to_owned())))
                        .with_http_client(client());
                    let provider = ProfileFileCredentialsProvider::builder()
                        .configure(&settings)
                        .profile_name(profile)
                        .build();
                    loader.credentials_provider(provider).load().await
                }
                None if principal == Principal::Owner => loader.load().await,
                None => continue,
            };
            let provider = config.credentials_provider();
            let provider = provider.ok_or_else(|| Fault::new("there are no credentials"))?;
            providers.insert(principal, provider);
        }
        Ok(Self::of(providers))
    }

    fn of(providers: BTreeMap<Principal, SharedCredentialsProvider>) -> Self {
        Self {
            providers,
            fetched: Mutex::default(),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Principal> {
        self.providers.keys().copied()
    }

    pub(crate) async fn credentials(&self, principal: Principal) -> Result<Credentials, Fault> {
        let kept = self
            .fetched
            .lock()
            .ok()
            .and_then(|fetched| fetched.get(&principal).cloned());
        let is_fresh = |credentials: &Credentials| {
            let until = credentials.expiry();
            until.is_none_or(|until| until > SystemTime::now() + BEFORE_EXPIRY)
        };
        if let Some(credentials) = kept.filter(is_fresh) {
            return Ok(credentials);
        }
        let provider = self.providers.get(&principal);
        let provider =
            provider.ok_or_else(|| Fault::new(format!("there is no {}", principal.name())))?;
        let credentials = provider.provide_credentials().await.map_err(|error| {
            let found = match &error {
                CredentialsError::CredentialsNotLoaded(_) => {
                    "there are no credentials; name a profile that has some"
                }
                _ => "the credentials are not available",
            };
            let whose = principal.name();
            Fault::new(format!("{found}, for the {whose} ({})", Fault::of(&error)))
        })?;
        if let Ok(mut fetched) = self.fetched.lock() {
            fetched.insert(principal, credentials.clone());
        }
        Ok(credentials)
    }
}

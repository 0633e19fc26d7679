//! A ring with a recorder, a DynamoDB beside it, and the clients of both.

use std::collections::HashMap;

use aws_esdk::material_providers::client::Client as MaterialProviders;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use aws_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_esdk::types::aws_encryption_sdk_config::AwsEncryptionSdkConfig;
use aws_esdk::types::error::Error;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::testing::Recorder;
use kms_reencrypt::{KeyArn, KeySpec, Keyring, Kms};
use winterbaume_core::MockAws;
use winterbaume_dynamodb::DynamoDbService;

pub(crate) const ACCOUNT: &str = "111122223333";

pub(crate) struct World {
    pub(crate) ring: Keyring,
    pub(crate) recorder: Recorder,
    kms: Kms<Keyring>,
    tables: MockAws,
}

impl World {
    pub(crate) fn new() -> Self {
        let ring = Keyring::new(ACCOUNT, "us-east-1").unwrap();
        let recorder = Recorder::new();
        Self {
            kms: Kms::new(ring.clone()).with_observer(recorder.clone()),
            ring,
            recorder,
            tables: MockAws::builder()
                .with_service(DynamoDbService::new())
                .build(),
        }
    }

    pub(crate) fn key(&self) -> KeyArn {
        self.ring.create_key(KeySpec::SymmetricDefault).unwrap()
    }

    /// A multi-Region key in us-east-1, and its replica in us-west-2.
    pub(crate) fn multi_region_key(&self) -> (KeyArn, KeyArn) {
        let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
        let primary = self.ring.create_key(primary).unwrap();
        let replica = self.ring.replicate_key(primary, "us-west-2").unwrap();
        (primary, replica)
    }

    /// The root of the account in a Region.
    pub(crate) fn client_in(&self, region: &'static str) -> aws_sdk_kms::Client {
        Self::client(&self.kms, region)
    }

    pub(crate) fn client_of(&self, caller: Caller) -> aws_sdk_kms::Client {
        Self::client(&self.kms.as_caller(caller), "us-east-1")
    }

    fn client(kms: &Kms<Keyring>, region: &'static str) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials())
            .http_client(kms.http_client());
        aws_sdk_kms::Client::from_conf(config.build())
    }

    pub(crate) fn tables(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials())
            .http_client(self.tables.http_client());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")
}

pub(crate) fn material_providers() -> MaterialProviders {
    let config = MaterialProvidersConfig::builder().build().unwrap();
    MaterialProviders::from_conf(config).unwrap()
}

/// The Encryption SDK with its default policy: messages commit to their data keys.
fn esdk() -> aws_esdk::Client {
    let config = AwsEncryptionSdkConfig::builder().build().unwrap();
    aws_esdk::Client::from_conf(config).unwrap()
}

fn context(tenant: &str) -> HashMap<String, String> {
    HashMap::from([("tenant".to_owned(), tenant.to_owned())])
}

/// A message to a tenant.
pub(crate) async fn encrypt(keyring: &KeyringRef, tenant: &str, data: &str) -> Vec<u8> {
    let encrypted = esdk()
        .encrypt()
        .plaintext(data.as_bytes())
        .keyring(keyring.clone())
        .encryption_context(context(tenant));
    let message = encrypted.send().await.unwrap().ciphertext.unwrap();
    message.into_inner()
}

/// What a message to a tenant says.
pub(crate) async fn decrypt(
    keyring: &KeyringRef,
    tenant: &str,
    message: &[u8],
) -> Result<String, Error> {
    let decrypted = esdk()
        .decrypt()
        .ciphertext(message)
        .keyring(keyring.clone())
        .encryption_context(context(tenant));
    let data = decrypted.send().await?.plaintext.unwrap().into_inner();
    Ok(String::from_utf8(data).unwrap())
}

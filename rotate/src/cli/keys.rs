//! Options: the keys, and the service that has them.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kms_reencrypt::testing::ring_file::{Protection, load_ring, load_snapshot};
use kms_reencrypt::{EncryptionAlgorithm, Keyring};
use serde_json::{Map, Value, json};

use crate::Error;
use crate::backend::{Backend, Endpoint, EndpointOptions, Keys, Ring};

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Keys")]
pub(crate) struct KeyOptions {
    /// The key that the rows are under: id, ARN or alias
    ///
    /// With it, a ciphertext under a key of somebody else's choice is refused. Without it, KMS takes the key that a
    /// symmetric ciphertext names.
    #[arg(long, value_name = "KEY")]
    pub(crate) from: Option<String>,

    /// The key to move them to
    #[arg(long, value_name = "KEY")]
    pub(crate) to: Option<String>,

    /// The algorithm that the ciphertexts were made with, if not SYMMETRIC_DEFAULT
    #[arg(long, value_name = "ALGORITHM", value_parser = algorithm, requires = "from")]
    pub(crate) source_algorithm: Option<String>,

    /// The algorithm for the new ciphertexts, if not SYMMETRIC_DEFAULT
    #[arg(long, value_name = "ALGORITHM", value_parser = algorithm)]
    pub(crate) destination_algorithm: Option<String>,

    /// A grant token; may be repeated
    #[arg(long = "grant-token", value_name = "TOKEN")]
    pub(crate) grant_tokens: Vec<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "KMS (by default AWS, with the credentials of the AWS CLI)")]
pub(crate) struct BackendOptions {
    /// A ring in this process, from a seed file of kms-reencrypt
    #[arg(long, value_name = "FILE", conflicts_with_all = ["snapshot", "endpoint_url", "region", "profile"])]
    pub(crate) ring: Option<PathBuf>,

    /// A ring from a snapshot of kms-reencrypt
    #[arg(long, value_name = "FILE", requires = "passphrase_file", conflicts_with_all = ["endpoint_url", "region", "profile"])]
    pub(crate) snapshot: Option<PathBuf>,

    /// The file with the snapshot's passphrase in its first line
    #[arg(long, value_name = "FILE", requires = "snapshot")]
    pub(crate) passphrase_file: Option<PathBuf>,

    /// Where KMS is, for example http://127.0.0.1:4599
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,

    /// The Region of both keys
    #[arg(long)]
    pub(crate) region: Option<String>,

    /// The profile of the AWS CLI's files
    #[arg(long)]
    pub(crate) profile: Option<String>,
}

fn algorithm(text: &str) -> Result<String, String> {
    match text.parse::<EncryptionAlgorithm>() {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl KeyOptions {
    pub(crate) fn keys(&self) -> Result<Keys, Error> {
        Ok(Keys {
            from: self.from.clone(),
            to: self
                .to
                .clone()
                .ok_or("--to is missing: the key to move to")?,
            source_algorithm: self.source_algorithm.clone(),
            destination_algorithm: self.destination_algorithm.clone(),
            grant_tokens: self.grant_tokens.clone(),
        })
    }
}

/// A service, and whether calls to it take this machine's processors and nothing else.
pub(crate) struct Opened {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) is_ring: bool,
    /// The settings that identify a job: other settings make another job.
    pub(crate) settings: Map<String, Value>,
}

impl BackendOptions {
    pub(crate) fn open(&self, keys: &Keys) -> Result<Opened, Error> {
        if let Some(keyring) = self.keyring()? {
            let file = self.ring.as_ref().or(self.snapshot.as_ref());
            return Ok(Opened {
                backend: Box::new(Ring::new(keyring, keys)?),
                is_ring: true,
                settings: settings(json!({ "--ring": file })),
            });
        }
        let options = EndpointOptions {
            endpoint_url: self.endpoint_url.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
        };
        let endpoint = Endpoint::new(&options, keys.clone())?;
        Ok(Opened {
            settings: settings(
                json!({ "--endpoint-url": self.endpoint_url, "--region": endpoint.region() }),
            ),
            backend: Box::new(endpoint),
            is_ring: false,
        })
    }

    fn keyring(&self) -> Result<Option<Keyring>, Error> {
        if let Some(file) = &self.ring {
            return Ok(Some(load_ring(file)?));
        }
        let (Some(file), Some(passphrase)) = (&self.snapshot, &self.passphrase_file) else {
            return Ok(None);
        };
        let name = passphrase.display();
        let text = fs::read_to_string(passphrase).map_err(|error| format!("{name}: {error}"))?;
        let protection = Protection::passphrase(text.lines().next().unwrap_or_default())
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(Some(load_snapshot(file, &protection)?))
    }
}

/// An object's members.
pub(crate) fn settings(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

//! What moves a ciphertext: a ring in this process, or KMS at an endpoint.

mod endpoint;
mod ring;
mod trouble;

use crate::rows::Context;

pub(crate) use endpoint::{Endpoint, EndpointOptions};
pub(crate) use ring::Ring;
pub(crate) use trouble::{Refusal, Trouble};

/// The keys and algorithms of a job.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    /// `SourceKeyId`. Without it, KMS takes the key that a symmetric ciphertext names.
    pub(crate) from: Option<String>,
    pub(crate) to: String,
    pub(crate) source_algorithm: Option<String>,
    pub(crate) destination_algorithm: Option<String>,
    pub(crate) grant_tokens: Vec<String>,
}

/// A ciphertext to move, with its encryption contexts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// `None` in a dry run that is only about permissions.
    pub(crate) blob: Option<&'a [u8]>,
    pub(crate) source_context: &'a Context,
    pub(crate) destination_context: &'a Context,
}

/// A ciphertext that was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) blob: Vec<u8>,
    /// `DestinationKeyMaterialId`, if the service names it.
    pub(crate) material: Option<String>,
}

/// A service with `ReEncrypt`. It is called by many threads at once, and repeats nothing by itself.
pub(crate) trait Backend: Sync {
    /// `ReEncrypt`.
    fn re_encrypt(&self, call: &Call<'_>) -> Result<Moved, Trouble>;

    /// `ReEncrypt` with `DryRun`. Without a ciphertext, `IGNORE_CIPHERTEXT` is among its modifiers.
    fn dry_run(&self, call: &Call<'_>) -> Result<(), Trouble>;

    /// The `CurrentKeyMaterialId` of a key, by `DescribeKey`. `None` if it is not a symmetric key.
    fn current_material(&self, key: &str) -> Result<Option<String>, Trouble>;

    /// `Encrypt`, for test data.
    fn encrypt(&self, key: &str, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, Trouble>;
}

/// Moves nothing: every row is a dry run, which succeeds with the ciphertext that was there.
pub(crate) struct DryRun<'a>(pub(crate) &'a dyn Backend);

impl Backend for DryRun<'_> {
    fn re_encrypt(&self, call: &Call<'_>) -> Result<Moved, Trouble> {
        self.0.dry_run(call)?;
        Ok(Moved {
            blob: call.blob.unwrap_or_default().to_vec(),
            material: None,
        })
    }

    fn dry_run(&self, call: &Call<'_>) -> Result<(), Trouble> {
        self.0.dry_run(call)
    }

    fn current_material(&self, key: &str) -> Result<Option<String>, Trouble> {
        self.0.current_material(key)
    }

    fn encrypt(&self, key: &str, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, Trouble> {
        self.0.encrypt(key, plaintext, context)
    }
}

//! [`Ring`]: a ring in this process, from a file.

use kms_reencrypt::{
    DescribeKeyRequest, DryRunModifier, EncryptRequest, EncryptionAlgorithm, Keyring, Kms,
    KmsError, ReEncryptRequest, ReEncryptRequestBuilder,
};

use super::{Backend, Call, Keys, Moved, Refusal, Trouble};
use crate::Error;
use crate::rows::Context;

/// A ring that acts as the root user of its account.
#[derive(Debug)]
pub(crate) struct Ring {
    kms: Kms<Keyring>,
    /// The members that all requests share.
    request: ReEncryptRequestBuilder,
}

impl Ring {
    pub(crate) fn new(keyring: Keyring, keys: &Keys) -> Result<Self, Error> {
        Self::of(Kms::new(keyring), keys)
    }

    /// A backend over any handle, such as one with another caller.
    pub(crate) fn of(kms: Kms<Keyring>, keys: &Keys) -> Result<Self, Error> {
        let algorithm = |text: &Option<String>| -> Result<_, Error> {
            let parsed = text.as_deref().map(str::parse::<EncryptionAlgorithm>);
            Ok(parsed.transpose()?.map(Into::into))
        };
        let request = ReEncryptRequest::builder()
            .set_source_key_id(keys.from.as_deref().map(Into::into))
            .destination_key_id(keys.to.as_str())
            .set_source_encryption_algorithm(algorithm(&keys.source_algorithm)?)
            .set_destination_encryption_algorithm(algorithm(&keys.destination_algorithm)?)
            .set_grant_tokens(Some(keys.grant_tokens.clone()));
        Ok(Self { kms, request })
    }

    fn request(&self, call: &Call<'_>) -> ReEncryptRequestBuilder {
        let mut request = self
            .request
            .clone()
            .set_ciphertext_blob(call.blob.map(<[u8]>::to_vec));
        for (key, value) in call.source_context {
            request = request.source_encryption_context(key, value);
        }
        for (key, value) in call.destination_context {
            request = request.destination_encryption_context(key, value);
        }
        request
    }
}

impl Backend for Ring {
    fn re_encrypt(&self, call: &Call<'_>) -> Result<Moved, Trouble> {
        let response = self.kms.re_encrypt(&self.request(call).build()?)?;
        Ok(Moved {
            material: response
                .destination_key_material_id()
                .map(ToString::to_string),
            blob: response.into_ciphertext_blob(),
        })
    }

    fn dry_run(&self, call: &Call<'_>) -> Result<(), Trouble> {
        let mut request = self.request(call).dry_run(true);
        if call.blob.is_none() {
            request = request.dry_run_modifiers(DryRunModifier::IgnoreCiphertext);
        }
        match self.kms.re_encrypt(&request.build()?) {
            // A dry run never succeeds.
            Ok(_) | Err(KmsError::DryRunOperation) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn current_material(&self, key: &str) -> Result<Option<String>, Trouble> {
        let request = DescribeKeyRequest::builder().key_id(key).build()?;
        let metadata = self.kms.describe_key(&request)?.into_key_metadata();
        let material = metadata.current_key_material_id();
        Ok(material.map(ToString::to_string))
    }

    fn encrypt(&self, key: &str, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, Trouble> {
        let mut request = EncryptRequest::builder().key_id(key).plaintext(plaintext);
        for (name, value) in context {
            request = request.encryption_context(name, value);
        }
        Ok(self.kms.encrypt(&request.build()?)?.into_ciphertext_blob())
    }
}

impl From<KmsError> for Trouble {
    fn from(error: KmsError) -> Self {
        let refusal = Refusal {
            exception: error.code().to_owned(),
            message: error.to_string(),
        };
        if error.is_retryable() {
            Self::Transient(refusal)
        } else {
            Self::Refused(refusal)
        }
    }
}

//! [`Ask`]: a request in words.

use kms_reencrypt::{DecryptRequest, EncryptRequest, Kms, KmsError, Plaintext, ReEncryptRequest};

/// A request in words, in which `<A>` is the ARN of the key that the world calls A. For `Decrypt` the source members
/// count, for `Encrypt` the destination members.
#[derive(Clone, Default)]
pub(crate) struct Ask {
    operation: Operation,
    pub(crate) blob: Option<Vec<u8>>,
    pub(crate) plaintext: Option<Vec<u8>>,
    pub(crate) source: Side,
    pub(crate) destination: Side,
    pub(crate) grant_tokens: Vec<String>,
    pub(crate) dry_run: Option<bool>,
    pub(crate) modifiers: Vec<String>,
}

#[derive(Clone, Copy, Default)]
enum Operation {
    Decrypt,
    Encrypt,
    #[default]
    ReEncrypt,
}

/// What a request says about one of its keys.
#[derive(Clone, Default)]
pub(crate) struct Side {
    pub(crate) key_id: Option<String>,
    pub(crate) algorithm: Option<String>,
    pub(crate) context: Vec<(String, String)>,
}

/// What an operation answered.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) blob: Vec<u8>,
    pub(crate) plaintext: Option<Plaintext>,
    /// The key that a ciphertext was opened with, and its material.
    pub(crate) source: (String, Option<String>),
    /// The key that a ciphertext was made with, and its material.
    pub(crate) destination: (String, Option<String>),
    /// The algorithms of source and destination.
    pub(crate) algorithms: (String, String),
}

pub(crate) fn re_encrypt() -> Ask {
    Ask::default()
}

pub(crate) fn encrypt(plaintext: impl Into<Vec<u8>>) -> Ask {
    Ask {
        operation: Operation::Encrypt,
        plaintext: Some(plaintext.into()),
        ..Ask::default()
    }
}

pub(crate) fn decrypt() -> Ask {
    Ask {
        operation: Operation::Decrypt,
        ..Ask::default()
    }
}

impl Ask {
    pub(crate) fn blob(mut self, blob: impl Into<Vec<u8>>) -> Self {
        self.blob = Some(blob.into());
        self
    }

    pub(crate) fn without_plaintext(mut self) -> Self {
        self.plaintext = None;
        self
    }

    pub(crate) fn source(mut self, key: impl Into<String>) -> Self {
        self.source.key_id = Some(key.into());
        self
    }

    pub(crate) fn source_by(mut self, algorithm: &str) -> Self {
        self.source.algorithm = Some(algorithm.to_owned());
        self
    }

    pub(crate) fn source_context(mut self, pairs: &[(&str, &str)]) -> Self {
        self.source.context = owned(pairs);
        self
    }

    pub(crate) fn destination(mut self, key: impl Into<String>) -> Self {
        self.destination.key_id = Some(key.into());
        self
    }

    pub(crate) fn destination_by(mut self, algorithm: &str) -> Self {
        self.destination.algorithm = Some(algorithm.to_owned());
        self
    }

    pub(crate) fn destination_context(mut self, pairs: &[(&str, &str)]) -> Self {
        self.destination.context = owned(pairs);
        self
    }

    pub(crate) fn grant_token(mut self, token: impl Into<String>) -> Self {
        self.grant_tokens.push(token.into());
        self
    }

    pub(crate) fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = Some(dry_run);
        self
    }

    pub(crate) fn modifier(mut self, modifier: &str) -> Self {
        self.modifiers.push(modifier.to_owned());
        self
    }

    /// Builds the request and sends it.
    pub(crate) fn send<P: kms_reencrypt::provider::KeyProvider>(
        &self,
        kms: &Kms<P>,
        named: impl Fn(&str) -> String,
    ) -> Result<Answer, KmsError> {
        match self.operation {
            Operation::Decrypt => self.decrypt(kms, named),
            Operation::Encrypt => self.encrypt(kms, named),
            Operation::ReEncrypt => self.re_encrypt(kms, named),
        }
    }

    fn re_encrypt<P: kms_reencrypt::provider::KeyProvider>(
        &self,
        kms: &Kms<P>,
        named: impl Fn(&str) -> String,
    ) -> Result<Answer, KmsError> {
        let mut request = ReEncryptRequest::builder()
            .set_grant_tokens(Some(self.grant_tokens.clone()))
            .set_source_encryption_context(Some(self.source.context.iter().cloned().collect()))
            .set_destination_encryption_context(Some(
                self.destination.context.iter().cloned().collect(),
            ));
        if let Some(blob) = &self.blob {
            request = request.ciphertext_blob(blob.clone());
        }
        if let Some(key) = &self.source.key_id {
            request = request.source_key_id(named(key));
        }
        if let Some(algorithm) = &self.source.algorithm {
            request = request.source_encryption_algorithm(algorithm.as_str());
        }
        if let Some(key) = &self.destination.key_id {
            request = request.destination_key_id(named(key));
        }
        if let Some(algorithm) = &self.destination.algorithm {
            request = request.destination_encryption_algorithm(algorithm.as_str());
        }
        if let Some(dry_run) = self.dry_run {
            request = request.dry_run(dry_run);
        }
        for modifier in &self.modifiers {
            request = request.dry_run_modifiers(modifier.as_str());
        }
        let response = kms.re_encrypt(&request.build()?)?;
        Ok(Answer {
            blob: response.ciphertext_blob().to_vec(),
            plaintext: None,
            source: (
                response.source_key_id().to_string(),
                response.source_key_material_id().map(ToString::to_string),
            ),
            destination: (
                response.key_id().to_string(),
                response
                    .destination_key_material_id()
                    .map(ToString::to_string),
            ),
            algorithms: (
                response.source_encryption_algorithm().to_string(),
                response.destination_encryption_algorithm().to_string(),
            ),
        })
    }

    fn encrypt<P: kms_reencrypt::provider::KeyProvider>(
        &self,
        kms: &Kms<P>,
        named: impl Fn(&str) -> String,
    ) -> Result<Answer, KmsError> {
        let mut request = EncryptRequest::builder()
            .set_grant_tokens(Some(self.grant_tokens.clone()))
            .set_encryption_context(Some(self.destination.context.iter().cloned().collect()));
        if let Some(plaintext) = &self.plaintext {
            request = request.plaintext(plaintext);
        }
        if let Some(key) = &self.destination.key_id {
            request = request.key_id(named(key));
        }
        if let Some(algorithm) = &self.destination.algorithm {
            request = request.encryption_algorithm(algorithm.as_str());
        }
        if let Some(dry_run) = self.dry_run {
            request = request.dry_run(dry_run);
        }
        let response = kms.encrypt(&request.build()?)?;
        Ok(Answer {
            blob: response.ciphertext_blob().to_vec(),
            destination: (response.key_id().to_string(), None),
            algorithms: (String::new(), response.encryption_algorithm().to_string()),
            ..Answer::default()
        })
    }

    fn decrypt<P: kms_reencrypt::provider::KeyProvider>(
        &self,
        kms: &Kms<P>,
        named: impl Fn(&str) -> String,
    ) -> Result<Answer, KmsError> {
        let mut request = DecryptRequest::builder()
            .set_grant_tokens(Some(self.grant_tokens.clone()))
            .set_encryption_context(Some(self.source.context.iter().cloned().collect()));
        if let Some(blob) = &self.blob {
            request = request.ciphertext_blob(blob.clone());
        }
        if let Some(key) = &self.source.key_id {
            request = request.key_id(named(key));
        }
        if let Some(algorithm) = &self.source.algorithm {
            request = request.encryption_algorithm(algorithm.as_str());
        }
        if let Some(dry_run) = self.dry_run {
            request = request.dry_run(dry_run);
        }
        for modifier in &self.modifiers {
            request = request.dry_run_modifiers(modifier.as_str());
        }
        let response = kms.decrypt(&request.build()?)?;
        Ok(Answer {
            source: (
                response.key_id().to_string(),
                response.key_material_id().map(ToString::to_string),
            ),
            algorithms: (response.encryption_algorithm().to_string(), String::new()),
            plaintext: Some(response.into_plaintext()),
            ..Answer::default()
        })
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

//! The operation `GetPublicKey`: the public key of an asymmetric key.

use crate::access::Action;
use crate::constraints::Constraints;
use crate::engine::{self, Session};
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMetadata, KeySpec, KeyUsage};
use crate::key_states;
use crate::setters::{grant_token_setters, key_id_setters};

/// A request for a public key: all of its members, checked.
///
/// ```
/// use kms_reencrypt::GetPublicKeyRequest;
///
/// let request = GetPublicKeyRequest::builder().key_id("alias/partner").build()?;
/// assert_eq!(request.key_id().to_string(), "alias/partner");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPublicKeyRequest {
    key_id: KeyIdentifier,
    grant_tokens: Vec<String>,
}

impl GetPublicKeyRequest {
    /// An empty builder.
    pub fn builder() -> GetPublicKeyRequestBuilder {
        GetPublicKeyRequestBuilder::default()
    }

    /// `KeyId`
    #[must_use]
    pub const fn key_id(&self) -> &KeyIdentifier {
        &self.key_id
    }

    /// `GrantTokens`
    #[must_use]
    pub fn grant_tokens(&self) -> &[String] {
        &self.grant_tokens
    }
}

/// Collects the members of a [`GetPublicKeyRequest`]. `KeyId` is required.
///
/// ```
/// use kms_reencrypt::{GetPublicKeyRequest, KeySpec, Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "cn-north-1")?;
/// let key = keyring.create_key(KeySpec::Sm2)?;
///
/// let request = GetPublicKeyRequest::builder().key_id(key).build()?;
/// let response = Kms::new(keyring).get_public_key(&request)?;
/// // The DER of a SubjectPublicKeyInfo, which is a SEQUENCE.
/// assert_eq!(response.public_key().first(), Some(&0x30));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct GetPublicKeyRequestBuilder {
    key_id: Option<KeyIdentifier>,
    grant_tokens: Vec<String>,
}

impl GetPublicKeyRequestBuilder {
    key_id_setters!(key_id, set_key_id, "KeyId", " Required.");

    grant_token_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<GetPublicKeyRequest, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.required_key_id("keyId", self.key_id);
        constraints.grant_tokens(&self.grant_tokens);
        constraints.finish(|| {
            Some(GetPublicKeyRequest {
                key_id: key_id?,
                grant_tokens: self.grant_tokens,
            })
        })
    }
}

/// The response of `GetPublicKey`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPublicKeyResponse {
    key_metadata: KeyMetadata,
    public_key: Vec<u8>,
}

impl GetPublicKeyResponse {
    /// `KeyId`: always a key ARN, whatever the request named.
    #[must_use]
    pub const fn key_id(&self) -> &KeyArn {
        self.key_metadata.arn()
    }

    /// `PublicKey`: the DER of an X.509 `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// `PublicKey`, without a copy.
    #[must_use]
    pub fn into_public_key(self) -> Vec<u8> {
        self.public_key
    }

    /// `KeySpec`
    #[must_use]
    pub const fn key_spec(&self) -> KeySpec {
        self.key_metadata.key_spec()
    }

    /// `KeyUsage`
    #[must_use]
    pub const fn key_usage(&self) -> KeyUsage {
        self.key_metadata.key_usage()
    }

    /// The metadata of the key, from which more members of the answer come.
    #[cfg(feature = "json")]
    pub(crate) const fn key_metadata(&self) -> &KeyMetadata {
        &self.key_metadata
    }

    /// `EncryptionAlgorithms`: empty unless the usage is `ENCRYPT_DECRYPT`.
    #[must_use]
    pub const fn encryption_algorithms(&self) -> &'static [EncryptionAlgorithm] {
        self.key_metadata.encryption_algorithms()
    }

    /// `SigningAlgorithms`: empty unless the usage is `SIGN_VERIFY`.
    #[must_use]
    pub const fn signing_algorithms(&self) -> &'static [&'static str] {
        self.key_metadata.signing_algorithms()
    }

    /// `KeyAgreementAlgorithms`: empty unless the usage is `KEY_AGREEMENT`.
    #[must_use]
    pub const fn key_agreement_algorithms(&self) -> &'static [&'static str] {
        self.key_metadata.key_agreement_algorithms()
    }

    /// `EncapsulationAlgorithms`: empty unless the usage is `ENCAPSULATE_DECAPSULATE`.
    #[must_use]
    pub const fn encapsulation_algorithms(&self) -> &'static [&'static str] {
        self.key_metadata.encapsulation_algorithms()
    }
}

/// Checks the state before the kind of key, as KMS does (RECORDED\*, behaviour §11).
pub(crate) fn get_public_key(
    session: &mut Session<'_>,
    request: &GetPublicKeyRequest,
) -> Result<GetPublicKeyResponse, KmsError> {
    session.present(&request.grant_tokens)?;
    let key = engine::look_up(session, Action::GetPublicKey, &request.key_id)?;
    let metadata = key.metadata();
    key_states::require(Action::GetPublicKey, metadata)?;
    let public_key = key
        .public_key()
        .ok_or_else(|| KmsError::no_public_key(metadata))?;
    Ok(GetPublicKeyResponse {
        key_metadata: metadata.clone(),
        public_key: public_key.to_vec(),
    })
}

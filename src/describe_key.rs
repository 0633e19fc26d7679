//! The operation `DescribeKey`: the metadata of a key, whatever its state.

use crate::access::Action;
use crate::constraints::Constraints;
use crate::engine::{self, Session};
use crate::error::KmsError;
use crate::key::{AliasArn, KeyIdentifier, KeyMetadata, Place};
use crate::setters::{grant_token_setters, key_id_setters};

/// A request for the metadata of a key: all of its members, checked.
///
/// ```
/// use kms_reencrypt::DescribeKeyRequest;
///
/// let request = DescribeKeyRequest::builder().key_id("alias/app").build()?;
/// assert_eq!(request.key_id().to_string(), "alias/app");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribeKeyRequest {
    key_id: KeyIdentifier,
    grant_tokens: Vec<String>,
}

impl DescribeKeyRequest {
    /// An empty builder.
    pub fn builder() -> DescribeKeyRequestBuilder {
        DescribeKeyRequestBuilder::default()
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

/// Collects the members of a [`DescribeKeyRequest`]. `KeyId` is required.
///
/// ```
/// use kms_reencrypt::{DescribeKeyRequest, KeySpec, KeyState, Keyring, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// keyring.create_alias("alias/app", key)?;
/// keyring.disable_key(key)?;
///
/// let request = DescribeKeyRequest::builder().key_id("alias/app").build()?;
/// let described = Kms::new(keyring).describe_key(&request)?.into_key_metadata();
/// assert_eq!((described.arn(), described.key_state()), (&key, KeyState::Disabled));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DescribeKeyRequestBuilder {
    key_id: Option<KeyIdentifier>,
    grant_tokens: Vec<String>,
}

impl DescribeKeyRequestBuilder {
    key_id_setters!(key_id, set_key_id, "KeyId", " Required.");

    grant_token_setters!();

    /// Checks every constraint of the service model, and returns the request.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<DescribeKeyRequest, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.required_key_id("keyId", self.key_id);
        constraints.grant_tokens(&self.grant_tokens);
        constraints.finish(|| {
            Some(DescribeKeyRequest {
                key_id: key_id?,
                grant_tokens: self.grant_tokens,
            })
        })
    }
}

/// The response of `DescribeKey`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribeKeyResponse {
    key_metadata: KeyMetadata,
}

impl DescribeKeyResponse {
    /// `KeyMetadata`
    #[must_use]
    pub const fn key_metadata(&self) -> &KeyMetadata {
        &self.key_metadata
    }

    /// `KeyMetadata`, without a copy.
    #[must_use]
    pub fn into_key_metadata(self) -> KeyMetadata {
        self.key_metadata
    }
}

/// The alias that a request names, if it is one of an AWS service in this account and Region.
pub(crate) fn reserved_alias(request: &DescribeKeyRequest, place: &Place) -> Option<AliasArn> {
    let alias = match &request.key_id {
        KeyIdentifier::AliasArn(arn) => arn.clone(),
        KeyIdentifier::AliasName(name) => AliasArn::new(*place, name.clone()),
        _ => return None,
    };
    (alias.name().is_reserved() && alias.place() == place).then_some(alias)
}

pub(crate) fn describe_key(
    session: &mut Session<'_>,
    request: &DescribeKeyRequest,
) -> Result<DescribeKeyResponse, KmsError> {
    session.present(&request.grant_tokens)?;
    let key = engine::look_up(session, Action::DescribeKey, &request.key_id)?;
    Ok(DescribeKeyResponse {
        key_metadata: key.metadata().clone(),
    })
}

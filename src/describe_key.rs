//! `DescribeKey`: what is known of a key, in whatever state it is.

use crate::access::Action;
use crate::constraints::Constraints;
use crate::engine::{self, Session};
use crate::error::{KmsError, ValidationError};
use crate::key::{KeyIdentifier, KeyMetadata};
use crate::setters::grant_token_setters;

/// A request for what is known of a key: all of its members, checked.
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

/// Collects the members of a [`DescribeKeyRequest`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DescribeKeyRequestBuilder {
    key_id: Option<KeyIdentifier>,
    grant_tokens: Vec<String>,
}

impl DescribeKeyRequestBuilder {
    /// `KeyId`: a key id, key ARN, alias name or alias ARN of 1 to 2048 characters. Required.
    pub fn key_id(mut self, key: impl Into<KeyIdentifier>) -> Self {
        self.key_id = Some(key.into());
        self
    }

    grant_token_setters!();

    /// The request, if it satisfies every constraint of the service model.
    ///
    /// # Errors
    ///
    /// [`KmsError::Validation`] with all violations in one message.
    pub fn build(self) -> Result<DescribeKeyRequest, KmsError> {
        let mut constraints = Constraints::default();
        constraints.required_key_id("keyId", self.key_id.as_ref());
        constraints.grant_tokens(&self.grant_tokens);
        constraints.finish()?;
        Ok(DescribeKeyRequest {
            key_id: self.key_id.ok_or(ValidationError::MustNotBeNull("KeyId"))?,
            grant_tokens: self.grant_tokens,
        })
    }
}

/// What `DescribeKey` answers.
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

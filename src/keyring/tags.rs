//! The tags of a key.

use crate::access::Action;
use crate::error::KmsError;
use crate::key::KeyIdentifier;

use super::ring::Keyring;
use super::tag_rules;

/// Tags. These operations take a key id or key ARN, not an alias.
impl Keyring {
    /// Adds tags to a key, and gives new values to tags that it already has: `TagResource`. Policies see them at once,
    /// as `aws:ResourceTag/…`.
    ///
    /// ```
    /// use kms_reencrypt::{Keyring, KeySpec};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// keyring.tag_resource(key, [("tenant", "blue"), ("stage", "test")])?;
    /// keyring.untag_resource(key, ["stage"])?;
    /// assert_eq!(keyring.resource_tags(key)?, [("tenant".to_owned(), "blue".to_owned())]);
    /// # Ok::<(), kms_reencrypt::KmsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending
    ///   deletion.
    /// - [`KmsError::Tag`] for more than 50 tags, for a tag key that appears twice, and for tag keys that begin with
    ///   `aws:`.
    pub fn tag_resource<K: Into<String>, V: Into<String>>(
        &self,
        key: impl Into<KeyIdentifier>,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), KmsError> {
        let given = tags
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        self.write_key(key, |key| {
            key.require(Action::TagResource)?;
            key.tags = tag_rules::with(&key.tags, given)?;
            Ok(())
        })
    }

    /// Removes tags from a key: `UntagResource`. A tag that the key does not have is no error.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] if the key is pending
    ///   deletion.
    /// - [`KmsError::Tag`] for tag keys that begin with `aws:`.
    pub fn untag_resource<K: Into<String>>(
        &self,
        key: impl Into<KeyIdentifier>,
        tag_keys: impl IntoIterator<Item = K>,
    ) -> Result<(), KmsError> {
        let gone: Vec<String> = tag_keys.into_iter().map(Into::into).collect();
        self.write_key(key, |key| {
            key.require(Action::UntagResource)?;
            key.tags = tag_rules::without(&key.tags, &gone)?;
            Ok(())
        })
    }

    /// The tags of a key, each with its value, in the order in which they were given: `ListResourceTags`.
    ///
    /// # Errors
    ///
    /// [`KmsError::NotFound`] if the key does not exist.
    pub fn resource_tags(
        &self,
        key: impl Into<KeyIdentifier>,
    ) -> Result<Vec<(String, String)>, KmsError> {
        let snapshot = self.snapshot();
        Ok(self.named_in(&snapshot, &key.into())?.tags.to_vec())
    }
}

//! The tags of keys.

use crate::access::{Action, Parameters};
use crate::constraints::Constraints;
use crate::error::KmsError;

use super::Control;
use super::model::TagMember;
use super::page::{Page, PageLen, PageRequest};

impl Control<'_> {
    pub(crate) fn tag_resource(
        &self,
        key_id: Option<&str>,
        tags: Option<&[TagMember<'_>]>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let tags = constraints
            .required("tags", tags)
            .and_then(|tags| constraints.tags(tags));
        let (key_id, tags) = constraints.finish(|| key_id.zip(tags))?;
        let parameters = Parameters {
            request_tags: &tags,
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::TagResource, &key_id, parameters)?;
        self.keyring.tag_resource(key, tags)
    }

    pub(crate) fn untag_resource(
        &self,
        key_id: Option<&str>,
        tag_keys: Option<&[&str]>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let tag_keys = constraints.tag_keys(tag_keys);
        let (key_id, tag_keys) = constraints.finish(|| key_id.zip(tag_keys))?;
        // Policies see the tag keys, as `aws:TagKeys`. The request has no values.
        let tags: Vec<(String, String)> = tag_keys
            .iter()
            .map(|key| ((*key).to_owned(), String::new()))
            .collect();
        let parameters = Parameters {
            request_tags: &tags,
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::UntagResource, &key_id, parameters)?;
        self.keyring.untag_resource(key, tag_keys.iter().copied())
    }

    /// A page of the tags of a key.
    pub(crate) fn list_resource_tags(
        &self,
        key_id: Option<&str>,
        page: &PageRequest<'_>,
    ) -> Result<Page<(String, String)>, KmsError> {
        const LEN: PageLen = PageLen {
            default: 50,
            max: 50,
        };
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        page.check(&mut constraints);
        let key_id = constraints.finish(|| key_id)?;
        let key = self.authorized(Action::ListResourceTags, &key_id)?;
        let tags = self.keyring.resource_tags(key)?;
        page.of(tags, LEN, |(tag_key, _)| tag_key.clone())
    }
}

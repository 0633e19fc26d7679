//! `CreateKey`

use crate::access::{Action, Parameters, Resource};
use crate::constraints::Constraints;
use crate::error::{DeniedResource, KmsError, UnsupportedOperationError, ValidationError};
use crate::key::{
    KeyMetadata, KeyOrigin, KeySpec, KeyUsage, MultiRegionConfiguration, MultiRegionKeyType,
};
use crate::keyring::{NewKey, imports};

use super::Control;
use super::custom_key_stores::refuse_custom_key_store;
use super::model::{CUSTOM_KEY_STORE_ID, DESCRIPTION, POLICY, TagMember, XKS_KEY_ID};

/// The members of `CreateKey`.
#[derive(Debug, Default)]
pub(crate) struct CreateKeyRequest<'a> {
    pub(crate) policy: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
    pub(crate) key_usage: Option<&'a str>,
    pub(crate) customer_master_key_spec: Option<&'a str>,
    pub(crate) key_spec: Option<&'a str>,
    pub(crate) origin: Option<&'a str>,
    pub(crate) custom_key_store_id: Option<&'a str>,
    pub(crate) bypass_policy_lockout_safety_check: Option<bool>,
    pub(crate) tags: Vec<TagMember<'a>>,
    pub(crate) multi_region: bool,
    pub(crate) xks_key_id: Option<&'a str>,
}

impl Control<'_> {
    pub(crate) fn create_key(
        &self,
        request: &CreateKeyRequest<'_>,
    ) -> Result<KeyMetadata, KmsError> {
        let mut constraints = Constraints::default();
        constraints.optional_text("policy", request.policy, &POLICY);
        constraints.optional_text("description", request.description, &DESCRIPTION);
        let usage = constraints.optional_value("keyUsage", request.key_usage, KeyUsage::ALL);
        let old_spec = constraints.optional_value(
            "customerMasterKeySpec",
            request.customer_master_key_spec,
            KeySpec::ALL,
        );
        let spec = constraints.optional_value("keySpec", request.key_spec, KeySpec::ALL);
        let origin = constraints.optional_value("origin", request.origin, KeyOrigin::ALL);
        let store = request.custom_key_store_id;
        constraints.optional_text("customKeyStoreId", store, &CUSTOM_KEY_STORE_ID);
        let tags = constraints.tags(&request.tags);
        constraints.optional_text("xksKeyId", request.xks_key_id, &XKS_KEY_ID);
        let tags = constraints.finish(|| tags)?;
        if spec.is_some() && old_spec.is_some() {
            return Err(ValidationError::TwoKeySpecs.into());
        }
        let spec = spec.or(old_spec).unwrap_or(KeySpec::SymmetricDefault);
        let origin = origin.unwrap_or(KeyOrigin::AwsKms);
        let mut key = NewKey::new(spec)
            .origin(origin)
            .multi_region(request.multi_region)
            .description(request.description.unwrap_or_default())
            .set_key_usage(usage);
        for (name, value) in &tags {
            key = key.tag(name, value);
        }
        let place = self.keyring.place();
        let primary = request.multi_region.then(|| {
            MultiRegionConfiguration::new(MultiRegionKeyType::Primary, place.region, Vec::new())
        });
        let metadata = KeyMetadata::builder(self.arn_of_no_key()?, spec, key.usage()?)
            .origin(origin)
            .multi_region(primary)
            .build();
        let bypass = request.bypass_policy_lockout_safety_check;
        self.authorize_creation(&metadata, &tags, bypass)?;
        if let Some(policy) = request.policy {
            key = key.policy(self.new_policy(&metadata, policy, bypass)?);
        }
        // An ordinary key must not take the place of one in a custom key store.
        refuse_custom_key_store([
            ("CustomKeyStoreId", request.custom_key_store_id),
            ("XksKeyId", request.xks_key_id),
        ])?;
        // Neither custom key stores nor imports into keys that this build does not have are supported.
        let is_supported = match origin {
            KeyOrigin::AwsKms => true,
            KeyOrigin::External => imports(spec),
            KeyOrigin::AwsCloudhsm | KeyOrigin::ExternalKeyStore => false,
        };
        if !is_supported {
            let error = UnsupportedOperationError::origin(origin, spec);
            return Err(KmsError::UnsupportedOperation(error));
        }
        let created = self.keyring.create_key(key)?;
        self.found.set(Some(created));
        self.keyring.describe_key(created)
    }

    /// Checks that the caller may create a key with these tags. Conditions see the metadata of the future key, and the
    /// tags as those of the request, since the key itself has none yet (QUOTED).
    pub(super) fn authorize_creation(
        &self,
        metadata: &KeyMetadata,
        tags: &[(String, String)],
        bypass_policy_lockout_safety_check: Option<bool>,
    ) -> Result<(), KmsError> {
        let resource = Resource::NewKey(metadata);
        let parameters = Parameters {
            bypass_policy_lockout_safety_check,
            request_tags: tags,
            ..Parameters::default()
        };
        self.authorize_any(Action::CreateKey, resource, parameters)?;
        if tags.is_empty() {
            return Ok(());
        }
        let action = Action::TagResource;
        self.decide(action, resource, parameters, |reason| {
            self.denied(action, DeniedResource::unnamed(reason))
        })
    }
}

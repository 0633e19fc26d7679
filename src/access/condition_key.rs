//! [`ConditionKey`]: what of a request a condition is about.

use super::AccessRequest;

/// A condition key that a request may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConditionKey {
    CallerAccount,
    EncryptionAlgorithm,
    /// One key of the encryption context. Not distinguished by case, unlike the context itself.
    EncryptionContext(Box<str>),
    EncryptionContextKeys,
    KeyOrigin,
    KeySpec,
    KeyUsage,
    MultiRegion,
    MultiRegionKeyType,
    PrincipalArn,
    ReEncryptOnSameKey,
    RequestAlias,
    RequestedRegion,
    ResourceAccount,
    ResourceAliases,
    /// One tag of the key. Not distinguished by case, unlike the tag itself.
    ResourceTag(Box<str>),
    /// None that this crate knows: no request has it.
    Unknown,
    UserName,
    ViaService,
}

impl ConditionKey {
    /// The key of that name, which is not distinguished by case.
    pub(super) fn from_name(name: &str) -> Self {
        if let Some(context_key) = strip_prefix_ignoring_case(name, "kms:EncryptionContext:") {
            return Self::EncryptionContext(context_key.into());
        }
        if let Some(tag) = strip_prefix_ignoring_case(name, "aws:ResourceTag/") {
            return Self::ResourceTag(tag.into());
        }
        match name.to_ascii_lowercase().as_str() {
            "aws:principalaccount" | "kms:calleraccount" => Self::CallerAccount,
            "aws:principalarn" => Self::PrincipalArn,
            "aws:requestedregion" => Self::RequestedRegion,
            "aws:resourceaccount" => Self::ResourceAccount,
            "aws:username" => Self::UserName,
            "kms:encryptionalgorithm" => Self::EncryptionAlgorithm,
            "kms:encryptioncontextkeys" => Self::EncryptionContextKeys,
            "kms:keyorigin" => Self::KeyOrigin,
            "kms:keyspec" => Self::KeySpec,
            "kms:keyusage" => Self::KeyUsage,
            "kms:multiregion" => Self::MultiRegion,
            "kms:multiregionkeytype" => Self::MultiRegionKeyType,
            "kms:reencryptonsamekey" => Self::ReEncryptOnSameKey,
            "kms:requestalias" => Self::RequestAlias,
            "kms:resourcealiases" => Self::ResourceAliases,
            "kms:viaservice" => Self::ViaService,
            _ => Self::Unknown,
        }
    }

    /// Visits the values that a request has for the key; none if it doesn't have the key.
    ///
    /// Handed out one by one and only when a condition asks, so that a request carries no table of them.
    pub(super) fn for_each_value(&self, request: &AccessRequest<'_>, visit: &mut dyn FnMut(&str)) {
        let AccessRequest {
            caller, resource, ..
        } = request;
        let key = resource.metadata;
        match self {
            Self::CallerAccount => visit(caller.account().as_str()),
            Self::EncryptionAlgorithm => {
                if let Some(algorithm) = request.encryption_algorithm {
                    visit(algorithm.as_str());
                }
            }
            Self::EncryptionContext(name) => pairs(request)
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .for_each(|(_, value)| visit(value)),
            Self::EncryptionContextKeys => pairs(request).for_each(|(key, _)| visit(key)),
            Self::KeyOrigin => visit(key.origin().as_str()),
            Self::KeySpec => visit(key.key_spec().as_str()),
            Self::KeyUsage => visit(key.key_usage().as_str()),
            Self::MultiRegion => visit(truth(key.multi_region().is_some())),
            Self::MultiRegionKeyType => {
                if let Some(configuration) = key.multi_region() {
                    visit(configuration.key_type.as_str());
                }
            }
            Self::PrincipalArn => visit(&caller.principal().without_session().to_string()),
            Self::ReEncryptOnSameKey => {
                if let Some(same_key) = request.re_encrypt_on_same_key {
                    visit(truth(same_key));
                }
            }
            Self::RequestAlias => {
                if let Some(alias) = request.request_alias {
                    visit(alias.as_str());
                }
            }
            Self::RequestedRegion => visit(key.arn().region().as_str()),
            Self::ResourceAccount => visit(key.arn().account().as_str()),
            Self::ResourceAliases => resource
                .aliases
                .iter()
                .for_each(|alias| visit(alias.as_str())),
            Self::ResourceTag(name) => resource
                .tags
                .iter()
                .filter(|(tag, _)| tag.eq_ignore_ascii_case(name))
                .for_each(|(_, value)| visit(value)),
            Self::Unknown => {}
            Self::UserName => {
                if let Some(name) = caller.principal().user_name() {
                    visit(name);
                }
            }
            Self::ViaService => {
                if let Some(service) = caller.via_service() {
                    visit(service);
                }
            }
        }
    }
}

fn pairs<'a>(request: &AccessRequest<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    request
        .encryption_context
        .into_iter()
        .flat_map(|context| context.iter())
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::ConditionKey;

    #[test]
    fn the_name_of_a_condition_key_is_not_distinguished_by_case() {
        for (name, key) in [
            ("kms:KeySpec", ConditionKey::KeySpec),
            ("KMS:keyspec", ConditionKey::KeySpec),
            (
                "kms:encryptioncontext:Tenant:Name",
                ConditionKey::EncryptionContext("Tenant:Name".into()),
            ),
            (
                "AWS:ResourceTag/cost center",
                ConditionKey::ResourceTag("cost center".into()),
            ),
            ("kms:EncryptionContext", ConditionKey::Unknown),
            ("aws:SourceIp", ConditionKey::Unknown),
            ("", ConditionKey::Unknown),
            ("äöü:EncryptionContext:x", ConditionKey::Unknown),
        ] {
            assert_eq!(ConditionKey::from_name(name), key, "{name}");
        }
    }
}

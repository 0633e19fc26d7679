//! [`Resource`]: what a request is about.

use core::fmt;

use crate::iam::Policy;
use crate::key::{AccountId, AliasArn, AliasName, KeyMetadata, Place, Region};

use super::grants::NO_GRANTS;
use super::{Grants, KeyPolicy};

/// The resource that a permission is needed for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Resource<'a> {
    /// An alias: only identity-based policies can allow something on it.
    Alias(&'a AliasArn),
    /// No resource in particular, in an account and Region. Its ARN is `*`.
    Any(&'a Place),
    /// A key.
    Key(KeyResource<'a>),
    /// A key that is to be created. Policies see its future properties, but `*` instead of an ARN, which it does not
    /// have yet.
    NewKey(&'a KeyMetadata),
}

/// A key as authorization sees it.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers of `authorize` write it as a literal"
)]
pub struct KeyResource<'a> {
    /// The key.
    pub metadata: &'a KeyMetadata,
    /// Its key policy.
    pub policy: &'a KeyPolicy,
    /// Its grants.
    pub grants: &'a dyn Grants,
    /// `kms:ResourceAliases`: the aliases that point to it.
    pub aliases: &'a [AliasName],
    /// `aws:ResourceTag/…`: its tags.
    pub tags: &'a [(String, String)],
    /// The resource control policies of its account, by level, from the root of the organization to the account.
    pub resource_control_policies: &'a [Vec<Policy>],
}

impl<'a> KeyResource<'a> {
    /// A key with a policy, without grants, aliases or tags.
    #[must_use]
    pub const fn new(metadata: &'a KeyMetadata, policy: &'a KeyPolicy) -> Self {
        Self {
            metadata,
            policy,
            grants: NO_GRANTS,
            aliases: &[],
            tags: &[],
            resource_control_policies: &[],
        }
    }
}

impl<'a> Resource<'a> {
    /// The key, if it is an existing one.
    pub(super) const fn key(&self) -> Option<&KeyResource<'a>> {
        match self {
            Self::Key(key) => Some(key),
            Self::Alias(_) | Self::Any(_) | Self::NewKey(_) => None,
        }
    }

    /// The metadata of the key, whether it exists or is to be created.
    pub(super) const fn metadata(&self) -> Option<&'a KeyMetadata> {
        match self {
            Self::Key(key) => Some(key.metadata),
            Self::NewKey(metadata) => Some(metadata),
            Self::Alias(_) | Self::Any(_) => None,
        }
    }

    /// The account that owns it.
    pub(super) const fn account(&self) -> &'a AccountId {
        &self.place().account
    }

    /// The Region of the endpoint: that of the resource.
    pub(super) const fn region(&self) -> &'a Region {
        &self.place().region
    }

    const fn place(&self) -> &'a Place {
        match self {
            Self::Alias(alias) => alias.place(),
            Self::Any(place) => place,
            Self::Key(key) => key.metadata.arn().place(),
            Self::NewKey(metadata) => metadata.arn().place(),
        }
    }
}

/// The ARN, as `Resource` elements of policies match it.
impl fmt::Display for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(alias) => alias.fmt(f),
            Self::Any(_) | Self::NewKey(_) => f.write_str("*"),
            Self::Key(key) => key.metadata.arn().fmt(f),
        }
    }
}

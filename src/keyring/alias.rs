//! [`Alias`], and [`AliasEntry`], which keeps what requests see of an alias until a change is visible.

use std::time::SystemTime;

use crate::key::{AliasArn, KeyArn};

/// An alias, its target and its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub(super) arn: AliasArn,
    pub(super) target: KeyArn,
    pub(super) creation_date: Option<SystemTime>,
    pub(super) last_updated_date: Option<SystemTime>,
}

impl Alias {
    pub(super) const fn new(arn: AliasArn, target: KeyArn, now: Option<SystemTime>) -> Self {
        Self {
            arn,
            target,
            creation_date: now,
            last_updated_date: now,
        }
    }

    /// `AliasArn`
    #[must_use]
    pub const fn arn(&self) -> &AliasArn {
        &self.arn
    }

    /// `TargetKeyId`
    #[must_use]
    pub const fn target(&self) -> &KeyArn {
        &self.target
    }

    /// `CreationDate`; `None` if the ring has no clock.
    #[must_use]
    pub const fn creation_date(&self) -> Option<SystemTime> {
        self.creation_date
    }

    /// `LastUpdatedDate`; `None` if the ring has no clock.
    #[must_use]
    pub const fn last_updated_date(&self) -> Option<SystemTime> {
        self.last_updated_date
    }
}

/// What the ring knows of one alias name.
#[derive(Clone, Debug)]
pub(super) struct AliasEntry {
    /// The alias after all changes; `None` if it was deleted and requests may still see it.
    pub(super) latest: Option<Alias>,
    /// The target that requests see until the ring settles. In a settled ring it is that of `latest`.
    pub(super) seen: Option<KeyArn>,
}

impl AliasEntry {
    /// The target that a request sees.
    pub(super) const fn visible_target(&self) -> Option<KeyArn> {
        self.seen
    }

    /// Whether requests see the alias as it is after all changes.
    pub(super) fn is_settled(&self) -> bool {
        let latest = self.latest.as_ref();
        latest.is_some_and(|alias| Some(alias.target) == self.seen)
    }

    /// The entry when all changes are visible; `None` for a deleted alias.
    pub(super) fn settled(&self) -> Option<Self> {
        let latest = self.latest.clone()?;
        let seen = Some(latest.target);
        Some(Self {
            latest: Some(latest),
            seen,
        })
    }
}

//! [`Alias`]: the name of a key, and what the ring keeps of it while a change is not known everywhere.

use std::time::SystemTime;

use crate::key::{AliasArn, KeyArn};

/// An alias: what it points to, and since when.
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
    /// As it was left last; `None` if it was deleted and that is not known everywhere.
    pub(super) latest: Option<Alias>,
    /// What requests still see it point to, until the ring settles. The same as `latest` in a settled ring.
    pub(super) seen: Option<KeyArn>,
}

impl AliasEntry {
    /// What a request that uses the alias gets.
    pub(super) const fn visible_target(&self) -> Option<KeyArn> {
        self.seen
    }

    /// What is left when every change is known: nothing of a deleted alias.
    pub(super) fn settled(&self) -> Option<Self> {
        let latest = self.latest.clone()?;
        let seen = Some(latest.target);
        Some(Self {
            latest: Some(latest),
            seen,
        })
    }
}

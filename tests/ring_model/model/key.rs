//! [`Key`]: what the model knows of one key.

use super::materials::{Material, Materials, Standing, Version};
use crate::answer::{Facts, KeyFacts, MaterialFacts};
use crate::step::{Act, Caller, Kind, Policy};

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kind: Kind,
    /// The Region of the primary, of a multi-Region key.
    pub(crate) primary: Option<usize>,
    pub(crate) is_replica: bool,
    pub(crate) disabled: bool,
    pub(crate) doom: Option<Doom>,
    pub(crate) materials: Materials,
    pub(crate) rotation: Option<Rotation>,
    /// The operation that used it last, and the hour.
    pub(crate) last_usage: Option<(&'static str, u64)>,
    pub(crate) policy: Policy,
    /// Each by its number, which all keys count together.
    pub(crate) grants: Vec<(usize, Act)>,
}

/// Automatic rotation that is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rotation {
    pub(crate) days: u32,
    pub(crate) next: u64,
}

/// A deletion that was scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doom {
    At(u64),
    /// So many days after the last replica is gone.
    AfterReplicas(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Enabled,
    Disabled,
    PendingImport,
    PendingDeletion,
    PendingReplicaDeletion,
}

impl State {
    /// The code of the refusal of a key in this state.
    pub(crate) const fn refusal(self) -> &'static str {
        match self {
            Self::Disabled => "DisabledException",
            _ => "KMSInvalidStateException",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingImport => "PendingImport",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
        }
    }
}

impl Key {
    pub(crate) fn state(&self) -> State {
        match self.doom {
            Some(Doom::At(_)) => State::PendingDeletion,
            Some(Doom::AfterReplicas(_)) => State::PendingReplicaDeletion,
            None if !self.is_complete() => State::PendingImport,
            None if self.disabled => State::Disabled,
            None => State::Enabled,
        }
    }

    fn is_complete(&self) -> bool {
        self.kind == Kind::Signing || self.materials.is_complete()
    }

    /// Refuses a key that is not to act.
    pub(crate) fn require_enabled(&self) -> Result<(), &'static str> {
        match self.state() {
            State::Enabled => Ok(()),
            state => Err(state.refusal()),
        }
    }

    pub(crate) fn require_not_doomed(&self) -> Result<(), &'static str> {
        match self.doom {
            None => Ok(()),
            Some(_) => Err("KMSInvalidStateException"),
        }
    }

    pub(crate) fn end(&self, now: u64) -> Option<u64> {
        match self.doom {
            Some(Doom::At(end)) if end <= now => Some(end),
            _ => None,
        }
    }

    /// The hour of an automatic rotation that is due.
    pub(crate) fn rotation_due(&self, now: u64) -> Option<u64> {
        let runs = self.state() == State::Enabled && !self.is_replica;
        let next = self.rotation.filter(|_| runs)?.next;
        (next <= now).then_some(next)
    }

    pub(crate) fn has(&self, material: Material) -> bool {
        self.materials.has(material)
    }

    pub(crate) fn authorize(&self, caller: Caller, act: Act) -> Result<(), &'static str> {
        let denied =
            self.policy == Policy::NoDecrypt && matches!(act, Act::Decrypt | Act::ReEncryptFrom);
        let allowed = match caller {
            Caller::Owner => self.policy != Policy::Nobody,
            Caller::Auditor => self.grants.iter().any(|(_, granted)| *granted == act),
        };
        if allowed && !denied {
            Ok(())
        } else {
            Err("AccessDeniedException")
        }
    }

    pub(crate) fn facts(&self, replicas: Vec<usize>, aliases: usize) -> Facts<Material> {
        let current = self.materials.current();
        let external = self.kind == Kind::External;
        let material = |version: &Version| {
            let facts = MaterialFacts {
                state: match version.standing {
                    Standing::NonCurrent => "NON_CURRENT",
                    Standing::Current => "CURRENT",
                    Standing::Pending => "PENDING_ROTATION",
                    Standing::PendingImport => "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
                },
                imported: external.then_some(version.present),
                valid_to: version.valid_to,
                rotated: version.rotated,
            };
            (version.material, facts)
        };
        Facts {
            key: KeyFacts {
                state: self.state().text(),
                valid_to: current
                    .filter(|_| self.is_complete())
                    .and_then(|version| version.valid_to),
                deletion: match self.doom {
                    Some(Doom::At(end)) => Some(end),
                    _ => None,
                },
                window_days: match self.doom {
                    Some(Doom::AfterReplicas(days)) => Some(days),
                    _ => None,
                },
                multi_region: self.primary.map(|primary| (primary, replicas)),
                aliases,
                grants: self.grants.len(),
                last_usage: self.last_usage,
                rotation: self
                    .rotation
                    .filter(|_| self.doom.is_none())
                    .map(|rotation| (rotation.days, rotation.next)),
            },
            current: current.map(|version| version.material),
            materials: self.materials.versions.iter().map(material).collect(),
        }
    }
}

//! What related keys have to do with each other, and what time brings.

use super::Model;
use super::key::{Doom, Key, Rotation};
use super::materials::{AUTOMATIC, Standing, Version};
use crate::step::{Kind, Name};

pub(super) const HOURS_PER_DAY: u64 = 24;

impl Model {
    /// The keys of one id, if it is a multi-Region one.
    pub(super) fn related(&self, name: Name) -> Vec<Name> {
        let names = self.keys.keys().copied();
        if name.is_multi_region() {
            names.filter(|other| other.family == name.family).collect()
        } else {
            names.filter(|other| *other == name).collect()
        }
    }

    pub(super) fn has_replicas(&self, name: Name) -> bool {
        let is_primary = |key: &Key| !key.is_replica;
        self.keys.get(&name).is_some_and(is_primary) && self.related(name).len() > 1
    }

    /// Where the primary of a multi-Region key is, or was.
    fn primary_of(&self, name: Name) -> Option<Name> {
        let primary = self.keys.get(&name)?.primary?;
        Some(name.in_region(primary))
    }

    /// Takes a key out of the ring, at this hour.
    pub(super) fn remove(&mut self, name: Name, at: u64) {
        let primary = self.primary_of(name);
        let Some(removed) = self.keys.remove(&name) else {
            return;
        };
        self.aliases.retain(|_, target| *target != name);
        let Some(primary) = primary.filter(|_| removed.is_replica) else {
            return;
        };
        self.reconcile(primary);
        if self.related(primary) == [primary]
            && let Some(key) = self.keys.get_mut(&primary)
            && let Some(Doom::AfterReplicas(days)) = key.doom
        {
            key.doom = Some(Doom::At(at + HOURS_PER_DAY * u64::from(days)));
        }
    }

    /// The primary says which new material waits; it waits for a rotation once all related keys have it.
    pub(super) fn reconcile(&mut self, name: Name) {
        let Some(primary) = self.primary_of(name) else {
            return;
        };
        let Some(key) = self
            .keys
            .get(&primary)
            .filter(|key| key.kind == Kind::External)
        else {
            return;
        };
        let versions = key.materials.versions.iter();
        let pending = versions.filter(|version| version.is_pending());
        let pending: Vec<_> = pending.map(|version| version.material).collect();
        let related = self.related(primary);
        let everywhere = |material| {
            let mut keys = related.iter().map(|name| &self.keys[name]);
            keys.all(|key| key.materials.is_present(material))
        };
        let standings: Vec<_> = pending
            .iter()
            .map(|material| match everywhere(*material) {
                true => Standing::Pending,
                false => Standing::PendingImport,
            })
            .collect();
        for name in related {
            let Some(key) = self.keys.get_mut(&name) else {
                continue;
            };
            let materials = &mut key.materials;
            let is_wanted =
                |version: &Version| !version.is_pending() || pending.contains(&version.material);
            materials.versions.retain(is_wanted);
            for (material, standing) in pending.iter().zip(&standings) {
                if let Some(version) = materials.version(*material) {
                    version.standing = *standing;
                } else {
                    materials.versions.push(Version {
                        material: *material,
                        present: false,
                        standing: *standing,
                        rotated: None,
                        valid_to: None,
                    });
                }
            }
        }
    }

    /// Lets happen what is due, in the order of its hours.
    pub(super) fn advance(&mut self) {
        loop {
            let due = self
                .keys
                .iter()
                .filter_map(|(name, key)| Some((key.end(self.now)?, *name)));
            let Some((end, name)) = due.min() else {
                break;
            };
            self.remove(name, end);
        }
        for name in self.keys.keys().copied().collect::<Vec<_>>() {
            if let Some(key) = self.keys.get_mut(&name) {
                key.materials.expire(self.now, key.is_replica);
                self.reconcile(name);
            }
        }
        self.rotate_due();
    }

    /// Rotates each key on each of its dates.
    pub(super) fn rotate_due(&mut self) {
        for name in self.keys.keys().copied().collect::<Vec<_>>() {
            while let Some(date) = self.keys[&name].rotation_due(self.now) {
                let random = self.random_material(name);
                self.automatic_rotations += 1;
                for related in self.related(name) {
                    let key = self.keys.get_mut(&related).unwrap();
                    key.materials.add(random, None);
                    key.materials.rotate(AUTOMATIC, date);
                    let days = key.rotation.unwrap().days;
                    let next = date + HOURS_PER_DAY * u64::from(days);
                    key.rotation = Some(Rotation { days, next });
                }
            }
        }
    }
}

//! Related keys (a multi-Region primary and its replicas), and how a change of one affects the others.

use std::time::SystemTime;

use crate::key::{KeyArn, KeyOrigin, MultiRegionConfiguration, MultiRegionKeyType, Region};

use super::key::SoftwareKey;
use super::materials::KeyMaterialState;
use super::snapshot::Snapshot;

impl Snapshot {
    /// The keys that are related to a multi-Region key, itself included: all with its id in its account. Empty for any other
    /// key.
    pub(super) fn related(&self, arn: &KeyArn) -> Vec<KeyArn> {
        let keys = self.of_id(arn.key_id()).iter();
        keys.filter(|other| other.account() == arn.account())
            .copied()
            .collect()
    }

    /// The key and, if it is a multi-Region key, all keys that share its material.
    pub(super) fn sharing_material(&self, key: &SoftwareKey) -> Vec<KeyArn> {
        match key.metadata.multi_region() {
            Some(_) => self.related(key.metadata.arn()),
            None => vec![*key.metadata.arn()],
        }
    }

    /// Whether a key is a primary with replicas, including replicas that are pending deletion.
    pub(super) fn has_replicas(&self, key: &SoftwareKey) -> bool {
        key.metadata.multi_region().is_some()
            && !key.is_replica()
            && self.related(key.metadata.arn()).len() > 1
    }

    /// Removes a key from the ring. If it was the last replica of a primary that is pending replica deletion, the
    /// primary's waiting period begins.
    pub(super) fn remove_key(&mut self, arn: &KeyArn, now: Option<SystemTime>) {
        let removed = self.take_key(arn).filter(|removed| removed.is_replica());
        let Some(configuration) = removed
            .as_ref()
            .and_then(|removed| removed.metadata.multi_region())
        else {
            return;
        };
        let primary = arn.in_region(configuration.primary);
        self.update_multi_region(&primary);
        self.reconcile_pending_materials(&primary);
        let Some(primary) = self.get(&primary) else {
            return;
        };
        let window = primary.metadata.pending_deletion_window_in_days();
        if let Some(days) = window.filter(|_| !self.has_replicas(primary)) {
            let mut primary = SoftwareKey::clone(primary);
            primary.wait_for_deletion(days, now);
            self.put(primary);
        }
    }

    /// Updates the state of new imported material in all related keys. The primary can be rotated to it when all of
    /// them have it.
    pub(super) fn reconcile_pending_materials(&mut self, arn: &KeyArn) {
        let related = self.related(arn);
        let materials_of = |arn: &KeyArn| self.get(arn).and_then(|key| key.materials());
        let Some(materials) = self
            .get(arn)
            .filter(|key| key.metadata.origin() == KeyOrigin::External)
            .and_then(|key| key.metadata.multi_region())
            .and_then(|configuration| materials_of(&arn.in_region(configuration.primary)))
        else {
            return;
        };
        let present = |arn: &KeyArn, id| materials_of(arn).is_some_and(|all| all.get(id).is_some());
        let state = |id| {
            if related.iter().all(|arn| present(arn, id)) {
                KeyMaterialState::PendingRotation
            } else {
                KeyMaterialState::PendingMultiRegionImportAndRotation
            }
        };
        let pending: Vec<_> = materials
            .versions()
            .iter()
            .filter(|version| version.is_pending())
            .map(|version| (version.id, state(&version.id)))
            .collect();
        for arn in related {
            self.change_materials(&arn, |materials| materials.follow(&pending));
        }
    }

    /// Updates in all related keys which Regions they are in.
    pub(super) fn update_multi_region(&mut self, primary: &KeyArn) {
        let related = self.related(primary);
        let mut replicas: Vec<Region> = related.iter().map(|arn| *arn.region()).collect();
        replicas.retain(|region| region != primary.region());
        replicas.sort();
        for arn in related {
            let Some(key) = self.get(&arn) else {
                continue;
            };
            let mut key = SoftwareKey::clone(key);
            let key_type = if arn == *primary {
                MultiRegionKeyType::Primary
            } else {
                MultiRegionKeyType::Replica
            };
            let configuration =
                MultiRegionConfiguration::new(key_type, *primary.region(), replicas.clone());
            key.describe(|metadata| metadata.multi_region(Some(configuration)));
            self.put(key);
        }
    }
}

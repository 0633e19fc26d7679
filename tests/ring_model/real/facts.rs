//! What can be seen of a key, and whether the model sees the same.

use std::time::SystemTime;

use kms_reencrypt::{AliasArn, KeyMaterialId, KmsError};

use super::{HOUR, Real, arn, place_of};
use crate::answer::{Facts, KeyFacts, MaterialFacts};
use crate::model::materials::Material;
use crate::step::Name;

impl Real {
    pub(crate) fn facts(&self, name: Name) -> Result<Facts<KeyMaterialId>, KmsError> {
        let here = self.here(name);
        let metadata = here.describe_key(arn(name))?;
        let rotations = here.key_rotations(arn(name)).unwrap_or_default();
        let aliases = here.aliases();
        let own = aliases.iter().filter(|alias| *alias.target() == arn(name));
        // An alias is that of the key from both sides.
        for alias in own.clone() {
            let named = AliasArn::new(*arn(name).place(), alias.arn().name().clone());
            assert_eq!(named, *alias.arn());
        }
        let hour = |time| self.hour(time);
        Ok(Facts {
            key: KeyFacts {
                state: metadata.key_state().as_str(),
                valid_to: metadata.valid_to().map(hour),
                deletion: metadata.deletion_date().map(hour),
                window_days: metadata.pending_deletion_window_in_days(),
                multi_region: metadata.multi_region().map(|configuration| {
                    let replicas = configuration.replicas.iter();
                    let mut replicas: Vec<usize> = replicas.map(place_of).collect();
                    replicas.sort_unstable();
                    (place_of(&configuration.primary), replicas)
                }),
                aliases: own.count(),
                grants: here.grants(arn(name))?.len(),
                last_usage: here.key_last_usage(arn(name))?.key_last_usage.map(|usage| {
                    let timestamp = usage.timestamp.unwrap();
                    (usage.operation.as_str(), hour(timestamp))
                }),
                rotation: here.key_rotation_status(arn(name)).ok().and_then(|status| {
                    let next = status.next_rotation_date.map(hour);
                    status.rotation_period_in_days.zip(next)
                }),
            },
            current: metadata.current_key_material_id().copied(),
            materials: rotations
                .iter()
                .map(|rotation| {
                    let facts = MaterialFacts {
                        state: rotation.key_material_state.as_str(),
                        imported: rotation.imported,
                        valid_to: rotation.valid_to.map(hour),
                        rotated: rotation.rotation_type.map(|by| {
                            let date = rotation.rotation_date.unwrap();
                            (by.as_str(), hour(date))
                        }),
                    };
                    (rotation.key_material_id, facts)
                })
                .collect(),
        })
    }

    /// Whether both see the same. Which id stands for a material is learnt when it is first seen, and holds from then on.
    pub(crate) fn agrees(&mut self, real: &Facts<KeyMaterialId>, model: &Facts<Material>) -> bool {
        let mut pairs: Vec<_> = real.current.zip(model.current).into_iter().collect();
        for ((id, seen), (material, expected)) in real.materials.iter().zip(&model.materials) {
            if seen != expected {
                return false;
            }
            pairs.push((*id, *material));
        }
        real.key == model.key
            && real.current.is_some() == model.current.is_some()
            && real.materials.len() == model.materials.len()
            && pairs
                .into_iter()
                .all(|(id, material)| self.learn(id, material))
    }

    fn learn(&mut self, id: KeyMaterialId, material: Material) -> bool {
        *self.materials.entry(id).or_insert(material) == material
            && *self.ids.entry(material).or_insert(id) == id
    }

    fn hour(&self, time: SystemTime) -> u64 {
        let passed = time.duration_since(self.beginning).unwrap();
        passed.as_secs() / HOUR.as_secs()
    }
}

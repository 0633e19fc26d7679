//! Automatic rotations that are due: found, given their material, and made.
//!
//! These are three steps because the random source is foreign code, which must not be called while the ring is locked.

use core::cell::Cell;
use std::sync::Arc;
use std::time::SystemTime;

use crate::key::KeyArn;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::random::{Random, RandomnessUnavailable};

use super::key::SoftwareKey;
use super::materials::{Expiry, Rotated, RotationType};
use super::snapshot::Snapshot;

/// Rotations that are due, by key, each with its date.
#[derive(Debug)]
pub(super) struct DueRotations(Vec<(KeyArn, Vec<SystemTime>)>);

/// The same rotations, each with the material that it makes current.
#[derive(Debug, Default)]
pub(super) struct DrawnRotations(Vec<(KeyArn, Vec<DrawnRotation>)>);

/// The date of a rotation, and its material.
type DrawnRotation = (SystemTime, Arc<SymmetricMaterial>);

impl DueRotations {
    /// Draws the new materials.
    ///
    /// Returns none if the random source fails, or if it is already drawing for due rotations in this thread. The
    /// rotations then stay due: in AWS, too, they are sometimes late.
    pub(super) fn draw(self, random: Random<'_>) -> DrawnRotations {
        if self.0.is_empty() {
            return DrawnRotations::default();
        }
        let Some(_alone) = Drawing::begin() else {
            return DrawnRotations::default();
        };
        let material = |arn: &KeyArn| SymmetricMaterial::generate(arn.key_id(), random);
        let drawn = self.0.into_iter().map(|(arn, dates)| {
            let dates = dates.into_iter();
            let materials = dates.map(|date| Ok((date, material(&arn)?)));
            Ok((
                arn,
                materials.collect::<Result<_, RandomnessUnavailable>>()?,
            ))
        });
        let drawn: Result<_, RandomnessUnavailable> = drawn.collect();
        DrawnRotations(drawn.unwrap_or_default())
    }
}

/// Marks this thread as drawing materials. Without the mark, a random source that uses a ring would make it draw again,
/// endlessly.
struct Drawing;

thread_local! {
    static DRAWING: Cell<bool> = const { Cell::new(false) };
}

impl Drawing {
    fn begin() -> Option<Self> {
        (!DRAWING.replace(true)).then_some(Self)
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        DRAWING.set(false);
    }
}

impl Snapshot {
    /// The rotations that are due at this time.
    pub(super) fn due_rotations(&self, now: SystemTime) -> DueRotations {
        let due = |key: &Arc<SoftwareKey>| {
            let dates: Vec<SystemTime> = key.running_rotation()?.due(now).collect();
            (!dates.is_empty()).then(|| (*key.metadata.arn(), dates))
        };
        DueRotations(self.keys().filter_map(due).collect())
    }

    /// Makes the rotations that are still due: another thread may have made them, or a change may have put them off.
    pub(super) fn make_rotations(&mut self, drawn: DrawnRotations) {
        for (arn, rotations) in drawn.0 {
            let Some(key) = self.get(&arn).cloned() else {
                continue;
            };
            let Some(schedule) = key.running_rotation() else {
                continue;
            };
            let Some((last, _)) = rotations.last() else {
                continue;
            };
            let dates = rotations.iter().map(|(date, _)| *date);
            if !schedule.due(*last).eq(dates) {
                continue;
            }
            let next = schedule.after(*last);
            for arn in self.sharing_material(&key) {
                self.change_key(&arn, |key| {
                    key.rotation = Some(next);
                    let Some(materials) = key.materials_mut() else {
                        return;
                    };
                    for (date, material) in &rotations {
                        materials.add(Arc::clone(material), Expiry::default(), None);
                        materials.rotate(Rotated {
                            date: Some(*date),
                            by: RotationType::Automatic,
                        });
                    }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use crate::key::KeySpec;
    use crate::keyring::{Clock, ManualClock, RotationType};
    use crate::random::{OsRandom, RandomSource, RandomnessUnavailable};
    use crate::{KeyArn, Keyring};

    const PERIOD: Duration = Duration::from_secs(90 * 24 * 60 * 60);

    fn rotating(clock: &ManualClock, random: impl RandomSource + 'static) -> (Keyring, KeyArn) {
        let keyring = Keyring::builder("111122223333", "us-east-2")
            .clock(clock.clone())
            .random_source(random)
            .build()
            .unwrap();
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        keyring.enable_key_rotation(key, 90).unwrap();
        (keyring, key)
    }

    #[derive(Clone, Debug, Default)]
    struct Failing(Arc<AtomicBool>);

    impl RandomSource for Failing {
        fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
            match self.0.load(Ordering::Relaxed) {
                true => Err(RandomnessUnavailable::new()),
                false => OsRandom.fill(destination),
            }
        }
    }

    #[test]
    fn a_rotation_without_randomness_is_late_and_has_its_date() {
        let (clock, random) = (ManualClock::new(), Failing::default());
        let (keyring, key) = rotating(&clock, random.clone());
        let due = clock.now() + PERIOD;
        clock.advance(PERIOD + PERIOD / 2);
        random.0.store(true, Ordering::Relaxed);
        assert_eq!(keyring.key_rotations(key).unwrap().len(), 1);
        let status = keyring.key_rotation_status(key).unwrap();
        assert_eq!(status.next_rotation_date, Some(due));
        random.0.store(false, Ordering::Relaxed);
        let rotations = keyring.key_rotations(key).unwrap();
        let [_, rotated] = rotations.as_slice() else {
            panic!("{rotations:?}");
        };
        assert_eq!(rotated.rotation_type, Some(RotationType::Automatic));
        assert_eq!(rotated.rotation_date, Some(due));
    }

    /// Uses the ring whenever it is asked.
    #[derive(Clone, Debug, Default)]
    struct Meddling(Arc<OnceLock<(Keyring, KeyArn)>>);

    impl RandomSource for Meddling {
        fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
            if let Some((keyring, key)) = self.0.get() {
                assert_eq!(keyring.key_rotations(*key).unwrap().len(), 1);
            }
            OsRandom.fill(destination)
        }
    }

    #[test]
    fn a_random_source_that_uses_the_ring_sees_it_before_the_rotation() {
        let (clock, random) = (ManualClock::new(), Meddling::default());
        let (keyring, key) = rotating(&clock, random.clone());
        random.0.set((keyring.clone(), key)).unwrap();
        clock.advance(PERIOD);
        assert_eq!(keyring.key_rotations(key).unwrap().len(), 2);
    }
}

//! Changes that the clock makes: material expires, keys are deleted at the end of their waiting period, and keys are
//! rotated.

use std::time::SystemTime;

use crate::key::KeyArn;

use super::due_rotations::DrawnRotations;
use super::key::SoftwareKey;
use super::snapshot::Snapshot;

impl Snapshot {
    /// Whether the clock changes something at this time.
    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Makes the changes that are due at this time, and those of the rotations for which material was drawn.
    pub(super) fn advance(&mut self, now: SystemTime, rotations: DrawnRotations) {
        // Twice, because the deletion of the last replica begins the waiting period of its primary, which may also be
        // over by now.
        for _ in 0..2 {
            if self.is_due(now) {
                self.advance_once(now);
            }
        }
        self.make_rotations(rotations);
        self.deadline = self.keys().filter_map(|key| key.deadline()).min();
    }

    fn advance_once(&mut self, now: SystemTime) {
        let due = self
            .keys()
            .filter(|key| key.next_loss().is_some_and(|date| date <= now));
        // Sorted by date, since the deletion of the last replica begins its primary's waiting period.
        let due = due.map(|key| (key.end_of_waiting_period(), *key.metadata.arn()));
        let mut due: Vec<(Option<SystemTime>, KeyArn)> = due.collect();
        due.sort();
        for (_, arn) in due {
            // Read again, since a change of a related key may have changed it.
            let Some(key) = self.get(&arn).cloned() else {
                continue;
            };
            if let Some(date) = key.end_of_waiting_period().filter(|date| *date <= now) {
                self.remove_key(&arn, Some(date));
                continue;
            }
            let mut key = SoftwareKey::clone(&key);
            key.expire(now);
            key.settle();
            self.put(key);
            self.reconcile_pending_materials(&arn);
        }
        self.deadline = self.keys().filter_map(|key| key.deadline()).min();
    }
}

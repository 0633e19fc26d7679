//! [`RotationSchedule`]: when a key is rotated automatically.

#![warn(clippy::arithmetic_side_effects)]

use core::ops::RangeInclusive;
use core::time::Duration;
use std::time::SystemTime;

/// The bounds of `RotationPeriodInDays` (service model).
pub(crate) const ROTATION_PERIOD: RangeInclusive<u32> = 90..=2560;

/// The default of `RotationPeriodInDays` (API reference).
pub(crate) const ROTATION_PERIOD_DEFAULT: u32 = 365;

/// How many missed rotations a key makes up for at once. With the shortest period, these are the rotations of 246
/// years, so more are due only if the clock is far off.
const MISSED_MAX: u64 = 1000;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The automatic rotation of a key for which it is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RotationSchedule {
    /// `RotationPeriodInDays`
    pub(crate) period_in_days: u32,
    /// `NextRotationDate`; `None` if the ring has no clock.
    pub(crate) next: Option<SystemTime>,
}

impl RotationSchedule {
    /// The schedule whose first period begins now.
    pub(super) fn beginning(period_in_days: u32, now: Option<SystemTime>) -> Self {
        Self {
            period_in_days,
            next: now.and_then(|now| now.checked_add(period(period_in_days))),
        }
    }

    /// The schedule after the rotation of a date.
    pub(super) fn after(self, date: SystemTime) -> Self {
        Self::beginning(self.period_in_days, Some(date))
    }

    /// The schedule of a key that can be rotated again: a rotation that it missed meanwhile is due now, and the next one
    /// a period later.
    pub(super) fn resumed(self, now: Option<SystemTime>) -> Self {
        Self {
            next: self.next.max(now.filter(|_| self.next.is_some())),
            ..self
        }
    }

    /// The dates of the rotations that are due, oldest first.
    pub(super) fn due(self, now: SystemTime) -> impl Iterator<Item = SystemTime> {
        let first = self.next.filter(|next| *next <= now).map(|next| {
            let period = period(self.period_in_days);
            let late = now.duration_since(next).unwrap_or_default();
            let missed = late.as_secs().checked_div(period.as_secs()).unwrap_or(0);
            let skipped = missed.saturating_add(1).saturating_sub(MISSED_MAX);
            let skipped = Duration::from_secs(period.as_secs().saturating_mul(skipped));
            next.checked_add(skipped).unwrap_or(now)
        });
        let next = move |date: &SystemTime| date.checked_add(period(self.period_in_days));
        core::iter::successors(first, next).take_while(move |date| *date <= now)
    }
}

fn period(days: u32) -> Duration {
    DAY.saturating_mul(days)
}

#[cfg(test)]
mod tests {
    use super::{DAY, MISSED_MAX, RotationSchedule, SystemTime};

    fn day(number: u32) -> SystemTime {
        let since = DAY.saturating_mul(number);
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap()
    }

    #[test]
    fn a_rotation_is_due_at_the_end_of_each_period() {
        let schedule = RotationSchedule::beginning(90, Some(day(1)));
        for (now, due) in [
            (1, &[][..]),
            (90, &[]),
            (91, &[91]),
            (180, &[91]),
            (181, &[91, 181]),
            (400, &[91, 181, 271, 361]),
        ] {
            let dates: Vec<SystemTime> = schedule.due(day(now)).collect();
            let expected: Vec<SystemTime> = due.iter().copied().map(day).collect();
            assert_eq!(dates, expected, "day {now}");
        }
    }

    #[test]
    fn without_a_clock_nothing_is_ever_due() {
        let schedule = RotationSchedule::beginning(90, None);
        assert_eq!(schedule.due(day(10_000)).count(), 0);
        assert_eq!(schedule.resumed(Some(day(1))), schedule);
    }

    #[test]
    fn what_was_missed_while_the_key_could_not_be_rotated_is_one_rotation() {
        let schedule = RotationSchedule::beginning(90, Some(day(0)));
        assert_eq!(schedule.resumed(Some(day(50))).next, Some(day(90)));
        let late = schedule.resumed(Some(day(400)));
        assert_eq!(late.due(day(400)).collect::<Vec<_>>(), [day(400)]);
        assert_eq!(late.after(day(400)).next, Some(day(490)));
    }

    #[test]
    fn a_clock_that_is_far_off_makes_no_endless_work() {
        let schedule = RotationSchedule::beginning(90, Some(SystemTime::UNIX_EPOCH));
        let far = day(u32::MAX);
        let dates: Vec<SystemTime> = schedule.due(far).collect();
        assert_eq!(dates.len(), usize::try_from(MISSED_MAX).unwrap());
        let last = *dates.last().unwrap();
        assert!(far.duration_since(last).unwrap() < DAY.saturating_mul(90));
    }
}

//! [`Notices`]: tells a person that the job waits, and why.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::backend::Refusal;

/// The least time between two notices.
const INTERVAL: Duration = Duration::from_secs(10);

/// Lines on standard error about calls that are repeated: one now and then, however many threads repeat theirs.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<Option<Instant>>);

impl Notices {
    pub(super) fn repeated(&self, refusal: &Refusal, budget: Duration) {
        if self.is_due(Instant::now()) {
            let seconds = budget.as_secs();
            eprintln!(
                "{refusal}: such calls are repeated for up to {seconds} seconds (--retry-for)"
            );
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{INTERVAL, Notices};

    #[test]
    fn a_notice_is_given_now_and_then() {
        let notices = Notices::default();
        let start = Instant::now();
        assert!(notices.is_due(start));
        assert!(!notices.is_due(start + INTERVAL / 2));
        assert!(notices.is_due(start + INTERVAL));
        assert!(!notices.is_due(start + INTERVAL));
    }
}

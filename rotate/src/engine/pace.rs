//! [`Pace`]: keeps the calls of all threads under a rate.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::Stop;

/// The longest time for which unused calls are saved up, so that a pause is not followed by a burst over the quota.
const BURST: Duration = Duration::from_millis(100);

/// Allows at most this many calls a second, retries included.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The time between two calls; `None` if there is no limit.
    interval: Option<Duration>,
    /// When the next call may be sent.
    next: Mutex<Instant>,
}

impl Pace {
    /// `None` is no limit.
    pub(crate) fn new(rate: Option<f64>) -> Self {
        Self {
            interval: rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits for the turn of one call. Returns `false` if the job stops.
    pub(crate) fn wait(&self, stop: &Stop) -> bool {
        let Some(interval) = self.interval else {
            return !stop.is_set();
        };
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let earliest = Instant::now().checked_sub(BURST);
            let turn = earliest.map_or(*next, |earliest| earliest.max(*next));
            *next = turn + interval;
            turn
        };
        stop.sleep_until(turn)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::thread;
    use std::time::Instant;

    use super::{Pace, Stop};

    #[test]
    fn all_threads_together_stay_under_the_rate() {
        let pace = Pace::new(Some(200.0));
        let stop = Stop::default();
        let started = Instant::now();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..25).for_each(|_| assert!(pace.wait(&stop))));
            }
        });
        let took = started.elapsed();
        // A hundred calls, the first of which needn't wait, nor those of a tenth of a second.
        assert!(took >= Duration::from_millis(390), "{took:?}");
    }

    #[test]
    fn a_job_that_stops_does_not_wait_for_its_turn() {
        let pace = Pace::new(Some(0.001));
        let stop = Stop::default();
        assert!(pace.wait(&stop));
        stop.set();
        assert!(!pace.wait(&stop));
    }
}

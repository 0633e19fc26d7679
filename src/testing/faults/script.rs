//! [`Faults`]: the test's handle to the faults of a provider.

use core::fmt;
use core::mem;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::key::KeyArn;
use crate::provider::KeyProviderError;

use super::fault::{Fault, Struck};

/// A handle to the faults of a [`FaultyProvider`](super::FaultyProvider). Clones share the same faults, and a change
/// takes effect from the next call on.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    faults: Vec<Fault>,
    strikes: u64,
    delay: Duration,
    on_delay: Option<Arc<OnDelay>>,
}

type OnDelay = dyn Fn(Duration) + Send + Sync;

impl Faults {
    /// Adds a fault. If several faults strike a call, it ends with the error of the first one that has an error, after
    /// the delays of all faults up to that one.
    pub fn inject(&self, fault: Fault) {
        self.script().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        let faults = mem::take(&mut self.script().faults);
        drop(faults);
    }

    /// The number of strikes so far.
    #[must_use]
    pub fn strikes(&self) -> u64 {
        self.script().strikes
    }

    /// The sum of all delays so far. No call really waits, unless [`on_delay`](Self::on_delay) makes it.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.script().delay
    }

    /// Sets a function that is called with each delay. `std::thread::sleep` makes it real;
    /// `move |delay| clock.advance(delay)` lets it pass on a [`ManualClock`](crate::keyring::ManualClock).
    pub fn on_delay(&self, act: impl Fn(Duration) + Send + Sync + 'static) {
        let old = self.script().on_delay.replace(Arc::new(act));
        drop(old);
    }

    /// Applies the faults that strike a call.
    pub(super) fn strike(
        &self,
        call: Struck,
        key: Option<&KeyArn>,
    ) -> Result<(), KeyProviderError> {
        let mut error = None;
        let mut delay = Duration::ZERO;
        let mut script = self.script();
        let Script {
            faults, strikes, ..
        } = &mut *script;
        for fault in faults {
            if !fault.strikes(call, key) {
                continue;
            }
            *strikes += 1;
            delay = delay.saturating_add(fault.delay());
            error = fault.error().cloned();
            if error.is_some() {
                break;
            }
        }
        script.delay = script.delay.saturating_add(delay);
        let on_delay = script.on_delay.clone().filter(|_| !delay.is_zero());
        // Unlocked first, since the function may take long or use this handle itself.
        drop(script);
        if let Some(act) = on_delay {
            act(delay);
        }
        error.map_or(Ok(()), Err)
    }

    /// Locks the script. The errors and functions that users have put into it are dropped only after it is unlocked, since
    /// their `drop` may run any code.
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("faults", &self.faults)
            .field("strikes", &self.strikes)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

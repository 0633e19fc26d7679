//! [`Faults`]: the faults of a provider, in the hand of the test.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::key::KeyArn;
use crate::provider::KeyProviderError;

use super::fault::{Fault, ProviderCall};

/// What goes wrong in a [`FaultyProvider`](super::FaultyProvider). It is a handle: clones are of the same faults, and what
/// is changed through one counts from the next call on.
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
    /// Adds a fault. A call that several faults strike ends with the error of the first, and takes as long as all of them
    /// up to that one say.
    pub fn inject(&self, fault: Fault) {
        self.script().faults.push(fault);
    }

    /// Takes all faults back: the outage is over.
    pub fn clear(&self) {
        self.script().faults.clear();
    }

    /// How many calls were struck so far.
    #[must_use]
    pub fn strikes(&self) -> u64 {
        self.script().strikes
    }

    /// How long all delays so far were together. None of them was slept, unless [`on_delay`](Self::on_delay) did.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.script().delay
    }

    /// What is to be done about a delay besides adding it up. `std::thread::sleep` makes it real; `move |delay|
    /// clock.advance(delay)` lets it pass on a [`ManualClock`](crate::keyring::ManualClock).
    pub fn on_delay(&self, act: impl Fn(Duration) + Send + Sync + 'static) {
        self.script().on_delay = Some(Arc::new(act));
    }

    /// Lets whatever strikes this call strike it.
    pub(super) fn strike(
        &self,
        call: ProviderCall,
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
        // What is done about the delay may take its time, or use this very handle.
        drop(script);
        if let Some(act) = on_delay {
            act(delay);
        }
        error.map_or(Ok(()), Err)
    }

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

//! [`TransportFaults`]: the test's handle to the faults of a client.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::operation::Operation;

use super::fault::{Failure, TransportFault};

/// A handle to the faults of a [`FaultyHttpClient`](super::FaultyHttpClient). Clones share the same faults, and a change takes
/// effect from the next attempt on.
#[derive(Clone, Debug, Default)]
pub struct TransportFaults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    faults: Vec<TransportFault>,
    strikes: u64,
}

/// What happens to one attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// What the client gets in place of the answer; `None` if the answer is only late.
    pub(super) failure: Option<Failure>,
    pub(super) delay: Duration,
    /// Whether the request arrives.
    pub(super) arrives: bool,
}

impl TransportFaults {
    /// Adds a fault. If several faults strike an attempt, it ends with the first one that is more than a delay, after the
    /// delays of all faults up to that one.
    pub fn inject(&self, fault: TransportFault) {
        self.script().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.script().faults.clear();
    }

    /// The number of strikes so far.
    #[must_use]
    pub fn strikes(&self) -> u64 {
        self.script().strikes
    }

    /// What happens to an attempt; `None` if no fault strikes it.
    pub(super) fn strike(&self, operation: Option<Operation>) -> Option<Fate> {
        let mut script = self.script();
        let Script { faults, strikes } = &mut *script;
        let mut fate = None;
        for fault in faults {
            if !fault.strikes(operation) {
                continue;
            }
            *strikes += 1;
            let fate = fate.get_or_insert(Fate {
                failure: None,
                delay: Duration::ZERO,
                arrives: true,
            });
            fate.delay = fate.delay.saturating_add(fault.delay());
            fate.failure = fault.failure();
            fate.arrives = fault.arrives();
            if fate.failure.is_some() {
                break;
            }
        }
        fate
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

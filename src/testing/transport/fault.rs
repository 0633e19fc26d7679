//! [`TransportFault`]: what goes wrong between a client and KMS, and when.

use core::time::Duration;

use crate::operation::Operation;
use crate::testing::turns::{Chance, Turns};

/// A fault of a [`FaultyHttpClient`](super::FaultyHttpClient): what happens to a request in place of an answer, or how late
/// the answer is.
///
/// By default it strikes every attempt, and the request does not arrive. If a fault has several conditions, all of them have
/// to hold.
///
/// ```
/// use core::time::Duration;
/// use kms_reencrypt::Operation;
/// use kms_reencrypt::testing::TransportFault;
///
/// // The second GenerateDataKey is carried out, but its answer is lost after five seconds.
/// let lost = TransportFault::connection_reset()
///     .after_arrival()
///     .delayed_by(Duration::from_secs(5))
///     .on_operation(Operation::GenerateDataKey)
///     .nth(2);
/// // Every tenth attempt or so meets a proxy that is overloaded.
/// let overloaded = TransportFault::service_unavailable().with_probability(0.1, 7);
/// # drop((lost, overloaded));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TransportFault {
    failure: Option<Failure>,
    delay: Duration,
    arrives: bool,
    operation: Option<Operation>,
    turns: Turns,
}

/// What the client gets in place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    ConnectionReset,
    HttpStatus(u16),
    NoResponse,
}

impl TransportFault {
    /// The connection is reset. The SDK tries again.
    pub const fn connection_reset() -> Self {
        Self::new(Some(Failure::ConnectionReset))
    }

    /// No response ever comes, so that the client's own timeout ends the attempt: its read timeout, its attempt timeout or
    /// its operation timeout. Without any of them, the client's protection against stalled streams ends the attempt, by the
    /// real clock. If that is disabled too, the client waits forever.
    pub const fn no_response() -> Self {
        Self::new(Some(Failure::NoResponse))
    }

    /// A response with this HTTP status and without a body, as a proxy or a load balancer sends it. The SDK tries again after
    /// 500, 502, 503 and 504.
    pub const fn http_status(status: u16) -> Self {
        Self::new(Some(Failure::HttpStatus(status)))
    }

    /// A bare HTTP 503.
    pub const fn service_unavailable() -> Self {
        Self::http_status(503)
    }

    /// KMS's answer, but late. The client waits without blocking its thread, by the clock of its runtime: on Tokio's paused
    /// clock the wait takes no time.
    pub const fn late(delay: Duration) -> Self {
        let mut fault = Self::new(None).delayed_by(delay);
        fault.arrives = true;
        fault
    }

    /// Lets the request arrive: KMS carries it out, and only its answer is lost. So an attempt that looks like a failure may
    /// have made a key or a grant.
    pub const fn after_arrival(mut self) -> Self {
        self.arrives = true;
        self
    }

    /// Delays the failure by this long.
    pub const fn delayed_by(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Strikes only requests of this operation.
    pub const fn on_operation(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Lets the first `attempts` attempts pass.
    pub const fn after(mut self, attempts: u64) -> Self {
        self.turns.after = attempts;
        self
    }

    /// Strikes at most `attempts` attempts.
    pub const fn times(mut self, attempts: u64) -> Self {
        self.turns.times = attempts;
        self
    }

    /// Strikes only the nth attempt, counted from 1.
    pub const fn nth(self, attempt: u64) -> Self {
        self.after(attempt.saturating_sub(1)).times(1)
    }

    /// Strikes with a probability between 0 and 1. A generator with this seed decides, so every run is the same.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.turns.chance = Some(Chance::new(probability, seed));
        self
    }

    const fn new(failure: Option<Failure>) -> Self {
        Self {
            failure,
            delay: Duration::ZERO,
            arrives: false,
            operation: None,
            turns: Turns::all(),
        }
    }

    /// Whether the fault strikes an attempt. Each attempt of its operation counts for [`after`](Self::after) and
    /// [`times`](Self::times).
    pub(super) fn strikes(&mut self, operation: Option<Operation>) -> bool {
        self.operation
            .is_none_or(|wanted| operation == Some(wanted))
            && self.turns.strikes()
    }

    pub(super) const fn failure(&self) -> Option<Failure> {
        self.failure
    }

    pub(super) const fn delay(&self) -> Duration {
        self.delay
    }

    pub(super) const fn arrives(&self) -> bool {
        self.arrives
    }
}

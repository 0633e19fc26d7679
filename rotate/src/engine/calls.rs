//! [`Calls`]: calls that are paced, and repeated within a budget.

use core::time::Duration;
use std::time::Instant;

use rand::RngExt as _;

use super::{Notices, Pace, Stop};
use crate::Error;
use crate::backend::{Backend, Call, Moved, Refusal, Trouble};

/// How long a row's call is repeated, and how fast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    /// From the first failure on.
    pub(crate) budget: Duration,
    /// The most that the first pause may take. Each one may take twice as long as the one before.
    pub(crate) first: Duration,
    /// The most that any pause may take.
    pub(crate) longest: Duration,
}

impl Retries {
    /// The pauses between calls to a service.
    pub(crate) const fn within(budget: Duration) -> Self {
        Self {
            budget,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(10),
        }
    }

    /// A pause anywhere up to its limit, so that the calls which failed together don't come back together.
    fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let most = self.first.saturating_mul(1 << doublings).min(self.longest);
        most.mul_f64(rand::rng().random())
    }
}

/// How the calls of a job are sent.
#[derive(Clone, Copy)]
pub(crate) struct Calls<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) pace: &'a Pace,
    pub(crate) retries: Retries,
    pub(crate) stop: &'a Stop,
    pub(crate) notices: &'a Notices,
}

/// The outcome of a row.
#[derive(Debug)]
pub(crate) enum Answer {
    Moved(Moved),
    /// The row is at fault.
    Refused(Refusal),
    /// The job was told to stop before there was an answer.
    Stopped,
}

impl Calls<'_> {
    /// Moves a ciphertext. An error ends the run: it is not the row's fault.
    pub(crate) fn re_encrypt(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let mut failures = 0;
        let mut first_failure = None;
        loop {
            if !self.pace.wait(self.stop) {
                return Ok(Answer::Stopped);
            }
            let refusal = match self.backend.re_encrypt(call) {
                Ok(moved) => return Ok(Answer::Moved(moved)),
                Err(Trouble::Refused(refusal)) => return Ok(Answer::Refused(refusal)),
                Err(Trouble::Fatal(refusal)) => return Err(no_call_succeeds(&refusal)),
                Err(Trouble::Transient(refusal)) => refusal,
            };
            failures += 1;
            let since = *first_failure.get_or_insert_with(Instant::now);
            if since.elapsed() >= self.retries.budget {
                return Err(self.no_answer(&refusal));
            }
            self.notices.repeated(&refusal, self.retries.budget);
            let then = Instant::now() + self.retries.pause(failures);
            if !self.stop.sleep_until(then) {
                return Ok(Answer::Stopped);
            }
        }
    }

    fn no_answer(&self, refusal: &Refusal) -> Error {
        let budget = self.retries.budget.as_secs();
        let remedy = match refusal.exception.as_str() {
            "ThrottlingException" | "Throttling" | "TooManyRequestsException" => {
                "Set --rate below the quota, or lower --in-flight,"
            }
            _ => "Find out what is wrong with the endpoint or the way to it,",
        };
        format!(
            "no call has succeeded for a row within {budget} seconds (--retry-for): {refusal}. {remedy} and run the same \
             command again"
        )
        .into()
    }
}

/// The error if the service refuses everything, with what to do about it.
pub(crate) fn no_call_succeeds(refusal: &Refusal) -> Error {
    let remedy = match refusal.exception.as_str() {
        "NoCredentials" => {
            "Give it credentials as for the AWS CLI (`aws configure`, `aws sso login`, AWS_ACCESS_KEY_ID; any will do for \
             a server that checks none)"
        }
        "ExpiredTokenException" | "ExpiredToken" => "The credentials have expired: renew them",
        "InvalidSignatureException" | "RequestExpired" => {
            "Check the secret access key, the Region, and the clock of this machine"
        }
        "DryRunIgnored" => "Name another endpoint, or leave out the dry run (--no-preflight)",
        _ => "Check credentials, Region and endpoint",
    };
    format!("{refusal}. {remedy}, and run the same command again").into()
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::Retries;

    #[test]
    fn pauses_grow_up_to_a_limit_and_differ() {
        let retries = Retries::within(Duration::ZERO);
        let longest = |failures| {
            let pauses = (0..1000).map(|_| retries.pause(failures));
            pauses.max().unwrap()
        };
        for (failures, most) in [(1, 100), (2, 200), (5, 1600), (8, 10_000), (40, 10_000)] {
            let longest = longest(failures);
            let most = Duration::from_millis(most);
            assert!(longest <= most, "{failures}: {longest:?}");
            assert!(longest >= most.mul_f64(0.9), "{failures}: {longest:?}");
        }
    }
}

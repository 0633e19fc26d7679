//! [`Endpoint`]: a KMS that can be asked.

use core::fmt;

use crate::answer::Answer;
use crate::case::Principal;
use crate::ledger::Ledger;

/// A KMS that can be asked: this crate in process, a server, or AWS.
pub trait Endpoint {
    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if none came.
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer>;

    /// Called whenever a run has made something that it has to remove, so that it can be recorded.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if that failed. The call then counts as failed.
    fn made(&self, ledger: &Ledger) -> Result<(), NoAnswer> {
        let _nowhere = ledger;
        Ok(())
    }
}

/// A request as it goes out.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The header `X-Amz-Target`.
    pub target: &'a str,
    /// The header `Content-Type`.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// Who signs it.
    pub principal: Principal,
    /// The Region whose endpoint it goes to.
    pub region: &'a str,
}

/// No answer came, and why.
#[derive(Clone, Debug)]
pub struct NoAnswer(pub String);

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer: {}", self.0)
    }
}

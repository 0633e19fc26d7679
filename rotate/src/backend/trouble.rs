//! [`Trouble`]: why a call failed, by what can be done about it.

use core::fmt;

/// An exception and its message. `Display` writes it for the middle of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) exception: String,
    pub(crate) message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.exception)?;
        if self.message.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.message.trim_end_matches('.'))
    }
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The request is refused, and would be again.
    Refused(Refusal),
    /// The service could not answer now.
    Transient(Refusal),
    /// No request can succeed, whatever it is: the credentials are missing or expired, for example.
    Fatal(Refusal),
}

/// Exceptions after which the same request may succeed. A status of 500 or more means that, too.
const TRANSIENT: [&str; 9] = [
    "DependencyTimeoutException",
    "InternalFailure",
    "KMSInternalException",
    "KeyUnavailableException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Exceptions that are about the credentials and the signature, and so about all requests.
const FATAL: [&str; 12] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "RequestExpired",
    "UnrecognizedClientException",
];

impl Trouble {
    /// What an answer of the service means.
    pub(super) fn of_answer(exception: &str, message: &str, status: u16) -> Self {
        let refusal = Refusal {
            exception: exception.to_owned(),
            message: message.to_owned(),
        };
        if FATAL.contains(&exception) {
            Self::Fatal(refusal)
        } else if TRANSIENT.contains(&exception) || status == 429 || status >= 500 {
            Self::Transient(refusal)
        } else {
            Self::Refused(refusal)
        }
    }

    pub(crate) const fn refusal(&self) -> &Refusal {
        match self {
            Self::Refused(refusal) | Self::Transient(refusal) | Self::Fatal(refusal) => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn exceptions_are_about_the_row_the_moment_or_the_run() {
        for (exception, status, kind) in [
            ("AccessDeniedException", 400, "Refused"),
            ("InvalidCiphertextException", 400, "Refused"),
            ("DisabledException", 400, "Refused"),
            ("ThrottlingException", 400, "Transient"),
            ("KMSInternalException", 500, "Transient"),
            ("", 503, "Transient"),
            ("", 429, "Transient"),
            ("ExpiredTokenException", 400, "Fatal"),
            ("InvalidSignatureException", 400, "Fatal"),
        ] {
            let trouble = format!("{:?}", Trouble::of_answer(exception, "", status));
            assert!(trouble.starts_with(kind), "{exception} {status}: {trouble}");
        }
    }
}

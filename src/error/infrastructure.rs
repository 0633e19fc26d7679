//! [`InfrastructureError`]: the cause of exceptions that are a provider's fault.

use core::error::Error;
use core::fmt;
use std::sync::Arc;

/// A failure of a key provider, with the provider's own message.
///
/// Two failures are equal if their messages are equal and they share the same source or both have no source.
///
/// ```
/// use std::io;
///
/// use kms_reencrypt::error::InfrastructureError;
/// use kms_reencrypt::provider::KeyProviderError;
///
/// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
/// let failure = InfrastructureError::new("the HSM is down").with_source(refused);
/// assert_eq!(failure.to_string(), "the HSM is down");
/// let error = KeyProviderError::KeyUnavailable(failure);
/// # drop(error);
/// ```
#[derive(Clone)]
pub struct InfrastructureError {
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl InfrastructureError {
    /// A failure with a message. If the message is empty, AWS's description of the exception takes its place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The same failure with the error that caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The same failure with this message, if its own is empty.
    pub(crate) fn or_message(mut self, message: &str) -> Self {
        if self.message.is_empty() {
            message.clone_into(&mut self.message);
        }
        self
    }
}

impl fmt::Display for InfrastructureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for InfrastructureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InfrastructureError")
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl Error for InfrastructureError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &(dyn Error + 'static) = self.source.as_deref()?;
        Some(source)
    }
}

impl PartialEq for InfrastructureError {
    fn eq(&self, other: &Self) -> bool {
        let same_source = match (&self.source, &other.source) {
            (Some(this), Some(that)) => Arc::ptr_eq(this, that),
            (None, None) => true,
            _ => false,
        };
        self.message == other.message && same_source
    }
}

impl Eq for InfrastructureError {}

//! [`RingFileError`]: the error for files of rings, with the place of the fault.

use core::error::Error;
use core::fmt;

/// A file of a ring that cannot be read or written. `Display` says where and why: `Keys[2].KeySpec: …`. It reveals
/// nothing of the secrets in the file.
#[derive(Debug)]
pub struct RingFileError {
    place: String,
    reason: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl RingFileError {
    pub(super) fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            reason: reason.into(),
            source: None,
        }
    }

    pub(super) fn caused(
        place: impl Into<String>,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            place: place.into(),
            reason: source.to_string(),
            source: Some(Box::new(source)),
        }
    }

    /// The same error with an outer place before its own.
    pub(super) fn within(mut self, place: &str) -> Self {
        self.place = match self.place.as_str() {
            "" => place.to_owned(),
            inner => format!("{place}.{inner}"),
        };
        self
    }

    /// The same error, in a file.
    pub(super) fn in_file(mut self, path: &str) -> Self {
        self.place = format!("{path}: {}", self.place);
        self
    }

    /// The place of the fault: a member of the document (`Keys[2].KeySpec`) or a position in the text
    /// (`line 3, column 7`). If the error is about a file, its name is the place, or comes before the place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for RingFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl Error for RingFileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &(dyn Error + 'static) = self.source.as_deref()?;
        Some(source)
    }
}

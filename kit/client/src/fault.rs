//! [`Fault`]: why the program gives up.

use core::error::Error;
use core::fmt;
use std::path::Path;

/// Why the program gives up, in a sentence.
#[derive(Debug)]
pub(crate) struct Fault(String);

impl Fault {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }

    /// An error with its causes, each said once.
    pub(crate) fn of(error: &dyn Error) -> Self {
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !said.contains(&text) {
                said = format!("{said}: {text}");
            }
            cause = error.source();
        }
        Self(said)
    }

    /// The same fault at an address.
    pub(crate) fn at(self, address: &str) -> Self {
        Self(format!("{address}: {}", self.0))
    }

    pub(crate) fn of_file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |error| Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use core::error::Error;
    use core::fmt;

    use super::Fault;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Self>>);

    impl fmt::Display for Link {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Link {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            let cause = self.1.as_deref()?;
            Some(cause)
        }
    }

    #[test]
    fn each_cause_is_said_once() {
        let refused = Link("connection refused", None);
        let connect = Link("connect: connection refused", Some(Box::new(refused)));
        let error = Link("io error", Some(Box::new(connect)));
        let fault = Fault::of(&error).at("http://127.0.0.1:1/");
        let said = "http://127.0.0.1:1/: io error: connect: connection refused";
        assert_eq!(fault.to_string(), said);
    }
}

//! The log: one line for each request, by `tracing`, on standard error.

mod line;
mod witness;

use clap::ValueEnum;
use tracing::Level;

pub(crate) use line::{Answer, Line, Sender};
pub(crate) use witness::Witness;

/// What `--log` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line of text for each request
    Text,
    /// A JSON object for each request
    Json,
    /// Only the server's own errors, as text
    Off,
}

impl LogFormat {
    /// Whether requests are logged.
    pub(crate) fn has_requests(self) -> bool {
        self != Self::Off
    }

    /// Starts the log of the process. It is started once.
    pub(crate) fn start(self) {
        let level = match self.has_requests() {
            true => Level::INFO,
            false => Level::ERROR,
        };
        let log = tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_max_level(level)
            .with_target(false)
            .with_ansi(false);
        match self {
            Self::Json => log.json().flatten_event(true).init(),
            Self::Text | Self::Off => log.init(),
        }
    }
}

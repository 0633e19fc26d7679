//! [`Signals`]: what asks the process to end.

use std::io;

/// SIGTERM and SIGINT, or Ctrl-C on systems without them.
///
/// The process handles them itself, so that they also end it as the first process of a container, to which the system
/// delivers only signals that it handles.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Handles the signals from now on. It has to be called in a runtime.
    pub(crate) fn handle() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal, and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// SIGTERM and SIGINT, or Ctrl-C on systems without them.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals(());

#[cfg(not(unix))]
impl Signals {
    /// Handles the signals from the first wait on.
    pub(crate) fn handle() -> io::Result<Self> {
        Ok(Self(()))
    }

    /// Waits for the next signal, and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        // Without a handler there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

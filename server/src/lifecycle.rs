//! The life of the process: it starts, serves, and ends on a signal.

use core::time::Duration;
use std::io::Write as _;
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::Error;
use crate::answers::Answers;
use crate::hosts::Hosts;
use crate::keys::Keys;
use crate::listen::Listeners;
use crate::options::Options;
use crate::server::Server;
use crate::setup;
use crate::signals::Signals;
use crate::snapshot::Snapshots;
use crate::spelling::Spelling;

/// The time that requests have to end when the server ends.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until a signal ends the process. An error after that means that the keys were not saved.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    options.operation.log.start();
    let callers = Arc::new(setup::callers(&options.callers)?);
    let tls = setup::tls(options)?;
    let snapshots = Snapshots::of(&options.snapshot)?.map(Arc::new);
    let keys = Arc::new(setup::keys(options, &callers, snapshots.as_deref())?);
    let listeners = options.network.listen.bind(options.network.allow_remote)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let hosts = Hosts::of(listeners.is_loopback, options.network.allowed_hosts.clone());
    let limits = setup::limits(options);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let signals = Signals::handle()?;
        let spelling = Spelling::learn().await;
        let answers = Answers::new(callers, Arc::clone(&keys), hosts, limits, spelling)
            .kept_in(snapshots.clone())
            .controlled(options.operation.control)
            .logged(options.operation.log.has_requests());
        let server = Server::new(answers, limits, tls);
        let url = format!("{scheme}://{}", listeners.authority);
        let accepting = accept(Arc::new(server), listeners)?;
        announce(&url)?;
        let kept = snapshots.map(|snapshots| (snapshots, keys));
        live(accepting, signals, kept).await
    });
    // A key that is still being generated is not waited for.
    runtime.shutdown_background();
    ended
}

/// Says where the server listens, in the first line on standard output.
fn announce(url: &str) -> Result<(), Error> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on {url}")?;
    stdout.flush()?;
    Ok(())
}

/// A server, and what accepts its connections.
struct Accepting {
    server: Arc<Server>,
    tasks: JoinSet<()>,
}

fn accept(server: Arc<Server>, listeners: Listeners) -> Result<Accepting, Error> {
    let mut tasks = JoinSet::new();
    for socket in listeners.sockets {
        socket.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(socket)?;
        tasks.spawn(Arc::clone(&server).accept(listener));
    }
    Ok(Accepting { server, tasks })
}

/// Serves until the first signal, then ends in good order, or at once at the second signal.
async fn live(
    mut accepting: Accepting,
    mut signals: Signals,
    kept: Option<(Arc<Snapshots>, Arc<Keys>)>,
) -> Result<(), Error> {
    if let Some((snapshots, keys)) = &kept {
        tokio::spawn(Arc::clone(snapshots).save_at_intervals(Arc::clone(keys)));
    }
    let signal = signals.next().await;
    info!(signal, "ending");
    let in_order = async {
        accepting.tasks.shutdown().await;
        if tokio::time::timeout(GRACE, accepting.server.end())
            .await
            .is_err()
        {
            warn!("some requests have not ended, and are not waited for any longer");
        }
        match kept {
            Some((snapshots, keys)) => snapshots.save(keys).await,
            None => Ok(()),
        }
    };
    tokio::select! {
        ended = in_order => ended,
        signal = signals.next() => {
            Err(format!("ended at once by a second signal, {signal}: what changed since the last save is lost").into())
        }
    }
}

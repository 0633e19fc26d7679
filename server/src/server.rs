//! [`Server`]: accepts connections, with limits for its clients, and ends them.

use core::convert::Infallible;
use core::pin::pin;
use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioTimer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::answers::{Answers, refusal};
use crate::connection::Connection;
use crate::tls::Tls;

/// The number of clients beyond the limit that get an answer at the same time. Further connections are closed.
const TURNED_AWAY: usize = 16;

/// The time that such a client has in all.
const TURNED_AWAY_TIMEOUT: Duration = Duration::from_secs(1);

/// What clients may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The number of concurrent connections.
    pub(crate) connections: u16,
    /// The length of a body in bytes. The largest request of KMS is a key policy of 128 KiB.
    pub(crate) body: usize,
    /// The time to receive the head of a request, and so the longest time for which a connection may be idle.
    pub(crate) head_timeout: Duration,
    /// The time to receive the body.
    pub(crate) body_timeout: Duration,
    /// The time to send an answer, from when the client first makes the server wait.
    pub(crate) write_timeout: Duration,
    /// Whether web pages may call the server.
    pub(crate) web_pages: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // On macOS a process may have 256 open files.
            connections: 200,
            body: 1024 * 1024,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            web_pages: false,
        }
    }
}

/// A server: sockets in, answers out.
#[derive(Debug)]
pub(crate) struct Server {
    answers: Arc<Answers>,
    limits: Limits,
    tls: Option<Tls>,
    /// A permit for each connection that may be open.
    served: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
    /// Whether connections are to end after the request that they are at.
    ending: watch::Sender<bool>,
}

impl Server {
    pub(crate) fn new(answers: Answers, limits: Limits, tls: Option<Tls>) -> Self {
        Self {
            answers: Arc::new(answers),
            limits,
            tls,
            served: Arc::new(Semaphore::new(limits.connections.into())),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY)),
            ending: watch::Sender::new(false),
        }
    }

    /// Accepts connections for as long as it is polled.
    pub(crate) async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            // The connection was closed before it was accepted, or too many files are open. The next one may succeed.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let server = Arc::clone(&self);
            if let Ok(permit) = Arc::clone(&self.served).try_acquire_owned() {
                tokio::spawn(async move {
                    server.serve(stream).await;
                    drop(permit);
                });
            } else if let Ok(permit) = Arc::clone(&self.turned_away).try_acquire_owned() {
                tokio::spawn(async move {
                    server.turn_away(stream).await;
                    drop(permit);
                });
            }
        }
    }

    /// Ends all connections: those without a request at once, and the others when their request has its answer. Waits for
    /// them.
    pub(crate) async fn end(&self) {
        self.ending.send_replace(true);
        // It fails only if the semaphore is closed, which nobody does.
        let _ = self
            .served
            .acquire_many(self.limits.connections.into())
            .await;
    }

    async fn serve(&self, stream: TcpStream) {
        let Some(tls) = &self.tls else {
            return self.talk(stream).await;
        };
        let encrypted = tokio::time::timeout(self.limits.head_timeout, tls.accept(stream));
        // A client that cannot be understood, or does not trust the certificate, has been told so by TLS itself.
        if let Ok(Ok(stream)) = encrypted.await {
            self.talk(stream).await;
        }
    }

    /// Answers the requests of a connection until one side closes it.
    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let has_begun = AtomicBool::new(false);
        let service = service_fn(|request| {
            has_begun.store(true, Ordering::Relaxed);
            let answers = Arc::clone(&self.answers);
            async move { Ok::<_, Infallible>(answers.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_timeout)
            .title_case_headers(true)
            .serve_connection(Connection::new(stream, self.limits.write_timeout), service);
        let mut connection = pin!(connection);
        let mut ending = self.ending.subscribe();
        // `wait_for` returns a borrow of the flag, which would otherwise be held across the waits below.
        let ended = async { drop(ending.wait_for(|ending| *ending).await) };
        // Ignores the errors of a connection, which concern only its client: it has got an answer or has disconnected.
        tokio::select! {
            biased;
            _ = connection.as_mut() => {}
            () = ended => {
                // Otherwise hyper would wait for the first request, however long it takes.
                if has_begun.load(Ordering::Relaxed) {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        }
    }

    /// Answers that the limit of connections is reached, and closes the connection.
    async fn turn_away(&self, stream: TcpStream) {
        let answered = async {
            match &self.tls {
                None => self.say_no(stream).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        self.say_no(stream).await;
                    }
                }
            }
        };
        let _ = tokio::time::timeout(TURNED_AWAY_TIMEOUT, answered).await;
    }

    async fn say_no(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let most = self.limits.connections;
        let service = service_fn(move |_: Request<_>| async move {
            let body = format!(
                "the server has {most} connections, and --max-connections allows no more\n"
            );
            Ok::<_, Infallible>(refusal(StatusCode::SERVICE_UNAVAILABLE, body))
        });
        let _ = http1::Builder::new()
            .title_case_headers(true)
            .serve_connection(Connection::new(stream, TURNED_AWAY_TIMEOUT), service)
            .await;
    }
}

//! [`Tls`] in a build without the feature `tls`, which cannot make one.

use std::io;

use tokio::net::TcpStream;

/// Encrypts connections. No build without the feature has one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tls {}

impl Tls {
    /// Agrees on keys with a client.
    #[expect(clippy::unused_async, reason = "as that of a build with TLS")]
    pub(crate) async fn accept(&self, _stream: TcpStream) -> io::Result<TcpStream> {
        match *self {}
    }
}

//! [`Listen`]: where the server is to listen, and the sockets there.

use core::str::FromStr;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};

use crate::Error;

/// A host and a port, as `--listen` takes them: `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    /// An IP address without brackets, or a name.
    host: String,
    port: u16,
}

/// The sockets of a server.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) sockets: Vec<TcpListener>,
    /// The host and the port of URLs.
    pub(crate) authority: String,
    /// Whether only this machine can reach them.
    pub(crate) is_loopback: bool,
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "it takes a host and a port, such as 127.0.0.1:8080, [::1]:8080 or localhost:8080";
        const PORT: &str = "a port is a number from 0 to 65535";
        let (host, port) = text.rsplit_once(':').ok_or(FORM)?;
        let port = port.parse().map_err(|_| PORT)?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        // `::1` alone is an address without a port.
        let is_ambiguous = bare.is_none() && host.contains(':');
        if host.is_empty() || is_ambiguous || host.contains(['/', ' ', '[', ']', '@']) {
            return Err(FORM);
        }
        let host = host.to_owned();
        Ok(Self { host, port })
    }
}

impl Listen {
    /// Opens the sockets: one for an address, and one for each address of a name.
    pub(crate) fn bind(&self, allow_remote: bool) -> Result<Listeners, Error> {
        let addresses = self.addresses();
        let addresses = addresses.map_err(|reason| format!("--listen {reason}"))?;
        let is_loopback = addresses.iter().all(|one| one.ip().is_loopback());
        if !is_loopback && !allow_remote {
            let refusal = format!(
                "--listen {self}: it is not a loopback address. Signatures are not checked: everybody who can \
                 reach it could use and delete every key. --allow-remote allows it"
            );
            return Err(refusal.into());
        }
        let sockets = self
            .open(&addresses)
            .map_err(|error| self.refused(&error))?;
        let port = match sockets.first() {
            Some(socket) => socket.local_addr()?.port(),
            None => self.port,
        };
        Ok(Listeners {
            sockets,
            authority: self.with_port(port).to_string(),
            is_loopback,
        })
    }

    /// A socket for each address that this machine has: at least one, and all on one port.
    fn open(&self, addresses: &[SocketAddr]) -> io::Result<Vec<TcpListener>> {
        let mut tries = 0;
        loop {
            match open_once(addresses) {
                // The port that the system chose for the first address may be taken on the next one.
                Err(error)
                    if error.kind() == ErrorKind::AddrInUse && self.port == 0 && tries < 10 =>
                {
                    tries += 1;
                }
                opened => return opened,
            }
        }
    }

    /// The same host, with another port.
    fn with_port(&self, port: u16) -> Self {
        let host = self.host.clone();
        Self { host, port }
    }

    /// The host and the port under which this machine reaches a server that listens here.
    pub(crate) fn reached_locally(&self) -> Self {
        let host = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) if address.is_unspecified() => "127.0.0.1",
            Ok(IpAddr::V6(address)) if address.is_unspecified() => "::1",
            _ => &self.host,
        };
        Self {
            host: host.to_owned(),
            port: self.port,
        }
    }

    /// The addresses, without duplicates: at least one.
    pub(crate) fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let found = found.map_err(|error| {
            format!(
                "{self}: the name cannot be resolved: {error}. An IP address works without a name"
            )
        })?;
        let mut addresses = Vec::new();
        for address in found {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(format!("{self}: the name has no address"));
        }
        Ok(addresses)
    }

    fn refused(&self, error: &io::Error) -> Error {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => {
                "Another process listens there: --listen takes another port, and port 0 a free one"
            }
            ErrorKind::PermissionDenied => {
                "Ports below 1024 may need more rights: --listen takes another port"
            }
            _ => "--listen takes another address or port",
        };
        format!("--listen {self}: cannot listen there: {error}. {advice}").into()
    }
}

/// The form of URLs, with brackets around an IPv6 address.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

fn open_once(addresses: &[SocketAddr]) -> io::Result<Vec<TcpListener>> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut unavailable = None;
    for address in addresses {
        let mut address = *address;
        if let Some(first) = sockets.first() {
            // The others listen on the port that the system chose for the first.
            address.set_port(first.local_addr()?.port());
        }
        match TcpListener::bind(address) {
            Ok(socket) => sockets.push(socket),
            // A machine without IPv6 may still have ::1 as an address of localhost.
            Err(error) if is_unavailable(&error) => unavailable = Some(error),
            Err(error) => return Err(error),
        }
    }
    match unavailable {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok(sockets),
    }
}

/// Whether this machine does not have the address, or its address family.
fn is_unavailable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AddrNotAvailable | ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(AF_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT`, for which `io::ErrorKind` has no variant: its number on Linux, or on macOS and the BSDs.
const AF_NOT_SUPPORTED: i32 = if cfg!(target_os = "linux") { 97 } else { 47 };

#[cfg(test)]
mod tests {
    use super::Listen;

    #[test]
    fn a_host_and_a_port_are_read_and_written_alike() {
        for text in [
            "127.0.0.1:8080",
            "localhost:4566",
            "[::1]:0",
            "0.0.0.0:65535",
            "kms.test:1",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "4566",
            ":4566",
            "localhost",
            "localhost:",
            "localhost:http",
            "localhost:65536",
            "::1:80",
            "http://localhost:80",
            "user@localhost:80",
            "[localhost:80",
            "a b:80",
        ] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_address_is_reached_at_a_loopback_address() {
        for (listen, reached) in [
            ("0.0.0.0:4566", "127.0.0.1:4566"),
            ("[::]:4566", "[::1]:4566"),
            ("localhost:4566", "localhost:4566"),
            ("192.0.2.1:4566", "192.0.2.1:4566"),
        ] {
            let listen: Listen = listen.parse().unwrap();
            assert_eq!(listen.reached_locally().to_string(), reached);
        }
    }

    #[test]
    fn only_loopback_addresses_are_listened_on_unasked() {
        let remote: Listen = "0.0.0.0:0".parse().unwrap();
        let refused = remote.bind(false).unwrap_err().to_string();
        assert!(refused.contains("--allow-remote"), "{refused}");
        assert!(!remote.bind(true).unwrap().is_loopback);
        let loopback: Listen = "127.0.0.1:0".parse().unwrap();
        assert!(loopback.bind(false).unwrap().is_loopback);
    }

    #[test]
    fn a_taken_port_is_an_error_that_names_the_option() {
        let listen: Listen = "127.0.0.1:0".parse().unwrap();
        let taken = listen.bind(false).unwrap();
        let again: Listen = taken.authority.parse().unwrap();
        let refused = again.bind(false).unwrap_err().to_string();
        let start = format!("--listen {}: cannot listen there: ", taken.authority);
        assert!(refused.starts_with(&start), "{refused}");
        assert!(
            refused.contains("Another process listens there"),
            "{refused}"
        );
    }

    #[test]
    fn a_name_is_listened_on_at_all_of_its_addresses_with_one_port() {
        let listeners = "localhost:0"
            .parse::<Listen>()
            .unwrap()
            .bind(false)
            .unwrap();
        let (host, port) = listeners.authority.split_once(':').unwrap();
        assert_eq!(host, "localhost");
        for socket in &listeners.sockets {
            let address = socket.local_addr().unwrap();
            assert!(address.ip().is_loopback());
            assert_eq!(address.port().to_string(), port);
        }
    }
}

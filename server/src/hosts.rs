//! [`Hosts`]: the host names that the server accepts in requests.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap};
use hyper::http::uri::Authority;

/// The host names that the server answers to.
///
/// A web page can point its own name to 127.0.0.1 (DNS rebinding). The browser then treats a server on loopback as the
/// page's own and lets the page's scripts call it. Only the `Host` header reveals such a request.
#[derive(Debug)]
pub(crate) enum Hosts {
    /// Any name: the server does not listen on loopback, so any name may point to it.
    Any,
    /// Loopback names and addresses, and these.
    LoopbackAnd(Vec<String>),
}

impl Hosts {
    /// The names of a server that listens on an address, with those that its user allows.
    pub(crate) fn of(listening_on: IpAddr, allowed: Vec<String>) -> Self {
        if listening_on.is_loopback() {
            Self::LoopbackAnd(allowed)
        } else {
            Self::Any
        }
    }

    /// Whether a request with these headers was sent to one of the names.
    pub(crate) fn allow(&self, headers: &HeaderMap) -> bool {
        let Self::LoopbackAnd(allowed) = self else {
            return true;
        };
        let mut hosts = headers.get_all(HOST).into_iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let Ok(authority) = Authority::try_from(host.as_bytes()) else {
            return false;
        };
        let name = authority.host();
        let name = name.strip_suffix('.').unwrap_or(name);
        is_loopback(name) || allowed.iter().any(|one| one.eq_ignore_ascii_case(name))
    }
}

/// Whether a name always means this machine (RFC 6761, section 6.3), or is an address that does.
fn is_loopback(name: &str) -> bool {
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    if let Ok(address) = address.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use hyper::header::{HOST, HeaderMap, HeaderValue};

    use super::Hosts;

    fn allowed(hosts: &Hosts, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        hosts.allow(&headers)
    }

    #[test]
    fn on_loopback_only_loopback_names_and_allowed_names_are_answered() {
        for listening_on in ["127.0.0.1", "127.9.9.9", "::1"] {
            let address = listening_on.parse::<IpAddr>().unwrap();
            let hosts = Hosts::of(address, vec!["kms.test".to_owned()]);
            for host in [
                "localhost",
                "localhost:8080",
                "LOCALHOST.",
                "kms.localhost:1",
                "127.0.0.1:8080",
                "127.1.2.3",
                "[::1]:8080",
                "[::ffff:127.0.0.1]",
                "kms.test:8080",
                "KMS.test",
            ] {
                assert!(allowed(&hosts, host), "{host}");
            }
            for host in [
                "evil.example",
                "localhost.evil.example",
                "evillocalhost",
                "127.0.0.1.evil.example",
                "localhost@evil.example",
                "10.0.0.1",
                "[::2]",
                "other.kms.test",
                "",
                "a b",
            ] {
                assert!(!allowed(&hosts, host), "{host}");
            }
        }
    }

    #[test]
    fn a_request_names_its_host_once() {
        let hosts = Hosts::of("127.0.0.1".parse().unwrap(), Vec::new());
        let mut headers = HeaderMap::new();
        assert!(!hosts.allow(&headers));
        for _ in 0..2 {
            headers.append(HOST, HeaderValue::from_static("localhost"));
        }
        assert!(!hosts.allow(&headers));
    }

    #[test]
    fn beyond_loopback_every_name_is_answered() {
        let hosts = Hosts::of("0.0.0.0".parse().unwrap(), Vec::new());
        assert!(allowed(&hosts, "kms.internal:8080"));
    }
}

//! [`Hosts`]: the host names that the server accepts in requests.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap};
use hyper::http::uri::Authority;

/// The host names that the server answers to.
///
/// A web page can point its own name to 127.0.0.1 (DNS rebinding). The browser then treats a server on loopback as the
/// page's own and lets the page's scripts call it. Only the `Host` header reveals such a request.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Whether KMS answers to any name: the server does not listen on loopback, so any name may point to it.
    any: bool,
    /// What the user allows beside loopback names and addresses.
    allowed: Vec<String>,
}

impl Hosts {
    /// The names of a server that listens on loopback or elsewhere, with those that its user allows.
    pub(crate) const fn of(is_loopback: bool, allowed: Vec<String>) -> Self {
        let any = !is_loopback;
        Self { any, allowed }
    }

    /// Whether a request with these headers was sent to a name that KMS answers to.
    pub(crate) fn allow(&self, headers: &HeaderMap) -> bool {
        self.any || self.allow_control(headers)
    }

    /// Whether a request with these headers was sent to a name that the control routes answer to: a loopback name or
    /// address, or one that the user allows, wherever the server listens.
    pub(crate) fn allow_control(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST).into_iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let Ok(authority) = Authority::try_from(host.as_bytes()) else {
            return false;
        };
        let name = authority.host();
        let name = name.strip_suffix('.').unwrap_or(name);
        is_loopback(name)
            || self
                .allowed
                .iter()
                .any(|one| one.eq_ignore_ascii_case(name))
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
    use hyper::header::{HOST, HeaderMap, HeaderValue};

    use super::Hosts;

    fn allowed(hosts: &Hosts, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        hosts.allow(&headers)
    }

    #[test]
    fn on_loopback_only_loopback_names_and_allowed_names_are_answered() {
        let hosts = Hosts::of(true, vec!["kms.test".to_owned()]);
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

    #[test]
    fn a_request_names_its_host_once() {
        let hosts = Hosts::of(true, Vec::new());
        let mut headers = HeaderMap::new();
        assert!(!hosts.allow(&headers));
        for _ in 0..2 {
            headers.append(HOST, HeaderValue::from_static("localhost"));
        }
        assert!(!hosts.allow(&headers));
    }

    #[test]
    fn beyond_loopback_every_name_is_answered() {
        let hosts = Hosts::of(false, Vec::new());
        assert!(allowed(&hosts, "kms.internal:8080"));
    }

    #[test]
    fn control_routes_answer_to_loopback_names_and_allowed_names_wherever_the_server_listens() {
        for is_loopback in [true, false] {
            let hosts = Hosts::of(is_loopback, vec!["kms".to_owned()]);
            for (host, allowed) in [
                ("localhost:4566", true),
                ("127.0.0.1:4566", true),
                ("kms:4566", true),
                ("kms.internal:4566", false),
                ("evil.example", false),
            ] {
                let mut headers = HeaderMap::new();
                headers.insert(HOST, HeaderValue::from_str(host).unwrap());
                assert_eq!(hosts.allow_control(&headers), allowed, "{host}");
            }
        }
    }
}

//! HTTPS, with a client of rustls that trusts the certificate of the test.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};

use crate::support::{Answer, Folder, Server, authorization, kms_headers, program, refusal};

/// A certificate for localhost, signed by its own key, in PEM.
struct Certificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Certificate {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// The names of its two files.
    fn write(&self, folder: &Folder) -> (String, String) {
        (
            folder.write("cert.pem", self.certificate.pem()),
            folder.write("key.pem", self.key.serialize_pem()),
        )
    }

    /// A connection that trusts this certificate alone.
    fn connect(
        &self,
        server: &Server,
        versions: &[&'static tokio_rustls::rustls::SupportedProtocolVersion],
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(client, server.connect())
    }
}

#[test]
fn a_client_that_trusts_the_certificate_is_served() {
    let folder = Folder::new();
    let certificate = Certificate::new();
    let (cert, key) = certificate.write(&folder);
    let server = Server::start(&["--tls-cert", &cert, "--tls-key", &key]);
    assert!(
        server
            .announced
            .starts_with("listening on https://127.0.0.1:")
    );
    for tls in [&version::TLS12, &version::TLS13] {
        let mut stream = certificate.connect(&server, &[tls]);
        let credential = authorization("ANY", "us-east-2");
        let headers = kms_headers("CreateKey", &credential).join("\r\n");
        let request = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let answer = Answer::read(stream);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(
            answer
                .body
                .contains("arn:aws:kms:us-east-2:111122223333:key/")
        );
    }
    // Somebody else's certificate is not trusted, and a request in the clear gets no answer.
    let mut stream = Certificate::new().connect(&server, &[&version::TLS13]);
    assert!(stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_err());
    let clear = server.try_request("GET", "/health", &[], "");
    assert!(clear.is_none(), "{clear:?}");
}

#[test]
fn a_health_check_trusts_the_certificate_of_the_server_and_no_other() {
    let folder = Folder::new();
    let (cert, key) = Certificate::new().write(&folder);
    let server = Server::start(&["--tls-cert", &cert, "--tls-key", &key]);
    let mut described = program(&["--health-check", "--listen", &server.authority]);
    described.args(["--tls-cert", &cert, "--tls-key", &key]);
    let output = described.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");

    let other = Folder::new();
    let (other_cert, other_key) = Certificate::new().write(&other);
    let url = format!("https://{}", server.authority);
    let said = refusal(&[
        "--health-check",
        &url,
        "--tls-cert",
        &other_cert,
        "--tls-key",
        &other_key,
    ]);
    assert!(said.contains("certificate"), "{said}");
    let said = refusal(&["--health-check", &url]);
    assert!(said.contains("needs --tls-cert"), "{said}");
}

#[test]
fn each_fault_of_the_two_files_is_named() {
    let folder = Folder::new();
    let (cert, key) = Certificate::new().write(&folder);
    let other = Folder::new();
    let (_, other_key) = Certificate::new().write(&other);
    let empty = folder.write("empty.pem", "");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = folder.write("broken.pem", broken);
    let cut = folder.write("cut.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let encrypted = folder.write("encrypted.pem", encrypted);
    for (cert, key, reason) in [
        (
            "nowhere.pem",
            key.as_str(),
            "--tls-cert nowhere.pem: No such file",
        ),
        (&cert, "nowhere.pem", "--tls-key nowhere.pem: No such file"),
        (
            &empty,
            &key,
            "empty.pem: there is no certificate in it. It takes PEM",
        ),
        (&key, &key, "key.pem: there is no certificate in it"),
        (&broken, &key, "--tls-cert "),
        (
            &cert,
            &cert,
            "cert.pem: there is no private key in it. It takes PEM",
        ),
        (&cert, &cut, "cut.pem: this is not PEM"),
        (&cert, &encrypted, "encrypted.pem: the key is encrypted"),
        (
            &cert,
            &other_key,
            "it is not the key of the first certificate in ",
        ),
    ] {
        let said = refusal(&["--tls-cert", cert, "--tls-key", key]);
        assert!(said.contains(reason), "{reason}: {said}");
    }
    let said = refusal(&["--tls-cert", &cert]);
    assert!(said.contains("--tls-key <FILE>"), "{said}");
    let said = refusal(&["--tls-key", &key]);
    assert!(said.contains("--tls-cert <FILE>"), "{said}");
}

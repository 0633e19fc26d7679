//! [`Tls`]: HTTPS with a given certificate.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;
use zeroize::Zeroizing;

use crate::Error;

/// How many bytes the file of a certificate or a key may have.
const FILE_MAX: u64 = 1024 * 1024;

/// Encrypts connections.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    /// HTTPS with the certificate and the key in two files.
    pub(crate) fn load(certificate: &Path, key: &Path) -> Result<Self, Error> {
        let chain = certificates(certificate)?;
        let private = private_key(key)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| refused(&error, certificate, key))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Agrees on keys with a client.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl core::fmt::Debug for Tls {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Tls(..)")
    }
}

/// The certificates in a file: at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let name = path.display();
    let text = read("--tls-cert", path)?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| format!("--tls-cert {name}: this is not PEM: {error}"))?;
    if chain.is_empty() {
        return Err(format!(
            "--tls-cert {name}: there is no certificate in it. It takes PEM, which begins with \
             -----BEGIN CERTIFICATE-----"
        )
        .into());
    }
    Ok(chain)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let name = path.display();
    let text = read("--tls-key", path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        let is_encrypted = String::from_utf8_lossy(&text).contains("ENCRYPTED");
        let reason = match error {
            _ if is_encrypted => {
                "the key is encrypted, and the server does not ask for a passphrase. \
                 `openssl pkey -in FILE` decrypts it"
                    .to_owned()
            }
            pem::Error::NoItemsFound => {
                "there is no private key in it. It takes PEM, which begins with \
                 -----BEGIN PRIVATE KEY-----, or with RSA or EC before PRIVATE"
                    .to_owned()
            }
            other => format!("this is not PEM: {other}"),
        };
        format!("--tls-key {name}: {reason}").into()
    })
}

/// Why a certificate and a key cannot be used together.
fn refused(error: &rustls::Error, certificate: &Path, key: &Path) -> Error {
    let (certificate, key) = (certificate.display(), key.display());
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            format!("--tls-key {key}: it is not the key of the first certificate in {certificate}")
        }
        rustls::Error::InvalidCertificate(reason) => {
            format!("--tls-cert {certificate}: the first certificate is invalid: {reason}")
        }
        other => format!("--tls-key {key}: it cannot be used: {other}"),
    }
    .into()
}

/// The content of a file. It is wiped when it is dropped.
fn read(option: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |error: io::Error| format!("{option} {}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    if len > FILE_MAX {
        let name = path.display();
        return Err(format!("{option} {name}: it has more than {FILE_MAX} bytes").into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(len)? + 1));
    file.take(FILE_MAX)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

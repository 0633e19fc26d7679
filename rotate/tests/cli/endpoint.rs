//! [`Endpoint`]: KMS on a local port, which can go away, throttle, and refuse credentials.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use kms_reencrypt::wire::Service;
use kms_reencrypt::{Keyring, Kms};

/// What an endpoint does with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    Serve,
    /// Closes the connection without an answer.
    HangUp,
    /// Answers with this status, type and message.
    Answer(u16, &'static str, &'static str),
}

type Moods = dyn Fn(u64) -> Mood + Send + Sync;

/// An HTTP server of a few lines: it keeps connections, and knows `Content-Length`.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// The number of requests for ReEncrypt so far.
    pub(crate) re_encrypts: Arc<AtomicU64>,
}

impl Endpoint {
    /// Serves a ring. `mood` is asked before each ReEncrypt, with the number of those before it.
    pub(crate) fn serve(
        keyring: Keyring,
        mood: impl Fn(u64) -> Mood + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = Self {
            address: listener.local_addr().unwrap(),
            re_encrypts: Arc::default(),
        };
        let service = Arc::new(Kms::new(keyring).service());
        let mood: Arc<Moods> = Arc::new(mood);
        let re_encrypts = Arc::clone(&endpoint.re_encrypts);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                stream.set_nodelay(true).unwrap();
                let (service, mood) = (Arc::clone(&service), Arc::clone(&mood));
                let re_encrypts = Arc::clone(&re_encrypts);
                thread::spawn(move || answer(stream, &service, &*mood, &re_encrypts));
            }
        });
        endpoint
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn answer(
    stream: TcpStream,
    service: &Service<Keyring>,
    mood: &Moods,
    re_encrypts: &AtomicU64,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (target, body) = request(&mut reader)?;
        let mood = match target.as_str() {
            "TrentService.ReEncrypt" => mood(re_encrypts.fetch_add(1, Ordering::SeqCst)),
            _ => Mood::Serve,
        };
        let (status, body) = match mood {
            Mood::HangUp => return None,
            Mood::Answer(status, exception, message) => {
                let body = format!(r#"{{"__type":"{exception}","message":"{message}"}}"#);
                (status, body.into_bytes())
            }
            Mood::Serve => {
                let response = service.call(&target, &body);
                (response.status(), response.into_body())
            }
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat()).ok()?;
    }
}

/// The target and the body of the next request.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let (mut target, mut len) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => target = value.to_owned(),
                "content-length" => len = value.parse().ok()?,
                _ => {}
            }
        }
    }
    let mut body = vec![0; len];
    reader.read_exact(&mut body).ok()?;
    Some((target, body))
}

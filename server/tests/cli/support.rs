//! A server as a process, a client for it, and a folder for its files.

use core::time::Duration;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use serde_json::Value;

/// How long anything may take that does not take long.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program with options, without the environment of whoever runs the tests.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kms-reencrypt-server"));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("KMS_REENCRYPT_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// What the program says when it refuses to start.
pub(crate) fn refusal(arguments: &[&str]) -> String {
    refusal_of(&mut program(arguments))
}

pub(crate) fn refusal_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{said}");
    assert!(output.stdout.is_empty());
    assert!(said.starts_with("error: "), "{said}");
    said
}

/// A server. It is killed when it is dropped.
pub(crate) struct Server {
    process: Child,
    /// Where it listens: `127.0.0.1:8080`.
    pub(crate) authority: String,
    /// The first line on standard output.
    pub(crate) announced: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// A server on a free port of 127.0.0.1, with these options.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut all = vec!["--listen", "127.0.0.1:0"];
        all.extend(arguments);
        Self::spawn(&mut program(&all))
    }

    /// The server of a command, which has to listen on 127.0.0.1, localhost or all addresses.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let written = Arc::clone(&log);
        let reader = thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut announced = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut announced).unwrap();
        let Some((_, authority)) = announced.trim_end().split_once("://") else {
            let status = process.wait().unwrap();
            reader.join().unwrap();
            panic!("no server, {status}: {}", log.lock().unwrap());
        };
        Self {
            process,
            authority: authority.replace("0.0.0.0", "127.0.0.1"),
            announced: announced.clone(),
            log,
            reader: Some(reader),
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The answer to a request with these headers, on a connection of its own.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let answer = self.try_request(method, path, headers, body);
        answer.expect("the server is there")
    }

    /// The same; `None` if the server is gone before it has answered in full.
    pub(crate) fn try_request(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> Option<Answer> {
        let host = match headers.iter().any(|header| header.starts_with("Host: ")) {
            true => String::new(),
            false => format!("Host: {}\r\n", self.authority),
        };
        let headers: String = headers.iter().map(|one| format!("{one}\r\n")).collect();
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(&self.authority).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that has refused may have closed already.
        let _ = stream.write_all(text.as_bytes());
        Some(Answer::read(stream)).filter(Answer::is_whole)
    }

    /// The answer to a call of the root user in us-east-2; `None` if the server is gone.
    pub(crate) fn try_call(&self, operation: &str, body: &str) -> Option<Answer> {
        let credential = authorization("ROOT", "us-east-2");
        self.try_request("POST", "/", &kms_headers(operation, &credential), body)
    }

    /// The answer to a call of KMS by whoever has an access key id, in us-east-2.
    pub(crate) fn call(&self, access_key_id: &str, operation: &str, body: &str) -> Answer {
        let credential = authorization(access_key_id, "us-east-2");
        self.request("POST", "/", &kms_headers(operation, &credential), body)
    }

    /// The ARN of a new key.
    pub(crate) fn create_key(&self) -> String {
        let created = self.call("ROOT", "CreateKey", "{}");
        assert_eq!(created.status, 200, "{created:?}");
        created.json()["KeyMetadata"]["Arn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The ARNs of all keys in us-east-2.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        let mut body = r#"{"Limit": 1000}"#.to_owned();
        loop {
            let listed = self.call("ROOT", "ListKeys", &body).json();
            let page = listed["Keys"].as_array().unwrap().iter();
            keys.extend(page.map(|key| key["KeyArn"].as_str().unwrap().to_owned()));
            match &listed["NextMarker"] {
                Value::Null => return keys,
                marker => body = format!(r#"{{"Limit": 1000, "Marker": {marker}}}"#),
            }
        }
    }

    /// What is in the log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The log, as soon as a text is in it.
    pub(crate) fn log_with(&self, text: &str) -> String {
        until(|| Some(self.log()).filter(|log| log.contains(text)))
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the process: it cannot do anything about that.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end of the process: its status, and all of its log.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = until(|| self.process.try_wait().unwrap());
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }

    /// Asks the server to end, and waits for it.
    pub(crate) fn stop(self) -> (ExitStatus, String) {
        self.signal("TERM");
        self.ended()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The headers of a call of KMS with a credential.
pub(crate) fn kms_headers<'h>(operation: &str, credential: &'h str) -> [&'h str; 3] {
    let target = format!("X-Amz-Target: TrentService.{operation}");
    // A few bytes in a test.
    let target: &'static str = Box::leak(target.into_boxed_str());
    [
        "Content-Type: application/x-amz-json-1.1",
        target,
        credential,
    ]
}

pub(crate) fn authorization(access_key_id: &str, region: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={access_key_id}/20260101/{region}/kms/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads an answer until the server closes the connection.
    pub(crate) fn read(mut stream: impl std::io::Read) -> Self {
        let mut received = Vec::new();
        match stream.read_to_end(&mut received) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("the server keeps the connection open: {error}"),
        }
        let text = String::from_utf8(received).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).unwrap_or_default();
        Self {
            status: status.parse().unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Whether all of the body has come.
    fn is_whole(&self) -> bool {
        let lengths = self.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then_some(value)
        });
        let length = lengths.filter_map(|length| length.parse().ok()).next();
        self.status != 0
            && length.is_none_or(|length: usize| self.body.len() >= length || self.body.is_empty())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

/// An empty folder, which is removed when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kms-reencrypt-server-{}-{count}", std::process::id());
        let path = env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The name of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// The name of a new file with some content.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let file = self.file(name);
        fs::write(&file, content).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits for what comes soon.
#[track_caller]
pub(crate) fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it has not come");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Reads a stream until a text has come.
pub(crate) fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(end.as_bytes()) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "it ends early");
        received.push(byte[0]);
    }
    String::from_utf8(received).unwrap()
}

/// A seed file with two keys, the first with the alias `alias/app`.
pub(crate) const SEED: &str = r#"{
    "Format": "kms-reencrypt ring 1",
    "Account": "111122223333",
    "Region": "us-east-2",
    "Keys": [
        { "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab" },
        { "KeyId": "0987dcba-09fe-87dc-65ba-ab0987654321", "KeyState": "Disabled" }
    ],
    "Aliases": [{ "AliasName": "alias/app", "TargetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab" }]
}"#;

/// The key of the seed file that is enabled.
pub(crate) const SEEDED: &str =
    "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

//! [`Folder`]: files, the program over them, and what has to be there when it is done.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::{env, fs, process, thread};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::testing::ring_file::load_ring;
use kms_reencrypt::{DecryptRequest, EncryptRequest, Keyring, Kms};
use serde_json::{Value, json};

/// A directory with a ring in `ring.json`.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let folder = Self(env::temp_dir().join(format!("kms-rotate-cli-{test}-{}", process::id())));
        fs::create_dir(&folder.0).unwrap();
        let mut make = folder.command(&[
            "make",
            "--rows",
            "0",
            "--out",
            "nothing",
            "--ring",
            "ring.json",
        ]);
        assert!(make.status().unwrap().success());
        fs::remove_file(folder.file("nothing")).unwrap();
        folder
    }

    /// A folder with rows in `in`.
    pub(crate) fn with_rows(test: &str, rows: u64) -> Self {
        let folder = Self::new(test);
        let rows = rows.to_string();
        let arguments = [
            "make",
            "--rows",
            &rows,
            "--damaged-every",
            "50",
            "--out",
            "in",
            "--ring",
            "ring.json",
        ];
        assert!(folder.command(&arguments).status().unwrap().success());
        folder
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.file(name), text).unwrap();
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "ring.json").collect();
        names.sort();
        names
    }

    pub(crate) fn keyring(&self) -> Keyring {
        load_ring(self.file("ring.json")).unwrap()
    }

    /// The program in this folder, without the credentials of whoever runs the tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kms-rotate"));
        command.args(arguments).current_dir(&self.0).env_clear();
        command
            .env("HOME", &self.0)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command.stdin(Stdio::null());
        command
    }

    /// The same with credentials and a Region.
    pub(crate) fn command_with_credentials(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        command.env("AWS_REGION", "us-east-2");
        command
    }

    /// `run` from `in` to `out` over the ring.
    pub(crate) fn run(&self, more: &[&str]) -> Output {
        let run = [
            "run",
            "--in",
            "in",
            "--out",
            "out",
            "--from",
            "alias/old",
            "--to",
            "alias/new",
            "--ring",
            "ring.json",
        ];
        self.command(&[&run, more].concat()).output().unwrap()
    }

    /// The rows of `name` by their id, opened under the new key.
    #[track_caller]
    pub(crate) fn opened(&self, name: &str) -> BTreeMap<u64, String> {
        let kms = Kms::new(self.keyring());
        let mut opened = BTreeMap::new();
        for line in self.read(name).lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let blob = BASE64_STANDARD.decode(row["blob"].as_str().unwrap());
            let context = serde_json::from_value(row["context"].clone()).unwrap_or_default();
            let request = DecryptRequest::builder()
                .ciphertext_blob(blob.unwrap())
                .key_id("alias/new")
                .set_encryption_context(context);
            let response = kms.decrypt(&request.build().unwrap()).unwrap();
            let text = String::from_utf8(response.plaintext().expose().to_vec()).unwrap();
            let id = row["id"].as_u64().unwrap();
            assert_eq!(opened.insert(id, text), None, "row {id} is there twice");
        }
        opened
    }

    /// All rows that `with_rows` has made are in `out` or among the failures, once.
    #[track_caller]
    pub(crate) fn assert_whole(&self, rows: u64) {
        let (failed, moved): (Vec<u64>, Vec<u64>) =
            (0..rows).partition(|row| (row + 1).is_multiple_of(50));
        let opened = self.opened("out");
        assert_eq!(opened.keys().copied().collect::<Vec<_>>(), moved);
        for (row, text) in opened {
            assert_eq!(text, format!("the secret of row {row:014}"));
        }
        let failures = self.read("out.failed.jsonl");
        let lines = failures.lines().map(|line| {
            let failure: Value = serde_json::from_str(line).unwrap();
            failure["kms_rotate_line"].as_u64().unwrap() - 1
        });
        assert_eq!(lines.collect::<Vec<_>>(), failed);
    }

    /// A ciphertext under the old key, in base64.
    pub(crate) fn sealed(&self, text: &str) -> String {
        let request = EncryptRequest::builder()
            .key_id("alias/old")
            .plaintext(text.as_bytes());
        let response = Kms::new(self.keyring())
            .encrypt(&request.build().unwrap())
            .unwrap();
        BASE64_STANDARD.encode(response.ciphertext_blob())
    }

    /// A row without a context.
    pub(crate) fn row(&self, id: u64) -> String {
        let row = json!({ "id": id, "blob": self.sealed(&format!("secret {id}")) });
        format!("{row}\n")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// The exit status, and what was said on standard error.
#[track_caller]
pub(crate) fn said(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    (output.status.code(), text)
}

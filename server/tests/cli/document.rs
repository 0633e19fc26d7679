//! `docs/server.md`, whose examples are run, and the Dockerfile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{Folder, Server, program, run};

fn read(path: &str) -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(package.join(path)).unwrap()
}

/// Whether a program is on this machine.
fn has(tool: &str) -> bool {
    let find = format!("command -v {tool}");
    let found = Command::new("sh").args(["-c", &find]).output();
    found.is_ok_and(|output| output.status.success())
}

/// A block of the document between fences, and the paragraph before it; empty if another block is right before it.
struct Block<'d> {
    language: &'d str,
    text: String,
    before: String,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            before.push_str(line);
            before.push(' ');
            continue;
        };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block {
            language,
            text: text.join("\n"),
            before: core::mem::take(&mut before).trim().to_owned(),
        });
    }
    blocks
}

/// What runs the examples one after the other.
struct Reader {
    folder: Folder,
    environment: BTreeMap<String, String>,
    server: Option<Server>,
    servers: usize,
    /// What the last command has printed; `None` if it could not be run here.
    printed: Option<String>,
}

impl Reader {
    /// The shell's command for a line, with the place of the server that runs.
    fn shell(&self, line: &str) -> Command {
        let place = match &self.server {
            Some(server) => server.authority.replace("127.0.0.1", "localhost"),
            None => "localhost:0".to_owned(),
        };
        let mut command = Command::new("sh");
        command.args(["-c", &line.replace("localhost:4566", &place)]);
        // The names are those of `program`, which leaves out what whoever runs the tests has set.
        let binary = Path::new(env!("CARGO_BIN_EXE_kms-reencrypt-server"));
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", binary.parent().unwrap().display());
        command
            .env("PATH", path)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_PAGER", "")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        for (name, value) in &self.environment {
            command.env(name, value.replace("localhost:4566", &place));
        }
        command
    }

    fn line(&mut self, line: &str) {
        let program = line.split(' ').find(|word| !word.contains('='));
        match program.unwrap_or_default() {
            "export" => {
                for pair in line.split(' ').skip(1) {
                    let (name, value) = pair.split_once('=').unwrap();
                    self.environment.insert(name.to_owned(), value.to_owned());
                }
            }
            "kms-reencrypt-server" => {
                self.server = None;
                let line = line.replace("0.0.0.0:4566", "0.0.0.0:0");
                self.server = Some(Server::spawn(&mut self.shell(&format!("exec env {line}"))));
                self.servers += 1;
            }
            "cargo" | "docker" => {}
            "aws" if !has("aws") => self.printed = None,
            "aws" | "curl" | "head" | "openssl" => {
                let Output {
                    status,
                    stdout,
                    stderr,
                } = self.shell(line).output().unwrap();
                let said = String::from_utf8(stderr).unwrap();
                // A command of the document that is denied is followed by the line of the log that says why.
                let is_denied = said.contains("AccessDeniedException");
                assert!(status.success() || is_denied, "{line}: {said}");
                self.printed = Some(String::from_utf8(stdout).unwrap());
            }
            other => panic!("{other}: {line}"),
        }
    }

    fn json(&self, block: &Block<'_>) {
        let json: Value = serde_json::from_str(&block.text).unwrap();
        if block.before.is_empty() {
            if let Some(printed) = &self.printed {
                let printed: Value = serde_json::from_str(printed).unwrap();
                assert_eq!(printed, json);
            }
            return;
        }
        let (_, name) = block.before.rsplit_once("file `").unwrap();
        let (name, _) = name.split_once('`').unwrap();
        self.folder.write(name, &block.text);
    }
}

#[test]
fn every_example_of_the_document_runs() {
    for tool in ["curl", "openssl"] {
        if !has(tool) {
            println!("left out: this machine has no {tool}");
            return;
        }
    }
    let document = read("../docs/server.md");
    let mut reader = Reader {
        folder: Folder::new(),
        environment: BTreeMap::new(),
        server: None,
        servers: 0,
        printed: None,
    };
    for block in blocks(&document) {
        match block.language {
            "sh" => block.text.lines().for_each(|line| reader.line(line)),
            "json" => reader.json(&block),
            "text" => {
                if reader.printed.is_some() {
                    let line = block.text.replace('\n', " ");
                    reader.server.as_ref().unwrap().log_with(&line);
                }
            }
            "yaml" => {}
            other => panic!("a block of {other}"),
        }
    }
    assert!(reader.servers >= 18, "only {} servers", reader.servers);
}

/// The words of a text that begin so and go on with these characters.
fn words<'t>(text: &'t str, begin: &str, more: fn(char) -> bool) -> BTreeSet<&'t str> {
    let places = text.match_indices(begin);
    let words = places.filter_map(|(at, _)| {
        let word = text.get(at..)?;
        let after = word.get(begin.len()..)?;
        let end = after.find(|one| !more(one)).unwrap_or(after.len());
        word.get(..begin.len() + end)
    });
    words.filter(|word| word.len() > begin.len()).collect()
}

#[test]
fn the_document_has_every_option_and_no_other() {
    let document = read("../docs/server.md");
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let is_option = |one: char| one.is_ascii_lowercase() || one == '-';
    let documented = words(&document, " --", is_option);
    let quoted = words(&document, "`--", is_option);
    let documented: BTreeSet<&str> = documented
        .union(&quoted)
        .map(|word| word.trim_start_matches([' ', '`']))
        .collect();
    let options: BTreeSet<&str> = words(&help, " --", is_option)
        .into_iter()
        .map(str::trim_start)
        .collect();
    for option in &options {
        let is_standard = ["--help", "--version"].contains(option);
        assert!(
            is_standard || documented.contains(option),
            "{option} is not documented"
        );
    }
    let is_name = |one: char| one.is_ascii_uppercase() || one == '_';
    for name in words(&document, "KMS_REENCRYPT_", is_name) {
        assert!(help.contains(name), "{name} is nothing");
    }
    for line in document
        .lines()
        .filter(|line| line.contains("kms-reencrypt-server --"))
    {
        for option in words(line, " --", is_option) {
            assert!(
                options.contains(option.trim_start()),
                "{option} is no option"
            );
        }
    }
}

/// What the image runs, with its environment, its user apart.
#[test]
fn the_dockerfile_starts_a_server_that_its_health_check_finds() {
    let dockerfile = read("Dockerfile");
    let environment: Vec<(&str, &str)> = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("ENV ")?.split_once('='))
        .collect();
    assert_eq!(environment.len(), 2);
    assert!(dockerfile.contains("\nENTRYPOINT [\"/kms-reencrypt-server\"]\n"));
    assert!(dockerfile.contains(" CMD [\"/kms-reencrypt-server\", \"--health-check\"]\n"));
    let in_image = |port: &str, arguments: &[&str]| {
        let mut command = program(arguments);
        for (name, value) in &environment {
            command.env(name, value.replace("4566", port));
        }
        command
    };
    let server = Server::spawn(&mut in_image("0", &[]));
    let (_, port) = server.authority.split_once(':').unwrap();
    let checked = in_image(port, &["--health-check"]).status().unwrap();
    assert!(checked.success());
    let (_, port) = server.authority.split_once(':').unwrap();
    let port = port.to_owned();
    server.kill();
    let checked = in_image(&port, &["--health-check"]).output().unwrap();
    assert_eq!(checked.status.code(), Some(1));
}

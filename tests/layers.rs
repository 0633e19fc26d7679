//! The order of the modules: each may use only those to its left.
//!
//! No library stays free of cycles by discipline alone, so the sources are read and held to it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From left to right. Modules in one row are side by side and do not use each other.
const ORDER: &[&[&str]] = &[
    &["json", "secret"],
    &["random"],
    &["key"],
    &["context"],
    &["error"],
    &["constraints", "iam"],
    &["access"],
    &["provider"],
    &["resolve"],
    &["blob"],
    &["engine"],
    &["setters"],
    &[
        "decrypt",
        "describe_key",
        "encrypt",
        "generate_data_key",
        "get_public_key",
        "re_encrypt",
    ],
    &["observe"],
    &["kms"],
    &["wire"],
    &["aws_sdk"],
];

/// The ring's side, from left to right: beside the engine, on top of `resolve`, below `wire`.
const RING_ORDER: &[&str] = &["primitives", "keyring", "control"];

/// What the ring's side may use of the order.
const RING_MAY_USE: &[&str] = &[
    "access",
    "constraints",
    "context",
    "error",
    "iam",
    "key",
    "provider",
    "random",
    "resolve",
    "secret",
];

/// Who may use the ring's side: the control operations are the ring's.
const MAY_USE_RING: &[&str] = &["aws_sdk", "testing", "wire"];

#[test]
fn every_module_uses_only_those_to_its_left() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    let mut violations = Vec::new();
    for file in rust_files(&source) {
        let Some(module) = top_module(&source, &file) else {
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for used in modules_used(&text) {
            if !may_use(&module, &used) {
                violations.push(format!("{}: `{module}` uses `{used}`", file.display()));
            }
        }
        files += 1;
    }
    assert!(files > 40, "only {files} files found");
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn the_check_itself_finds_what_is_out_of_order() {
    let text = "
        //! See [`Kms`](crate::kms::Kms).
        use crate::{context::EncryptionContext, engine::{Opening, Sealing}};
        fn f() { crate::kms::g() } // and crate::wire is only talked about
        #[cfg(test)]
        mod tests { use crate::testing::x; }
    ";
    let used: Vec<String> = modules_used(text).into_iter().collect();
    assert_eq!(used, ["context", "engine", "kms"]);
    for (module, used, allowed) in [
        ("engine", "blob", true),
        ("blob", "engine", false),
        ("encrypt", "decrypt", false),
        ("encrypt", "engine", true),
        ("keyring", "engine", false),
        ("engine", "keyring", false),
        ("keyring", "primitives", true),
        ("primitives", "keyring", false),
        ("keyring", "control", false),
        ("wire", "control", true),
        ("kms", "testing", false),
        ("testing", "kms", true),
        // Re-exports of the root would hide their module, so they are not used inside.
        ("engine", "KeyArn", false),
        ("engine", "unheard_of", false),
    ] {
        assert_eq!(may_use(module, used), allowed, "{module} uses {used}");
    }
}

fn may_use(module: &str, used: &str) -> bool {
    if module == used {
        return true;
    }
    let ring_rank = |module: &str| RING_ORDER.iter().position(|ring| *ring == module);
    match (module, used) {
        ("testing", used) => ring_rank(used).is_some() || rank(used).is_some(),
        (module, used) if ring_rank(module).is_some() => {
            RING_MAY_USE.contains(&used)
                || ring_rank(used).is_some_and(|used| Some(used) < ring_rank(module))
        }
        (module, used) if ring_rank(used).is_some() => MAY_USE_RING.contains(&module),
        (module, used) => rank(used)
            .zip(rank(module))
            .is_some_and(|(used, own)| used < own),
    }
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&module))
}

/// The top module that a file belongs to. `lib.rs` belongs to none: it names them all.
fn top_module(source: &Path, file: &Path) -> Option<String> {
    let first = file
        .strip_prefix(source)
        .unwrap()
        .components()
        .next()
        .unwrap();
    let name = first.as_os_str().to_str().unwrap().trim_end_matches(".rs");
    (name != "lib").then(|| name.to_owned())
}

/// The names behind every `crate::`, of code that is not a test and not a comment.
fn modules_used(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join("\n");
    let mut used = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        let behind = &code[at + found.len()..];
        match behind.strip_prefix('{') {
            Some(group) => used.extend(names_of_group(group)),
            None => used.extend(name(behind)),
        }
    }
    used
}

/// The first names of a `{a::b, c::{d, e}}`.
fn names_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if start && depth == 0 && !letter.is_whitespace() => {
                names.extend(name(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn name(text: &str) -> Option<String> {
    let name: String = text
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

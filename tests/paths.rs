//! Every public item has exactly one path: at the root, or in the public module of its family. The test parses the
//! sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_item_has_one_path() {
    let items = public_items();
    assert!(items.len() > 100, "only {} items found", items.len());
    let several: Vec<_> = items.iter().filter(|(_, paths)| paths.len() > 1).collect();
    assert!(several.is_empty(), "{several:#?}");
    for (item, path) in [
        ("Kms", "Kms"),
        ("Keyring", "Keyring"),
        ("KmsError", "KmsError"),
        ("KeyArn", "KeyArn"),
        ("KmsKey", "provider::KmsKey"),
        ("Clock", "keyring::Clock"),
        ("Credential", "wire::Credential"),
        ("RingFileError", "testing::ring_file::RingFileError"),
    ] {
        assert_eq!(items[item], [path]);
    }
}

/// The root re-exports nothing from a public module, since its items already have a path there.
#[test]
fn the_root_takes_its_items_from_private_modules() {
    let root = read("src/lib.rs");
    for path in re_exports(&root) {
        // A path of one name is a crate, and one of three goes to a private file of a public module.
        if let [module, _] = path.split("::").collect::<Vec<_>>()[..] {
            assert!(root.contains(&format!("\nmod {module};")), "{path}");
        }
    }
}

/// The public items of the crate by their names, each with all of its paths.
fn public_items() -> BTreeMap<String, Vec<String>> {
    let mut items = BTreeMap::new();
    collect(&source().join("lib.rs"), "", &mut items);
    items
}

/// Collects what a file makes public, and what the public modules below it do.
fn collect(file: &Path, path: &str, items: &mut BTreeMap<String, Vec<String>>) {
    let text = fs::read_to_string(file).unwrap();
    let mut add = |item: &str| {
        let paths: &mut Vec<_> = items.entry(item.to_owned()).or_default();
        paths.push(format!("{path}{item}"));
    };
    for re_export in re_exports(&text) {
        add(re_export.rsplit("::").next().unwrap());
    }
    // Items in modules are indented, those of the file itself are not.
    for line in text.lines() {
        let words: Vec<&str> = line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        match words[..] {
            ["pub", "const", "fn", item, ..]
            | [
                "pub",
                "const" | "enum" | "fn" | "struct" | "trait" | "type",
                item,
                ..,
            ] => add(item),
            _ => {}
        }
    }
    for line in text.lines() {
        let declared = line.strip_prefix("pub mod ");
        let Some(module) = declared.and_then(|module| module.strip_suffix(';')) else {
            continue;
        };
        collect(&file_of(file, module), &format!("{path}{module}::"), items);
    }
}

/// What the `pub use` of a file name, with the paths that they take it from.
fn re_exports(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for statement in text.split("\npub use ").skip(1) {
        let statement = statement.split(';').next().unwrap();
        match statement.split_once('{') {
            None => paths.push(statement.to_owned()),
            Some((module, names)) => {
                let names = names.trim_end_matches('}').split(',').map(str::trim);
                let names = names.filter(|name| !name.is_empty());
                paths.extend(names.map(|name| format!("{module}{name}")));
            }
        }
    }
    paths
}

/// The file of a module, beside the one that declares it.
fn file_of(parent: &Path, module: &str) -> PathBuf {
    let folder = parent.parent().unwrap();
    let file = folder.join(module).with_extension("rs");
    if file.exists() {
        file
    } else {
        folder.join(module).join("mod.rs")
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

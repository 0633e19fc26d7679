//! The origin and the licence of every vector and every fixed key is written beside it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const VECTORS: &str = "tests/vectors";
const KEYS: &str = "src/testing/keys";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder, by their paths in it, without its README.
fn files_of(folder: &str) -> BTreeSet<String> {
    let folder = root().join(folder);
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path != Path::new("README.md") {
                files.insert(path.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    files
}

/// The rows of a README's table with these columns, cell by cell.
fn rows(readme: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let table = readme.lines().skip_while(|line| cells(line) != columns);
    table
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

/// What a cell has between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_vector_has_an_origin_and_a_licence() {
    let readme = fs::read_to_string(root().join(VECTORS).join("README.md")).unwrap();
    let licensed = rows(&readme, &["what", "origin", "licence"]);
    assert!(licensed.len() > 3, "{licensed:?}");
    let complete = |row: &Vec<String>| row.len() == 3 && row.iter().all(|cell| !cell.is_empty());
    assert!(licensed.iter().all(complete), "{licensed:?}");

    let named = licensed.iter().flat_map(|row| quoted(row.first().unwrap()));
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    assert_eq!(named, files_of(VECTORS));

    // A file of ciphertexts from several repositories has a row for each.
    for file in ["real-blobs.tsv", "api-page-samples.tsv"] {
        let text = fs::read_to_string(root().join(VECTORS).join(file)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let origin = line.split('\t').next().unwrap();
            // A repository, or a page of AWS's documentation.
            let origin = match origin.split_once('/') {
                Some((host, _)) if host.ends_with(".com") => host,
                _ => origin,
            };
            let of_file = |row: &&Vec<String>| row.first().unwrap().contains(file);
            let mut texts = licensed.iter().filter(of_file).flatten();
            assert!(texts.any(|text| text.contains(origin)), "{file}: {origin}");
        }
    }
}

#[test]
fn every_fixed_key_is_in_the_table_of_its_folder() {
    let readme = fs::read_to_string(root().join(KEYS).join("README.md")).unwrap();
    assert!(readme.contains("under its\nlicence"), "the licence");
    let table = rows(&readme, &["file", "what it is"]);
    let named: Vec<&str> = table
        .iter()
        .flat_map(|row| quoted(row.first().unwrap()))
        .collect();
    for file in files_of(KEYS) {
        let covers = |name: &&str| match name.strip_suffix("*.pem") {
            Some(folder) => file.starts_with(folder) && file.ends_with(".pem"),
            None => *name == file,
        };
        assert!(named.iter().any(covers), "{file}");
    }
}

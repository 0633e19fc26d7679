//! The references from sources and documents to the specification in `docs`: each has a target, and all have the same
//! form.
//!
//! The forms are defined in `docs/behaviour.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of `docs` that have sections, by the names that references call them.
const DOCUMENTS: [&str; 3] = ["behaviour", "blob-format", "design"];

/// The files that are checked. Vectors and recorded bodies are data.
const EXTENSIONS: [&str; 5] = ["md", "py", "rs", "sh", "toml"];

/// Has bad references on purpose.
const THIS_FILE: &str = "tests/references.rs";

#[test]
fn every_reference_leads_somewhere() {
    let specification = Specification::read();
    let (mut files, mut references) = (0, 0);
    let mut faults = Vec::new();
    for path in text_files(Path::new("")) {
        if path == Path::new(THIS_FILE) {
            continue;
        }
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let reading = specification.read_references(&path, &text);
        files += 1;
        references += reading.references;
        let named = |fault| format!("{}:{fault}", path.display());
        faults.extend(reading.faults.into_iter().map(named));
    }
    assert!(files > 150, "only {files} files found");
    assert!(references > 150, "only {references} references found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn decisions_and_texts_are_numbered_without_a_gap() {
    let specification = Specification::read();
    for (numbers, at_least) in [(specification.decisions, 41), (specification.texts, 6)] {
        let last = numbers.last().copied().unwrap();
        assert!(last >= at_least, "only {last}");
        assert_eq!(numbers, (1..=last).collect());
    }
}

#[test]
fn the_check_itself_finds_references_that_lead_nowhere() {
    let specification = Specification::read();
    for (path, text, faults) in [
        ("src/a.rs", "/// First this (GUESS 4), T5.", vec![]),
        ("src/a.rs", "/// First this (GUESS\n    /// 4).", vec![]),
        (
            "src/a.rs",
            "\n// GUESS for the text",
            vec!["2: GUESS without a number"],
        ),
        ("kit/a.rs", r#"format!("GUESS {number}")"#, vec![]),
        (
            "src/a.rs",
            "// GUESS 999",
            vec!["1: GUESS 999 is not in behaviour §12"],
        ),
        (
            "src/a.rs",
            "// T1 to T9",
            vec!["1: T9 is not in behaviour §8"],
        ),
        ("src/a.rs", "// `behaviour §4.3`, design §1.", vec![]),
        (
            "src/a.rs",
            "// behaviour §4.9",
            vec!["1: behaviour §4.9 is not there"],
        ),
        (
            "src/a.rs",
            "// see §4.3",
            vec!["1: §4.3 of which document?"],
        ),
        ("docs/design.md", "as in §1", vec![]),
        (
            "docs/design.md",
            "as in §4.3",
            vec!["1: design §4.3 is not there"],
        ),
        (
            "src/a.rs",
            "// behaviour, section 3",
            vec!["1: a section is written behaviour §3"],
        ),
        (
            "src/a.rs",
            "// decision 18",
            vec!["1: a decision is written GUESS 18"],
        ),
        ("src/a.rs", "// (RFC 8017 section 7.1.1)", vec![]),
        (
            "tests/behaviour/s4_3_a.rs",
            r#"Section::run("4.3", "a")"#,
            vec![],
        ),
        (
            "tests/behaviour/a.rs",
            r#"Section::run("99", "a")"#,
            vec!["1: behaviour §99 is not there"],
        ),
        (
            "tests/behaviour/s99_a.rs",
            "",
            vec!["0: behaviour §99 is not there"],
        ),
        (
            "tests/behaviour/a.rs",
            "Guess(4), decision(4, ask); decision(\n    999,",
            vec!["1: GUESS 999 is not in behaviour §12"],
        ),
    ] {
        let reading = specification.read_references(Path::new(path), text);
        assert_eq!(reading.faults, faults, "{path}: {text}");
    }
}

/// The targets of references.
struct Specification {
    /// `behaviour §4.3`
    sections: BTreeSet<String>,
    /// The numbers of GUESSes.
    decisions: BTreeSet<u32>,
    /// The numbers of the texts of AccessDeniedException.
    texts: BTreeSet<u32>,
}

impl Specification {
    fn read() -> Self {
        let mut specification = Self {
            sections: BTreeSet::new(),
            decisions: BTreeSet::new(),
            texts: BTreeSet::new(),
        };
        for document in DOCUMENTS {
            let path = root().join("docs").join(document).with_extension("md");
            specification.add(document, &fs::read_to_string(path).unwrap());
        }
        specification
    }

    fn add(&mut self, document: &str, text: &str) {
        let mut section = String::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix('#') {
                let heading = heading.trim_start_matches('#').trim_start();
                let number = section_number(heading);
                if !number.is_empty() {
                    section = format!("{document} §{number}");
                    assert!(self.sections.insert(section.clone()), "{section} twice");
                }
            }
            let Some((first_cell, _)) = line.strip_prefix("| ").and_then(|row| row.split_once(' '))
            else {
                continue;
            };
            let (numbers, cell) = match section.as_str() {
                "behaviour §12" => (&mut self.decisions, Some(first_cell)),
                "behaviour §8" => (&mut self.texts, first_cell.strip_prefix('T')),
                _ => continue,
            };
            if let Some(number) = cell.and_then(|cell| cell.parse().ok()) {
                assert!(numbers.insert(number), "{section} has {number} twice");
            }
        }
    }

    fn read_references(&self, path: &Path, text: &str) -> Reading<'_> {
        let mut reading = Reading {
            specification: self,
            document: path
                .strip_prefix("docs")
                .ok()
                .and_then(Path::file_stem)
                .map(|stem| stem.to_str().unwrap().to_owned()),
            references: 0,
            faults: Vec::new(),
        };
        if let Ok(file) = path.strip_prefix("tests/behaviour") {
            let name = file.to_str().unwrap().replace('_', ".");
            let number = name
                .strip_prefix('s')
                .map(section_number)
                .unwrap_or_default();
            if !number.is_empty() {
                reading.section(0, "behaviour", number);
            }
        }
        let words: Vec<_> = words(text).collect();
        for (at, (line, word)) in words.iter().enumerate() {
            let before = |steps| {
                at.checked_sub(steps)
                    .and_then(|at| words.get(at))
                    .map_or("", |(_, word)| *word)
            };
            let after = words.get(at + 1).map_or("", |(_, word)| *word);
            reading.word(*line, word, [before(1), before(2), before(3)], after);
        }
        reading
    }
}

/// The references of one text, as they are found.
struct Reading<'s> {
    specification: &'s Specification,
    /// Which document the text is, if it is one: a bare `§` is of it.
    document: Option<String>,
    references: usize,
    faults: Vec<String>,
}

impl Reading<'_> {
    fn word(&mut self, line: usize, word: &str, before: [&str; 3], after: &str) {
        let bare = word.trim_start_matches(OPENING);
        if word.contains("GUESS") && !is_definition(word, self.document.as_deref()) {
            match leading_number(after) {
                Some(number) if bare == "GUESS" => self.decision(line, number),
                // A program that prints one.
                None if after.starts_with('{') => {}
                _ => self.fault(line, "GUESS without a number"),
            }
        }
        if let Some(number) = bare.strip_prefix('T').and_then(leading_number) {
            let known = self.specification.texts.contains(&number);
            self.found(known, line, || format!("T{number} is not in behaviour §8"));
        }
        if let Some((_, number)) = word.split_once('§') {
            let [named, ..] = before.map(|word| word.trim_start_matches(OPENING));
            match (DOCUMENTS.contains(&named), self.document.clone()) {
                (true, _) => self.section(line, named, section_number(number)),
                (false, Some(document)) => self.section(line, &document, section_number(number)),
                (false, None) => {
                    let number = section_number(number);
                    self.fault(line, &format!("§{number} of which document?"));
                }
            }
        }
        if let Some((_, number)) = word.split_once("Section::run(\"") {
            self.section(line, "behaviour", section_number(number));
        }
        if let Some(number) = word
            .split_once("Guess(")
            .and_then(|(_, number)| leading_number(number))
        {
            self.decision(line, number);
        }
        if let Some((_, number)) = word.split_once("decision(")
            && let Some(number) = leading_number(number)
                .or_else(|| leading_number(after).filter(|_| number.is_empty()))
        {
            self.decision(line, number);
        }
        self.old_form(line, bare, before, after);
    }

    /// Forms that the documents do not define.
    fn old_form(&mut self, line: usize, word: &str, before: [&str; 3], after: &str) {
        let Some(number) = Some(section_number(after)).filter(|number| !number.is_empty()) else {
            return;
        };
        let of_another = before
            .iter()
            .any(|word| word.contains("RFC") || word.contains("FIPS"));
        match word.to_ascii_lowercase().as_str() {
            "section" | "sections" if !of_another => {
                self.fault(line, &format!("a section is written behaviour §{number}"));
            }
            "decision" | "decisions" => {
                self.fault(line, &format!("a decision is written GUESS {number}"))
            }
            _ => {}
        }
    }

    fn decision(&mut self, line: usize, number: u32) {
        let known = self.specification.decisions.contains(&number);
        self.found(known, line, || {
            format!("GUESS {number} is not in behaviour §12")
        });
    }

    fn section(&mut self, line: usize, document: &str, number: &str) {
        let section = format!("{document} §{number}");
        let known = self.specification.sections.contains(&section);
        self.found(known, line, || format!("{section} is not there"));
    }

    fn found(&mut self, known: bool, line: usize, fault: impl FnOnce() -> String) {
        self.references += 1;
        if !known {
            self.fault(line, &fault());
        }
    }

    fn fault(&mut self, line: usize, what: &str) {
        self.faults.push(format!("{line}: {what}"));
    }
}

/// What may stand before a reference in its word.
const OPENING: [char; 4] = ['(', '`', '*', '"'];

/// Where the document of behaviour says what the label is.
fn is_definition(word: &str, document: Option<&str>) -> bool {
    document == Some("behaviour") && word == "**GUESS**"
}

/// The words of a text with their lines. The marks of comments are no words, as a reference may go over the end of a line.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).flat_map(|(number, line)| {
        let words = line.split_whitespace();
        let words = words.filter(|word| !matches!(*word, "///" | "//!" | "//" | "#"));
        words.map(move |word| (number, word))
    })
}

/// `4.3` of `4.3,` and of `4.3. What it is called`; nothing of what is no number.
fn section_number(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, _) = text.split_at(end.unwrap_or(text.len()));
    number.trim_end_matches('.')
}

/// `4` of `4),`; nothing of `4a` and of `4_3`.
fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let goes_on =
        rest.starts_with(|letter: char| letter.is_alphanumeric() || "_/+=".contains(letter));
    number.parse().ok().filter(|_| !goes_on)
}

fn text_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let path = folder.join(&name);
        let name = name.to_str().unwrap();
        if entry.path().is_dir() {
            if name != "target" && !name.starts_with('.') {
                files.extend(text_files(&path));
            }
        } else if path
            .extension()
            .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
        {
            files.push(path);
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

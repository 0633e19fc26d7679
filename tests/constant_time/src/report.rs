//! What memcheck reports of one check: the XML that valgrind writes, which has one element in each line.

use std::path::PathBuf;

/// A report, as the stack of calls at which it was made, the innermost first.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) kind: String,
    frames: Vec<Frame>,
}

#[derive(Debug, Default)]
struct Frame {
    directory: String,
    file: String,
    line: usize,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Within its package: `rsa-0.10.0/src/lib.rs`, or `src/primitives/oaep.rs`.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Site {
    /// The file without the version of its crate, so that a newer one is recognized: `rsa/src/lib.rs`.
    pub(crate) fn file_without_version(&self) -> String {
        let (package, rest) = self.file.split_once('/').unwrap_or((&self.file, ""));
        match package.rsplit_once('-') {
            Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("{name}/{rest}")
            }
            _ => self.file.clone(),
        }
    }
}

impl Report {
    /// All reports of a run.
    pub(crate) fn of_xml(xml: &str) -> Vec<Self> {
        let mut reports: Vec<Self> = Vec::new();
        let mut in_error = false;
        for line in xml.lines().map(str::trim) {
            match line {
                "<error>" => {
                    in_error = true;
                    reports.push(Self {
                        kind: String::new(),
                        frames: Vec::new(),
                    });
                    continue;
                }
                "</error>" => in_error = false,
                _ => (),
            }
            let Some(report) = reports.last_mut().filter(|_| in_error) else {
                continue;
            };
            if line == "<frame>" {
                report.frames.push(Frame::default());
            } else if let Some(kind) = element(line, "kind") {
                report.kind = kind.to_owned();
            } else if let Some(frame) = report.frames.last_mut() {
                if let Some(directory) = element(line, "dir") {
                    frame.directory = directory.to_owned();
                } else if let Some(file) = element(line, "file") {
                    frame.file = file.to_owned();
                } else if let Some(number) = element(line, "line") {
                    frame.line = number.parse().unwrap_or_default();
                }
            }
        }
        reports
    }

    /// The innermost line that is the repository's or of a crate that it uses, and not of the standard library.
    pub(crate) fn site(&self) -> Option<Site> {
        self.frames.iter().find_map(Frame::site)
    }
}

impl Frame {
    fn site(&self) -> Option<Site> {
        let path = PathBuf::from(&self.directory).join(&self.file);
        // What the compiler wrote down for the standard library is no path of this machine.
        let path = path.canonicalize().ok()?;
        let name = path.to_str()?;
        let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let repository = PathBuf::from(repository).canonicalize().ok()?;
        let file = match name.split_once("/registry/src/") {
            Some((_, file)) => file.split_once('/')?.1,
            None => name.strip_prefix(repository.to_str()?)?.strip_prefix('/')?,
        };
        let source = std::fs::read_to_string(&path).ok()?;
        let text = source.lines().nth(self.line.checked_sub(1)?)?;
        Some(Site {
            file: file.to_owned(),
            line: self.line,
            text: text.trim().to_owned(),
        })
    }
}

/// The content of an element that is alone in its line.
fn element<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.strip_prefix('<')?
        .strip_prefix(name)?
        .strip_prefix('>')?
        .strip_suffix('>')?
        .strip_suffix(name)?
        .strip_suffix("</")
}

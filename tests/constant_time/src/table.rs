//! The table: every check under valgrind, and what it showed.

use std::process::{Command, ExitCode};

use crate::checks::{self, ANYWHERE, Check, Expected, Place};
use crate::report::{Report, Site};

/// Where the twins are.
const TWINS: &str = "tests/constant_time/src/twins.rs";

/// Runs all checks and prints a row or more for each.
pub(crate) fn print() -> ExitCode {
    let mut failed = 0_usize;
    for check in checks::all() {
        let rows = match run(check) {
            Ok(reports) => judged(check, &reports),
            Err(problem) => vec![Row::bad(problem)],
        };
        for (at, Row { is_bad, text }) in rows.iter().enumerate() {
            let name = if at == 0 { check.name } else { "" };
            println!("{name:<20} {}{text}", if *is_bad { "FAILED: " } else { "" });
            failed += usize::from(*is_bad);
        }
    }
    if failed == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("{failed} rows are not as they should be");
    ExitCode::FAILURE
}

struct Row {
    is_bad: bool,
    text: String,
}

impl Row {
    fn good(text: impl Into<String>) -> Self {
        Self {
            is_bad: false,
            text: text.into(),
        }
    }

    fn bad(text: impl Into<String>) -> Self {
        Self {
            is_bad: true,
            text: text.into(),
        }
    }
}

/// Runs one check under valgrind. It is an error if the check did not come to its end.
fn run(check: &Check) -> Result<Vec<Report>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let xml = program.with_file_name(format!("{}.xml", check.name));
    let output = Command::new("valgrind")
        .args(["--tool=memcheck", "--quiet", "--leak-check=no"])
        .args(["--error-limit=no", "--num-callers=40", "--xml=yes"])
        .arg(format!("--xml-file={}", xml.display()))
        .arg(program)
        .arg(check.name)
        .output()
        .map_err(|error| format!("valgrind can't be started: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, said.trim()));
    }
    let text = std::fs::read_to_string(&xml).map_err(|error| error.to_string())?;
    Ok(Report::of_xml(&text))
}

fn judged(check: &Check, reports: &[Report]) -> Vec<Row> {
    let mut sites: Vec<Site> = Vec::new();
    for report in reports {
        let Some(site) = report.site() else {
            return vec![Row::bad(format!("{} without a place", report.kind))];
        };
        if !report.kind.starts_with("Uninit") {
            let Site { file, line, .. } = site;
            return vec![Row::bad(format!("{} at {file}:{line}", report.kind))];
        }
        if !sites.contains(&site) {
            sites.push(site);
        }
    }
    match check.expected {
        Expected::Caught => vec![caught(&sites)],
        Expected::Only(places) => only(&sites, places),
    }
}

fn caught(sites: &[Site]) -> Row {
    match sites.iter().find(|site| site.file == TWINS) {
        Some(Site { file, line, text }) => {
            Row::good(format!("the twin is caught at {file}:{line}: {text}"))
        }
        None => Row::bad("the twin is not caught"),
    }
}

fn only(sites: &[Site], expected: &[&[Place]]) -> Vec<Row> {
    let places = || expected.iter().copied().flatten();
    let mut good: Vec<(&str, Vec<String>)> = Vec::new();
    let mut bad = Vec::new();
    for site @ Site { file, line, text } in sites {
        let Some(place) = places().find(|place| place.is_of(site)) else {
            bad.push(Row::bad(format!("leaks at {file}:{line}: {text}")));
            continue;
        };
        let at = format!("{file}:{line}");
        match good.iter_mut().find(|(why, _)| *why == place.why) {
            Some((_, all)) => all.push(at),
            None => good.push((place.why, vec![at])),
        }
    }
    for place in places().filter(|place| !place.may_be_missing) {
        if !sites.iter().any(|site| place.is_of(site)) {
            let Place {
                file, line, why, ..
            } = place;
            bad.push(Row::bad(format!("not seen: {why} at {file}: {line}")));
        }
    }
    if good.is_empty() && bad.is_empty() {
        return vec![Row::good("clean")];
    }
    let good = good.into_iter();
    good.map(|(why, all)| Row::good(format!("clean but for {why}: {}", all.join(", "))))
        .chain(bad)
        .collect()
}

impl Place {
    fn is_of(&self, site: &Site) -> bool {
        let file = site.file_without_version();
        if self.line == ANYWHERE {
            return file.starts_with(self.file);
        }
        file == self.file && site.text == self.line
    }
}

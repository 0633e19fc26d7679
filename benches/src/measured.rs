//! What the benches have measured, and the ratios of an earlier run that the repository keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ratio::{Ratios, Target, directory};

/// The benches in the order of the report.
const BENCHES: [&str; 17] = [
    "symmetric by blob",
    "gcm",
    "asymmetric",
    "parts",
    "wire",
    "wire, typed",
    "wire, allocations",
    "scaling, keys",
    "scaling, materials",
    "scaling, threads",
    "allocations",
    "access",
    "access, added",
    "usage",
    "growth",
    "growth, reads against writes",
    "growth, policies",
];

/// The bench of tests/sdk, which is outside of the workspace and has a target folder of its own.
const SDK_BENCH: &str = "aws_sdk";
const SDK_RATIOS: &str = "tests/sdk/target/release/ratios";

/// By how much a ratio may differ from the one that is kept before it is called worse: the noise of a quiet machine.
const TOLERANCE: f64 = 0.05;

/// A file of the repository.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The last results of every bench that was run, in the order of the report.
pub fn measured() -> Vec<(&'static str, Ratios)> {
    let ours = BENCHES.map(|bench| (directory(), bench));
    let sdk = (file(SDK_RATIOS), SDK_BENCH);
    let read = |(folder, bench): (PathBuf, &'static str)| {
        let Ok(json) = fs::read(folder.join(format!("{bench}.json"))) else {
            println!("{bench} was not measured");
            return None;
        };
        let ratios = serde_json::from_slice(&json).expect("written by a bench");
        Some((bench, ratios))
    };
    ours.into_iter().chain([sdk]).filter_map(read).collect()
}

/// The ratios that the repository keeps: by bench, and by the name of the row.
#[derive(Default)]
pub struct Kept(BTreeMap<String, BTreeMap<String, f64>>);

impl Kept {
    const FILE: &str = "benches/ratios.json";

    /// Those of the repository.
    pub fn read() -> Self {
        let json = fs::read(file(Self::FILE)).unwrap_or_else(|_| b"{}".to_vec());
        Self(serde_json::from_slice(&json).expect("written by `write`"))
    }

    /// Replaces what was kept by what was measured. What was not measured stays.
    pub fn write(mut self, measured: &[(&str, Ratios)]) {
        for (bench, ratios) in measured {
            let rows = ratios.rows.iter();
            let rows = rows.map(|row| (row.name.clone(), (row.ratio * 1000.0).round() / 1000.0));
            self.0.insert((*bench).to_owned(), rows.collect());
        }
        let json = serde_json::to_string_pretty(&self.0).expect("numbers and texts");
        fs::write(file(Self::FILE), json + "\n").expect("the repository is writable");
    }

    /// Prints what was measured beside what was kept, and counts what is worse.
    pub fn compare(&self, measured: &[(&str, Ratios)]) -> usize {
        let mut worse = 0;
        for (bench, ratios) in measured {
            println!("\n{bench:<60} {:>8} {:>8} {:>8}", "kept", "now", "change");
            let kept = self.0.get(*bench);
            for row in &ratios.rows {
                let now = row.ratio;
                let Some(kept) = kept.and_then(|rows| rows.get(&row.name)) else {
                    println!("{:<60} {:>8} {now:>8.3}", row.name, "-");
                    continue;
                };
                let change = now / kept - 1.0;
                let is_worse = match row.target {
                    Some(Target::AtLeast(_)) => change < -TOLERANCE,
                    _ => change > TOLERANCE,
                };
                worse += usize::from(is_worse);
                let verdict = if is_worse { "  WORSE" } else { "" };
                let change = format!("{:+.1} %", change * 100.0);
                println!(
                    "{:<60} {kept:>8.3} {now:>8.3} {change:>8}{verdict}",
                    row.name
                );
            }
        }
        worse
    }
}

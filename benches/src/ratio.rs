//! [`Ratios`]: the time of an operation, relative to its reference.

use core::time::Duration;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use serde::{Deserialize, Serialize};

/// How long one turn of either side takes, roughly: long enough not to see the clock, short enough that a disturbance
/// from outside hits few of them.
const TURN: Duration = Duration::from_micros(50);

/// One line of the report.
#[derive(Debug, Deserialize, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// How much it took: a duration in nanoseconds, unless `unit` says otherwise.
    pub amount: f64,
    /// The unit of the amount.
    pub unit: String,
    /// How many times the amount of the reference that is.
    pub ratio: f64,
    /// The most, or for a speed-up the least, that the ratio may be.
    pub target: Option<Target>,
}

/// What a ratio should be.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    /// Whether a ratio is as it should be.
    pub fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
        }
    }
}

impl core::fmt::Display for Target {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// The rows of one bench, as they are written down for the report.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Ratios {
    /// What the ratios are relative to.
    pub reference: String,
    pub rows: Vec<Row>,
}

impl Ratios {
    pub fn to(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            rows: Vec::new(),
        }
    }

    /// Measures `subject` with criterion, and `reference` in turns with it: whatever else the machine does meanwhile, it
    /// does to both.
    pub fn measure(
        &mut self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        name: &str,
        target: Option<Target>,
        mut subject: impl FnMut(),
        mut reference: impl FnMut(),
    ) {
        let turn = calls_per_turn(&mut subject);
        let (mut subject_times, mut reference_times) = (Vec::new(), Vec::new());
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|calls| {
                let mut total = Duration::ZERO;
                let mut left = calls;
                while left > 0 {
                    let calls = left.min(turn);
                    let reference_time = time(calls, &mut reference);
                    let subject_time = time(calls, &mut subject);
                    if calls == turn {
                        reference_times.push(reference_time);
                        subject_times.push(subject_time);
                    }
                    total += subject_time;
                    left -= calls;
                }
                total
            });
        });
        let (Some(amount), Some(reference)) = (median(subject_times), median(reference_times))
        else {
            // A filter on the command line left it out.
            return;
        };
        self.rows.push(Row {
            name: name.to_owned(),
            amount: amount / f64::from(u32::try_from(turn).unwrap_or(u32::MAX)),
            unit: "ns".to_owned(),
            ratio: amount / reference,
            target,
        });
    }

    /// Prints the rows, and writes them down where the report finds them.
    pub fn finish(self, bench: &str) {
        if !is_measuring() || self.rows.is_empty() {
            return;
        }
        println!("\n{:<44} {:>14} {:>8}  target", bench, "amount", "ratio");
        for row in &self.rows {
            let target = row.target.map_or(String::new(), |target| {
                let verdict = if target.is_met_by(row.ratio) {
                    ""
                } else {
                    "  MISSED"
                };
                format!("{target}{verdict}")
            });
            let amount = format!("{:.0} {}", row.amount, row.unit);
            println!("{:<44} {amount:>14} {:>8.3}  {target}", row.name, row.ratio);
        }
        println!("(ratio to {})\n", self.reference);
        fs::create_dir_all(directory()).expect("the target folder is writable");
        let json = serde_json::to_vec_pretty(&self).expect("numbers and texts");
        fs::write(directory().join(format!("{bench}.json")), json)
            .expect("the target folder is writable");
    }
}

/// Whether times are being taken: `cargo test` runs each bench once, to see that it runs.
pub fn is_measuring() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// Where the rows of all benches are: in the target folder, next to the folder of the programs that measure.
///
/// # Panics
///
/// If the system does not say which program runs.
#[must_use]
pub fn directory() -> PathBuf {
    let program = std::env::current_exe().expect("a bench knows its own path");
    let programs = program.parent().expect("it is in a folder");
    programs.with_file_name("ratios")
}

/// Criterion as all benches use it.
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30)
        .without_plots()
        .configure_from_args()
}

pub fn median(mut times: Vec<Duration>) -> Option<f64> {
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map(|time| time.as_secs_f64() * 1e9)
}

fn calls_per_turn(call: &mut impl FnMut()) -> u64 {
    if !is_measuring() {
        return 1;
    }
    let mut calls = 1;
    while time(calls, call) < TURN / 2 {
        calls *= 2;
    }
    calls
}

fn time(calls: u64, call: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed()
}

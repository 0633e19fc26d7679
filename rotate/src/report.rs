//! The output for people: a progress bar, a summary, a plan.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use crate::Error;
use crate::files::{Outcomes, Progress};
use crate::look::{Found, Group};

/// The number of groups of each kind that a plan shows.
const SHOWN: usize = 20;

/// What symmetric requests cost in most Regions: $0.03 for 10,000.
const CENTS_PER_MILLION: u64 = 300;

/// A progress bar with the rate and the time that is left, and a clock.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    started: Instant,
    /// The number of rows that an earlier run has done.
    before: Option<u64>,
}

impl Bar {
    /// A bar over the bytes of a file. It is invisible if standard error is no terminal.
    pub(crate) fn new(len: u64) -> Result<Self, Error> {
        let template = "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left";
        Ok(Self {
            bar: ProgressBar::new(len).with_style(ProgressStyle::with_template(template)?),
            started: Instant::now(),
            before: None,
        })
    }

    pub(crate) fn show(&mut self, progress: &Progress) {
        self.bar.set_position(progress.offset);
        let rows = rows_of(&progress.outcomes);
        let Some(before) = self.before else {
            // The progress of an earlier process does not predict the time that is left.
            self.bar.reset_eta();
            self.before = Some(rows);
            return;
        };
        if rows.is_multiple_of(64) {
            let rate = HumanCount(rate(rows - before, self.started));
            self.bar.set_message(format!("{rate} rows/s"));
        }
    }

    /// Removes the bar, and returns the summary of a run.
    pub(crate) fn finish(self, progress: &Progress) -> String {
        self.bar.finish_and_clear();
        let before = self.before.unwrap_or_default();
        let rows = rows_of(&progress.outcomes);
        let mut text = outcomes(&progress.outcomes);
        if before > 0 {
            text += &line("rows before the interruption", before);
        }
        text += &line("rows/s", rate(rows - before, self.started));
        for material in &progress.materials {
            let _ = writeln!(text, "moved to key material {material}");
        }
        text
    }
}

/// A line for each outcome, and one for all.
pub(crate) fn outcomes(outcomes: &Outcomes) -> String {
    let mut text: String = outcomes
        .iter()
        .map(|(outcome, rows)| line(outcome, rows))
        .collect();
    text += &line("rows", rows_of(outcomes));
    text
}

fn rows_of(outcomes: &Outcomes) -> u64 {
    outcomes.moved() + outcomes.failed()
}

fn line(what: &str, count: u64) -> String {
    format!("{what:<32} {:>12}\n", HumanCount(count).to_string())
}

fn rate(rows: u64, started: Instant) -> u64 {
    let millis = started.elapsed().as_millis().max(1);
    u64::try_from(u128::from(rows) * 1000 / millis).unwrap_or(u64::MAX)
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} rows in {}",
            HumanCount(self.lines),
            HumanBytes(self.bytes)
        )?;
        groups(f, "Ciphertexts by key material", &self.materials)?;
        groups(f, "No symmetric ciphertexts, but", &self.others)?;
        groups(f, "Lines that are not rows", &self.malformed)?;
        if !self.contexts.is_empty() {
            writeln!(f, "\nEncryption contexts by their keys")?;
            for (names, rows) in self.contexts.iter().take(SHOWN) {
                let names = if names.is_empty() { "(empty)" } else { names };
                writeln!(f, "  {:>14}  {names}", HumanCount(*rows).to_string())?;
            }
        }
        writeln!(
            f,
            "\nOne ReEncrypt a row, on AWS, if KMS does nothing else for the account"
        )?;
        for (rate, regions) in [
            (10_000, "most Regions"),
            (
                20_000,
                "us-east-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1, eu-west-2",
            ),
            (100_000, "us-east-1, us-west-2, eu-west-1"),
        ] {
            let time = HumanDuration(Duration::from_secs(self.lines / rate)).to_string();
            writeln!(
                f,
                "  {time:>14}  at {} a second, the default quota of {regions}",
                HumanCount(rate)
            )?;
        }
        let cents = self.lines * CENTS_PER_MILLION / 1_000_000;
        writeln!(
            f,
            "  ${:>10}.{:02}  at $0.03 for 10,000 symmetric requests",
            cents / 100,
            cents % 100
        )
    }
}

fn groups(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    groups: &BTreeMap<String, Group>,
) -> fmt::Result {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|(_, group)| core::cmp::Reverse(group.rows));
    for (name, group) in sorted.iter().take(SHOWN) {
        let (rows, first) = (HumanCount(group.rows).to_string(), group.first_line);
        writeln!(f, "  {rows:>14}  {name}; first in line {first}")?;
        if let (Some((shortest, _)), Some((longest, _))) =
            (group.sizes.first_key_value(), group.sizes.last_key_value())
        {
            let sizes = match shortest == longest {
                true => format!("{shortest} bytes each"),
                false => format!("{shortest} to {longest} bytes"),
            };
            writeln!(f, "  {:>14}  {sizes}", "")?;
        }
    }
    if let Some(more) = sorted.len().checked_sub(SHOWN + 1) {
        writeln!(f, "  {:>14}  and {} more", "", more + 1)?;
    }
    Ok(())
}

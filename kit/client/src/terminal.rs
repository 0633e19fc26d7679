//! What a run prints.

use std::io::{self, Write as _};

use kit::{Book, Plan, Verdict};

use crate::fault::Fault;
use crate::results::{JUDGED, Results};

/// Prints a line.
pub(crate) fn say(line: impl core::fmt::Display) -> Result<(), Fault> {
    writeln!(io::stdout(), "{line}").map_err(Fault::new)
}

/// Says what a run will create at AWS, and what that costs.
pub(crate) fn plan(plan: &Plan, account: &str, region: &str, abroad: &str) -> Result<(), Fault> {
    say(format_args!(
        "This run will create in account {account}, Region {region} (replicas in {abroad}):\n"
    ))?;
    for (spec, count) in &plan.keys {
        say(format_args!("  {count:4} keys  {spec}"))?;
    }
    let requests = plan.requests + plan.dear_requests;
    say(format_args!(
        "\nand send at least {requests} requests. At AWS's prices that is about {:.2} USD: 1 USD for a key in a month,\n\
         prorated hourly, and as much for each of {} rotations; 0.03 USD for 10,000 requests, 0.15 USD with larger\n\
         RSA keys and elliptic curves. Keys cost nothing while they wait for their deletion.\n\n\
         At the end, after a failure and after Ctrl-C, the aliases are deleted and the keys are scheduled for deletion in\n\
         seven days. Nothing is changed that the run did not make.\n",
        (plan.dollars() * 100.0).ceil() / 100.0,
        plan.rotations,
    ))
}

/// Asks for a yes.
pub(crate) fn is_confirmed() -> Result<bool, Fault> {
    write!(io::stdout(), "Go on? [y/N] ").map_err(Fault::new)?;
    io::stdout().flush().map_err(Fault::new)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(Fault::new)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Prints a table of sections.
pub(crate) fn summary(book: &Book, results: &Results) -> Result<(), Fault> {
    say(format_args!(
        "\n{:<34}{:>8}{:>11}{:>13}{:>9}{:>9}",
        "", "agrees", "disagrees", "not reached", "skipped", "open"
    ))?;
    let mut rows: Vec<(&str, Vec<&str>)> = book
        .sheets
        .iter()
        .map(|sheet| {
            let ids = sheet.cases.iter().map(|case| case.id.as_str());
            (sheet.section.as_str(), ids.collect())
        })
        .collect();
    rows.push(("all", book.cases().map(|case| case.id.as_str()).collect()));
    for (section, ids) in rows {
        let count = |verdicts: &[Verdict]| results.count(ids.iter().copied(), verdicts);
        if count(&JUDGED) + count(&OTHERS) == 0 {
            continue;
        }
        say(format_args!(
            "{section:<34}{:>8}{:>11}{:>13}{:>9}{:>9}",
            count(&[Verdict::Agrees]),
            count(&[Verdict::Disagrees]),
            count(&[Verdict::NotReached]),
            count(&[Verdict::Skipped]),
            count(&[Verdict::OpenAsGuessed, Verdict::OpenOtherwise]),
        ))?;
    }
    Ok(())
}

const OTHERS: [Verdict; 3] = [
    Verdict::Skipped,
    Verdict::OpenAsGuessed,
    Verdict::OpenOtherwise,
];

/// Prints what does not agree, with the reasons.
pub(crate) fn disagreements(results: &Results) -> Result<(), Fault> {
    for outcome in &results.outcomes {
        if [Verdict::Disagrees, Verdict::NotReached].contains(&outcome.verdict) {
            say(format_args!(
                "\n{} {}",
                verdict(outcome.verdict),
                outcome.id
            ))?;
            for note in &outcome.notes {
                say(format_args!("    {note}"))?;
            }
        }
    }
    Ok(())
}

/// Says which of the guesses AWS has settled.
pub(crate) fn settled(book: &Book, results: &Results) -> Result<(), Fault> {
    let open = book.cases().filter_map(|case| Some((case.open?, case)));
    for (number, case) in open {
        let Some(outcome) = results.of(&case.id) else {
            continue;
        };
        match outcome.verdict {
            Verdict::OpenAsGuessed => say(format_args!("decision {number} is right: {}", case.id))?,
            Verdict::OpenOtherwise => {
                say(format_args!("decision {number} is wrong: {}", case.id))?;
                for note in &outcome.notes {
                    say(format_args!("    {note}"))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::Disagrees => "disagrees",
        Verdict::OpenAsGuessed => "open, as decided",
        Verdict::OpenOtherwise => "open, otherwise",
        Verdict::NotReached => "not reached",
        Verdict::Skipped => "skipped",
    }
}

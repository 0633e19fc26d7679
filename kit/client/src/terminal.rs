//! What a run prints.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use kit::{Book, Facts, Ledger, Need, Outcome, Plan, Principal, Verdict};

use crate::fault::Fault;
use crate::results::{JUDGED, Results};

/// Prints a line.
pub(crate) fn say(line: impl core::fmt::Display) -> Result<(), Fault> {
    writeln!(io::stdout(), "{line}").map_err(Fault::new)
}

/// Says that an earlier run goes on.
pub(crate) fn goes_on(path: &Path, answered: usize, ledger: &Ledger) -> Result<(), Fault> {
    say(format_args!(
        "The run of {} goes on: {answered} of its cases were asked, and it has {} keys and {} aliases.\n",
        path.display(),
        ledger.keys.len(),
        ledger.aliases.len()
    ))
}

/// Says what a run will create at AWS, in whose name, and what that costs.
pub(crate) fn plan(
    plan: &Plan,
    facts: &Facts,
    cases_that_need: impl Fn(Need) -> usize,
) -> Result<(), Fault> {
    say(format_args!(
        "AWS account {}, Region {}, replicas in {}. The callers:\n",
        facts.account, facts.region, facts.abroad
    ))?;
    for (principal, need, option) in [
        (Principal::Owner, None, ""),
        (Principal::Second, Some(Need::Second), "--second-profile"),
        (
            Principal::Stranger,
            Some(Need::Stranger),
            "--stranger-profile",
        ),
    ] {
        let name = principal.name();
        match (facts.principals.get(&principal), need) {
            (Some(arn), _) => say(format_args!("  {name:<9} {arn}"))?,
            (None, Some(need)) => {
                let cases = match cases_that_need(need) {
                    1 => "1 case is".to_owned(),
                    count => format!("{count} cases are"),
                };
                say(format_args!(
                    "  {name:<9} none: {cases} skipped without {option}"
                ))?;
            }
            (None, None) => {}
        }
    }
    say("\nThe run will create:\n")?;
    for (spec, count) in &plan.keys {
        let noun = if *count == 1 { "key " } else { "keys" };
        say(format_args!("  {count:4} {noun}  {spec}"))?;
    }
    if plan.keys.is_empty() {
        say("  nothing")?;
    }
    let requests = plan.requests + plan.dear_requests;
    let rotations = match plan.rotations {
        0 => String::new(),
        count => format!(", as much for each of {count} rotations"),
    };
    say(format_args!(
        "\nand send at least {requests} requests. At AWS's prices that is about {:.2} USD, if it takes no more than an hour:\n\
         1 USD for a key in a month, prorated hourly{rotations}; 0.03 USD for 10,000 requests, 0.15 USD with\n\
         larger RSA keys and elliptic curves. Keys cost nothing while they wait for their deletion.\n\n\
         At the end, after a failure and after Ctrl-C, the aliases are deleted and the keys are scheduled for deletion in\n\
         seven days. Nothing is changed that the run did not make.\n",
        (plan.dollars() * 100.0).ceil() / 100.0,
    ))
}

/// Asks for a yes.
pub(crate) fn is_confirmed() -> Result<bool, Fault> {
    write!(io::stdout(), "Go on? [y/N] ").map_err(Fault::new)?;
    io::stdout().flush().map_err(Fault::new)?;
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer).map_err(Fault::new)? == 0 {
        say("")?;
        return Err(Fault::new(
            "nothing was done: standard input ended without an answer, and --yes was not given",
        ));
    }
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Says what could not be removed: at AWS, where it may cost something, everything; elsewhere only the first thing.
pub(crate) fn left(left: &[String], at_aws: bool) -> Result<(), Fault> {
    let shown = if at_aws { left.len() } else { 1 };
    for fault in left.iter().take(shown) {
        say(format_args!("could not be removed: {fault}"))?;
    }
    if left.len() > shown {
        say(format_args!("and {} more", left.len() - shown))?;
    }
    if at_aws && !left.is_empty() {
        say(
            "`kms-kit clean --aws`, with the same profiles, Region and state file, tries it again.",
        )?;
    }
    Ok(())
}

/// Says what will be removed.
pub(crate) fn takes_away(ledger: &Ledger) -> Result<(), Fault> {
    say(format_args!(
        "removing what the run made: {} aliases, {} keys",
        ledger.aliases.len(),
        ledger.keys.len(),
    ))
}

/// Says what was removed.
pub(crate) fn taken_away(before: &Ledger, after: &Ledger) -> Result<(), Fault> {
    say(format_args!(
        "deleted aliases: {}; keys scheduled for deletion in seven days: {}",
        before.aliases.len().saturating_sub(after.aliases.len()),
        before.keys.len().saturating_sub(after.keys.len()),
    ))
}

/// Says how many cases were skipped for which reason; with `all`, which ones.
pub(crate) fn skipped(results: &Results, all: bool) -> Result<(), Fault> {
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for outcome in &results.outcomes {
        if outcome.verdict == Verdict::Skipped {
            let reason = outcome.notes.join(", ");
            reasons.entry(reason).or_default().push(&outcome.id);
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    say("\nskipped, because the case needs:")?;
    for (reason, ids) in reasons {
        say(format_args!("{:>5}  {reason}", ids.len()))?;
        for id in ids.iter().filter(|_| all) {
            say(format_args!("         {id}"))?;
        }
    }
    Ok(())
}

/// Prints a table of sections.
pub(crate) fn summary(book: &Book, results: &Results) -> Result<(), Fault> {
    let titles = book
        .sheets
        .iter()
        .map(|sheet| sheet.section.chars().count());
    let width = titles.max().unwrap_or_default();
    say(format_args!(
        "\n{:<width$}{:>9}{:>11}{:>13}{:>9}{:>7}",
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
            "{section:<width$}{:>9}{:>11}{:>13}{:>9}{:>7}",
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

/// Says which of the open decisions AWS has settled, and which way.
pub(crate) fn settled(book: &Book, results: &Results) -> Result<(), Fault> {
    let mut settled: BTreeMap<u32, Vec<&Outcome>> = BTreeMap::new();
    for case in book.cases() {
        let is_settled = |outcome: &&Outcome| {
            [Verdict::OpenAsGuessed, Verdict::OpenOtherwise].contains(&outcome.verdict)
        };
        if let Some(outcome) = results.of(&case.id).filter(is_settled) {
            let number = case.open.unwrap_or_default();
            settled.entry(number).or_default().push(outcome);
        }
    }
    if settled.is_empty() {
        return Ok(());
    }
    say("\nAWS's answers to what was open, by the decisions of docs/behaviour.md:")?;
    let is_as_decided = |outcomes: &[&Outcome]| {
        let mut verdicts = outcomes.iter().map(|outcome| outcome.verdict);
        verdicts.all(|verdict| verdict == Verdict::OpenAsGuessed)
    };
    let as_decided: Vec<String> = settled
        .iter()
        .filter(|(_, outcomes)| is_as_decided(outcomes))
        .map(|(number, _)| number.to_string())
        .collect();
    for (at, numbers) in as_decided.chunks(25).enumerate() {
        let head = if at == 0 { "as decided:" } else { "" };
        say(format_args!("  {head:<12}{}", numbers.join(" ")))?;
    }
    for (number, outcomes) in settled {
        let otherwise = outcomes
            .into_iter()
            .filter(|outcome| outcome.verdict == Verdict::OpenOtherwise);
        for outcome in otherwise {
            say(format_args!("  otherwise:  {number} {}", outcome.id))?;
            for note in &outcome.notes {
                say(format_args!("              {note}"))?;
            }
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

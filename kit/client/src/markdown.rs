//! The results as Markdown: docs/fidelity.md.

use core::fmt::Write as _;

use kit::{Book, Outcome, Verdict};

use crate::differences::rows;
use crate::fault::Fault;
use crate::results::{JUDGED, Results, known};

/// The table of sections, and that of the cases that some server answers differently from AWS.
///
/// # Errors
///
/// If `differences.json` names a case that does not exist.
pub(crate) fn page(book: &Book, results: &[Results]) -> Result<String, Fault> {
    let mut page = String::from(HEAD);
    let row =
        |page: &mut String, cells: Vec<String>| line(page, &format!("| {} |", cells.join(" | ")));
    let titles = || results.iter().map(Results::title);
    row(
        &mut page,
        ["section".to_owned()].into_iter().chain(titles()).collect(),
    );
    row(
        &mut page,
        core::iter::once("---")
            .chain(results.iter().map(|_| "---:"))
            .map(str::to_owned)
            .collect(),
    );
    for sheet in &book.sheets {
        let ids = || known(&sheet.cases);
        let cells = results.iter().map(|one| share(one, ids));
        row(
            &mut page,
            [sheet.section.clone()].into_iter().chain(cells).collect(),
        );
    }
    let ids = || book.sheets.iter().flat_map(|sheet| known(&sheet.cases));
    let cells = results.iter().map(|one| format!("**{}**", share(one, ids)));
    row(
        &mut page,
        ["**all**".to_owned()].into_iter().chain(cells).collect(),
    );
    let regions: Vec<String> = results
        .iter()
        .map(|one| format!("{} on {} in {}", one.title(), one.date, one.region))
        .collect();
    line(&mut page, &format!("\nTested: {}.\n", regions.join("; ")));
    differences(&mut page, book, results)?;
    case_by_case(&mut page, book, results);
    Ok(page)
}

/// A row for each kind of difference.
fn differences(page: &mut String, book: &Book, results: &[Results]) -> Result<(), Fault> {
    line(page, DIFFERENCES);
    for row in rows(book, results)? {
        let cases: Vec<String> = row.cases.iter().map(|id| format!("`{id}`")).collect();
        line(
            page,
            &format!(
                "| {} | {} | {} | {} | {} |",
                row.point,
                row.who.join(", "),
                row.verdict,
                row.evidence,
                cases.join(", ")
            ),
        );
    }
    line(page, "");
    Ok(())
}

/// How many known answers an endpoint gives, and how many more except for the words of the message.
fn share<'a, I: Iterator<Item = &'a str>>(results: &Results, ids: impl Fn() -> I) -> String {
    let judged = results.count(ids(), &JUDGED);
    let outcomes = ids().filter_map(|id| results.of(id));
    let words = outcomes
        .filter(|outcome| outcome.differs_in_words())
        .count();
    match (judged, words) {
        (0, _) => "–".to_owned(),
        (_, 0) => format!("{} of {judged}", results.count(ids(), &[Verdict::Agrees])),
        _ => format!(
            "{} + {words} of {judged}",
            results.count(ids(), &[Verdict::Agrees])
        ),
    }
}

/// A row for each case that some server answers differently from AWS.
fn case_by_case(page: &mut String, book: &Book, results: &[Results]) {
    line(page, CASE_BY_CASE);
    let names: Vec<&str> = results.iter().map(|one| one.name.as_str()).collect();
    line(page, &format!("| case | {} |", names.join(" | ")));
    line(page, &format!("|---|{}", ":---:|".repeat(results.len())));
    for case in book.cases().filter(|case| case.open.is_none()) {
        let outcomes: Vec<Option<&Outcome>> = results.iter().map(|one| one.of(&case.id)).collect();
        let is_right =
            |outcome: &Outcome| [Verdict::Agrees, Verdict::Skipped].contains(&outcome.verdict);
        if outcomes.iter().flatten().all(|outcome| is_right(outcome)) {
            continue;
        }
        let marks: Vec<&str> = outcomes.into_iter().map(mark).collect();
        line(page, &format!("| `{}` | {} |", case.id, marks.join(" | ")));
    }
}

fn mark(outcome: Option<&Outcome>) -> &'static str {
    let Some(outcome) = outcome else {
        return "";
    };
    match outcome.verdict {
        Verdict::Agrees => "✓",
        Verdict::Disagrees if outcome.differs_in_words() => "words",
        Verdict::Disagrees => "✗",
        Verdict::NotReached => "–",
        Verdict::Skipped | Verdict::OpenAsGuessed | Verdict::OpenOtherwise => "",
    }
}

fn line(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _always = writeln!(page, "{text}");
}

const DIFFERENCES: &str = "\
## Where servers differ, and what we make of it

The table lists the differences that a program could notice. Each server that it names gives that answer in at least one of the
cases. The evidence is that of the cases, with the labels of docs/behaviour.md: RECORDED and RECORDED\\* were measured on AWS,
QUOTED was pasted by somebody, DOC is AWS's documentation, and INFERRED follows from those. An open case has no evidence, but the
number of our decision in that document. Where another server is right and this project is not, that is our bug.

| what some servers do | which | this project, and why | evidence | cases |
|---|---|---|---|---|";

const CASE_BY_CASE: &str = "\
## Case by case

Every case that at least one server answers differently from AWS: ✓ as AWS; *words*: only the words of the message differ;
✗ differently; – the set-up failed. `kms-kit list` says what each case shows, and the HTML page that `kit/peers` writes has the
answers.
";

const HEAD: &str = "\
# How faithful servers are to AWS KMS

`kit/peers` writes this page. It installs servers from package registries and runs the cases of `kit/cases` against each of them.
A cell says how many of the known answers (from recordings, quotations or AWS's documentation) the server gives: exception,
message, members and status all have to agree. The number after a plus counts answers in which only the words of the message
differ, which is good enough for many clients. The table does not count cases whose answer nobody knows, nor those that need
another Region.

The cases are this project's own, and it is measured by them, too. Its tests assert that it agrees with all of them, which proves
nothing about AWS. `kms-kit --aws` asks AWS itself.

";

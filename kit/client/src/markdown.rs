//! The results as Markdown: docs/fidelity.md.

use core::fmt::Write as _;

use kit::{Book, Verdict};

use crate::results::{JUDGED, Results};

/// The table of sections, and each case that an endpoint answers otherwise.
pub(crate) fn page(book: &Book, results: &[Results]) -> String {
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
        let ids = || sheet.cases.iter().map(|case| case.id.as_str());
        let cells = results.iter().map(|one| share(one, ids));
        row(
            &mut page,
            [sheet.section.clone()].into_iter().chain(cells).collect(),
        );
    }
    let ids = || book.cases().map(|case| case.id.as_str());
    let cells = results.iter().map(|one| format!("**{}**", share(one, ids)));
    row(
        &mut page,
        ["**all**".to_owned()].into_iter().chain(cells).collect(),
    );
    let regions: Vec<String> = results
        .iter()
        .map(|one| format!("{} on {} in {}", one.title(), one.date, one.region))
        .collect();
    line(&mut page, &format!("\nAsked: {}.\n", regions.join("; ")));
    for one in results {
        disagreements(&mut page, book, one);
    }
    page
}

/// The part of the cases with a known answer that an endpoint answers so, and how many more but for the words.
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

fn disagreements(page: &mut String, book: &Book, results: &Results) {
    let wrong = |verdict| [Verdict::Disagrees, Verdict::NotReached].contains(&verdict);
    let mut cases = book
        .cases()
        .filter_map(|case| {
            Some((
                case,
                results
                    .of(&case.id)
                    .filter(|outcome| wrong(outcome.verdict))?,
            ))
        })
        .peekable();
    line(page, &format!("## {}\n", results.title()));
    if cases.peek().is_none() {
        return line(page, "Every case with a known answer is answered so.\n");
    }
    line(page, "| case | what came back |\n|---|---|");
    for (case, outcome) in cases {
        let note = outcome.notes.join("; ");
        let note = note.replace('|', "\\|").replace(['\n', '\r'], " ");
        let reached = if outcome.verdict == Verdict::NotReached {
            "not reached: "
        } else {
            ""
        };
        line(
            page,
            &format!("| `{}` | {reached}{} |", case.id, cut(&note)),
        );
    }
    page.push('\n');
}

/// A table is no place for long texts: the page of HTML has all of them.
fn cut(note: &str) -> String {
    const LONGEST: usize = 220;
    let escaped = note.replace('<', "&lt;").replace('*', "\\*");
    match escaped.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", escaped.get(..at).unwrap_or_default()),
        None => escaped,
    }
}

fn line(page: &mut String, text: &str) {
    // Writing to a string does not fail.
    let _always = writeln!(page, "{text}");
}

const HEAD: &str = "\
# How faithful servers are to AWS KMS

Written by `kit/peers`, which installs servers from package registries and asks each of them the cases of `kit/cases`. A cell
says how many of the cases whose answer is known, from recordings, quotations or AWS's documentation, the server answers so.
Exception, message, members and status all have
to agree. What follows a plus agrees but for the words of the message, and many clients need no more. Cases that nobody knows the answer of are not
counted, nor are those that a server has no Region for.

The cases are those of this project, and it is measured by the same ones: that it agrees with all of them is what its tests
assert, and not a result.

";

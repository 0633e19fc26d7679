//! The results as a page of HTML: a row for each case, a column for each endpoint.

use core::fmt::Write as _;

use kit::{Book, Call, Case, Expectation, Outcome, Principal, Sheet, Verdict};
use serde_json::Value;

use crate::results::{JUDGED, Results, known};
use crate::terminal::verdict;

/// A page that needs no other files, so that it can be sent and kept.
pub(crate) fn page(book: &Book, results: &[Results]) -> String {
    let mut page = String::from(HEAD);
    cards(&mut page, book, results);
    page.push_str(FILTERS);
    page.push_str("<table><thead><tr><th>case</th><th class=\"evidence\">evidence</th>");
    for one in results {
        add(
            &mut page,
            format_args!("<th class=\"who\">{}</th>", escaped(&one.name)),
        );
    }
    page.push_str("</tr></thead>\n");
    for sheet in &book.sheets {
        section(&mut page, sheet, results);
    }
    page.push_str("</table>\n");
    page.push_str(TAIL);
    page
}

/// A card for each endpoint: how many of the known answers it gives as AWS does.
fn cards(page: &mut String, book: &Book, results: &[Results]) {
    page.push_str("<section class=\"cards\">");
    for one in results {
        let known = || book.sheets.iter().flat_map(|sheet| known(&sheet.cases));
        let count = |verdicts: &[Verdict]| one.count(known(), verdicts);
        let ids = || book.cases().map(|case| case.id.as_str());
        let of_all = |verdicts: &[Verdict]| one.count(ids(), verdicts);
        let (agrees, judged) = (count(&[Verdict::Agrees]), count(&JUDGED));
        let disagrees = count(&[Verdict::Disagrees]);
        let words = one
            .outcomes
            .iter()
            .filter(|outcome| outcome.differs_in_words())
            .count();
        let rest = [
            (disagrees - words, "answered otherwise"),
            (words, "differs only in the words"),
            (
                count(&[Verdict::NotReached]),
                "not reached: the set-up failed",
            ),
            (
                of_all(&[Verdict::OpenAsGuessed, Verdict::OpenOtherwise]),
                "open: AWS's answer is not known",
            ),
            (of_all(&[Verdict::Skipped]), "skipped"),
        ];
        add(
            page,
            format_args!(
                "<article><h2>{}</h2><p class=\"version\">{} · {}</p>\
                 <p class=\"score\"><b>{}</b> of {judged} <span>{}</span></p>{}<ul>",
                escaped(&one.name),
                escaped(one.version.as_deref().unwrap_or(&one.region)),
                escaped(&one.date),
                agrees,
                percent(agrees, judged),
                bar(
                    &[
                        (agrees, "yes"),
                        (words, "words"),
                        (disagrees - words, "no"),
                        (rest[2].0, "unreached"),
                    ],
                    judged
                ),
            ),
        );
        for (count, what) in rest.iter().filter(|(count, _)| *count > 0) {
            add(page, format_args!("<li><b>{count}</b> {what}</li>"));
        }
        page.push_str("</ul></article>");
    }
    page.push_str("</section>\n");
}

fn bar(parts: &[(usize, &str)], all: usize) -> String {
    let mut bar = String::from("<div class=\"bar\">");
    for (count, class) in parts.iter().filter(|(count, _)| *count > 0) {
        add(
            &mut bar,
            format_args!(
                "<i class=\"{class}\" style=\"flex:{count}\" title=\"{count} of {all}\"></i>"
            ),
        );
    }
    bar + "</div>"
}

fn percent(part: usize, all: usize) -> String {
    match (part * 1000).checked_div(all) {
        Some(per_mille) => format!("{}.{} %", per_mille / 10, per_mille % 10),
        None => String::new(),
    }
}

fn section(page: &mut String, sheet: &Sheet, results: &[Results]) {
    let ids = || known(&sheet.cases);
    add(
        page,
        format_args!(
            "<tbody><tr class=\"section\"><th colspan=\"2\"><h3>{}</h3><p>{}</p></th>",
            escaped(&sheet.section),
            escaped(&sheet.about)
        ),
    );
    for one in results {
        let (agrees, judged) = (
            one.count(ids(), &[Verdict::Agrees]),
            one.count(ids(), &JUDGED),
        );
        let class = if agrees == judged { "full" } else { "part" };
        if judged > 0 {
            add(
                page,
                format_args!("<td class=\"{class}\">{agrees}/{judged}</td>"),
            );
        } else {
            page.push_str("<td></td>");
        }
    }
    page.push_str("</tr>\n");
    for case in &sheet.cases {
        row(page, case, results);
    }
    page.push_str("</tbody>\n");
}

fn row(page: &mut String, case: &Case, results: &[Results]) {
    let outcomes: Vec<Option<&Outcome>> = results.iter().map(|one| one.of(&case.id)).collect();
    let is_wrong =
        |outcome: &&Outcome| [Verdict::Disagrees, Verdict::NotReached].contains(&outcome.verdict);
    let class = match (outcomes.iter().flatten().any(is_wrong), case.open) {
        (_, Some(_)) => "case open",
        (true, None) => "case wrong",
        (false, None) => "case",
    };
    let label = case.evidence.map_or_else(
        || format!("<span class=\"label guess\" title=\"decision {0} of docs/behaviour.md\">open {0}</span>", case.open.unwrap_or_default()),
        |evidence| format!("<span class=\"label\">{}</span>", evidence.label()),
    );
    add(
        page,
        format_args!(
            "<tr class=\"{class}\" id=\"{0}\"><td><p>{1}</p><details class=\"asked\"><summary>{0} · {2} · {3}</summary>\
             <pre>{4}</pre></details></td><td class=\"evidence\">{label}</td>",
            escaped(&case.id),
            escaped(&case.shows),
            escaped(&case.request.call),
            escaped(&case.source),
            escaped(&asked(case)),
        ),
    );
    for outcome in outcomes {
        match outcome {
            Some(outcome) => cell(page, outcome),
            None => page.push_str("<td class=\"mark none\">·</td>"),
        }
    }
    page.push_str("</tr>\n");
}

/// The question and the expected answer, as the case has them.
fn asked(case: &Case) -> String {
    let Call {
        call,
        with,
        body,
        principal,
        ..
    } = &case.request;
    let caller = match principal {
        Principal::Owner => String::new(),
        other => format!(" by the {}", other.name()),
    };
    let request = match body {
        Some(body) => body.clone(),
        None => pretty(&Value::Object(with.clone())),
    };
    let Expectation {
        members,
        code,
        message,
        ..
    } = &case.expect;
    let expected = match (code, message) {
        (Some(code), Some(Value::String(message))) => format!("{code}: {message}"),
        (Some(code), Some(Value::Null)) => format!("{code}, without a message"),
        (Some(code), _) => code.clone(),
        (None, _) => members
            .as_ref()
            .map(|members| pretty(&Value::Object(members.clone())))
            .unwrap_or_default(),
    };
    format!("{call}{caller}\n{request}\n\nexpected\n{expected}")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn cell(page: &mut String, outcome: &Outcome) {
    let (class, mark) = match outcome.verdict {
        Verdict::Agrees => ("yes", "✓"),
        Verdict::Disagrees if outcome.differs_in_words() => ("words", "≉"),
        Verdict::Disagrees => ("no", "✗"),
        Verdict::NotReached => ("unreached", "↯"),
        Verdict::OpenAsGuessed => ("asguessed", "≈"),
        Verdict::OpenOtherwise => ("otherwise", "≠"),
        Verdict::Skipped => ("none", "–"),
    };
    let said = match class {
        "words" => "only the words of the message differ",
        _ => verdict(outcome.verdict),
    };
    if outcome.notes.is_empty() {
        add(
            page,
            format_args!("<td class=\"mark {class}\" title=\"{said}\">{mark}</td>"),
        );
        return;
    }
    add(
        page,
        format_args!(
            "<td class=\"mark {class}\"><details><summary title=\"{said}\">{mark}</summary><ul>"
        ),
    );
    for note in &outcome.notes {
        add(page, format_args!("<li>{}</li>", escaped(note)));
    }
    page.push_str("</ul></details></td>");
}

fn add(page: &mut String, text: core::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _always = page.write_fmt(text);
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
     <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
     <title>What KMS answers</title>\n<style>\n",
    include_str!("page.css"),
    "</style></head>\n<body><header><h1>What KMS answers</h1>\
     <p>Each row is a question to AWS KMS whose answer is known, or open. Each column is a server that was asked. \
     Click a case to see what is asked and expected, and a mark to see what a server said.</p></header>\n"
);

const FILTERS: &str = "<nav><label><input type=\"radio\" name=\"f\" value=\"\" checked> all</label>\
     <label><input type=\"radio\" name=\"f\" value=\"wrong\"> where one answers otherwise</label>\
     <label><input type=\"radio\" name=\"f\" value=\"open\"> open</label>\
     <input type=\"search\" placeholder=\"Search cases\" aria-label=\"Search cases\">\
     <span class=\"legend\"><i class=\"yes\">✓</i> as AWS <i class=\"words\">≉</i> but for the words of the message <i class=\"no\">✗</i> otherwise \
     <i class=\"unreached\">↯</i> not reached <i class=\"asguessed\">≈</i><i class=\"otherwise\">≠</i> open, as decided or not \
     <i class=\"none\">–</i> skipped</span></nav>\n";

const TAIL: &str = concat!(
    "<script>\n",
    include_str!("page.js"),
    "</script></body></html>\n"
);

#[cfg(test)]
mod tests {
    use super::{escaped, percent};

    #[test]
    fn what_servers_say_is_text() {
        assert_eq!(
            escaped(r#"<script a="b">&"#),
            "&lt;script a=&quot;b&quot;&gt;&amp;"
        );
    }

    #[test]
    fn a_part_of_nothing_has_no_percentage() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(3, 3), "100.0 %");
        assert_eq!(percent(0, 0), "");
    }
}

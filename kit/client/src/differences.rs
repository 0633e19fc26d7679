//! Where servers differ, and what this project makes of it: `differences.json`. Who differs, and how well the answer is known,
//! is looked up.

use kit::{Book, Case, Shown, Verdict};
use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault;
use crate::results::Results;

const DIFFERENCES: &str = include_str!("../differences.json");

/// A kind of difference between answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Cases that show it.
    cases: Vec<String>,
    /// How those who differ answer these cases: an exception, `success`, or `a fault` of the server.
    answers: Vec<String>,
    /// What others answer.
    point: String,
    /// What this project answers, and why.
    verdict: String,
}

/// A row of the report.
pub(crate) struct Row {
    pub(crate) point: String,
    /// The names of those who answer this way.
    pub(crate) who: Vec<String>,
    pub(crate) verdict: String,
    /// How well that is known, by the first of the cases.
    pub(crate) evidence: String,
    pub(crate) cases: Vec<String>,
}

/// The rows that somebody's results show.
pub(crate) fn rows(book: &Book, results: &[Results]) -> Result<Vec<Row>, Fault> {
    let differences: Vec<Difference> = serde_json::from_str(DIFFERENCES).map_err(Fault::new)?;
    let mut rows = Vec::new();
    for difference in differences {
        let mut evidence = Vec::new();
        for id in &difference.cases {
            let case = book.cases().find(|case| case.id == *id);
            let case =
                case.ok_or_else(|| Fault::new(format!("differences.json: there is no case {id}")))?;
            let label = label(case);
            if !evidence.contains(&label) {
                evidence.push(label);
            }
        }
        let who: Vec<String> = results
            .iter()
            .filter(|one| differs(one, &difference))
            .map(|one| one.name.clone())
            .collect();
        if !who.is_empty() {
            rows.push(Row {
                point: difference.point,
                who,
                verdict: difference.verdict,
                evidence: evidence.join(", "),
                cases: difference.cases,
            });
        }
    }
    Ok(rows)
}

fn label(case: &Case) -> String {
    match (case.evidence, case.open) {
        (Some(evidence), _) => evidence.label().replace('*', "\\*"),
        (None, Some(number)) => format!("open {number}"),
        (None, None) => String::new(),
    }
}

/// Whether an endpoint answers at least one of the cases this way.
fn differs(results: &Results, difference: &Difference) -> bool {
    let outcomes = difference.cases.iter().filter_map(|id| results.of(id));
    outcomes
        .filter(|one| [Verdict::Disagrees, Verdict::OpenOtherwise].contains(&one.verdict))
        .filter_map(|one| one.answer.as_ref())
        .any(|answer| {
            difference
                .answers
                .iter()
                .any(|known| *known == kind(answer))
        })
}

/// The exception of an answer, or how else it went.
fn kind(answer: &Shown) -> &str {
    match answer.status {
        200 => "success",
        500.. => "a fault",
        _ => answer
            .body
            .get("__type")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use kit::{Book, Outcome, Shown, Verdict};
    use serde_json::json;

    use super::rows;
    use crate::results::Results;

    #[test]
    fn differences_name_cases_and_those_who_differ() {
        let book = Book::read().expect("it has the format");
        let who = |code: &str| {
            let mut other = Results::new("other".to_owned(), None, "us-east-1");
            other.outcomes.push(Outcome {
                id: "aliases/colon".to_owned(),
                verdict: Verdict::OpenOtherwise,
                notes: Vec::new(),
                answer: Some(Shown {
                    status: 400,
                    body: json!({"__type": code}),
                }),
            });
            let rows = rows(&book, &[other]).expect("the cases exist");
            let rows = rows.into_iter().map(|row| (row.who, row.evidence));
            rows.collect::<Vec<_>>()
        };
        let row = (vec!["other".to_owned()], "open 52".to_owned());
        assert_eq!(who("ValidationException"), [row]);
        assert_eq!(who("KMSInternalException"), []);
    }
}

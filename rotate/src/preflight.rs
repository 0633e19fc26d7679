//! The preflight: are both permissions there, and both keys usable? A dry run of a row of each key tells, before anything
//! is moved.

use crate::Error;
use crate::backend::{Backend, Call, DryRun, Keys, Refusal};
use crate::engine::{Answer, Calls};
use crate::look::Found;
use crate::rows::{Context, Rows};

/// Exceptions that are about one ciphertext, and say nothing of keys and permissions.
const OF_A_ROW: [&str; 2] = ["IncorrectKeyException", "InvalidCiphertextException"];

/// What the preflight has found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// The number of keys, or kinds of ciphertexts, of which a row can be moved.
    pub(crate) usable: usize,
    /// What a person should know.
    pub(crate) warnings: Vec<String>,
}

/// Asks about a row of each key that was found. An error says what is missing.
///
/// If there is no row, permissions alone are asked about, which needs the name of the source key.
pub(crate) fn preflight(
    calls: &Calls<'_>,
    rows: &Rows,
    keys: &Keys,
    found: Option<&Found>,
) -> Result<Report, Error> {
    let dry_run = DryRun(calls.backend);
    let calls = Calls {
        backend: &dry_run,
        ..*calls
    };
    let source_is_asymmetric = keys
        .source_algorithm
        .as_deref()
        .is_some_and(|algorithm| algorithm != "SYMMETRIC_DEFAULT");
    let groups = found.map_or_else(Vec::new, |found| found.keys(source_is_asymmetric));
    let mut report = Report::default();
    let mut refused = Vec::new();
    for (name, group) in groups {
        let mut last = None;
        for (number, line) in &group.samples {
            let Ok(row) = rows.parse(line) else { continue };
            let call = Call {
                blob: Some(&row.blob),
                source_context: &row.source_context,
                destination_context: row.destination_context(),
            };
            match calls.re_encrypt(&call)? {
                Answer::Moved(_) => {
                    last = None;
                    report.usable += 1;
                    break;
                }
                Answer::Refused(refusal) if OF_A_ROW.contains(&refusal.exception.as_str()) => {
                    last = Some((*number, refusal));
                }
                Answer::Refused(refusal) => {
                    let what = format!("the row in line {number} (under {name}) cannot be moved");
                    return Err(refusal_of(&what, &refusal));
                }
                Answer::Stopped => return Err("stopped before anything was moved".into()),
            }
        }
        refused.extend(last.map(|(number, refusal)| (name, number, refusal)));
    }
    if report.usable == 0
        && let Some((name, number, refusal)) = refused.first()
    {
        let what = format!(
            "none of the first rows under {name} can be moved, that in line {number} included"
        );
        return Err(refusal_of(&what, refusal));
    }
    report.warnings = refused
        .iter()
        .map(|(name, number, refusal)| {
            format!("the first rows under {name} cannot be moved, that in line {number} included: {refusal}")
        })
        .collect();
    if report.usable == 0 {
        without_rows(&calls, keys, &mut report)?;
    }
    Ok(report)
}

/// Asks about permissions alone.
fn without_rows(calls: &Calls<'_>, keys: &Keys, report: &mut Report) -> Result<(), Error> {
    if keys.from.is_none() {
        let warning = "no row shows which key to ask about, and --from names none: permissions were not checked";
        report.warnings.push(warning.to_owned());
        return Ok(());
    }
    let none = Context::new();
    let call = Call {
        blob: None,
        source_context: &none,
        destination_context: &none,
    };
    match calls.re_encrypt(&call)? {
        Answer::Moved(_) => Ok(()),
        Answer::Refused(refusal) => Err(refusal_of(
            "a row without an encryption context could not be moved",
            &refusal,
        )),
        Answer::Stopped => Err("stopped before anything was moved".into()),
    }
}

fn refusal_of(what: &str, refusal: &Refusal) -> Error {
    let remedy = match refusal.exception.as_str() {
        "AccessDeniedException" => {
            "Give the caller kms:ReEncryptFrom on the source key and kms:ReEncryptTo on the destination key"
        }
        "IncorrectKeyException" => "--from names another key than the one the rows are under",
        "InvalidCiphertextException" => {
            "Are the encryption contexts right (--context, --context-column), and the algorithm?"
        }
        "NotFoundException" => "Are --from, --to, the Region and the account right?",
        _ => "Nothing has been moved",
    };
    format!("{what}: {refusal}. {remedy}; --no-preflight begins without this check").into()
}

/// Whether an endpoint or ring can be asked at all without a row: a policy may demand an encryption context.
pub(crate) fn can_ask_without_rows(rows: &Rows, keys: &Keys) -> bool {
    keys.from.is_some() && rows.has_no_context()
}

/// The material that a key encrypts with now.
pub(crate) fn current_material(backend: &dyn Backend, key: &str) -> Result<Option<String>, Error> {
    backend.current_material(key).map_err(|trouble| {
        let refusal = trouble.refusal();
        format!("{key} cannot be described: {refusal}. --material names its key material instead")
            .into()
    })
}

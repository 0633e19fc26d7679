//! What is wrong with keys and permissions is found before the first row is moved.

use core::time::Duration;
use std::fs;

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::{Keyring, Kms};

use super::folder::{Folder, keys, rows};
use crate::Error;
use crate::backend::{Keys, Ring};
use crate::engine::{Calls, Notices, Pace, Retries, Stop};
use crate::look::{Found, look};
use crate::make::ring;
use crate::preflight::{Report, preflight};

fn ask(kms: Kms<Keyring>, keys: &Keys, found: Option<&Found>) -> Result<Report, Error> {
    let calls = Calls {
        backend: &Ring::of(kms, keys).unwrap(),
        pace: &Pace::new(None),
        retries: Retries::within(Duration::ZERO),
        stop: &Stop::default(),
        notices: &Notices::default(),
    };
    preflight(&calls, &rows(), keys, found)
}

/// A caller that may do this on every key.
fn caller(action: &str) -> Kms<Keyring> {
    let statement = Statement::allow().action(action).resource("*");
    let caller = Caller::user("111122223333".parse().unwrap(), "worker").unwrap();
    let caller = caller.with_identity_policy(Policy::new().statement(statement));
    Kms::new(ring().unwrap()).as_caller(caller)
}

fn found(folder: &Folder) -> Found {
    look(&folder.file("in"), &rows(), 1024 * 1024, u64::MAX).unwrap()
}

#[test]
fn a_plan_counts_rows_by_key_material_and_by_what_they_look_like() {
    let folder = Folder::with_rows("plan");
    let twice = "QVFJQ0FIaFJZZjVXeXRJYzBDODU3dEZTbkJhUDJGOERnZm1U";
    folder.append(
        "in",
        format!("{{\"blob\":\"{twice}\",\"id\":1}}\n").as_bytes(),
    );
    let found = found(&folder);
    assert_eq!((found.lines, found.whole), (3001, true));
    let counted = |groups: &std::collections::BTreeMap<String, crate::look::Group>| {
        let counted = groups.values().map(|group| (group.rows, group.first_line));
        let mut counted: Vec<_> = counted.collect();
        counted.sort_unstable();
        counted
    };
    assert_eq!(counted(&found.materials), [(15, 150), (2970, 1)]);
    assert_eq!(counted(&found.others), [(1, 3001)]);
    assert_eq!(counted(&found.malformed), [(15, 200)]);
    let text = found.to_string();
    for part in [
        "3,001 rows in ",
        "base64 text, perhaps of a ciphertext blob: decode it once more; first in line 3001",
        "not a JSON object: EOF while parsing a string; first in line 200",
        "184 bytes each",
        "2,970  row, tenant",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_missing_permission_is_named_before_anything_is_moved() {
    let folder = Folder::with_rows("permissions");
    let found = found(&folder);
    for (action, missing) in [
        ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
        ("kms:ReEncryptTo", "kms:ReEncryptFrom"),
    ] {
        let error = ask(caller(action), &keys(), Some(&found))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("the row in line 1 (under "), "{error}");
        assert!(
            error.contains(&format!("is not authorized to perform: {missing}")),
            "{error}"
        );
        assert!(
            error.ends_with("; --no-preflight begins without this check"),
            "{error}"
        );
        // The same without a row.
        let error = ask(caller(action), &keys(), None).unwrap_err().to_string();
        assert!(
            error.contains(&format!("is not authorized to perform: {missing}")),
            "{error}"
        );
    }
    let report = ask(caller("kms:ReEncrypt*"), &keys(), Some(&found)).unwrap();
    assert_eq!(report.usable, 1);
    // Rows under a foreign key fail, as the job does not say that they may be moved.
    assert_eq!(report.warnings.len(), 1, "{report:?}");
    assert!(
        report.warnings[0].contains("that in line 950 included: IncorrectKeyException"),
        "{report:?}"
    );
    let report = ask(caller("kms:ReEncrypt*"), &keys(), None).unwrap();
    assert_eq!(report, Report::default());
}

#[test]
fn contexts_that_fit_no_row_are_found_before_the_first_row() {
    let folder = Folder::with_rows("contexts");
    let input = folder.read("in").replace("tenant", "tenent");
    fs::write(folder.file("in"), input).unwrap();
    let error = ask(Kms::new(ring().unwrap()), &keys(), Some(&found(&folder)));
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("none of the first rows under "),
        "{error}"
    );
    assert!(
        error.contains("InvalidCiphertextException. Are the encryption contexts right"),
        "{error}"
    );
}

#[test]
fn without_rows_and_source_key_it_is_said_that_nothing_was_checked() {
    let keys = Keys {
        from: None,
        ..keys()
    };
    let report = ask(caller("kms:ReEncryptFrom"), &keys, None).unwrap();
    assert_eq!(
        report.warnings,
        [
            "no row shows which key to ask about, and --from names none: permissions were not checked"
        ]
    );
}

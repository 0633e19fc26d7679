//! The cases of the kit, `kit/cases`: the same that `kms-kit` puts to AWS and to other servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::cell::Cell;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kit::{Answer, Book, Case, Endpoint, Facts, NoAnswer, Patience, Principal, Run, Sent, Verdict};
use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::keyring::SystemClock;
use kms_reencrypt::wire::{CONTENT_TYPE, Response, Service};
use kms_reencrypt::{KeyState, Keyring, Kms};

const ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";

/// Each case in one of two Regions: where it does not matter, outside of China.
#[test]
fn every_case_of_the_kit_is_answered_as_expected() {
    let book = Book::read().unwrap();
    let mut faults = Vec::new();
    let mut asked = 0;
    let (ohio, beijing) = (InProcess::new("us-east-2"), InProcess::new("cn-north-1"));
    let mut in_ohio = Run::new(&book, &ohio, ohio.facts("us-west-2"), Patience::NONE);
    let mut in_beijing = Run::new(
        &book,
        &beijing,
        beijing.facts("cn-northwest-1"),
        Patience::NONE,
    );
    for case in book.cases() {
        let mut outcome = in_ohio.case(case);
        if outcome.verdict == Verdict::Skipped {
            outcome = in_beijing.case(case);
        }
        asked += 1;
        match outcome.verdict {
            Verdict::Agrees | Verdict::OpenAsGuessed => {}
            verdict => {
                let notes = outcome.notes.join("\n    ");
                faults.push(format!("{} {verdict:?}\n    {notes}", case.id));
            }
        }
    }
    let left = [in_ohio.clean(), in_beijing.clean()].concat();
    assert!(asked >= MANY, "only {asked} cases");
    assert!(
        faults.is_empty(),
        "{} of {asked}:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// Fewer would mean that files are not read.
const MANY: usize = 500;

#[test]
fn every_file_of_cases_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kit/cases");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut read: Vec<String> = Book::files().map(|name| format!("{name}.json")).collect();
    read.sort();
    assert_eq!(files, read);
}

/// This crate, with three callers.
struct InProcess {
    service: Service<Keyring>,
    callers: BTreeMap<Principal, Caller>,
    region: &'static str,
}

impl InProcess {
    fn new(region: &'static str) -> Self {
        let keyring = Keyring::builder(ACCOUNT, region).clock(SystemClock::default());
        let keyring = keyring.build().unwrap();
        let user = |account: &str, name, policy| {
            let caller = Caller::user(account.parse().unwrap(), name).unwrap();
            let caller = caller.in_partition_of(&keyring.place().region);
            caller.with_identity_policy(policy)
        };
        let everything = || {
            let statement = Statement::allow().action("kms:*").resource("*");
            Policy::new().statement(statement)
        };
        let callers = [
            (Principal::Owner, user(ACCOUNT, "owner", everything())),
            (Principal::Second, user(ACCOUNT, "second", Policy::new())),
            (
                Principal::Stranger,
                user(OTHER_ACCOUNT, "stranger", everything()),
            ),
        ];
        Self {
            callers: callers.into(),
            service: Kms::new(keyring).service(),
            region,
        }
    }

    fn facts(&self, abroad: &str) -> Facts {
        let mut facts = Facts::new(ACCOUNT, self.region, abroad, "0a1b2c3d");
        facts.other_account = OTHER_ACCOUNT.to_owned();
        let arn = |(principal, caller): (&Principal, &Caller)| (*principal, caller.to_string());
        facts.principals = self.callers.iter().map(arn).collect();
        facts
    }
}

impl Endpoint for InProcess {
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        let caller = self.callers.get(&request.principal).unwrap().clone();
        let service = self.service.as_caller(caller);
        let service = service.in_region(request.region.parse().unwrap());
        let response = match request.content_type {
            CONTENT_TYPE => service.call(request.target, request.body),
            _ => Response::other_protocol(),
        };
        let headers = response.headers();
        Ok(Answer {
            status: response.status(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: response.into_body(),
        })
    }
}

/// A case that has to disagree: the judge is not asleep.
#[test]
fn a_wrong_expectation_is_found_out() {
    let book = Book::read().unwrap();
    let server = InProcess::new("us-east-2");
    let mut run = Run::new(&book, &server, server.facts("us-west-2"), Patience::NONE);
    let mut case = |expect: &str| {
        let text = format!(
            r#"{{"id": "a/b", "shows": "A wrong answer.", "evidence": "DOC", "source": "-",
                 "request": {{"call": "DescribeKey", "with": {{"KeyId": "foo"}}}}, "expect": {expect}}}"#
        );
        let case: Case = serde_json::from_str(&text).unwrap();
        let outcome = run.case(&case);
        (outcome.verdict, outcome.notes.join("; "))
    };
    for (expect, verdict, notes) in [
        (
            r#"{"code": "NotFoundException", "message": "Invalid keyId 'foo'"}"#,
            Verdict::Agrees,
            "",
        ),
        (
            r#"{"code": "NotFoundException", "message": null}"#,
            Verdict::Disagrees,
            "the message is \"Invalid keyId 'foo'\", expected none",
        ),
        (
            r#"{"code": "AccessDeniedException", "message": {"$any": true}}"#,
            Verdict::Disagrees,
            r#"the exception is "NotFoundException", expected "AccessDeniedException""#,
        ),
        (
            r#"{"members": {}}"#,
            Verdict::Disagrees,
            "the status is 400, expected 200; the exception NotFoundException came back: Invalid keyId 'foo'",
        ),
    ] {
        assert_eq!(case(expect), (verdict, notes.to_owned()), "{expect}");
    }
}

/// Each decision of behaviour §12 is asked, or stands in `kit/not-asked.json` with the reason.
#[test]
fn every_open_point_is_asked_or_cannot_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let behaviour = fs::read_to_string(root.join("docs/behaviour.md")).unwrap();
    let (_, decisions) = behaviour.split_once("\n## 12. ").unwrap();
    let (decisions, _) = decisions.split_once("\n## ").unwrap();
    let number = |line: &str| line.strip_prefix("| ")?.split_once(' ')?.0.parse().ok();
    let decisions: BTreeSet<u32> = decisions.lines().filter_map(number).collect();
    assert!(decisions.len() >= 55, "only {} found", decisions.len());

    let book = Book::read().unwrap();
    let asked: BTreeSet<u32> = book.cases().filter_map(|case| case.open).collect();
    let reasons = fs::read_to_string(root.join("kit/not-asked.json")).unwrap();
    let reasons: BTreeMap<u32, String> = serde_json::from_str(&reasons).unwrap();
    let not_asked: BTreeSet<u32> = reasons.into_keys().collect();
    let both: Vec<&u32> = asked.intersection(&not_asked).collect();
    assert!(both.is_empty(), "asked after all: {both:?}");
    assert_eq!(&asked | &not_asked, decisions);
}

#[test]
fn what_a_run_makes_it_takes_away() {
    let book = Book::read().unwrap();
    let server = InProcess::new("us-east-2");
    let mut run = Run::new(&book, &server, server.facts("us-west-2"), Patience::NONE);
    for case in book
        .cases()
        .filter(|case| case.id.starts_with("identifiers/"))
    {
        run.case(case);
    }
    assert!(run.ledger().keys.len() > 2, "{:?}", run.ledger());
    assert!(!run.ledger().aliases.is_empty(), "{:?}", run.ledger());
    assert_eq!(run.clean(), [""; 0]);
    assert!(run.ledger().keys.is_empty() && run.ledger().aliases.is_empty());
    let keyring = server.service.kms().provider();
    for key in keyring.keys() {
        let state = keyring.describe_key(key).unwrap().key_state();
        assert_eq!(state, KeyState::PendingDeletion, "{key}");
    }
}

/// An endpoint that can be switched off.
struct Unsteady<'a> {
    server: &'a InProcess,
    is_on: Cell<bool>,
    requests: Cell<u32>,
}

impl Endpoint for Unsteady<'_> {
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        self.requests.set(self.requests.get() + 1);
        if self.is_on.get() {
            return self.server.send(request);
        }
        Err(NoAnswer("connection refused".to_owned()))
    }
}

/// A run notices that nobody is there any more, and keeps what it has made in mind until somebody is.
#[test]
fn an_endpoint_that_stops_answering_is_given_up() {
    let book = Book::read().unwrap();
    let server = InProcess::new("us-east-2");
    let endpoint = Unsteady {
        server: &server,
        is_on: Cell::new(true),
        requests: Cell::new(0),
    };
    let mut run = Run::new(
        &book,
        &endpoint,
        server.facts("us-west-2"),
        Patience {
            tries: 3,
            pause: Duration::ZERO,
        },
    );
    let section = |name: &'static str| book.cases().filter(move |case| case.id.starts_with(name));
    for case in section("identifiers/") {
        run.case(case);
    }
    assert!(run.is_answered() && !run.is_lost());
    let made = run.ledger().keys.len();
    assert!(made > 2, "{:?}", run.ledger());

    endpoint.is_on.set(false);
    for case in section("states/").take(3) {
        assert_eq!(run.case(case).verdict, Verdict::NotReached, "{}", case.id);
    }
    assert!(run.is_lost());

    // Cleaning up tries again, and not once for each key.
    let before = endpoint.requests.get();
    let faults = run.clean();
    assert_eq!(faults.len(), made + run.ledger().aliases.len());
    assert!(
        faults.last().unwrap().ends_with(": not tried"),
        "{faults:?}"
    );
    assert!(endpoint.requests.get() - before < 10);
    assert_eq!(run.ledger().keys.len(), made);

    endpoint.is_on.set(true);
    assert_eq!(run.clean(), [""; 0]);
    assert!(run.ledger().keys.is_empty() && run.ledger().aliases.is_empty());
}

#[test]
fn what_a_case_has_changed_against_all_expectation_is_made_anew() {
    let book = Book::read().unwrap();
    let server = InProcess::new("us-east-2");
    let mut run = Run::new(&book, &server, server.facts("us-west-2"), Patience::NONE);
    let mut ask = |request: &str, expect: &str| {
        let text = format!(
            r#"{{"id": "a/b", "shows": "A.", "evidence": "DOC", "source": "-", "uses": ["alias"],
                 "request": {request}, "expect": {expect}}}"#
        );
        run.case(&serde_json::from_str(&text).unwrap()).verdict
    };
    let delete = r#"{"call": "ScheduleKeyDeletion", "with": {"KeyId": "${symmetric.KeyId}"}}"#;
    let refused = r#"{"code": "ValidationException", "message": null}"#;
    assert_eq!(ask(delete, refused), Verdict::Disagrees);
    let by_alias = r#"{"call": "Decrypt", "with": {"KeyId": "alias/kms-kit-${run}-symmetric",
        "CiphertextBlob": "${symmetric_blob.CiphertextBlob}"}}"#;
    let opened = r#"{"members": {"KeyId": "${symmetric.Arn}"}}"#;
    assert_eq!(ask(by_alias, opened), Verdict::Agrees);
}

//! Faults from a file: what they do to requests, and what is refused in it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use std::fs;

use kms_reencrypt::testing::faults_file::{load_faults, read_faults};
use kms_reencrypt::testing::ring_file::read_ring;
use kms_reencrypt::testing::{Faults, FaultyProvider};
use kms_reencrypt::{EncryptRequest, Keyring, Kms, KmsError, ReEncryptRequest};

const SOURCE: &str = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const DESTINATION: &str =
    "arn:aws:kms:us-east-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

fn ring() -> Keyring {
    read_ring(
        r#"{
            "Format": "kms-reencrypt ring 1", "Account": "111122223333", "Region": "us-east-2",
            "Keys": [{"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}, {"KeyId": "0987dcba-09fe-87dc-65ba-ab0987654321"}],
            "Aliases": [{"AliasName": "alias/archive", "TargetKeyId": "0987dcba-09fe-87dc-65ba-ab0987654321"}]
        }"#,
    )
    .unwrap()
}

/// A handle with the faults of a list, and a request that moves a blob from one key to the other.
fn scene(faults: &str) -> (Kms<FaultyProvider<Keyring>>, Faults, ReEncryptRequest) {
    let encrypt = EncryptRequest::builder().key_id(SOURCE).plaintext("data");
    let blob = Kms::new(ring()).encrypt(&encrypt.build().unwrap()).unwrap();
    let provider = FaultyProvider::new(ring());
    let script = provider.faults();
    for fault in read_faults(&format!(r#"{{"Faults": [{faults}]}}"#)).unwrap() {
        script.inject(fault);
    }
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(blob.into_ciphertext_blob())
        .destination_key_id("alias/archive");
    (Kms::new(provider), script, request.build().unwrap())
}

/// The codes of four ReEncrypts; empty for success.
fn codes(faults: &str) -> [&'static str; 4] {
    let (kms, _, request) = scene(faults);
    [(); 4].map(|()| {
        kms.re_encrypt(&request)
            .map_or_else(|error| error.code(), |_| "")
    })
}

#[test]
fn faults_strike_where_and_as_often_as_the_file_says() {
    let on_source = format!(
        r#"{{"Error": "KMSInternalException", "KeyArn": "{SOURCE}", "Call": "Decrypt", "Times": 1}}"#
    );
    let elsewhere =
        format!(r#"{{"Error": "KMSInternalException", "KeyArn": "{SOURCE}", "Call": "Encrypt"}}"#);
    let on_destination =
        format!(r#"{{"Error": "KeyUnavailableException", "KeyArn": "{DESTINATION}", "After": 3}}"#);
    const THROTTLED: &str = "ThrottlingException";
    const UNAVAILABLE: &str = "KeyUnavailableException";
    const TIMEOUT: &str = "DependencyTimeoutException";
    const INTERNAL: &str = "KMSInternalException";
    const STATE: &str = "KMSInvalidStateException";
    for (faults, expected) in [
        ("", ["", "", "", ""]),
        (r#"{"Error": "ThrottlingException"}"#, [THROTTLED; 4]),
        (
            r#"{"Error": "ThrottlingException", "Operation": "ReEncrypt", "Times": 2}"#,
            [THROTTLED, THROTTLED, "", ""],
        ),
        (
            r#"{"Error": "ThrottlingException", "Operation": "Decrypt"}"#,
            [""; 4],
        ),
        (
            r#"{"Error": "DependencyTimeoutException", "Operation": "ReEncrypt", "Nth": 2}"#,
            ["", TIMEOUT, "", ""],
        ),
        // Two look-ups of keys in each request.
        (
            r#"{"Error": "DependencyTimeoutException", "After": 1, "Times": 2}"#,
            [TIMEOUT, TIMEOUT, "", ""],
        ),
        (on_source.as_str(), [INTERNAL, "", "", ""]),
        (elsewhere.as_str(), [""; 4]),
        (on_destination.as_str(), ["", "", "", UNAVAILABLE]),
        (
            r#"{"Error": "KeyUnavailableException", "Call": "AliasLookUp"}"#,
            [UNAVAILABLE; 4],
        ),
        (
            r#"{"Error": "KMSInvalidStateException", "Message": "the store is down", "Call": "View", "Times": 1},
               {"Error": "ThrottlingException", "Nth": 2}"#,
            [STATE, "", THROTTLED, ""],
        ),
        (
            r#"{"Error": "ThrottlingException", "Probability": 1}"#,
            [THROTTLED; 4],
        ),
        (
            r#"{"Error": "ThrottlingException", "Probability": 0.0, "Seed": 7}"#,
            [""; 4],
        ),
    ] {
        assert_eq!(codes(faults), expected, "{faults}");
    }
}

#[test]
fn a_seed_decides_whom_a_probable_fault_strikes() {
    let struck = |seed: &str| {
        let fault =
            format!(r#"{{"Error": "ThrottlingException", "Probability": 0.5, "Seed": {seed}}}"#);
        let (kms, faults, request) = scene(&fault);
        let outcomes: Vec<bool> = (0..200).map(|_| kms.re_encrypt(&request).is_ok()).collect();
        assert!((60..140).contains(&faults.strikes()), "{faults:?}");
        outcomes
    };
    assert_eq!(struck("1"), struck("1"));
    assert_ne!(struck("1"), struck("2"));
}

#[test]
fn a_fault_has_the_message_and_the_delay_of_the_file() {
    let (kms, faults, request) = scene(
        r#"{"Delay": "1s 500ms", "Operation": "ReEncrypt"},
           {"Error": "KeyUnavailableException", "Message": "on holiday", "Delay": "250ms", "Operation": "ReEncrypt", "Nth": 2}"#,
    );
    assert!(kms.re_encrypt(&request).is_ok());
    assert_eq!(faults.delay(), Duration::from_millis(1500));
    let error = kms.re_encrypt(&request).unwrap_err();
    assert!(matches!(error, KmsError::KeyUnavailable(_)), "{error:?}");
    assert_eq!(error.to_string(), "on holiday");
    assert_eq!(faults.delay(), Duration::from_millis(3250));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let fault = |members: &str| {
        format!(r#"{{"Faults": [{{"Error": "KMSInternalException", {members}}}]}}"#)
    };
    let many = vec![r#"{"Delay": "1s"}"#; 1001].join(",");
    let long = "x".repeat(8193);
    for (file, error) in [
        (String::new(), "the document: "),
        ("[]".to_owned(), "the document: not an object"),
        ("{}".to_owned(), "the document: Faults is missing"),
        (r#"{"Faults": {}}"#.to_owned(), "Faults: not a list"),
        (
            r#"{"Faults": [], "More": 1}"#.to_owned(),
            "More: no such element",
        ),
        (
            r#"{"Faults": [{}]}"#.to_owned(),
            "Faults[0]: a fault has an Error, a Delay or both",
        ),
        (
            r#"{"Faults": [{"Delay": "1s", "Message": "m"}]}"#.to_owned(),
            "Faults[0].Message: only an Error has a message",
        ),
        (
            r#"{"Faults": [{"Delay": "1s"}, {"Error": "DisabledException"}]}"#.to_owned(),
            "Faults[1].Error: not DependencyTimeoutException, ",
        ),
        (
            r#"{"Faults": [{"Error": "KMSInvalidStateException"}]}"#.to_owned(),
            "Faults[0].Error: it needs a Message",
        ),
        (
            r#"{"Faults": [{"Error": "ThrottlingException", "Message": "m"}]}"#.to_owned(),
            "Faults[0].Message: a ThrottlingException always has AWS's message",
        ),
        (
            format!(r#"{{"Faults": [{many}]}}"#),
            "Faults: it has more than 1000 faults",
        ),
        (
            fault(r#""Error": "KMSInternalException""#),
            r#"Faults[0]: duplicate element "Error""#,
        ),
        (
            fault(r#""Message": """#),
            "Faults[0].Message: an empty message",
        ),
        (
            fault(&format!(r#""Message": "{long}""#)),
            "Faults[0].Message: it has more than 8192 bytes",
        ),
        (fault(r#""Delay": 5"#), "Faults[0].Delay: not a string"),
        (
            fault(r#""Delay": "5""#),
            "Faults[0].Delay: not a duration such as 250ms",
        ),
        (
            fault(r#""Delay": "61m""#),
            "Faults[0].Delay: more than an hour",
        ),
        (
            fault(r#""Operation": "Reencrypt""#),
            "Faults[0].Operation: KMS has no such operation",
        ),
        (
            fault(r#""KeyArn": "alias/app""#),
            "Faults[0].KeyArn: not the ARN of a key",
        ),
        (
            fault(r#""Call": "Look""#),
            "Faults[0].Call: not AliasLookUp, ",
        ),
        (
            fault(r#""After": -1"#),
            "Faults[0].After: not a non-negative whole number",
        ),
        (
            fault(r#""Times": 1.5"#),
            "Faults[0].Times: not a non-negative whole number",
        ),
        (fault(r#""Times": "1""#), "Faults[0].Times: not a number"),
        (
            fault(r#""Nth": 0"#),
            "Faults[0].Nth: calls are counted from 1",
        ),
        (
            fault(r#""Nth": 2, "Times": 1"#),
            "Faults[0].Nth: it replaces After and Times",
        ),
        (
            fault(r#""Probability": 1.1"#),
            "Faults[0].Probability: not a number from 0 to 1",
        ),
        (
            fault(r#""Probability": true"#),
            "Faults[0].Probability: not a number",
        ),
        (
            fault(r#""Seed": 1"#),
            "Faults[0].Seed: only a Probability has a seed",
        ),
    ] {
        let refused = read_faults(&file).unwrap_err().to_string();
        assert!(refused.starts_with(error), "{refused}");
    }
    let spaces = " ".repeat(1024 * 1024);
    let refused = read_faults(&spaces).unwrap_err().to_string();
    assert!(refused.starts_with("the document: "), "{refused}");
    let refused = read_faults(&(spaces + " ")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the document: it has more than 1048576 bytes"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = load_faults("tests/no-such-file.json").unwrap_err();
    assert_eq!(missing.place(), "tests/no-such-file.json");
    let path = std::env::temp_dir().join(format!("faults-{}.json", std::process::id()));
    fs::write(&path, "[]").unwrap();
    let error = load_faults(&path).unwrap_err();
    fs::write(&path, r#"{"Faults": [{"Delay": "1s"}]}"#).unwrap();
    let read = load_faults(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(error.place().ends_with(".json: the document"), "{error}");
    assert_eq!(read.len(), 1);
}

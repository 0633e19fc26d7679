//! Callers from a file: what it says of them, and what is refused in it.

use std::fs;

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Principal, Statement};
use kms_reencrypt::testing::principals_file::{load_principals, read_principals};
use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, KmsError};

const ALLOW_ENCRYPT: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}}"#;

/// A file with one principal, `alice`, and some more members.
fn alice(members: &str) -> String {
    let arn = "arn:aws:iam::111122223333:user/alice";
    format!(r#"{{"Principals": [{{"AccessKeyId": "A", "Arn": "{arn}"{members}}}]}}"#)
}

#[test]
fn a_caller_of_the_file_is_one_built_in_code() {
    let session = r#"{
        "AccessKeyId": "B",
        "Arn": "arn:aws:sts::111122223333:assumed-role/app/alice",
        "RoleArn": "arn:aws:iam::111122223333:role/team/app",
        "IdentityPolicies": [POLICY],
        "PermissionsBoundary": POLICY,
        "SessionPolicies": [POLICY, POLICY],
        "Tags": {"team": "blue"},
        "Context": {"aws:PrincipalOrgID": "o-123456", "aws:CalledVia": ["a", "b"], "aws:MultiFactorAuthAge": 60,
                    "aws:MultiFactorAuthPresent": true}
    }"#;
    let file = format!(
        r#"{{"Principals": [{session}, {{"AccessKeyId": "C", "Arn": "sns.amazonaws.com"}}],
            "ServiceControlPolicies": {{"111122223333": [[POLICY], [POLICY, POLICY]]}},
            "VpcEndpointPolicy": ENDPOINT}}"#
    );
    let endpoint = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}}"#;
    let file = file
        .replace("POLICY", ALLOW_ENCRYPT)
        .replace("ENDPOINT", endpoint);
    let principals = read_principals(&file).unwrap();

    let policy = || {
        let statement = Statement::allow().action("kms:Encrypt").resource("*");
        Policy::new().statement(statement)
    };
    let endpoint = Policy::new().statement(
        Statement::allow()
            .principal(Principal::Any)
            .action("kms:Encrypt")
            .resource("*"),
    );
    let account = "111122223333".parse().unwrap();
    let expected = Caller::assumed_role(account, "team/app", "alice")
        .unwrap()
        .with_identity_policy(policy())
        .with_permissions_boundary(policy())
        .with_session_policy(policy())
        .with_session_policy(policy())
        .with_service_control_policies(vec![vec![policy()], vec![policy(), policy()]])
        .with_vpc_endpoint_policy(endpoint.clone())
        .with_tag("team", "blue")
        .with_context("aws:PrincipalOrgID", ["o-123456"])
        .with_context("aws:CalledVia", ["a", "b"])
        .with_multi_factor_auth(60);
    assert_eq!(principals.caller("B"), Some(&expected));
    let service = Caller::service("sns.amazonaws.com").with_vpc_endpoint_policy(endpoint);
    assert_eq!(principals.caller("C"), Some(&service));
    assert_eq!(principals.caller("D"), None);
    let ids: Vec<&str> = principals.callers().map(|(id, _)| id).collect();
    assert_eq!(ids, ["B", "C"]);
}

#[test]
fn the_policies_of_an_organization_limit_callers_and_keys() {
    let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}"#;
    let control = |kind: &str, statement: &str| {
        let policy = format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
        read_principals(&format!(
            r#"{{"Principals": [], "{kind}": {{"111122223333": [[{policy}]]}}}}"#
        ))
        .unwrap()
    };
    let of_accounts = control(
        "ServiceControlPolicies",
        &deny.replace(r#""Principal": "*","#, ""),
    );
    let of_keys = control("ResourceControlPolicies", deny);
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .unwrap();
    let root = kms.caller().clone();
    for (describes, kms) in [
        ("service control", kms.as_caller(of_accounts.limit(root))),
        ("resource control", of_keys.limit_resources(kms.clone())),
    ] {
        let denied = kms.encrypt(&request).unwrap_err();
        assert!(matches!(denied, KmsError::AccessDenied(_)), "{denied:?}");
        assert!(denied.to_string().contains(describes), "{denied}");
    }
    assert!(kms.encrypt(&request).is_ok());
}

#[test]
fn a_policy_may_have_an_arn() {
    let arn = "arn:aws:iam::111122223333:policy/encrypt";
    let named = format!(r#"{{"PolicyArn": "{arn}", "PolicyDocument": {ALLOW_ENCRYPT}}}"#);
    let file = read_principals(&alice(&format!(
        r#", "IdentityPolicies": [{named}, {ALLOW_ENCRYPT}], "PermissionsBoundary": {named}, "SessionPolicies": [{named}]"#
    )))
    .unwrap();
    let statement = Statement::allow().action("kms:Encrypt").resource("*");
    let policy = Policy::new().statement(statement);
    let named = || policy.clone().with_arn(arn);
    let expected = "arn:aws:iam::111122223333:user/alice"
        .parse::<Caller>()
        .unwrap()
        .with_identity_policy(named())
        .with_identity_policy(policy.clone())
        .with_permissions_boundary(named())
        .with_session_policy(named());
    assert_eq!(file.caller("A"), Some(&expected));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let twice = r#"{"Principals": [{"AccessKeyId": "A", "Arn": "sns.amazonaws.com"}, {"AccessKeyId": "A", "Arn": "sns.amazonaws.com"}]}"#;
    let session = r#"{"Principals": [{"AccessKeyId": "A", "Arn": "arn:aws:sts::111122223333:assumed-role/app/alice", "RoleArn": "arn:aws:iam::111122223333:role/other"}]}"#;
    let role = r#", "RoleArn": "arn:aws:iam::111122223333:role/app""#;
    let incomplete =
        r#", "IdentityPolicies": [{"Statement": []}, {"Statement": [{"Effect": "Permit"}]}]"#;
    let with_principal = r#", "PermissionsBoundary": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
    let scp =
        |accounts: &str| format!(r#"{{"Principals": [], "ServiceControlPolicies": {accounts}}}"#);
    for (file, place) in [
        (String::new(), "the document"),
        ("{".to_owned(), "the document"),
        ("[]".to_owned(), "the document"),
        ("{}".to_owned(), "the document"),
        (r#"{"Principals": {}}"#.to_owned(), "Principals"),
        (
            r#"{"Principals": [], "principals": []}"#.to_owned(),
            "principals",
        ),
        (
            r#"{"Principals": [], "Principals": []}"#.to_owned(),
            "the document",
        ),
        (r#"{"Principals": [{}]}"#.to_owned(), "Principals[0]"),
        (
            r#"{"Principals": [{"AccessKeyId": "A"}]}"#.to_owned(),
            "Principals[0]",
        ),
        (
            r#"{"Principals": [{"AccessKeyId": "A/B"}]}"#.to_owned(),
            "Principals[0].AccessKeyId",
        ),
        (
            r#"{"Principals": [{"AccessKeyId": ""}]}"#.to_owned(),
            "Principals[0].AccessKeyId",
        ),
        (
            r#"{"Principals": [{"AccessKeyId": "A", "Arn": "alice"}]}"#.to_owned(),
            "Principals[0].Arn",
        ),
        (
            r#"{"Principals": [{"AccessKeyId": "A", "Arn": ".amazonaws.com"}]}"#.to_owned(),
            "Principals[0].Arn",
        ),
        (twice.to_owned(), "Principals[1]"),
        (session.to_owned(), "Principals[0].RoleArn"),
        (alice(role), "Principals[0].RoleArn"),
        (alice(r#", "Policies": []"#), "Principals[0].Policies"),
        (alice(r#", "Arn": "sns.amazonaws.com""#), "Principals[0]"),
        (
            alice(r#", "IdentityPolicies": {}"#),
            "Principals[0].IdentityPolicies",
        ),
        (
            alice(r#", "SessionPolicies": [{}]"#),
            "Principals[0].SessionPolicies[0]",
        ),
        (
            alice(incomplete),
            "Principals[0].IdentityPolicies[0].Statement",
        ),
        (
            alice(&incomplete.replacen(r#"{"Statement": []}, "#, "", 1)),
            "Principals[0].IdentityPolicies[0].Statement[0].Effect",
        ),
        (
            alice(with_principal),
            "Principals[0].PermissionsBoundary.Statement[0].Principal",
        ),
        (
            alice(
                r#", "PermissionsBoundary": {"PolicyArn": "arn:aws:iam::111122223333:policy/a"}"#,
            ),
            "Principals[0].PermissionsBoundary",
        ),
        (
            alice(r#", "IdentityPolicies": [{"PolicyDocument": {}}]"#),
            "Principals[0].IdentityPolicies[0]",
        ),
        (
            alice(r#", "IdentityPolicies": [{"PolicyArn": "a", "PolicyDocument": {}}]"#),
            "Principals[0].IdentityPolicies[0].PolicyArn",
        ),
        (
            alice(
                r#", "SessionPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/a", "PolicyDocument": {"Id": 1}}]"#,
            ),
            "Principals[0].SessionPolicies[0].PolicyDocument",
        ),
        (alice(r#", "Tags": {"team": 1}"#), "Principals[0].Tags.team"),
        (
            alice(r#", "Tags": {"team": "a", "Team": "b"}"#),
            "Principals[0].Tags.Team",
        ),
        (
            alice(r#", "Tags": {"team": "a"}, "Context": {"aws:PrincipalTag/Team": "b"}"#),
            "Principals[0].Context.aws:PrincipalTag/Team",
        ),
        (
            alice(r#", "Context": {"aws:SourceIp": []}"#),
            "Principals[0].Context.aws:SourceIp",
        ),
        (
            alice(r#", "Context": {"aws:SourceIp": {}}"#),
            "Principals[0].Context.aws:SourceIp",
        ),
        (
            alice(r#", "Context": {"aws:SourceIp": "a", "AWS:SourceIP": "b"}"#),
            "Principals[0].Context.AWS:SourceIP",
        ),
        (scp("[]"), "ServiceControlPolicies"),
        (scp(r#"{"1": []}"#), "ServiceControlPolicies.1"),
        (
            scp(r#"{"111122223333": [{}]}"#),
            "ServiceControlPolicies.111122223333[0]",
        ),
        (
            scp(r#"{"111122223333": [[{}]]}"#),
            "ServiceControlPolicies.111122223333[0][0]",
        ),
    ] {
        let error = read_principals(&file).unwrap_err();
        assert_eq!(error.place(), place, "{file}: {error}");
        assert!(
            error.to_string().starts_with(&format!("{place}: ")),
            "{error}"
        );
    }
}

#[test]
fn a_text_or_a_file_that_is_too_long_is_refused() {
    let long = "a".repeat(32_769);
    for (members, place) in [
        (
            format!(r#", "Tags": {{"team": "{long}"}}"#),
            "Principals[0].Tags.team",
        ),
        (
            format!(r#", "Context": {{"a": ["b", "{long}"]}}"#),
            "Principals[0].Context.a[1]",
        ),
        (
            format!(r#", "Tags": {{"{long}": "blue"}}"#),
            "Principals[0].Tags",
        ),
    ] {
        let error = read_principals(&alice(&members)).unwrap_err();
        assert_eq!(error.place(), place);
        assert!(error.to_string().ends_with("more than 32768 bytes"));
    }
    let path = std::env::temp_dir().join(format!("kms-reencrypt-long-{}", std::process::id()));
    let file = fs::File::create(&path).unwrap();
    file.set_len(16 * 1024 * 1024 + 1).unwrap();
    let refused = load_principals(&path);
    fs::remove_file(&path).unwrap();
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .ends_with("more than 16777216 bytes")
    );
    let spaces = " ".repeat(16 * 1024 * 1024);
    let error = read_principals(&(alice("") + &spaces)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document: it has more than 16777216 bytes"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = load_principals("tests/no-such-file.json").unwrap_err();
    assert_eq!(missing.place(), "tests/no-such-file.json");
    let path = std::env::temp_dir().join(format!("principals-{}.json", std::process::id()));
    fs::write(&path, "[]").unwrap();
    let error = load_principals(&path).unwrap_err();
    fs::write(&path, alice("")).unwrap();
    let read = load_principals(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(error.place().ends_with(".json: the document"), "{error}");
    assert!(read.caller("A").is_some());
}

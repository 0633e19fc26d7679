//! Policy variables: where they mean something, and what becomes of one without a value.

use kms_reencrypt::iam::{Condition, ConditionOperator, Layers, Statement, decide};

use crate::request::{Request, of};

/// Whether a statement applies to a request of alice, who has a team but no department.
fn applies(statement: Statement) -> bool {
    let identity = [of(statement)];
    let layers = Layers {
        identity: &identity,
        ..Layers::default()
    };
    let request = Request::by("user/alice")
        .with("aws:username", &["alice"])
        .with("aws:PrincipalAccount", &["111122223333"])
        .with("aws:PrincipalTag/team", &["blue"])
        .with("aws:ResourceTag/team", &["blue"])
        .with("aws:SecureTransport", &["true"])
        .with("aws:TagKeys", &["one", "two"])
        .with("aws:Epoch", &["1"])
        .with("aws:One", &["1"]);
    decide(&layers, &request).is_allowed()
}

fn condition(operator: &str, key: &str, value: &str) -> Condition {
    let operator: ConditionOperator = operator.parse().unwrap();
    Condition::new(operator, key, [value])
}

fn under(operator: &str, key: &str, value: &str) -> Statement {
    Statement::allow()
        .action("kms:*")
        .condition(condition(operator, key, value))
}

#[test]
fn resources_and_values_of_conditions_have_variables() {
    let key = "arn:aws:kms:us-east-2:111122223333:key/";
    for (resource, expected) in [
        (format!("{key}${{aws:username}}-1"), true),
        (format!("{key}${{AWS:Username}}-*"), true),
        (format!("{key}${{aws:PrincipalTag/team}}-1"), false),
        (format!("{key}${{aws:userid}}*"), false),
        (format!("{key}${{aws:userid, 'alice'}}-1"), true),
        (format!("{key}alice${{*}}"), false),
        (
            "arn:aws:kms:us-east-2:${aws:PrincipalAccount}:key/alice-1".to_owned(),
            true,
        ),
    ] {
        let statement = Statement::allow().action("kms:*").resource(&*resource);
        assert_eq!(applies(statement), expected, "{resource}");
    }
    for (operator, key, value, expected) in [
        (
            "StringEquals",
            "aws:ResourceTag/team",
            "${aws:PrincipalTag/team}",
            true,
        ),
        (
            "StringEquals",
            "aws:ResourceTag/team",
            "${aws:username}",
            false,
        ),
        (
            "StringEqualsIgnoreCase",
            "aws:ResourceTag/team",
            "BL${aws:userid, 'UE'}",
            true,
        ),
        (
            "StringLike",
            "aws:ResourceTag/team",
            "${aws:PrincipalTag/team}*",
            true,
        ),
        (
            "ArnLike",
            "aws:ResourceTag/team",
            "${aws:PrincipalTag/team}",
            true,
        ),
        (
            "Bool",
            "aws:SecureTransport",
            "${aws:SecureTransport}",
            true,
        ),
        // A key with several values has no single one.
        ("StringEquals", "aws:username", "${aws:TagKeys}", false),
        // The other operators have no variables (IAM User Guide).
        ("NumericEquals", "aws:One", "${aws:One}", false),
        ("DateEquals", "aws:Epoch", "${aws:Epoch}", false),
    ] {
        let statement = under(operator, key, value);
        assert_eq!(applies(statement), expected, "{operator} {key} {value}");
    }
}

#[test]
fn a_variable_without_a_value_equals_nothing() {
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringLike", false),
        ("ArnEquals", false),
        ("StringNotEquals", true),
        ("StringNotLike", true),
        ("ArnNotEquals", true),
    ] {
        let statement = under(operator, "aws:username", "${aws:PrincipalTag/dept}");
        assert_eq!(applies(statement), expected, "{operator}");
    }
    let other_value = Condition::new(
        ConditionOperator::StringEquals,
        "aws:username",
        ["${aws:PrincipalTag/dept}", "alice"],
    );
    assert!(applies(
        Statement::allow().action("kms:*").condition(other_value)
    ));
    let no_resource = Statement::allow()
        .action("kms:*")
        .any_resource_but(["arn:aws:kms:*:*:key/${aws:PrincipalTag/dept}*"]);
    assert!(applies(no_resource), "NotResource of nothing is everything");
}

#[test]
fn actions_and_principals_have_no_variables() {
    assert!(!applies(
        Statement::allow().action("kms:${aws:verb, 'Decrypt'}")
    ));
}

#[cfg(feature = "json")]
#[test]
fn only_version_2012_10_17_has_variables() {
    use kms_reencrypt::iam::{Policy, PolicyKind};

    for (version, expected) in [
        (r#""Version": "2012-10-17","#, true),
        (r#""Version": "2008-10-17","#, false),
        ("", false),
    ] {
        let text = format!(
            r#"{{{version} "Statement": {{
                "Effect": "Allow",
                "Action": "kms:*",
                "Resource": "arn:aws:kms:*:*:key/*",
                "Condition": {{"StringEquals": {{"aws:username": "${{aws:username}}"}}}}
            }}}}"#
        );
        let read = || Policy::from_json(PolicyKind::IdentityBased, &text).unwrap();
        let keys = read().context_keys().len();
        assert_eq!(keys, 1, "each key once");
        let resource = Statement::allow()
            .action("kms:*")
            .resource("arn:aws:kms:*:*:key/${aws:username}*");
        for policy in [read(), Policy::clone(&read()).statement(resource)] {
            let identity = [policy];
            let layers = Layers {
                identity: &identity,
                ..Layers::default()
            };
            let request = Request::by("user/alice").with("aws:username", &["alice"]);
            let decision = decide(&layers, &request);
            assert_eq!(decision.is_allowed(), expected, "{version}");
            let literal = Request::by("user/alice").with("aws:username", &["${aws:username}"]);
            // The variable is the name itself, and the name is the text.
            assert!(decide(&layers, &literal).is_allowed(), "{version}");
        }
    }
}

#[test]
fn a_policy_asks_for_the_keys_of_its_conditions_and_variables() {
    let statement = under("StringLike", "x:Text", "${aws:PrincipalTag/text}*")
        .condition(condition("StringEquals", "x:Text", "${x:Text}"))
        .condition(condition(
            "StringEqualsIgnoreCase",
            "x:Case",
            "${x:AnyCase, 'none'}",
        ))
        .condition(condition(
            "ArnLike",
            "x:Arn",
            "arn:aws:iam::${aws:PrincipalAccount}:root",
        ))
        .condition(condition("NumericEquals", "x:Number", "${x:NoVariable}"))
        .resource("arn:aws:kms:*:*:key/${aws:username}");
    let but = Statement::deny()
        .action("*")
        .any_resource_but(["arn:aws:kms:*:*:key/${aws:userid}"]);
    let policy = of(statement).statement(but);
    let keys: Vec<String> = policy
        .context_keys()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        keys,
        [
            "x:Text",
            "aws:PrincipalTag/text",
            "x:Case",
            "x:AnyCase",
            "x:Arn",
            "aws:PrincipalAccount",
            "x:Number",
            "aws:username",
            "aws:userid",
        ]
    );
}

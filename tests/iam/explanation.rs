//! Explanations: what did not match, in words and as data.

use kms_reencrypt::iam::{
    Condition, ConditionOperator, Layer, Layers, Match, Presence, Principal, Statement, decide,
    explain,
};

use crate::request::{Request, arn, of, silent};

fn principal(name: &str) -> Principal {
    Principal::Arn(arn(name).parse().unwrap())
}

#[test]
fn each_statement_says_what_did_not_match() {
    let is = |key, value| Condition::new(ConditionOperator::StringEquals, key, [value]);
    let allow = || Statement::allow().principal(Principal::Any).action("kms:*");
    let resource = of(Statement::allow()
        .principal(principal("role/Auditor"))
        .principal(principal("user/bob"))
        .action("kms:*"))
    .statement(
        Statement::allow()
            .sid("Encrypt only")
            .principal(principal("user/alice"))
            .action("kms:Encrypt")
            .action("kms:ReEncryptTo")
            .action("kms:ReEncryptFrom")
            .action("kms:DescribeKey"),
    )
    .statement(allow().resource("arn:aws:kms:*:*:key/mrk-*"))
    .statement(allow().condition(is("kms:EncryptionContext:tenant", "blue")))
    .statement(allow().condition(is("kms:ViaService", "s3.us-east-2.amazonaws.com")))
    .statement(allow().condition(is("aws:SourceIp", "203.0.113.7")))
    .statement(allow().condition(is("unknown:Key", "${aws:userid}")))
    .statement(
        Statement::deny()
            .principal(Principal::Any)
            .action("kms:Put*"),
    );
    let (identity, control) = ([silent()], [vec![of(Statement::allow().action("*"))]]);
    let layers = Layers {
        identity: &identity,
        service_control: &control,
        resource: Some(&resource),
        account_decides: true,
        ..Layers::default()
    };
    let request = Request::by("user/alice").with("kms:EncryptionContext:tenant", &["red"]);
    let explanation = explain(&layers, &request);
    assert_eq!(
        explanation.to_string(),
        r#"kms:Decrypt is denied: no identity-based policy allows it
- service control policy 0 of level 0, statement 0 (Allow): applies
- identity-based policy 0, statement 0 (Allow): Action: the policy has "kms:Encrypt", the request "kms:Decrypt"
- resource-based policy, default statement (Allow): applies
- resource-based policy, statement 0 (Allow): Principal: the policy has "arn:aws:iam::111122223333:role/Auditor", "arn:aws:iam::111122223333:user/bob", the request "arn:aws:iam::111122223333:user/alice"
- resource-based policy, statement 1 "Encrypt only" (Allow): Action: the policy has "kms:Encrypt", "kms:ReEncryptTo", "kms:ReEncryptFrom" and 1 more, the request "kms:Decrypt"
- resource-based policy, statement 2 (Allow): Resource: the policy has "arn:aws:kms:*:*:key/mrk-*", the request "arn:aws:kms:us-east-2:111122223333:key/alice-1"
- resource-based policy, statement 3 (Allow): Condition StringEquals kms:EncryptionContext:tenant: the policy has "blue", the request "red"
- resource-based policy, statement 4 (Allow): Condition StringEquals kms:ViaService: the policy has "s3.us-east-2.amazonaws.com"; not in the request
- resource-based policy, statement 5 (Allow): Condition StringEquals aws:SourceIp: the policy has "203.0.113.7"; not in the request: its value was not provided
- resource-based policy, statement 6 (Allow): Condition StringEquals unknown:Key: the policy has "${aws:userid}"; not in the request: no such key is known
- resource-based policy, statement 7 (Deny): Action: the policy has "kms:Put*", the request "kms:Decrypt"
- kms:ViaService: not in the request
- aws:SourceIp: not in the request: its value was not provided
- unknown:Key: not in the request: no such key is known
- aws:userid: not in the request"#
    );
    let presences: Vec<_> = explanation
        .missing_keys
        .iter()
        .map(|missing| (&*missing.key, missing.presence))
        .collect();
    assert_eq!(
        presences,
        [
            ("kms:ViaService", Presence::Absent),
            ("aws:SourceIp", Presence::NotProvided),
            ("unknown:Key", Presence::Unknown),
            ("aws:userid", Presence::Absent),
        ]
    );
}

#[test]
fn the_policy_that_denied_is_named_by_its_arn() {
    let arn = "arn:aws:iam::111122223333:policy/guard";
    let deny = || of(Statement::deny().action("*"));
    let allow = || of(Statement::allow().action("*"));
    for (identity, denied_by) in [
        ([allow(), deny().with_arn(arn)], Some(arn)),
        ([allow().with_arn(arn), deny()], None),
        ([deny(), deny().with_arn(arn)], None),
        ([allow().with_arn(arn), allow()], None),
    ] {
        let layers = Layers {
            identity: &identity,
            ..Layers::default()
        };
        let explanation = explain(&layers, &Request::by("logs.amazonaws.com"));
        assert_eq!(explanation.denied_by(), denied_by);
        let written = explanation.to_string();
        let named = format!(" ({arn}), statement 0");
        assert_eq!(
            written.contains(&named),
            identity.iter().any(|policy| policy.arn().is_some()),
            "{written}"
        );
    }
}

#[test]
fn the_first_line_says_what_decided() {
    let named = of(Statement::allow()
        .principal(principal("user/alice"))
        .action("kms:*"));
    let (all, deny) = (
        [of(Statement::allow().action("*"))],
        [of(Statement::deny().action("*"))],
    );
    let grants = || Match::Direct;
    let nothing = silent();
    let base = Layers {
        resource: Some(&nothing),
        ..Layers::default()
    };
    for (layers, first_line) in [
        (
            Layers {
                resource: Some(&named),
                ..base
            },
            "kms:Decrypt is allowed by a resource-based policy",
        ),
        (
            Layers {
                account_decides: true,
                identity: &all,
                ..base
            },
            "kms:Decrypt is allowed by an identity-based policy",
        ),
        (
            Layers {
                grants: Some(&grants),
                ..base
            },
            "kms:Decrypt is allowed by a grant",
        ),
        (
            Layers {
                identity: &deny,
                ..base
            },
            "kms:Decrypt is denied by a statement of an identity-based policy",
        ),
        (
            Layers {
                session: &deny,
                ..base
            },
            "kms:Decrypt is denied by a statement of a session policy",
        ),
    ] {
        let explanation = explain(&layers, &Request::by("user/alice")).to_string();
        assert_eq!(explanation.lines().next(), Some(first_line));
    }
}

#[cfg(feature = "json")]
#[test]
fn an_explanation_is_data() {
    let condition = Condition::new(ConditionOperator::Bool, "aws:SecureTransport", ["true"]);
    let identity = [of(Statement::allow().action("*").condition(condition))];
    let layers = Layers {
        identity: &identity,
        ..Layers::default()
    };
    let request = Request::by("logs.amazonaws.com");
    let json = serde_json::to_value(explain(&layers, &request)).unwrap();
    let expected = serde_json::json!({
        "Decision": {"Denied": {"Layer": "IdentityPolicy", "Explicit": false}},
        "Action": "kms:Decrypt",
        "Statements": [{
            "Layer": "IdentityPolicy",
            "Level": 0,
            "Policy": 0,
            "PolicyArn": null,
            "Statement": 0,
            "Sid": null,
            "Effect": "Allow",
            "Outcome": {"Condition": {
                "Operator": "Bool",
                "Key": "aws:SecureTransport",
                "Policy": ["true"],
                "Request": [],
                "Presence": "Absent",
            }},
        }],
        "Grants": [],
        "MoreGrants": false,
        "MissingKeys": [{"Key": "aws:SecureTransport", "Presence": "Absent"}],
    });
    assert_eq!(json, expected);
}

#[test]
fn a_statement_that_can_change_nothing_is_explained_and_takes_no_work_from_the_decision() {
    let half = "a".repeat(30_000);
    let hostile = Condition::new(
        ConditionOperator::StringLike,
        "x:Long",
        [format!("*a?{half}b*")],
    );
    let everything = || of(Statement::allow().action("*"));
    let takes_too_long = Statement::allow().action("*").condition(hostile);
    let identity = [everything().statement(takes_too_long)];
    let session = [everything()];
    let layers = Layers {
        identity: &identity,
        session: &session,
        account_decides: true,
        ..Layers::default()
    };
    let request = Request::by("user/alice").with("x:Long", &[&"a".repeat(60_000)]);
    let explanation = explain(&layers, &request);
    assert!(decide(&layers, &request).is_allowed());
    assert!(explanation.decision.is_allowed());
    let places: Vec<_> = explanation
        .statements
        .iter()
        .map(|of| (of.layer, of.statement))
        .collect();
    assert_eq!(
        places,
        [
            (Layer::IdentityPolicy, Some(0)),
            (Layer::IdentityPolicy, Some(1)),
            (Layer::SessionPolicy, Some(0)),
            (Layer::ResourcePolicy, None),
        ]
    );
}

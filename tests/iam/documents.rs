//! Policy documents: what is taken, what is refused, and how they are written.

use kms_reencrypt::iam::{Condition, ConditionOperator, Policy, PolicyKind, Principal, Statement};

/// A statement that is right but for what the test puts in the place of one of its elements.
fn statement_with(name: &str, element: &str) -> String {
    let mut elements = vec![
        ("Effect", r#""Effect": "Allow""#.to_owned()),
        ("Principal", r#""Principal": "*""#.to_owned()),
        ("Action", r#""Action": "kms:*""#.to_owned()),
        ("Resource", r#""Resource": "*""#.to_owned()),
    ];
    elements.retain(|(other, _)| *other != name);
    elements.push((name, element.to_owned()));
    let elements: Vec<_> = elements
        .into_iter()
        .map(|(_, element)| element)
        .filter(|element| !element.is_empty())
        .collect();
    format!("{{{}}}", elements.join(", "))
}

#[track_caller]
fn assert_refused(policy: &str, reason: &str) {
    let error = Policy::from_json(PolicyKind::ResourceBased, policy).expect_err(policy);
    assert_eq!(error.to_string(), reason, "{policy}");
}

#[test]
fn a_document_that_is_no_policy_is_refused() {
    for (policy, reason) in [
        ("", "unexpected end at line 1 column 1"),
        ("{", "unexpected end at line 1 column 2"),
        ("[]", "the policy: not an object"),
        ("{}", "the policy: Statement is missing"),
        (r#"{"Statement": []}"#, "Statement: an empty list"),
        (r#"{"Statement": "x"}"#, "Statement: not an object"),
        (r#"{"Statement": [{}]}"#, "Statement[0]: Effect is missing"),
        (
            r#"{"Version": "2012-10-18", "Statement": {}}"#,
            r#"Version: "2012-10-18" is not a version"#,
        ),
        (
            r#"{"Version": 1, "Statement": {}}"#,
            "Version: not a string",
        ),
        (
            r#"{"version": "2012-10-17", "Statement": {}}"#,
            "version: no such element",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Effect": "Deny"}}"#,
            r#"Statement: duplicate element "Effect""#,
        ),
    ] {
        assert_refused(policy, reason);
    }
}

#[test]
fn an_element_that_is_not_understood_is_refused_by_its_place() {
    for (name, element, reason) in [
        (
            "Effect",
            r#""Effect": "allow""#,
            r#"Statement.Effect: "allow" is neither Allow nor Deny"#,
        ),
        ("Principal", "", "Statement: Principal is missing"),
        (
            "Principal",
            r#""Principal": "111122223333""#,
            "Statement.Principal: \"111122223333\" is not a principal: *, an account id, a unique id, or the ARN of a \
             root, user, role or session",
        ),
        (
            "Principal",
            r#""Principal": {}"#,
            "Statement.Principal: no principals",
        ),
        (
            "Principal",
            r#""Principal": {"AWS": []}"#,
            "Statement.Principal.AWS: no principals",
        ),
        (
            "Principal",
            r#""Principal": {"AWS": ["*", "arn:aws:iam::111122223333:user/*"]}"#,
            "Statement.Principal.AWS[1]: \"arn:aws:iam::111122223333:user/*\" is not a principal: *, an account id, \
             a unique id, or the ARN of a root, user, role or session",
        ),
        (
            "Principal",
            r#""Principal": {"AWS": "AROACKCEVSQ6C2example"}"#,
            "Statement.Principal.AWS: \"AROACKCEVSQ6C2example\" is not a principal: *, an account id, a unique id, or \
             the ARN of a root, user, role or session",
        ),
        (
            "Principal",
            r#""Principal": {"AWS": "AKIAIOSFODNN7EXAMPLE1"}"#,
            "Statement.Principal.AWS: \"AKIAIOSFODNN7EXAMPLE1\" is not a principal: *, an account id, a unique id, or \
             the ARN of a root, user, role or session",
        ),
        (
            "Principal",
            r#""Principal": {"Group": "x"}"#,
            "Statement.Principal.Group: no such kind of principals",
        ),
        (
            "Principal",
            r#""NotPrincipal": "*""#,
            "Statement.NotPrincipal: is allowed only with the effect Deny",
        ),
        (
            "x",
            r#""NotPrincipal": "*""#,
            "Statement.NotPrincipal: Principal is already present",
        ),
        ("Action", "", "Statement: Action is missing"),
        (
            "Action",
            r#""Action": "ReEncrypt""#,
            r#"Statement.Action: "ReEncrypt" is not an action, such as kms:ReEncrypt*"#,
        ),
        (
            "Action",
            r#""Action": ":Decrypt""#,
            r#"Statement.Action: ":Decrypt" is not an action, such as kms:ReEncrypt*"#,
        ),
        (
            "Action",
            r#""Action": "kms:""#,
            r#"Statement.Action: "kms:" is not an action, such as kms:ReEncrypt*"#,
        ),
        (
            "Action",
            r#""Action": "kms:Decrypt:x""#,
            r#"Statement.Action: "kms:Decrypt:x" is not an action, such as kms:ReEncrypt*"#,
        ),
        (
            "Action",
            r#""Action": ["kms:*", 7]"#,
            "Statement.Action[1]: not a string",
        ),
        (
            "x",
            r#""NotAction": "kms:*""#,
            "Statement.NotAction: Action is already present",
        ),
        ("Resource", "", "Statement: Resource is missing"),
        (
            "Resource",
            r#""Resource": "key/1""#,
            r#"Statement.Resource: "key/1" is neither * nor an ARN"#,
        ),
        (
            "x",
            r#""NotResource": "*""#,
            "Statement.NotResource: Resource is already present",
        ),
        (
            "x",
            r#""Conditions": {}"#,
            "Statement.Conditions: no such element",
        ),
        (
            "x",
            r#""Condition": {"StringMatches": {}}"#,
            "Statement.Condition.StringMatches: no such condition operator",
        ),
        (
            "x",
            r#""Condition": {"ForAnyValue:NumericEquals": {"kms:x": ["1", "one"]}}"#,
            r#"Statement.Condition.ForAnyValue:NumericEquals.kms:x[1]: "one" is not a value for ForAnyValue:NumericEquals"#,
        ),
        (
            "x",
            r#""Condition": {"Bool": {"kms:MultiRegion": "yes"}}"#,
            r#"Statement.Condition.Bool.kms:MultiRegion: "yes" is not a value for Bool"#,
        ),
        (
            "x",
            r#""Condition": {"StringLike": {"kms:x": [null]}}"#,
            "Statement.Condition.StringLike.kms:x[0]: not a string",
        ),
    ] {
        let statement = statement_with(name, element);
        assert_refused(&format!(r#"{{"Statement": {statement}}}"#), reason);
    }
}

#[test]
fn an_operator_takes_only_values_that_it_can_read() {
    const V2008: &str = "2008-10-17";
    const V2012: &str = "2012-10-17";
    let variable = "${aws:PrincipalTag/secure}";
    for (operator, version, taken, refused) in [
        ("Bool", V2008, "TRUE", "yes"),
        ("Bool", V2008, "false", variable),
        ("Bool", V2012, variable, "yes"),
        ("Null", V2012, "false", "no"),
        ("NumericLessThan", V2012, "1.50", "1,5"),
        ("DateLessThan", V2012, "2020-02-29", "noon"),
        ("IpAddress", V2012, "2001:db8::/32", "203.0.113.0/33"),
        ("BinaryEquals", V2012, "AAEC", "A"),
    ] {
        let policy = |value: &str| {
            let condition = format!(r#""Condition": {{"{operator}": {{"x:y": "{value}"}}}}"#);
            let statement = statement_with("x", &condition);
            Policy::from_json(
                PolicyKind::ResourceBased,
                &format!(r#"{{"Version": "{version}", "Statement": {statement}}}"#),
            )
        };
        assert!(policy(taken).is_ok(), "{operator} {taken}");
        let error = policy(refused).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "Statement.Condition.{operator}.x:y: {refused:?} is not a value for {operator}"
            )
        );
    }
}

#[test]
fn each_kind_of_policies_has_elements_that_others_lack() {
    use PolicyKind::{
        IdentityBased, ResourceBased, ResourceControl, ServiceControl, Session, VpcEndpoint,
    };
    let everybody = r#""Principal": "*""#;
    let deny = r#""Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*""#;
    #[rustfmt::skip]
    let documents = [
        (statement_with("Principal", everybody), &[ResourceBased, ResourceControl, VpcEndpoint][..]),
        (statement_with("Principal", ""), &[IdentityBased, ServiceControl, Session]),
        (statement_with("Action", r#""Action": "*""#), &[ResourceBased, ResourceControl, VpcEndpoint]),
        (format!("{{{deny}}}"), &[ResourceBased, ResourceControl, VpcEndpoint]),
        (deny_all_but(), &[ResourceBased, VpcEndpoint]),
        (session("arn:aws:kms"), &[IdentityBased, ServiceControl]),
        (session("arn:aws:kms:*:*:key/*"), &[IdentityBased, ServiceControl, Session]),
    ];
    for (statement, taken_by) in documents {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        for kind in [
            IdentityBased,
            ResourceBased,
            ResourceControl,
            ServiceControl,
            Session,
            VpcEndpoint,
        ] {
            let policy = Policy::from_json(kind, &text);
            let is_control = kind == ResourceControl
                && statement.contains("Allow")
                && !statement.contains(r#""Action": "*""#);
            let expected = taken_by.contains(&kind) && !is_control;
            assert_eq!(
                policy.is_ok(),
                expected,
                "{kind:?} {text} {:?}",
                policy.err()
            );
        }
    }
}

fn deny_all_but() -> String {
    r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}"#.to_owned()
}

fn session(resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "kms:*", "Resource": "{resource}"}}"#)
}

#[test]
fn an_element_that_a_kind_of_policies_lacks_is_refused_by_the_kind() {
    use PolicyKind::{IdentityBased, ResourceControl, ServiceControl, Session};
    let to_everybody = statement_with("x", "");
    for (kind, statement, reason) in [
        (
            IdentityBased,
            &*to_everybody,
            "Statement.Principal: an identity-based policy has no principals",
        ),
        (
            ServiceControl,
            &to_everybody,
            "Statement.Principal: a service control policy has no principals",
        ),
        (
            Session,
            &to_everybody,
            "Statement.Principal: a session policy has no principals",
        ),
        (
            ResourceControl,
            r#"{"Effect": "Deny", "Principal": "*", "NotAction": "kms:*", "Resource": "*"}"#,
            "Statement.NotAction: a resource control policy has no NotAction",
        ),
        (
            ResourceControl,
            r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::books"}"#,
            "Statement: a resource control policy can only deny; RCPFullAWSAccess is the exception",
        ),
    ] {
        let policy = format!(r#"{{"Statement": {statement}}}"#);
        let error = Policy::from_json(kind, &policy).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn a_document_longer_than_any_of_iams_is_refused() {
    let policy = statement_with("Principal", "");
    let of_length = |len: usize| {
        let text = format!(r#"{{"Statement": {policy}}}"#);
        let blank = " ".repeat(len - text.len());
        Policy::from_json(PolicyKind::IdentityBased, &(text + &blank))
    };
    assert!(of_length(131_072).is_ok());
    let error = of_length(131_073).unwrap_err();
    assert_eq!(error.to_string(), "longer than 131072 bytes");
}

#[test]
fn a_policy_is_written_as_aws_writes_it() {
    let policy = Policy::from_json(
        PolicyKind::ResourceBased,
        r#"{
            "Statement": {
                "Condition": {"Bool": {"aws:SecureTransport": [true, false]}, "NumericEquals": {"b": [1.10], "a": [1, "2"]}},
                "Resource": ["*"],
                "Action": ["kms:Encrypt", "kms:Decrypt"],
                "Principal": {"Service": ["logs.amazonaws.com"], "AWS": ["111122223333", "AROACKCEVSQ6C2EXAMPLE"]},
                "Effect": "Allow",
                "Sid": "a \"b\""
            },
            "Id": "id",
            "Version": "2008-10-17"
        }"#,
    );
    let expected = r#"{
  "Version" : "2008-10-17",
  "Id" : "id",
  "Statement" : [ {
    "Sid" : "a \"b\"",
    "Effect" : "Allow",
    "Principal" : {
      "Service" : "logs.amazonaws.com",
      "AWS" : [ "arn:aws-cn:iam::111122223333:root", "AROACKCEVSQ6C2EXAMPLE" ]
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt" ],
    "Resource" : "*",
    "Condition" : {
      "Bool" : {
        "aws:SecureTransport" : [ "true", "false" ]
      },
      "NumericEquals" : {
        "b" : "1.10",
        "a" : [ "1", "2" ]
      }
    }
  } ]
}"#;
    assert_eq!(policy.unwrap().to_json("aws-cn"), expected);
}

#[test]
fn what_is_written_reads_as_the_same_policy() {
    let statement = Statement::deny_all_but([Principal::Any])
        .principal(Principal::Arn(
            "arn:aws:iam::111122223333:root".parse().unwrap(),
        ))
        .principal(Principal::Service("s3.amazonaws.com".to_owned()))
        .principal(Principal::CanonicalUser("79a59d".to_owned()))
        .principal(Principal::Federated(
            "cognito-identity.amazonaws.com".to_owned(),
        ))
        .sid("everything")
        .any_action_but(["kms:Decrypt", "kms:Encrypt"])
        .resource("arn:aws:kms:*:*:key/${aws:username}")
        .condition(
            Condition::new(
                ConditionOperator::StringLike,
                "kms:RequestAlias",
                ["alias/*", "${*}", "${aws:PrincipalTag/team, 'none'}"],
            )
            .for_any_value()
            .if_exists(),
        )
        .condition(Condition::new(
            ConditionOperator::Bool,
            "kms:MultiRegion",
            ["true"],
        ))
        .condition(Condition::new(
            ConditionOperator::Bool,
            "kms:ReEncryptOnSameKey",
            ["true", "false"],
        ));
    let policy = Policy::new().id("all").statement(statement);
    let written = policy.to_json("aws");
    assert!(written.contains(r#""Id" : "all""#));
    let read = Policy::from_json(PolicyKind::ResourceBased, &written).unwrap();
    assert_eq!(read, policy);

    let statement = Statement::allow()
        .action("kms:ReEncrypt*")
        .any_resource_but(["arn:aws:kms:*:111122223333:key/*"]);
    let policy = Policy::new().statement(statement);
    let written = policy.to_json("aws");
    let read = Policy::from_json(PolicyKind::IdentityBased, &written).unwrap();
    assert_eq!(read, policy);
}

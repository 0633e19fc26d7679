//! Condition operators: whether a condition holds, with and without a value.

use kms_reencrypt::iam::{
    Condition, ConditionOperator, Decision, Layer, Layers, Statement, decide, explain,
};

use crate::request::{Request, of, silent};

/// Whether an Allow and a Deny under the condition apply to a request with these values for `aws:Key`.
#[track_caller]
fn applies(condition: Condition, values: &[&str]) -> [bool; 2] {
    let request = if values.is_empty() {
        Request::by("user/alice")
    } else {
        Request::by("user/alice").with("aws:Key", values)
    };
    let allow = Statement::allow().action("*").condition(condition.clone());
    let deny = Statement::deny().action("*").condition(condition);
    let [allow, deny] = [allow, deny].map(|statement| {
        let identity = [of(statement)];
        let layers = Layers {
            identity: &identity,
            ..Layers::default()
        };
        let decision = decide(&layers, &request);
        assert_eq!(explain(&layers, &request).decision, decision);
        decision
    });
    let is_explicit = match deny {
        Decision::Denied(denial) => {
            assert_eq!(denial.layer, Layer::IdentityPolicy);
            denial.explicit
        }
        Decision::Allowed(_) => panic!("a Deny allowed"),
    };
    [allow.is_allowed(), is_explicit]
}

#[track_caller]
fn expect(condition: &Condition, values: &[&str], holds: bool) {
    let describes = format!(
        "{} {:?} {values:?}",
        condition.operator(),
        condition.values()
    );
    assert_eq!(
        applies(condition.clone(), values),
        [holds; 2],
        "{describes}"
    );
}

fn condition(operator: &str, values: &[&str]) -> Condition {
    let operator: ConditionOperator = operator.parse().unwrap();
    Condition::new(operator, "aws:key", values.to_vec())
}

#[test]
fn each_operator_compares_a_value_with_those_of_the_policy() {
    let arn = "arn:aws:iam::111122223333:role/team/app";
    #[rustfmt::skip]
    let comparisons: &[(&str, &[&str], &str, bool)] = &[
        ("StringEquals", &["blue"], "blue", true),
        ("StringEquals", &["red", "blue"], "blue", true),
        ("StringEquals", &["red", "blue"], "Blue", false),
        ("StringEquals", &["bl*"], "blue", false),
        ("StringEquals", &[""], "", true),
        ("StringEquals", &["1.1"], "1.10", false),
        ("StringEquals", &[], "blue", false),
        ("StringNotEquals", &["red", "green"], "blue", true),
        ("StringNotEquals", &["red", "blue"], "blue", false),
        ("StringEqualsIgnoreCase", &["BLUE"], "blue", true),
        ("StringEqualsIgnoreCase", &["ÄPFEL"], "äpfel", true),
        ("StringEqualsIgnoreCase", &["red"], "blue", false),
        ("StringNotEqualsIgnoreCase", &["BLUE"], "blue", false),
        ("StringNotEqualsIgnoreCase", &["RED"], "blue", true),
        ("StringLike", &["bl*"], "blue", true),
        ("StringLike", &["bl?e"], "blue", true),
        ("StringLike", &["BL*"], "blue", false),
        ("StringLike", &["*"], "", true),
        ("StringNotLike", &["bl*"], "blue", false),
        ("StringNotLike", &["r*"], "blue", true),
        ("NumericEquals", &["1.1"], "1.10", true),
        ("NumericEquals", &["2", "3"], "3", true),
        ("NumericEquals", &["9007199254740993"], "9007199254740992", false),
        ("NumericEquals", &["ten"], "10", false),
        ("NumericEquals", &["10"], "ten", false),
        ("NumericNotEquals", &["1.1"], "1.10", false),
        ("NumericNotEquals", &["1.1"], "1.11", true),
        ("NumericNotEquals", &["10"], "ten", true),
        ("NumericLessThan", &["10"], "9.99", true),
        ("NumericLessThan", &["10"], "10", false),
        ("NumericLessThanEquals", &["10"], "10.0", true),
        ("NumericLessThanEquals", &["10"], "9", true),
        ("NumericLessThanEquals", &["10"], "11", false),
        ("NumericGreaterThan", &["10"], "100", true),
        ("NumericGreaterThan", &["10"], "10", false),
        ("NumericGreaterThanEquals", &["-1"], "-1", true),
        ("NumericGreaterThanEquals", &["-1"], "-0.99", true),
        ("NumericGreaterThanEquals", &["-1"], "-1.01", false),
        ("DateEquals", &["2020-02-29T12:00:00Z"], "1582977600", true),
        ("DateEquals", &["2020-02-29"], "2020-02-29T00:00:00Z", true),
        ("DateEquals", &["2020-02-29"], "2020-02-29T00:00:01Z", false),
        ("DateNotEquals", &["2020-02-29"], "2020-02-29T00:00:01Z", true),
        ("DateNotEquals", &["2020-02-29"], "2020-02-29T01:00:00+01:00", false),
        ("DateLessThan", &["2020-03"], "2020-02-29T23:59:59Z", true),
        ("DateLessThan", &["2020-03"], "2020-03-01T00:00:00Z", false),
        ("DateLessThanEquals", &["2020-03"], "2020-03-01T00:00:00Z", true),
        ("DateLessThanEquals", &["2020-03"], "2020-02-29T23:59:59Z", true),
        ("DateLessThanEquals", &["2020-03"], "2020-03-01T00:00:00.5Z", false),
        ("DateGreaterThan", &["2020"], "2020-01-01T00:00:01Z", true),
        ("DateGreaterThan", &["2020"], "2020-01-01T00:00:00Z", false),
        ("DateGreaterThanEquals", &["1577836800"], "2020-01-01T00:00:00Z", true),
        ("DateGreaterThanEquals", &["1577836800"], "2020-01-01T00:00:01Z", true),
        ("DateGreaterThanEquals", &["1577836800"], "2019-12-31T23:59:59Z", false),
        ("DateLessThan", &["noon"], "2020-01-01T00:00:00Z", false),
        ("Bool", &["true"], "true", true),
        ("Bool", &["TRUE"], "true", true),
        ("Bool", &["false"], "true", false),
        ("Bool", &["true", "false"], "false", true),
        ("BinaryEquals", &["AAEC"], "AAEC", true),
        ("BinaryEquals", &["AAEC"], "AAED", false),
        ("BinaryEquals", &["not base64"], "not base64", false),
        ("IpAddress", &["203.0.113.0/24"], "203.0.113.255", true),
        ("IpAddress", &["203.0.113.0/24"], "203.0.114.0", false),
        ("IpAddress", &["203.0.113.7/24"], "203.0.113.255", true),
        ("IpAddress", &["203.0.113.7"], "203.0.113.7", true),
        ("IpAddress", &["203.0.113.7"], "203.0.113.8", false),
        ("IpAddress", &["0.0.0.0/0"], "203.0.113.8", true),
        ("IpAddress", &["0.0.0.0/0"], "2001:db8::1", false),
        ("IpAddress", &["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::9", true),
        ("IpAddress", &["2001:db8:1234:5678::/64"], "2001:db8:1234:5679::9", false),
        ("IpAddress", &["2001:db8::1"], "2001:0db8:0::1", true),
        ("IpAddress", &["203.0.113.0/24"], "here", false),
        ("NotIpAddress", &["203.0.113.0/24"], "203.0.113.255", false),
        ("NotIpAddress", &["203.0.113.0/24"], "198.51.100.1", true),
        ("ArnEquals", &[arn], arn, true),
        ("ArnEquals", &["arn:aws:iam::*:role/*"], arn, true),
        ("ArnEquals", &["arn:aws:iam::*:user/*"], arn, false),
        ("ArnLike", &["arn:aws:iam::*:role/*/app"], arn, true),
        ("ArnLike", &["arn:aws:iam:*:role/*"], arn, false),
        ("ArnLike", &["arn:*:role/team/app"], arn, false),
        ("ArnLike", &["arn:aws:iam"], arn, true),
        ("ArnLike", &["*"], arn, true),
        ("ArnLike", &["arn:aws:iam::111122223333:ROLE/*"], arn, false),
        ("ArnLike", &["arn:aws:sns:*:111122223333:app:*"], "arn:aws:sns:us-east-2:111122223333:app:1", true),
        ("ArnLike", &["arn:aws:sns:*:111122223333:app:*"], "arn:aws:sns:us-east-2:111122223333:web:1", false),
        ("ArnNotEquals", &[arn], arn, false),
        ("ArnNotEquals", &["arn:aws:iam::*:user/*"], arn, true),
        ("ArnNotLike", &["arn:aws:iam::*:role/*"], arn, false),
        ("ArnNotLike", &["arn:aws:sts::*:*"], arn, true),
        ("Null", &["false"], "blue", true),
        ("Null", &["true"], "blue", false),
    ];
    for (operator, in_policy, in_request, holds) in comparisons {
        expect(&condition(operator, in_policy), &[in_request], *holds);
    }
    for operator in ConditionOperator::ALL {
        let rows = comparisons.iter();
        let rows = rows.filter(|(name, ..)| *name == operator.as_str());
        let (mut holds, mut fails) = (0, 0);
        rows.for_each(|(.., outcome)| *if *outcome { &mut holds } else { &mut fails } += 1);
        assert!(holds > 0 && fails > 0, "{operator} has both outcomes");
    }
}

#[test]
fn a_key_that_the_request_lacks_satisfies_only_negated_operators() {
    for operator in ConditionOperator::ALL {
        let name = operator.as_str();
        let is_negated = name.contains("Not");
        let value = match name {
            "Null" => "true",
            _ => "1",
        };
        expect(
            &condition(name, &[value]),
            &[],
            is_negated || name == "Null",
        );
        if name != "Null" {
            expect(&condition(name, &[value]).if_exists(), &[], true);
            expect(&condition(name, &[value]).for_all_values(), &[], true);
            expect(&condition(name, &[value]).for_any_value(), &[], false);
            expect(
                &condition(name, &[value]).for_any_value().if_exists(),
                &[],
                true,
            );
        }
    }
    expect(&condition("Null", &["false"]), &[], false);
}

#[test]
fn if_exists_changes_nothing_for_a_key_that_the_request_has() {
    expect(
        &condition("StringEquals", &["blue"]).if_exists(),
        &["blue"],
        true,
    );
    expect(
        &condition("StringEquals", &["blue"]).if_exists(),
        &["red"],
        false,
    );
    expect(
        &condition("StringNotEquals", &["blue"]).if_exists(),
        &["blue"],
        false,
    );
    expect(
        &condition("NumericLessThan", &["5"]).if_exists(),
        &["7"],
        false,
    );
}

#[test]
fn set_operators_ask_for_all_or_any_of_several_values() {
    let two = &["tenant", "app"][..];
    #[rustfmt::skip]
    let comparisons: &[(Condition, bool)] = &[
        (condition("StringEquals", &["tenant", "app", "x"]).for_all_values(), true),
        (condition("StringEquals", &["tenant"]).for_all_values(), false),
        (condition("StringEquals", &["tenant"]).for_any_value(), true),
        (condition("StringEquals", &["owner"]).for_any_value(), false),
        (condition("StringLike", &["t*", "a*"]).for_all_values(), true),
        (condition("StringLike", &["t*"]).for_all_values(), false),
        (condition("StringNotEquals", &["owner"]).for_all_values(), true),
        (condition("StringNotEquals", &["tenant"]).for_all_values(), false),
        (condition("StringNotEquals", &["tenant"]).for_any_value(), true),
        (condition("StringNotEquals", &["tenant", "app"]).for_any_value(), false),
    ];
    for (condition, holds) in comparisons {
        expect(condition, two, *holds);
    }
}

/// The guide leaves open what an operator without a set operator makes of several values: each has to satisfy an Allow,
/// and one is enough for a Deny.
#[test]
fn without_a_set_operator_several_values_are_taken_carefully() {
    let two = &["tenant", "app"][..];
    for (condition, allows, denies) in [
        (condition("StringEquals", &["tenant"]), false, true),
        (condition("StringEquals", &["tenant", "app"]), true, true),
        (condition("StringEquals", &["owner"]), false, false),
        (condition("StringNotEquals", &["tenant"]), false, true),
        (condition("StringNotEquals", &["owner"]), true, true),
        (
            condition("StringNotEquals", &["tenant", "app"]),
            false,
            false,
        ),
    ] {
        let describes = format!("{} {:?}", condition.operator(), condition.values());
        assert_eq!(applies(condition, two), [allows, denies], "{describes}");
    }
}

#[test]
fn all_conditions_of_a_statement_have_to_hold() {
    let request = Request::by("user/alice")
        .with("aws:A", &["1"])
        .with("aws:B", &["2"]);
    let is = |key, value| Condition::new(ConditionOperator::StringEquals, key, [value]);
    for (conditions, allowed) in [
        ([is("aws:a", "1"), is("aws:b", "2")], true),
        ([is("aws:a", "1"), is("aws:b", "1")], false),
        ([is("aws:a", "2"), is("aws:b", "2")], false),
        // The values of one operator on one key are alternatives.
        ([is("aws:a", "2"), is("AWS:A", "1")], true),
    ] {
        let statement = Statement::allow().action("*");
        let statement = conditions.into_iter().fold(statement, Statement::condition);
        let identity = [silent(), of(statement)];
        let layers = Layers {
            identity: &identity,
            ..Layers::default()
        };
        assert_eq!(decide(&layers, &request).is_allowed(), allowed);
    }
}

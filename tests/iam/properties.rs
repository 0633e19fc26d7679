//! What holds for all policies and requests.

use kms_reencrypt::iam::{
    Condition, ConditionOperator, Decision, Effect, Layer, Layers, Match, Outcome, Policy,
    Principal, Statement, decide, explain,
};
use proptest::prelude::*;

use crate::request::{Request, arn};

const REQUESTERS: [&str; 7] = [
    "root",
    "user/alice",
    "assumed-role/Auditor/alice",
    "federated-user/alice",
    "other:root",
    "other:user/alice",
    "logs.amazonaws.com",
];

fn principal() -> impl Strategy<Value = Principal> {
    let names = prop::sample::select(vec![
        "root",
        "user/alice",
        "role/Auditor",
        "assumed-role/Auditor/alice",
        "other:root",
        "other:user/alice",
    ]);
    prop_oneof![
        Just(Principal::Any),
        Just(Principal::Service("logs.amazonaws.com".to_owned())),
        names.prop_map(|name| Principal::Arn(arn(name).parse().unwrap())),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let values = prop::sample::select(vec!["1", "2", "*", "${aws:A}", "true", "a:b"]);
    (
        prop::sample::select(ConditionOperator::ALL),
        prop::sample::select(vec!["aws:A", "aws:B", "aws:C"]),
        prop::collection::vec(values, 0..3),
        0..6_u8,
    )
        .prop_map(|(operator, key, values, form)| {
            let condition = Condition::new(operator, key, values);
            let condition = match form % 3 {
                0 => condition,
                1 => condition.for_all_values(),
                _ => condition.for_any_value(),
            };
            if form < 3 {
                condition
            } else {
                condition.if_exists()
            }
        })
}

fn statement() -> impl Strategy<Value = Statement> {
    (
        0..5_u8,
        prop::collection::vec(principal(), 0..3),
        prop::sample::select(vec!["*", "kms:D*", "kms:Encrypt"]),
        prop::sample::select(vec!["*", "arn:aws:kms:*:*:key/${aws:A}*", "arn:aws:s3"]),
        prop::collection::vec(condition(), 0..3),
    )
        .prop_map(|(kind, principals, action, resource, conditions)| {
            let statement = match kind {
                0 => Statement::deny_all_but(principals),
                1 => principals
                    .into_iter()
                    .fold(Statement::deny(), Statement::principal),
                _ => principals
                    .into_iter()
                    .fold(Statement::allow(), Statement::principal),
            };
            let statement = statement.action(action).resource(resource);
            conditions.into_iter().fold(statement, Statement::condition)
        })
}

fn policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(statement(), 0..4).prop_map(|statements| {
        statements
            .into_iter()
            .fold(Policy::new(), Policy::statement)
    })
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    prop::collection::vec(policy(), 0..3)
}

fn request() -> impl Strategy<Value = Request> {
    let values = prop::sample::subsequence(vec!["1", "2", "true", "a:b"], 0..=3);
    (
        prop::sample::select(REQUESTERS.to_vec()),
        prop::collection::vec(values, 3),
        prop::bool::weighted(0.9),
    )
        .prop_map(|(name, values, has_resource)| {
            let keys = ["aws:A", "aws:B", "aws:C"].into_iter().zip(values);
            let present = keys.filter(|(_, values)| !values.is_empty());
            let request = present.fold(Request::by(name), |request, (key, values)| {
                request.with(key, &values)
            });
            if has_resource {
                request
            } else {
                request.without_resource()
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_explanation_agrees_with_the_decision_and_with_itself(
        request in request(),
        (identity, session) in (policies(), policies()),
        (boundary, endpoint) in (prop::option::of(policy()), prop::option::of(policy())),
        service_control in prop::collection::vec(policies(), 0..2),
        resource_control in prop::collection::vec(policies(), 0..2),
        resource in prop::option::of(policy()),
        account_decides in any::<bool>(),
        granted in prop::sample::select(vec![Match::None, Match::Account, Match::Role, Match::Direct]),
    ) {
        let grants = || granted;
        let layers = Layers {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: &session,
            service_control: &service_control,
            resource_control: &resource_control,
            endpoint: endpoint.as_ref(),
            resource: resource.as_ref(),
            account_decides,
            grants: Some(&grants),
        };
        let decision = decide(&layers, &request);
        let explanation = explain(&layers, &request);
        prop_assert_eq!(explanation.decision, decision);

        let denies = explanation.statements.iter().filter(|statement| {
            statement.effect == Effect::Deny && matches!(statement.outcome, Outcome::Applies(_))
        });
        let denying: Vec<Layer> = denies.map(|statement| statement.layer).collect();
        match decision {
            Decision::Denied(denial) if denial.explicit => {
                prop_assert!(denying.contains(&denial.layer), "{explanation}");
            }
            _ => prop_assert!(denying.is_empty(), "{explanation}"),
        }
    }

    /// Whatever stands in a policy, a pattern is decided as a simple matcher decides it.
    #[test]
    fn wildcards_match_as_they_are_defined(pattern in "[ab*?]{0,8}", text in "[abä]{0,8}") {
        let condition = Condition::new(ConditionOperator::StringLike, "aws:A", [&*pattern]);
        let statement = Statement::allow().action("*").condition(condition);
        let identity = [Policy::new().statement(statement)];
        let layers = Layers { identity: &identity, ..Layers::default() };
        let request = Request::by("user/alice").with("aws:A", &[&text]);
        let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(decide(&layers, &request).is_allowed(), matches(&pattern, &text));
    }
}

/// Takes exponential time, and is short.
fn matches(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], text) => text.is_empty(),
        (['*', rest @ ..], text) => {
            matches(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, text)| matches(pattern, text))
        }
        ([wanted, pattern @ ..], [found, text @ ..]) => {
            (*wanted == '?' || wanted == found) && matches(pattern, text)
        }
        (_, []) => false,
    }
}

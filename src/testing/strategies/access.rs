//! Principals, callers and policies.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::access::{Caller, KeyPolicy};
use crate::iam::{Condition, ConditionOperator, Policy, Principal, PrincipalArn, Statement};
use crate::key::{AccountId, Place};

/// The accounts of principals that belong to another account.
const OTHER_ACCOUNTS: [&str; 2] = ["444455556666", "777788889999"];

const USERS: &[&str] = &["alice", "bob"];
const ROLES: &[&str] = &["Auditor", "Writer"];
const SERVICES: &[&str] = &["logs.amazonaws.com", "s3.amazonaws.com"];
const TEAMS: &[&str] = &["blue", "green"];

/// Actions on keys, and patterns of them.
const ACTIONS: &[&str] = &[
    "kms:*",
    "kms:ReEncrypt*",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
    "kms:CreateGrant",
];

/// The ARN of a principal in the account and partition of a place, and one in five of another account: the root user, a
/// user, a role or a session of a role. Each has one of two names, so that principals often match. Shrinks to the root user
/// of the account.
pub fn principal_arn(place: &Place) -> BoxedStrategy<PrincipalArn> {
    let region = place.region;
    let kind = 0..4_u8;
    (account(place), kind, select(USERS), select(ROLES))
        .prop_filter_map("every name is one that IAM has", move |parts| {
            let (account, kind, user, role) = parts;
            let arn = match kind {
                0 => PrincipalArn::root(account),
                1 => PrincipalArn::user(account, user).ok()?,
                2 => PrincipalArn::role(account, role).ok()?,
                _ => PrincipalArn::assumed_role(account, role, "session").ok()?,
            };
            Some(arn.in_partition_of(&region))
        })
        .boxed()
}

/// A principal of a statement in a key policy at a place: an account, [a user, role or session](principal_arn), a service,
/// or everybody. Shrinks to the account of the place.
pub fn principal(place: &Place) -> BoxedStrategy<Principal> {
    prop_oneof![
        2 => account(place).prop_map(Principal::Account),
        4 => principal_arn(place).prop_map(Principal::Arn),
        1 => select(SERVICES).prop_map(|service| Principal::Service(service.to_owned())),
        1 => Just(Principal::Any),
    ]
    .boxed()
}

/// A statement with one to three actions, up to two conditions, and a `Deny` in one of four. Without principals, it is one
/// for identity-based policies. Shrinks to `Allow`, `kms:*`, without conditions.
pub fn statement() -> BoxedStrategy<Statement> {
    let actions = prop_oneof![
        6 => vec(select(ACTIONS), 1..=3).prop_map(|actions| (true, actions)),
        1 => vec(select(ACTIONS), 1..=2).prop_map(|actions| (false, actions)),
    ];
    let conditions = prop_oneof![
        3 => Just(Vec::new()),
        2 => vec(condition(), 0..=2),
    ];
    (prop::bool::weighted(0.25), actions, conditions)
        .prop_map(|(deny, (listed, actions), conditions)| {
            let effect = if deny {
                Statement::deny()
            } else {
                Statement::allow()
            };
            let statement = if listed {
                actions.into_iter().fold(effect, Statement::action)
            } else {
                effect.any_action_but(actions)
            };
            conditions.into_iter().fold(statement, Statement::condition)
        })
        .boxed()
}

/// A key policy that PutKeyPolicy accepts at a place, of up to three statements, half of them beside AWS's default
/// statement, which leaves decisions to the account. Shrinks to AWS's default.
pub fn key_policy(place: &Place) -> BoxedStrategy<KeyPolicy> {
    let principals = vec(principal(place), 1..=2);
    let allow_or_deny = (statement(), principals.clone()).prop_map(|(statement, principals)| {
        principals.into_iter().fold(statement, Statement::principal)
    });
    let all_but = (principals, select(ACTIONS))
        .prop_map(|(principals, action)| Statement::deny_all_but(principals).action(action));
    let statements = vec(prop_oneof![8 => allow_or_deny, 1 => all_but], 0..=3);
    (any::<bool>(), statements)
        .prop_map(|(alone, statements)| {
            let policy = if alone {
                KeyPolicy::new()
            } else {
                KeyPolicy::default()
            };
            statements.into_iter().fold(policy, KeyPolicy::statement)
        })
        .boxed()
}

/// An identity-based policy of one to three [statements](statement). Shrinks to one that allows everything of KMS.
pub fn identity_policy() -> BoxedStrategy<Policy> {
    vec(statement(), 1..=3)
        .prop_map(|statements| {
            statements
                .into_iter()
                .fold(Policy::new(), Policy::statement)
        })
        .boxed()
}

/// A caller: [a principal](principal_arn) at a place, and one in eight a service; often with identity-based policies, a
/// permissions boundary or a tag. Names, tags and services are those that [`key_policy`] and [`identity_policy`] ask for.
/// Shrinks to the root user of the account.
pub fn caller(place: &Place) -> BoxedStrategy<Caller> {
    let who = prop_oneof![
        7 => principal_arn(place).prop_map(Caller::from),
        1 => select(SERVICES).prop_map(Caller::service),
    ];
    let with = (
        option::of(identity_policy()),
        option::weighted(0.2, identity_policy()),
        option::of(select(TEAMS)),
        option::weighted(0.2, select(SERVICES)),
    );
    (who, with)
        .prop_map(|(mut caller, (identity, boundary, team, via))| {
            if let Some(policy) = identity {
                caller = caller.with_identity_policy(policy);
            }
            if let Some(policy) = boundary {
                caller = caller.with_permissions_boundary(policy);
            }
            if let Some(team) = team {
                caller = caller.with_tag("team", team);
            }
            if let Some(service) = via {
                caller = caller.with_via_service(service);
            }
            caller
        })
        .boxed()
}

/// The account of a place, and one in five another one.
fn account(place: &Place) -> impl Strategy<Value = AccountId> + Clone + use<> {
    let others = OTHER_ACCOUNTS.iter().filter_map(|text| text.parse().ok());
    let others: Vec<AccountId> = others.collect();
    prop_oneof![4 => Just(place.account), 1 => select(others)]
}

fn condition() -> impl Strategy<Value = Condition> + Clone {
    let strings = prop_oneof![
        Just(ConditionOperator::StringEquals),
        Just(ConditionOperator::StringNotEquals),
        Just(ConditionOperator::StringLike),
    ];
    let key_and_value = prop_oneof![
        3 => select(TEAMS).prop_map(|value| ("kms:EncryptionContext:tenant", value)),
        1 => select(TEAMS).prop_map(|value| ("aws:PrincipalTag/team", value)),
        1 => select(SERVICES).prop_map(|value| ("kms:ViaService", value)),
        1 => Just(("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT")),
    ];
    let compared =
        (strings, key_and_value, any::<bool>()).prop_map(|(operator, (key, value), if_exists)| {
            let condition = Condition::new(operator, key, [value]);
            if if_exists {
                condition.if_exists()
            } else {
                condition
            }
        });
    let context_keys = any::<bool>().prop_map(|all| {
        let operator = ConditionOperator::StringEquals;
        let condition = Condition::new(operator, "kms:EncryptionContextKeys", ["tenant", "app"]);
        if all {
            condition.for_all_values()
        } else {
            condition.for_any_value()
        }
    });
    let present = any::<bool>().prop_map(|absent| {
        let value = if absent { "true" } else { "false" };
        Condition::new(
            ConditionOperator::Null,
            "kms:EncryptionContext:tenant",
            [value],
        )
    });
    prop_oneof![4 => compared, 1 => context_keys, 1 => present]
}

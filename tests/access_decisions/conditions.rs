//! Conditions of statements.

use kms_reencrypt::EncryptionContext;
use kms_reencrypt::access::{Caller, KeyPolicy};
use kms_reencrypt::iam::{Condition, ConditionOperator, Principal};

use crate::ask::{ALLOWED, Ask, NO_KEY_POLICY, re_encrypt, who};

#[test]
fn each_side_of_a_request_is_held_against_its_own_encryption_context() {
    use ConditionOperator::{
        Null, StringEquals, StringEqualsIgnoreCase, StringLike, StringNotEquals,
    };
    let blue = || EncryptionContext::from([("tenant", "blue"), ("app", "web")]);
    let is = |operator, key, values: &[&str]| Condition::new(operator, key, values.to_vec());
    #[rustfmt::skip]
    let decisions = [
        (is(StringEquals, "kms:EncryptionContext:tenant", &["blue"]), blue(), true),
        (is(StringEquals, "kms:EncryptionContext:tenant", &["red", "blue"]), blue(), true),
        (is(StringEquals, "kms:EncryptionContext:TENANT", &["blue"]), blue(), true),
        (is(StringEquals, "kms:EncryptionContext:tenant", &["Blue"]), blue(), false),
        (is(StringEquals, "kms:EncryptionContext:tenant", &["bl*"]), blue(), false),
        (is(StringEquals, "kms:EncryptionContext:owner", &["blue"]), blue(), false),
        (is(StringEqualsIgnoreCase, "kms:EncryptionContext:tenant", &["BLUE"]), blue(), true),
        (is(StringLike, "kms:EncryptionContext:tenant", &["bl*"]), blue(), true),
        (is(StringLike, "kms:EncryptionContext:tenant", &["BL*"]), blue(), false),
        (is(StringNotEquals, "kms:EncryptionContext:tenant", &["red"]), blue(), true),
        (is(StringNotEquals, "kms:EncryptionContext:tenant", &["red", "blue"]), blue(), false),
        (is(StringNotEquals, "kms:EncryptionContext:owner", &["red"]), blue(), true),
        (is(StringEquals, "kms:EncryptionContext:owner", &["x"]).if_exists(), blue(), true),
        (is(StringEquals, "kms:EncryptionContext:tenant", &["x"]).if_exists(), blue(), false),
        (is(Null, "kms:EncryptionContext:tenant", &["false"]), blue(), true),
        (is(Null, "kms:EncryptionContext:tenant", &["true"]), blue(), false),
        (is(Null, "kms:EncryptionContext:owner", &["true"]), blue(), true),
        (is(Null, "kms:EncryptionContextKeys", &["true"]), EncryptionContext::default(), true),
        (is(Null, "kms:EncryptionContextKeys", &["true"]), blue(), false),
    ];
    for (condition, context, holds) in decisions {
        let describes = format!("{condition:?}");
        let ask = Ask::of(who("user/alice")).context(&context);
        ask.expect_condition(condition, holds, &describes);
    }
}

#[test]
fn set_operators_ask_for_all_or_any_of_several_values() {
    use ConditionOperator::{StringEquals, StringNotEquals};
    let keys = |operator, values: &[&str]| {
        Condition::new(operator, "kms:EncryptionContextKeys", values.to_vec())
    };
    let two = || EncryptionContext::from([("tenant", "blue"), ("app", "web")]);
    let none = EncryptionContext::default;
    #[rustfmt::skip]
    let decisions = [
        (keys(StringEquals, &["tenant", "app"]).for_all_values(), two(), true),
        (keys(StringEquals, &["tenant", "app", "x"]).for_all_values(), two(), true),
        (keys(StringEquals, &["tenant"]).for_all_values(), two(), false),
        (keys(StringEquals, &["Tenant", "App"]).for_all_values(), two(), false),
        (keys(StringEquals, &["tenant"]).for_all_values(), none(), true),
        (keys(StringEquals, &["tenant"]).for_any_value(), two(), true),
        (keys(StringEquals, &["owner", "x"]).for_any_value(), two(), false),
        (keys(StringEquals, &["tenant"]).for_any_value(), none(), false),
        (keys(StringEquals, &["tenant"]).for_any_value().if_exists(), none(), true),
        (keys(StringNotEquals, &["owner"]).for_all_values(), two(), true),
        (keys(StringNotEquals, &["tenant"]).for_all_values(), two(), false),
        (keys(StringNotEquals, &["tenant"]).for_all_values(), none(), true),
        (keys(StringNotEquals, &["tenant"]).for_any_value(), two(), true),
        (keys(StringNotEquals, &["tenant", "app"]).for_any_value(), two(), false),
        (keys(StringNotEquals, &["tenant"]).for_any_value(), none(), false),
    ];
    for (condition, context, holds) in decisions {
        let describes = format!("{condition:?}");
        let ask = Ask::of(who("user/alice")).context(&context);
        ask.expect_condition(condition, holds, &describes);
    }
}

#[test]
fn conditions_know_the_key_the_caller_and_the_request() {
    use ConditionOperator::{
        ArnEquals, ArnLike, ArnNotEquals, Bool, Null, StringEquals, StringLike,
    };
    let is = |operator, key, value: &str| Condition::new(operator, key, [value]);
    #[rustfmt::skip]
    let decisions = [
        (is(StringEquals, "kms:KeySpec", "SYMMETRIC_DEFAULT"), true),
        (is(StringEquals, "kms:KeySpec", "RSA_2048"), false),
        (is(StringEquals, "kms:keyspec", "SYMMETRIC_DEFAULT"), true),
        (is(StringEquals, "kms:KeyUsage", "ENCRYPT_DECRYPT"), true),
        (is(StringEquals, "kms:KeyUsage", "SIGN_VERIFY"), false),
        (is(StringEquals, "kms:KeyOrigin", "AWS_KMS"), true),
        (is(StringEquals, "kms:KeyOrigin", "EXTERNAL"), false),
        (is(Bool, "kms:MultiRegion", "true"), true),
        (is(Bool, "kms:MultiRegion", "FALSE"), false),
        (is(StringEquals, "kms:MultiRegionKeyType", "PRIMARY"), true),
        (is(StringEquals, "kms:MultiRegionKeyType", "REPLICA"), false),
        (is(StringEquals, "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"), true),
        (is(StringEquals, "kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_256"), false),
        (is(Bool, "kms:ReEncryptOnSameKey", "true"), true),
        (is(Bool, "kms:ReEncryptOnSameKey", "false"), false),
        (is(StringEquals, "kms:RequestAlias", "alias/app"), true),
        (is(StringLike, "kms:RequestAlias", "alias/prod*"), false),
        (is(StringEquals, "kms:ResourceAliases", "alias/prod-1").for_any_value(), true),
        (is(StringLike, "kms:ResourceAliases", "alias/prod*").for_all_values(), false),
        (is(StringEquals, "aws:ResourceTag/Project", "Alpha"), true),
        (is(StringEquals, "aws:ResourceTag/project", "Alpha"), true),
        (is(StringEquals, "aws:ResourceTag/Project", "alpha"), false),
        (is(StringEquals, "aws:ResourceTag/Owner", "Alpha"), false),
        (is(StringEquals, "kms:CallerAccount", "111122223333"), true),
        (is(StringEquals, "kms:CallerAccount", "444455556666"), false),
        (is(StringEquals, "aws:PrincipalAccount", "111122223333"), true),
        (is(ArnEquals, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/team/Auditor"), true),
        (is(ArnLike, "aws:PrincipalArn", "arn:aws:iam::*:role/*"), true),
        (is(ArnLike, "aws:PrincipalArn", "arn:aws:iam:*:role/*"), false),
        (is(ArnNotEquals, "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/*"), true),
        (is(ArnNotEquals, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"), false),
        (is(StringEquals, "aws:RequestedRegion", "us-east-2"), true),
        (is(StringEquals, "aws:ResourceAccount", "111122223333"), true),
        (is(StringEquals, "kms:ViaService", "s3.us-east-2.amazonaws.com"), true),
        (is(StringLike, "kms:ViaService", "ec2.*.amazonaws.com"), false),
        (is(StringEquals, "aws:SourceVpc", "vpc-1"), false),
        (is(Null, "aws:SourceVpc", "true"), true),
        (is(StringEquals, "aws:username", "alice"), false),
    ];
    for (condition, holds) in decisions {
        let caller = Caller::assumed_role("111122223333".parse().unwrap(), "team/Auditor", "alice");
        let caller = caller
            .unwrap()
            .as_administrator()
            .with_via_service("s3.us-east-2.amazonaws.com");
        let describes = format!("{condition:?}");
        Ask::of(caller).expect_condition(condition, holds, &describes);
    }
}

#[test]
fn what_a_request_does_not_have_matches_nothing() {
    #[rustfmt::skip]
    let decisions = [
        ("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("kms:ReEncryptOnSameKey", "true"),
        ("kms:RequestAlias", "alias/app"),
        ("kms:ViaService", "s3.us-east-2.amazonaws.com"),
        ("kms:MultiRegionKeyType", "PRIMARY"),
    ];
    for (key, value) in decisions {
        for (operator, holds) in [
            (ConditionOperator::StringEquals, false),
            (ConditionOperator::StringNotEquals, true),
        ] {
            let mut ask = Ask::of(who("user/alice"));
            ask.bare = true;
            ask.expect_condition(Condition::new(operator, key, [value]), holds, key);
        }
    }
}

#[test]
fn all_conditions_of_a_statement_have_to_hold() {
    let is = |key, value| Condition::new(ConditionOperator::StringEquals, key, [value]);
    #[rustfmt::skip]
    let decisions = [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", ALLOWED),
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY", NO_KEY_POLICY),
        ("RSA_2048", "ENCRYPT_DECRYPT", NO_KEY_POLICY),
    ];
    for (spec, usage, expected) in decisions {
        let statement = re_encrypt()
            .principal(Principal::Any)
            .condition(is("kms:KeySpec", spec))
            .condition(is("kms:KeyUsage", usage));
        let policy = KeyPolicy::new().statement(statement);
        Ask::of(who("root")).policy(&policy).expect(expected, spec);
    }
}

//! Callers, and what their policies and those of keys come to together.

use kms_reencrypt::access::{Action, Caller, KeyPolicy};
use kms_reencrypt::iam::{Condition, ConditionOperator, Layer, Policy, Principal, Statement};

use crate::ask::{
    ALLOWED, Ask, NO_IDENTITY_POLICY, NO_KEY_POLICY, SILENT, grant_to, missing, principal,
    re_encrypt, stranger, who,
};

#[test]
fn a_caller_without_policies_has_no_permissions() {
    #[rustfmt::skip]
    let decisions = [
        (stranger("root"), ALLOWED),
        (Caller::administrator("111122223333".parse().unwrap()), ALLOWED),
        (stranger("user/alice"), NO_IDENTITY_POLICY),
        (stranger("user/alice").as_administrator(), ALLOWED),
        (stranger("assumed-role/Auditor/alice"), NO_IDENTITY_POLICY),
        (stranger("assumed-role/Auditor/alice").as_administrator(), ALLOWED),
        (stranger("other:user/bob").as_administrator(), NO_KEY_POLICY),
        (Caller::service("sns.amazonaws.com"), NO_KEY_POLICY),
        (Caller::service("sns.amazonaws.com").as_administrator(), NO_KEY_POLICY),
    ];
    for (caller, expected) in decisions {
        let describes = caller.to_string();
        Ask::of(caller).expect(expected, &describes);
    }
}

/// A key policy that names somebody is not cut by an absent identity policy; what a boundary and a session policy do to it
/// depends on who is named.
#[test]
fn what_a_key_policy_allows_by_name_is_limited_by_some_policies() {
    let nothing = || Policy::new().statement(Statement::allow().action("s3:*").resource("*"));
    let bounded = |name: &str| stranger(name).with_permissions_boundary(nothing());
    let in_session = |name: &str| stranger(name).with_session_policy(nothing());
    let session = "assumed-role/Auditor/alice";
    let no_boundary = missing(Layer::PermissionsBoundary);
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", stranger("user/alice"), ALLOWED),
        ("user/alice", bounded("user/alice"), ALLOWED),
        ("role/Auditor", stranger(session), ALLOWED),
        ("role/Auditor", bounded(session), no_boundary),
        ("role/Auditor", in_session(session), missing(Layer::SessionPolicy)),
        (session, stranger(session), ALLOWED),
        (session, bounded(session), ALLOWED),
        (session, in_session(session), ALLOWED),
    ];
    for (named, caller, expected) in decisions {
        let policy = KeyPolicy::new().statement(re_encrypt().principal(principal(named)));
        let describes = format!("{named} named, {caller:?}");
        Ask::of(caller).policy(&policy).expect(expected, &describes);
    }
}

#[test]
fn service_control_policies_limit_even_the_root_user_and_what_a_grant_gives() {
    let level = |action: &str| {
        vec![Policy::new().statement(Statement::allow().action(action).resource("*"))]
    };
    let no_allow = missing(Layer::ServiceControlPolicy);
    let grants = [grant_to("user/alice", |grant| grant)];
    #[rustfmt::skip]
    let decisions = [
        (vec![level("*"), level("kms:*")], ALLOWED),
        (vec![level("kms:ReEncrypt*"), level("kms:*To")], ALLOWED),
        (vec![level("*"), level("s3:*")], no_allow),
        (vec![level("s3:*"), level("*")], no_allow),
        (vec![vec![]], no_allow),
    ];
    for (levels, expected) in decisions {
        for caller in [stranger("root"), who("user/alice")] {
            let caller = caller.with_service_control_policies(levels.clone());
            Ask::of(caller).expect(expected, &format!("{levels:?}"));
        }
        let grantee = stranger("user/alice").with_service_control_policies(levels.clone());
        let ask = Ask::of(grantee).policy(&SILENT).grants(&grants);
        ask.expect(expected, &format!("a grant under {levels:?}"));
    }
}

#[test]
fn a_service_may_do_what_a_key_policy_or_a_grant_lets_it() {
    let sns = || Caller::service("sns.amazonaws.com");
    let topic = "arn:aws:sns:us-east-2:111122223333:news";
    let by_policy = |key: &str, value: &str| {
        let service = Principal::Service("sns.amazonaws.com".to_owned());
        let condition = Condition::new(ConditionOperator::StringEquals, key, [value]);
        KeyPolicy::new().statement(re_encrypt().principal(service).condition(condition))
    };
    #[rustfmt::skip]
    let decisions = [
        (sns().with_source_arn(topic), "aws:SourceArn", topic, ALLOWED),
        (sns().with_source_arn(topic), "aws:SourceAccount", "111122223333", ALLOWED),
        (sns().with_source_arn(topic), "aws:SourceAccount", "444455556666", NO_KEY_POLICY),
        (sns(), "aws:SourceArn", topic, NO_KEY_POLICY),
        (sns(), "aws:PrincipalIsAWSService", "true", ALLOWED),
        (sns(), "aws:PrincipalServiceName", "sns.amazonaws.com", ALLOWED),
        (sns(), "aws:PrincipalServiceNamesList", "sns.amazonaws.com", ALLOWED),
        (sns(), "aws:PrincipalAccount", "111122223333", NO_KEY_POLICY),
        (Caller::service("sqs.amazonaws.com"), "aws:PrincipalIsAWSService", "true", NO_KEY_POLICY),
    ];
    for (caller, key, value, expected) in decisions {
        let policy = by_policy(key, value);
        Ask::of(caller).policy(&policy).expect(expected, key);
    }
    let as_principal = [grant_to("sns.amazonaws.com", |grant| grant)];
    let ask = Ask::of(sns()).policy(&SILENT);
    ask.grants(&as_principal)
        .expect(ALLOWED, "a service in the place of a principal");
    let ask = Ask::of(who("user/alice")).policy(&SILENT);
    ask.grants(&as_principal)
        .expect(NO_KEY_POLICY, "somebody else");
}

#[test]
fn what_nobody_of_another_account_can_have_is_refused_whatever_policies_say() {
    let everybody = Statement::allow().principal(Principal::Any).action("kms:*");
    let policy = KeyPolicy::default().statement(everybody);
    for action in Action::ALL {
        if !action.works_in_key_policy() {
            continue;
        }
        let ask = Ask::of(who("other:user/bob")).policy(&policy);
        let expected = if action.works_across_accounts() {
            ALLOWED
        } else {
            NO_KEY_POLICY
        };
        ask.action(*action).expect(expected, action.as_str());
    }
}

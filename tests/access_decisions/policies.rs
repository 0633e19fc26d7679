//! Key policies, identity-based policies, and how they go together.

use kms_reencrypt::KeyArn;
use kms_reencrypt::access::{Action, KeyPolicy};
use kms_reencrypt::iam::{Layer, Policy, Principal, Statement};

use crate::ask::{
    ALLOWED, Ask, DENIED_BY_IDENTITY, DENIED_BY_KEY_POLICY, KEY, NO_IDENTITY_POLICY, NO_KEY_POLICY,
    SILENT, allows, denies, grant_to, missing, nothing, principal, re_encrypt, who, with,
};

#[test]
fn the_default_policy_leaves_everything_to_the_account() {
    let policy = KeyPolicy::account_decides();
    #[rustfmt::skip]
    let decisions = [
        ("root", None, ALLOWED),
        ("root", Some(nothing()), ALLOWED),
        ("user/alice", None, ALLOWED),
        ("user/alice", Some(allows("kms:ReEncrypt*")), ALLOWED),
        ("user/alice", Some(allows("kms:Decrypt")), NO_IDENTITY_POLICY),
        ("user/alice", Some(nothing()), NO_IDENTITY_POLICY),
        ("user/alice", Some(denies("kms:ReEncryptTo")), DENIED_BY_IDENTITY),
        ("user/alice", Some(denies("kms:ReEncryptFrom")), NO_IDENTITY_POLICY),
        ("role/Auditor", None, ALLOWED),
        ("assumed-role/Auditor/alice", None, ALLOWED),
        ("assumed-role/Auditor/alice", Some(nothing()), NO_IDENTITY_POLICY),
        ("federated-user/alice", None, missing(Layer::SessionPolicy)),
        ("other:root", None, NO_KEY_POLICY),
        ("other:user/bob", None, NO_KEY_POLICY),
        ("other:user/bob", Some(allows("*")), NO_KEY_POLICY),
        ("other:user/bob", Some(nothing()), NO_KEY_POLICY),
    ];
    for (caller, identity, expected) in decisions {
        let ask = Ask::of(with(caller, identity)).policy(policy);
        ask.expect(expected, caller);
    }
}

#[test]
fn statements_are_added_to_the_default_policy() {
    let policy = KeyPolicy::default().statement(
        Statement::allow()
            .principal(principal("user/alice"))
            .action("kms:Decrypt"),
    );
    #[rustfmt::skip]
    let decisions = [
        ("root", None, Action::ReEncryptTo, ALLOWED),
        ("user/carol", None, Action::ReEncryptTo, ALLOWED),
        ("user/alice", Some(nothing()), Action::Decrypt, ALLOWED),
        ("user/carol", Some(nothing()), Action::Decrypt, NO_IDENTITY_POLICY),
        ("user/alice", Some(nothing()), Action::ReEncryptTo, NO_IDENTITY_POLICY),
    ];
    for (caller, identity, action, expected) in decisions {
        let ask = Ask::of(with(caller, identity))
            .policy(&policy)
            .action(action);
        ask.expect(expected, caller);
    }
}

#[test]
fn a_key_policy_without_statements_allows_nobody() {
    for caller in [
        "root",
        "user/alice",
        "assumed-role/Auditor/alice",
        "other:root",
    ] {
        let ask = Ask::of(who(caller)).policy(&SILENT);
        ask.expect(NO_KEY_POLICY, caller);
    }
}

/// Callers here may do nothing by their account, so that only the key policy speaks.
#[test]
fn a_key_policy_allows_whom_it_names() {
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", "user/alice", ALLOWED),
        ("user/alice", "user/carol", NO_KEY_POLICY),
        ("user/alice", "user/Alice", NO_KEY_POLICY),
        ("user/alice", "user/team/alice", NO_KEY_POLICY),
        ("user/alice", "role/alice", NO_KEY_POLICY),
        ("user/alice", "root", NO_KEY_POLICY),
        ("user/alice", "other:user/alice", NO_KEY_POLICY),
        ("role/Auditor", "role/Auditor", ALLOWED),
        ("role/Auditor", "assumed-role/Auditor/alice", ALLOWED),
        ("role/team/Auditor", "assumed-role/Auditor/alice", ALLOWED),
        ("role/Auditor", "assumed-role/Admin/alice", NO_KEY_POLICY),
        ("role/Auditor", "user/Auditor", NO_KEY_POLICY),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/alice", ALLOWED),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/carol", NO_KEY_POLICY),
        ("assumed-role/Auditor/alice", "role/Auditor", NO_KEY_POLICY),
        ("root", "root", ALLOWED),
        ("root", "user/alice", NO_IDENTITY_POLICY),
        ("root", "assumed-role/Auditor/alice", NO_IDENTITY_POLICY),
        ("other:root", "root", NO_KEY_POLICY),
        ("other:root", "user/alice", NO_KEY_POLICY),
    ];
    for (named, caller, expected) in decisions {
        let policy = KeyPolicy::new().statement(re_encrypt().principal(principal(named)));
        let ask = Ask::of(with(caller, Some(nothing()))).policy(&policy);
        ask.expect(expected, &format!("{named} allows {caller}"));
    }
}

#[test]
fn everyone_is_everyone_and_a_service_is_no_caller() {
    let account = "111122223333".parse().unwrap();
    #[rustfmt::skip]
    let decisions = [
        (Principal::Any, "user/alice", ALLOWED),
        (Principal::Any, "root", ALLOWED),
        (Principal::Any, "other:user/bob", NO_IDENTITY_POLICY),
        (Principal::Account(account), "root", ALLOWED),
        (Principal::Account(account), "user/alice", NO_IDENTITY_POLICY),
        (Principal::Account(account), "other:user/bob", NO_KEY_POLICY),
        (Principal::Service("s3.amazonaws.com".into()), "user/alice", NO_KEY_POLICY),
        (Principal::Federated("accounts.google.com".into()), "user/alice", NO_KEY_POLICY),
    ];
    for (named, caller, expected) in decisions {
        let describes = format!("{named:?} allows {caller}");
        let policy = KeyPolicy::new().statement(re_encrypt().principal(named));
        let ask = Ask::of(with(caller, Some(nothing()))).policy(&policy);
        ask.expect(expected, &describes);
    }
    let about_nobody = KeyPolicy::new().statement(re_encrypt());
    Ask::of(who("root"))
        .policy(&about_nobody)
        .expect(NO_KEY_POLICY, "no principal");
}

#[test]
fn another_account_has_to_be_allowed_on_both_sides() {
    #[rustfmt::skip]
    let decisions = [
        ("other:root", "other:root", None, ALLOWED),
        ("other:root", "other:user/bob", None, ALLOWED),
        ("other:root", "other:user/bob", Some(allows("kms:ReEncryptTo")), ALLOWED),
        ("other:root", "other:user/bob", Some(nothing()), NO_IDENTITY_POLICY),
        ("other:root", "other:user/bob", Some(denies("kms:*")), DENIED_BY_IDENTITY),
        ("other:root", "other:assumed-role/Engineering/bob", Some(allows("*")), ALLOWED),
        ("other:user/bob", "other:user/bob", None, ALLOWED),
        ("other:user/bob", "other:user/bob", Some(allows("kms:Re*")), ALLOWED),
        ("other:user/bob", "other:user/bob", Some(nothing()), NO_IDENTITY_POLICY),
        ("other:user/bob", "other:user/dave", Some(allows("*")), NO_KEY_POLICY),
        ("other:user/bob", "other:root", None, NO_KEY_POLICY),
        ("other:role/Engineering", "other:assumed-role/Engineering/bob", None, ALLOWED),
        ("other:role/Engineering", "assumed-role/Engineering/bob", None, NO_KEY_POLICY),
        ("root", "other:user/bob", Some(allows("*")), NO_KEY_POLICY),
    ];
    for (named, caller, identity, expected) in decisions {
        let policy = KeyPolicy::new().statement(re_encrypt().principal(principal(named)));
        let ask = Ask::of(with(caller, identity)).policy(&policy);
        ask.expect(expected, &format!("{named} allows {caller}"));
    }
}

#[test]
fn an_explicit_deny_beats_every_allow() {
    let allow = || re_encrypt().principal(Principal::Any);
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", "user/alice", DENIED_BY_KEY_POLICY),
        ("user/alice", "user/carol", ALLOWED),
        ("role/Auditor", "assumed-role/Auditor/alice", DENIED_BY_KEY_POLICY),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/alice", DENIED_BY_KEY_POLICY),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/carol", ALLOWED),
        ("root", "root", DENIED_BY_KEY_POLICY),
        ("root", "user/alice", DENIED_BY_KEY_POLICY),
        ("root", "other:user/bob", ALLOWED),
        ("other:root", "other:user/bob", DENIED_BY_KEY_POLICY),
        ("other:root", "user/alice", ALLOWED),
    ];
    for (denied, caller, expected) in decisions {
        let deny = || {
            Statement::deny()
                .principal(principal(denied))
                .action("kms:*")
        };
        for policy in [
            KeyPolicy::new().statement(deny()).statement(allow()),
            KeyPolicy::new().statement(allow()).statement(deny()),
        ] {
            let ask = Ask::of(who(caller)).policy(&policy);
            ask.expect(expected, &format!("{denied} denied, {caller}"));
        }
    }
    let policy = KeyPolicy::new().statement(allow()).statement(
        Statement::deny()
            .principal(Principal::Any)
            .action("kms:Decrypt"),
    );
    Ask::of(who("root"))
        .policy(&policy)
        .expect(ALLOWED, "another action denied");
    let grants = [grant_to("user/alice", |grant| grant)];
    let policy = KeyPolicy::default().statement(
        Statement::deny()
            .principal(principal("user/alice"))
            .action("kms:*"),
    );
    let ask = Ask::of(who("user/alice")).policy(&policy).grants(&grants);
    ask.expect(
        DENIED_BY_KEY_POLICY,
        "a grant does not help against a key policy",
    );
    let ask = Ask::of(with("user/alice", Some(denies("kms:ReEncryptTo")))).grants(&grants);
    ask.expect(
        DENIED_BY_IDENTITY,
        "a grant does not help against an identity policy",
    );
    let ask = Ask::of(with("user/alice", Some(denies("*")))).policy(&policy);
    ask.expect(
        DENIED_BY_IDENTITY,
        "where both deny, the identity policy is named",
    );
}

#[test]
fn not_principal_denies_all_but_those_it_names() {
    #[rustfmt::skip]
    let decisions = [
        (&["user/alice", "root"][..], "user/alice", ALLOWED),
        (&["user/alice", "root"], "root", ALLOWED),
        (&["user/alice", "root"], "user/carol", DENIED_BY_KEY_POLICY),
        (&["user/alice", "root"], "other:root", DENIED_BY_KEY_POLICY),
        (&["user/alice"], "root", DENIED_BY_KEY_POLICY),
        (&["user/alice"], "user/alice", DENIED_BY_KEY_POLICY),
        (&["role/Auditor"], "assumed-role/Auditor/alice", DENIED_BY_KEY_POLICY),
        (&["role/Auditor", "root"], "assumed-role/Auditor/alice", ALLOWED),
        (&["role/Auditor", "root"], "assumed-role/Admin/alice", DENIED_BY_KEY_POLICY),
        (&["assumed-role/Auditor/alice", "root"], "assumed-role/Auditor/alice", DENIED_BY_KEY_POLICY),
    ];
    for (excepted, caller, expected) in decisions {
        let excepted: Vec<_> = excepted.iter().map(|name| principal(name)).collect();
        let policy =
            KeyPolicy::default().statement(Statement::deny_all_but(excepted).action("kms:*"));
        Ask::of(who(caller))
            .policy(&policy)
            .expect(expected, caller);
    }
}

#[test]
fn actions_are_patterns_that_know_no_case() {
    #[rustfmt::skip]
    let decisions = [
        (&["kms:*"][..], Action::ReEncryptTo, ALLOWED),
        (&["*"], Action::ReEncryptTo, ALLOWED),
        (&["kms:ReEncrypt*"], Action::ReEncryptTo, ALLOWED),
        (&["kms:ReEncrypt*"], Action::ReEncryptFrom, ALLOWED),
        (&["kms:ReEncrypt*"], Action::Decrypt, NO_KEY_POLICY),
        (&["kms:ReEncryptTo"], Action::ReEncryptFrom, NO_KEY_POLICY),
        (&["kms:ReEncrypt"], Action::ReEncryptTo, NO_KEY_POLICY),
        (&["KMS:reencryptto"], Action::ReEncryptTo, ALLOWED),
        (&["kms:ReEncrypt??"], Action::ReEncryptTo, ALLOWED),
        (&["kms:ReEncrypt??"], Action::ReEncryptFrom, NO_KEY_POLICY),
        (&["kms:*crypt"], Action::Decrypt, ALLOWED),
        (&["kms:*crypt"], Action::ReEncryptTo, NO_KEY_POLICY),
        (&["kms:Encrypt", "kms:Decrypt"], Action::Decrypt, ALLOWED),
        (&["kms:Encrypt", "kms:Decrypt"], Action::ReEncryptTo, NO_KEY_POLICY),
        (&["kms:GenerateDataKey"], Action::GenerateDataKeyWithoutPlaintext, NO_KEY_POLICY),
        (&["s3:*"], Action::ReEncryptTo, NO_KEY_POLICY),
        (&[], Action::ReEncryptTo, NO_KEY_POLICY),
    ];
    for (actions, asked, expected) in decisions {
        let statement = actions
            .iter()
            .fold(Statement::allow(), |statement, action| {
                statement.action(*action)
            })
            .principal(principal("user/alice"));
        let policy = KeyPolicy::new().statement(statement);
        let ask = Ask::of(who("user/alice")).policy(&policy).action(asked);
        ask.expect(expected, &format!("{actions:?} {asked}"));
    }
    let policy = KeyPolicy::new().statement(
        Statement::allow()
            .principal(Principal::Any)
            .any_action_but(["kms:ReEncrypt*", "kms:Decrypt"]),
    );
    #[rustfmt::skip]
    let decisions = [
        (Action::Encrypt, ALLOWED),
        (Action::ReEncryptTo, NO_KEY_POLICY),
        (Action::Decrypt, NO_KEY_POLICY),
    ];
    for (asked, expected) in decisions {
        let ask = Ask::of(who("user/alice")).policy(&policy).action(asked);
        ask.expect(expected, asked.as_str());
    }
}

#[test]
fn an_identity_policy_chooses_its_keys_by_their_arns() {
    #[rustfmt::skip]
    let decisions = [
        ("*", ALLOWED),
        (KEY, ALLOWED),
        ("arn:aws:kms:us-east-2:111122223333:key/*", ALLOWED),
        ("arn:aws:kms:*:111122223333:key/*", ALLOWED),
        ("arn:aws:kms:us-east-?:111122223333:key/1234*", ALLOWED),
        ("arn:aws:kms:us-west-2:111122223333:key/*", NO_IDENTITY_POLICY),
        ("arn:aws:kms:us-east-2:444455556666:key/*", NO_IDENTITY_POLICY),
        ("arn:aws:kms:us-east-2:111122223333:alias/*", NO_IDENTITY_POLICY),
        ("arn:aws-cn:kms:*:*:*", NO_IDENTITY_POLICY),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", NO_IDENTITY_POLICY),
    ];
    for (resource, expected) in decisions {
        let statement = re_encrypt().resource(resource);
        let identity = Policy::new().statement(statement);
        Ask::of(with("user/alice", Some(identity))).expect(expected, resource);
        let statement = Statement::allow().action("*").any_resource_but([resource]);
        let identity = Policy::new().statement(statement);
        let opposite = if expected == ALLOWED {
            NO_IDENTITY_POLICY
        } else {
            ALLOWED
        };
        Ask::of(with("user/alice", Some(identity))).expect(opposite, resource);
    }
    let of_another_key = KeyPolicy::new().statement(
        re_encrypt()
            .principal(Principal::Any)
            .resource("arn:aws:kms:*:*:key/mrk-*"),
    );
    let ask = Ask::of(who("root")).policy(&of_another_key);
    ask.expect(NO_KEY_POLICY, "a key policy that is about another key");
}

#[test]
fn the_key_of_a_service_is_used_through_the_service_only() {
    let place = KEY.parse::<KeyArn>().unwrap();
    let policy = KeyPolicy::aws_managed("s3", place.place());
    let s3 = Some("s3.us-east-2.amazonaws.com");
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", s3, Action::ReEncryptTo, ALLOWED),
        ("assumed-role/Auditor/alice", s3, Action::Decrypt, ALLOWED),
        ("user/alice", None, Action::ReEncryptTo, NO_KEY_POLICY),
        ("root", None, Action::ReEncryptTo, NO_KEY_POLICY),
        ("user/alice", Some("s3.us-west-2.amazonaws.com"), Action::ReEncryptTo, NO_KEY_POLICY),
        ("user/alice", Some("ec2.us-east-2.amazonaws.com"), Action::ReEncryptTo, NO_KEY_POLICY),
        ("other:user/bob", s3, Action::ReEncryptTo, NO_KEY_POLICY),
        ("user/alice", None, Action::DescribeKey, ALLOWED),
        ("root", None, Action::GetKeyPolicy, ALLOWED),
        ("root", None, Action::PutKeyPolicy, NO_KEY_POLICY),
        ("root", s3, Action::ScheduleKeyDeletion, NO_KEY_POLICY),
    ];
    for (caller, via, action, expected) in decisions {
        let asks = via.map_or_else(|| who(caller), |via| who(caller).with_via_service(via));
        let ask = Ask::of(asks).policy(&policy).action(action);
        ask.expect(expected, &format!("{caller} via {via:?} {action}"));
    }
}

//! Grants.

use kms_reencrypt::EncryptionContext;
use kms_reencrypt::access::{
    Action, GrantBuilder, GrantConstraint, GrantId, GrantOperation, GrantTerms,
};

use crate::ask::{
    ALLOWED, Ask, NO_IDENTITY_POLICY, NO_KEY_POLICY, SILENT, allows, grant_to, nothing, who, with,
};

/// The key policy says nothing here, and callers may do nothing by their account.
#[test]
fn a_grant_allows_its_grantee_its_operations() {
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", "user/alice", Action::ReEncryptTo, ALLOWED),
        ("user/alice", "user/alice", Action::ReEncryptFrom, NO_KEY_POLICY),
        ("user/alice", "user/alice", Action::PutKeyPolicy, NO_KEY_POLICY),
        ("user/alice", "user/carol", Action::ReEncryptTo, NO_KEY_POLICY),
        ("user/alice", "root", Action::ReEncryptTo, NO_KEY_POLICY),
        ("role/Auditor", "role/Auditor", Action::ReEncryptTo, ALLOWED),
        ("role/Auditor", "assumed-role/Auditor/alice", Action::ReEncryptTo, ALLOWED),
        ("role/Auditor", "assumed-role/Admin/alice", Action::ReEncryptTo, NO_KEY_POLICY),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/alice", Action::ReEncryptTo, ALLOWED),
        ("assumed-role/Auditor/alice", "assumed-role/Auditor/carol", Action::ReEncryptTo, NO_KEY_POLICY),
        ("root", "root", Action::ReEncryptTo, ALLOWED),
        ("root", "user/alice", Action::ReEncryptTo, NO_IDENTITY_POLICY),
        ("other:user/bob", "other:user/bob", Action::ReEncryptTo, ALLOWED),
        ("other:role/Engineering", "other:assumed-role/Engineering/bob", Action::ReEncryptTo, ALLOWED),
        ("other:root", "other:root", Action::ReEncryptTo, ALLOWED),
        ("other:root", "other:user/bob", Action::ReEncryptTo, NO_IDENTITY_POLICY),
        ("other:root", "user/alice", Action::ReEncryptTo, NO_KEY_POLICY),
    ];
    for (grantee, caller, action, expected) in decisions {
        let grants = [grant_to(grantee, |grant| grant)];
        let ask = Ask::of(with(caller, Some(nothing())))
            .policy(&SILENT)
            .grants(&grants)
            .action(action);
        ask.expect(expected, &format!("{grantee} granted, {caller} {action}"));
    }
    let grants = [grant_to("other:root", |grant| grant)];
    let ask = Ask::of(with("other:user/bob", Some(allows("kms:ReEncrypt*")))).grants(&grants);
    ask.expect(
        ALLOWED,
        "a grant for an account, and the account's own policy",
    );
    let ask = Ask::of(with("user/alice", Some(nothing()))).grants(&grants);
    ask.expect(
        NO_IDENTITY_POLICY,
        "the key policy leaves it to the account, which says nothing",
    );
}

#[test]
fn a_new_grant_counts_only_with_its_token() {
    let fresh = || grant_to("user/alice", |grant| grant).with_consistency(false);
    let id: GrantId = "grant-1".parse().unwrap();
    let other: GrantId = "grant-2".parse().unwrap();
    #[rustfmt::skip]
    let decisions = [
        (fresh(), vec![], NO_KEY_POLICY),
        (fresh(), vec![other.clone()], NO_KEY_POLICY),
        (fresh(), vec![other, id.clone()], ALLOWED),
        (fresh().with_consistency(true), vec![], ALLOWED),
        (fresh().with_consistency(true), vec![id], ALLOWED),
    ];
    for (grant, presented, expected) in decisions {
        let ask = Ask::of(who("user/alice"));
        let grants = [grant];
        let mut ask = ask.policy(&SILENT).grants(&grants);
        ask.presented = presented;
        ask.expect(expected, "token");
    }
}

#[test]
fn a_grant_may_want_an_encryption_context() {
    let finance = [("Department", "Finance"), ("Classification", "Public")];
    let context = |pairs: &[(&str, &str)]| pairs.iter().copied().collect::<EncryptionContext>();
    #[rustfmt::skip]
    let decisions = [
        (&finance[..], ALLOWED, ALLOWED),
        (&[("Classification", "Public"), ("Department", "Finance")], ALLOWED, ALLOWED),
        (&[("Customer", "1"), ("Department", "Finance"), ("Classification", "Public")], NO_KEY_POLICY, ALLOWED),
        (&[("Department", "Finance")], NO_KEY_POLICY, NO_KEY_POLICY),
        (&[("department", "finance"), ("classification", "public")], NO_KEY_POLICY, NO_KEY_POLICY),
        (&[("Classification", "Public"), ("Customer", "1")], NO_KEY_POLICY, NO_KEY_POLICY),
        (&[], NO_KEY_POLICY, NO_KEY_POLICY),
    ];
    for (asked, equals, subset) in decisions {
        let context = context(asked);
        let ask = Ask::of(who("user/alice")).context(&context).policy(&SILENT);
        let grants = [grant_to("user/alice", |grant| {
            grant.encryption_context_equals(finance)
        })];
        ask.clone()
            .grants(&grants)
            .expect(equals, &format!("equals {asked:?}"));
        let grants = [grant_to("user/alice", |grant| {
            grant.encryption_context_subset(finance)
        })];
        ask.clone()
            .grants(&grants)
            .expect(subset, &format!("subset {asked:?}"));
        let describe = ask.grants(&grants).action(Action::DescribeKey);
        describe.expect(ALLOWED, "an operation without an encryption context");
    }
    let grants = [
        grant_to("user/alice", |grant| {
            grant.encryption_context_equals(finance)
        }),
        grant_to("user/alice", |grant| {
            grant.encryption_context_equals([("a", "b")])
        }),
    ];
    let context = EncryptionContext::from([("a", "b")]);
    let ask = Ask::of(who("user/alice")).policy(&SILENT).context(&context);
    ask.grants(&grants)
        .expect(ALLOWED, "one of two grants is enough");
}

/// What a grantee of `ReEncryptTo`, `DescribeKey` and `CreateGrant` may grant to others by that, for data of one tenant.
#[test]
fn a_grantee_hands_on_what_its_grant_gives_and_no_more() {
    use GrantConstraint::{EncryptionContextEquals as Equals, EncryptionContextSubset as Subset};
    use GrantOperation::{CreateGrant, Decrypt, DescribeKey, ReEncryptTo};
    let blue = || EncryptionContext::from([("tenant", "blue")]);
    let more = || EncryptionContext::from([("tenant", "blue"), ("app", "web")]);
    let red = || EncryptionContext::from([("tenant", "red")]);
    let parent = || {
        grant_to("user/alice", |grant| {
            grant
                .operation(CreateGrant)
                .encryption_context_subset([("tenant", "blue")])
        })
    };
    #[rustfmt::skip]
    let decisions = [
        ("the same", &[ReEncryptTo, DescribeKey, CreateGrant][..], vec![Subset(blue())], ALLOWED),
        ("fewer operations", &[ReEncryptTo], vec![Subset(blue())], ALLOWED),
        ("more pairs", &[ReEncryptTo], vec![Subset(more())], ALLOWED),
        ("equals", &[ReEncryptTo], vec![Equals(blue())], ALLOWED),
        ("equals, and more pairs", &[ReEncryptTo], vec![Equals(more())], ALLOWED),
        ("another operation", &[ReEncryptTo, Decrypt], vec![Subset(blue())], NO_KEY_POLICY),
        ("no constraint", &[ReEncryptTo], vec![], NO_KEY_POLICY),
        ("no constraint where it would not count", &[DescribeKey], vec![], NO_KEY_POLICY),
        ("an empty constraint", &[ReEncryptTo], vec![Subset(EncryptionContext::default())], NO_KEY_POLICY),
        ("another value", &[ReEncryptTo], vec![Subset(red())], NO_KEY_POLICY),
        ("two constraints", &[ReEncryptTo], vec![Subset(blue()), Equals(blue())], NO_KEY_POLICY),
    ];
    let grants = [parent()];
    for (describes, operations, constraints, expected) in decisions {
        let terms = GrantTerms {
            grantee_principal: Some("arn:aws:iam::111122223333:user/bob"),
            operations,
            constraints: &constraints,
            ..GrantTerms::default()
        };
        let mut ask = Ask::of(with("user/alice", Some(nothing()))).action(Action::CreateGrant);
        ask.new_grant = Some(terms);
        ask.clone()
            .policy(&SILENT)
            .grants(&grants)
            .expect(expected, describes);
        // Who has the permission from a policy may grant what it likes.
        ask.caller = with("user/alice", Some(allows("kms:CreateGrant")));
        ask.grants(&grants).expect(ALLOWED, describes);
    }
}

#[test]
fn a_grant_for_a_resource_hands_on_its_resource() {
    let table = "arn:aws:dynamodb:us-east-2:111122223333:table/Books";
    let other = "arn:aws:dynamodb:us-east-2:111122223333:table/Films";
    let grants = [grant_to("user/alice", |grant| {
        grant
            .operation(GrantOperation::CreateGrant)
            .source_arn(table)
    })];
    #[rustfmt::skip]
    let decisions = [
        (Some(table), Some(table), ALLOWED),
        (Some(table), Some(other), NO_KEY_POLICY),
        (Some(table), None, NO_KEY_POLICY),
        (Some(other), Some(table), NO_KEY_POLICY),
        (None, Some(table), NO_KEY_POLICY),
    ];
    for (of_caller, of_child, expected) in decisions {
        let mut alice = with("user/alice", Some(nothing()));
        if let Some(source) = of_caller {
            alice = alice.with_source_arn(source);
        }
        let mut ask = Ask::of(alice).action(Action::CreateGrant).policy(&SILENT);
        ask.new_grant = Some(GrantTerms {
            operations: &[GrantOperation::DescribeKey],
            source_arn: of_child,
            ..GrantTerms::default()
        });
        ask.grants(&grants)
            .expect(expected, &format!("{of_caller:?} {of_child:?}"));
    }
}

#[test]
fn a_grant_for_a_resource_counts_for_requests_on_its_behalf() {
    let table = "arn:aws:dynamodb:us-east-2:111122223333:table/Books";
    let grants = [grant_to("user/alice", |grant| grant.source_arn(table))];
    let alice = || with("user/alice", Some(nothing()));
    for action in [Action::ReEncryptTo, Action::DescribeKey] {
        for (caller, expected) in [
            (alice().with_source_arn(table), ALLOWED),
            (alice().with_source_arn("arn:aws:s3:::books"), NO_KEY_POLICY),
            (alice(), NO_KEY_POLICY),
        ] {
            let ask = Ask::of(caller).action(action).policy(&SILENT);
            ask.grants(&grants).expect(expected, "source");
        }
    }
}

#[test]
fn a_constrained_grant_does_not_let_its_grantee_create_a_grant_that_is_not_known() {
    let blue = [("tenant", "blue")];
    #[rustfmt::skip]
    let decisions = [
        ("without a constraint", grant_to("user/alice", |grant| grant.operation(GrantOperation::CreateGrant)), ALLOWED),
        ("with a constraint", grant_to("user/alice", |grant| {
            grant.operation(GrantOperation::CreateGrant).encryption_context_subset(blue)
        }), NO_KEY_POLICY),
    ];
    for (what, grant, expected) in decisions {
        let grants = [grant];
        let ask = Ask::of(who("user/alice")).policy(&SILENT).grants(&grants);
        ask.action(Action::CreateGrant).expect(expected, what);
    }
}

#[test]
fn who_may_retire_a_grant_may_not_retire_another_of_the_key() {
    let grants = ["user/alice", "user/bob"].map(|retiring| {
        grant_to("role/Auditor", |grant| {
            grant.retiring_principal(format!("arn:aws:iam::111122223333:{retiring}"))
        })
    });
    let [of_alice, of_bob] = &grants;
    for (retired, expected) in [(of_alice, ALLOWED), (of_bob, NO_IDENTITY_POLICY)] {
        let mut ask = Ask::of(with("user/alice", Some(nothing())));
        ask.retired = Some(retired);
        let ask = ask.policy(&SILENT).grants(&grants);
        let retiring = retired.retiring_principal();
        ask.action(Action::RetireGrant)
            .expect(expected, &format!("{retiring:?}"));
    }
}

#[test]
fn a_grant_that_does_not_count_is_explained_by_the_first_term_that_the_request_does_not_meet() {
    let table = "arn:aws:dynamodb:us-east-2:111122223333:table/Books";
    let (alice, carol) = (
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/carol",
    );
    let hands_on = |grant: GrantBuilder| grant.operation(GrantOperation::CreateGrant);
    let plain = |grant: GrantBuilder| grant;
    let id = "grant-1";
    #[rustfmt::skip]
    let explained = [
        (grant_to("user/alice", plain), Action::Decrypt,
            r#"Operations: the grant has "ReEncryptTo", "DescribeKey", the request "Decrypt""#.to_owned()),
        (grant_to("user/carol", plain), Action::ReEncryptTo,
            format!(r#"GranteePrincipal: the grant has "{carol}", the request "{alice}""#)),
        (grant_to("user/alice", plain).with_consistency(false), Action::ReEncryptTo,
            format!(r#"GrantTokens: the grant has "{id}", the request nothing"#)),
        (grant_to("user/alice", |grant| grant.source_arn(table)), Action::ReEncryptTo,
            format!(r#"SourceArn: the grant has "{table}", the request nothing"#)),
        (grant_to("user/alice", hands_on), Action::CreateGrant,
            r#"the grant that is to be created: the grant has "ReEncryptTo", "DescribeKey", "CreateGrant", the request "Decrypt""#.to_owned()),
        (grant_to("user/alice", plain), Action::ReEncryptTo, "applies".to_owned()),
    ];
    for (grant, action, expected) in explained {
        let grants = [grant];
        let mut ask = Ask::of(with("user/alice", Some(nothing()))).action(action);
        ask.new_grant = Some(GrantTerms {
            operations: &[GrantOperation::Decrypt],
            ..GrantTerms::default()
        });
        let explained = ask.policy(&SILENT).grants(&grants).explain_grants();
        assert_eq!(explained, [format!("grant {id}: {expected}")]);
    }
    let retired = grant_to("user/alice", |grant| grant.retiring_principal(carol));
    let mut ask = Ask::of(with("other:user/bob", Some(nothing()))).action(Action::RetireGrant);
    ask.retired = Some(&retired);
    assert_eq!(
        ask.explain_grants(),
        [format!(
            r#"grant {id}: RetiringPrincipal: the grant has "{carol}", the request "arn:aws:iam::444455556666:user/bob""#
        )]
    );
}

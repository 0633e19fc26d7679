//! Policies that were read from JSON.

use kms_reencrypt::access::{Action, KeyPolicy};
use kms_reencrypt::iam::{Policy, PolicyKind};

use crate::ask::{
    ALLOWED, Ask, DENIED_BY_KEY_POLICY, KEY, NO_IDENTITY_POLICY, NO_KEY_POLICY, nothing, who, with,
};

#[test]
fn the_example_of_the_developer_guide_decides_as_the_guide_says() {
    let key_policy = KeyPolicy::from_json(
        r#"{
            "Id": "key-policy-acct-2",
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Permission to use IAM policies",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Action": "kms:*",
                    "Resource": "*"
                },
                {
                    "Sid": "Allow the other account to use this KMS key",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["arn:aws:iam::444455556666:root"]},
                    "Action": ["kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"],
                    "Resource": "*"
                }
            ]
        }"#,
    )
    .unwrap();
    let engineering = Policy::from_json(
        PolicyKind::IdentityBased,
        &format!(
            r#"{{
            "Version": "2012-10-17",
            "Statement": {{
                "Effect": "Allow",
                "Action": ["kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:Decrypt"],
                "Resource": ["{KEY}"]
            }}
        }}"#
        ),
    )
    .unwrap();
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", Some(nothing()), Action::ReEncryptTo, NO_IDENTITY_POLICY),
        ("user/alice", None, Action::ReEncryptTo, ALLOWED),
        ("other:assumed-role/Engineering/bob", Some(engineering.clone()), Action::ReEncryptTo, ALLOWED),
        ("other:assumed-role/Engineering/bob", Some(engineering), Action::Decrypt, NO_KEY_POLICY),
        ("other:user/bob", Some(nothing()), Action::ReEncryptTo, NO_IDENTITY_POLICY),
        ("other:root", None, Action::PutKeyPolicy, NO_KEY_POLICY),
    ];
    for (caller, identity, action, expected) in decisions {
        let ask = Ask::of(with(caller, identity))
            .policy(&key_policy)
            .action(action);
        ask.expect(expected, &format!("{caller} {action}"));
    }
}

#[test]
fn json_means_what_the_typed_form_means() {
    let policy = KeyPolicy::from_json(
        r#"{
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "NotAction": "kms:Put*",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {"kms:CallerAccount": ["111122223333", "444455556666"]},
                        "ForAllValues:StringEqualsIfExists": {"kms:EncryptionContextKeys": "tenant"},
                        "Bool": {"kms:ReEncryptOnSameKey": true}
                    }
                },
                {
                    "Effect": "Deny",
                    "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/alice"]},
                    "Action": "kms:*",
                    "NotResource": "arn:aws:kms:*:*:key/mrk-*"
                }
            ]
        }"#,
    )
    .unwrap();
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", Action::ReEncryptTo, &[("tenant", "blue")][..], ALLOWED),
        ("root", Action::ReEncryptTo, &[], ALLOWED),
        ("user/alice", Action::ReEncryptTo, &[("app", "web")], NO_KEY_POLICY),
        ("user/alice", Action::PutKeyPolicy, &[], NO_KEY_POLICY),
        ("user/carol", Action::ReEncryptTo, &[], DENIED_BY_KEY_POLICY),
        ("other:user/bob", Action::ReEncryptTo, &[], DENIED_BY_KEY_POLICY),
    ];
    for (caller, action, context, expected) in decisions {
        let context = context.iter().copied().collect();
        let ask = Ask::of(who(caller))
            .policy(&policy)
            .action(action)
            .context(&context);
        ask.expect(expected, &format!("{caller} {action}"));
    }
}

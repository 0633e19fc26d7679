//! Callers of a file, who sign with their access key ids.

use std::net::SocketAddr;

use kms_reencrypt::testing::principals_file::read_principals;

use crate::callers::{Callers, NamedPrincipal};
use crate::server::Limits;

use super::{call, start_with};

/// Two users with a policy, one with a permissions boundary, a session, a service, and what their organization says.
const FILE: &str = r#"{
    "Principals": [
        {
            "AccessKeyId": "AKIAWRITER",
            "Arn": "arn:aws:iam::111122223333:user/writer",
            "IdentityPolicies": [{
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
            }],
            "PermissionsBoundary": {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:CancelKeyDeletion"], "Resource": "*"}
            }
        },
        {
            "AccessKeyId": "ASIASESSION",
            "Arn": "arn:aws:sts::111122223333:assumed-role/app/alice",
            "RoleArn": "arn:aws:iam::111122223333:role/team/app",
            "IdentityPolicies": [{
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": "kms:*",
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {"aws:PrincipalTag/team": "blue"},
                        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"},
                        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                        "Bool": {"aws:MultiFactorAuthPresent": "true"}
                    }
                }
            }],
            "SessionPolicies": [{
                "Version": "2012-10-17",
                "Statement": {"Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*"}
            }, {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
            }],
            "Tags": {"team": "blue"},
            "Context": {"aws:SourceIp": "203.0.113.7", "aws:MultiFactorAuthPresent": true}
        },
        {"AccessKeyId": "AKIANOBODY", "Arn": "arn:aws:iam::111122223333:user/nobody"},
        {"AccessKeyId": "SERVICE", "Arn": "logs.amazonaws.com"}
    ],
    "ServiceControlPolicies": {"111122223333": [[{
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "kms:CancelKeyDeletion", "Resource": "*"}
        ]
    }]]},
    "ResourceControlPolicies": {"111122223333": [[{
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "kms:ScheduleKeyDeletion",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:username": "admin"}}
            }
        ]
    }]]},
    "VpcEndpointPolicy": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "kms:EnableKey", "Resource": "*"}
        ]
    }
}"#;

/// A server with the file, and the ARN of a key that the root user made.
fn start() -> (SocketAddr, String) {
    let address = start_with(Limits::default(), read_principals(FILE).unwrap());
    let created = call(address, "ANYBODY", "us-east-2", "CreateKey", "{}");
    let (_, arn) = created.split_once(r#""Arn":""#).expect(&created);
    let (arn, _) = arn.split_once('"').unwrap();
    (address, arn.to_owned())
}

#[test]
fn each_layer_of_the_file_counts() {
    let (address, arn) = start();
    let encrypt = format!(r#"{{"KeyId":"{arn}","Plaintext":"YQ=="}}"#);
    let key = format!(r#"{{"KeyId":"{arn}"}}"#);
    for (caller, operation, body, answer) in [
        ("ANYBODY", "Encrypt", &encrypt, "200 OK"),
        (
            "ANYBODY",
            "EnableKey",
            &key,
            "with an explicit deny in a VPC endpoint policy",
        ),
        (
            "ANYBODY",
            "ScheduleKeyDeletion",
            &key,
            "with an explicit deny in a resource control policy",
        ),
        (
            "ANYBODY",
            "CancelKeyDeletion",
            &key,
            "with an explicit deny in a service control policy",
        ),
        ("AKIAWRITER", "Encrypt", &encrypt, "200 OK"),
        (
            "AKIAWRITER",
            "DescribeKey",
            &key,
            "because no permissions boundary allows the kms:DescribeKey action",
        ),
        (
            "AKIAWRITER",
            "CancelKeyDeletion",
            &key,
            "with an explicit deny in a service control policy",
        ),
        ("ASIASESSION", "Encrypt", &encrypt, "200 OK"),
        (
            "ASIASESSION",
            "DisableKey",
            &key,
            "with an explicit deny in a session policy",
        ),
        (
            "AKIANOBODY",
            "Encrypt",
            &encrypt,
            "because no identity-based policy allows the kms:Encrypt action",
        ),
        ("ALICE", "Encrypt", &encrypt, "AccessDeniedException"),
        ("SERVICE", "Encrypt", &encrypt, "AccessDeniedException"),
    ] {
        let answered = call(address, caller, "us-east-2", operation, body);
        assert!(
            answered.contains(answer),
            "{caller} {operation}: {answered}"
        );
    }
}

#[test]
fn a_key_policy_lets_a_service_in() {
    let (address, arn) = start();
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"},
        {"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"kms:Encrypt","Resource":"*"}]}"#;
    let policy = policy.replace('\n', " ").replace('"', r#"\""#);
    let put = format!(r#"{{"KeyId":"{arn}","Policy":"{policy}"}}"#);
    let put = call(address, "ANYBODY", "us-east-2", "PutKeyPolicy", &put);
    assert!(put.contains("200 OK"), "{put}");
    let encrypt = format!(r#"{{"KeyId":"{arn}","Plaintext":"YQ=="}}"#);
    let encrypted = call(address, "SERVICE", "us-east-2", "Encrypt", &encrypt);
    assert!(encrypted.contains("200 OK"), "{encrypted}");
}

#[test]
fn an_access_key_id_belongs_to_one_principal() {
    let account = "111122223333".parse().unwrap();
    let file = read_principals(FILE).unwrap();
    let alice = |id: &str| NamedPrincipal {
        access_key_id: id.to_owned(),
        caller: "arn:aws:iam::111122223333:user/alice".parse().unwrap(),
    };
    for id in ["AKIAWRITER", "ALICE"] {
        let both = [alice(id), alice("ALICE")];
        let error = Callers::new(account, both, file.clone()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("two principals have the access key id {id}")
        );
    }
}

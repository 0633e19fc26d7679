//! What cases are made of: principals, actions, resources, condition keys and their values.

pub(crate) const OWNER: &str = "111122223333";

pub(crate) const KEY_ARN: &str =
    "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

pub(crate) const REQUESTERS: [&str; 14] = [
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:sts::111122223333:assumed-role/Auditor/alice",
    "arn:aws:sts::111122223333:assumed-role/Auditor/alice",
    "arn:aws:sts::111122223333:assumed-role/Reader/bob",
    "arn:aws:sts::111122223333:federated-user/alice",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::444455556666:user/alice",
    "arn:aws:sts::444455556666:assumed-role/Auditor/alice",
    "arn:aws:sts::444455556666:assumed-role/Auditor/bob",
    "logs.amazonaws.com",
    "cloudtrail.amazonaws.com",
];

/// Whom policies name with `AWS`.
pub(crate) const NAMED: [&str; 14] = [
    "111122223333",
    "111122223333",
    "444455556666",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::444455556666:user/alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:role/Auditor",
    "arn:aws:iam::111122223333:role/team/Reader",
    "arn:aws:iam::444455556666:role/Auditor",
    "arn:aws:sts::111122223333:assumed-role/Auditor/alice",
    "arn:aws:sts::444455556666:assumed-role/Auditor/bob",
    "arn:aws:sts::111122223333:federated-user/alice",
];

pub(crate) const SERVICES: [&str; 2] = ["logs.amazonaws.com", "cloudtrail.amazonaws.com"];

pub(crate) const ACTIONS: [&str; 4] = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
];

pub(crate) const ACTION_PATTERNS: [&str; 14] = [
    "*",
    "kms:*",
    "kms:*",
    "kms:*",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:*crypt",
    "kms:*crypt*",
    "kms:?ecrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:decrypt",
    "KMS:Decrypt",
    "s3:*",
];

pub(crate) const RESOURCE_PATTERNS: [&str; 11] = [
    "*",
    "*",
    "*",
    KEY_ARN,
    "arn:aws:kms:*:111122223333:key/*",
    "arn:aws:kms:us-east-2:*:key/1234????-*",
    "arn:aws:kms:us-west-2:111122223333:key/*",
    "arn:aws:kms:*:*:alias/*",
    "arn:aws:kms:us-east-2:${aws:PrincipalAccount}:key/*",
    "arn:aws:kms:us-east-2:111122223333:key/${aws:ResourceTag/team, '1234'}*",
    "arn:aws:kms:us-east-2:111122223333:key/*-${aws:username}-*",
];

/// What a condition key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Address,
    Arn,
    Bytes,
    Date,
    Flag,
    Number,
    Text,
    /// Several texts.
    Texts,
}

impl Kind {
    pub(crate) const fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Address => &["IpAddress", "NotIpAddress"],
            Self::Arn => &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            Self::Bytes => &["BinaryEquals"],
            Self::Date => &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            Self::Flag => &["Bool"],
            Self::Number => &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            Self::Text | Self::Texts => TEXT_OPERATORS,
        }
    }

    pub(crate) const fn in_requests(self) -> &'static [&'static str] {
        match self {
            Self::Address => &[
                "203.0.113.7",
                "203.0.113.200",
                "198.51.100.1",
                "2001:db8::7",
                "2001:db8:1234:5678::1",
                "2001:0DB8:0:0:0:0:0:7",
            ],
            Self::Arn => &[
                "arn:aws:s3:::bucket/a:b",
                "arn:aws:iam::111122223333:user/alice",
                "arn:aws:iam::111122223333:role/Auditor",
                "arn:aws:sns:us-east-2:111122223333:topic",
            ],
            Self::Bytes => &["Ymx1ZQ==", "cmVk", "AAEC"],
            Self::Date => &[
                "2026-01-01T00:00:00Z",
                "2026-06-15T12:30:00Z",
                "1767225600",
                "2025-12-31",
            ],
            Self::Flag => &["true", "false"],
            Self::Number => &["0", "10", "3600", "-5", "1.5"],
            Self::Text => &["blue", "Blue", "red", "bl*e", "alice", "bl?e", "b.ue"],
            Self::Texts => &["blue", "Blue", "red", "green"],
        }
    }

    pub(crate) const fn in_policies(self) -> &'static [&'static str] {
        match self {
            Self::Address => &[
                "203.0.113.7",
                "203.0.113.0/24",
                "203.0.113.128/25",
                "0.0.0.0/0",
                "2001:db8::/32",
                "2001:db8:1234:5678::/64",
                "2001:db8::7",
                "::/0",
            ],
            Self::Arn => &[
                "arn:aws:s3:::bucket/*",
                "arn:aws:s3:::bucket/a:b",
                "arn:aws:iam::111122223333:user/${aws:username}",
                "arn:aws:iam::*:role/*",
                "arn:aws:iam::111122223333:???e/Auditor",
                "arn:aws:*:*:111122223333:*",
                "arn:aws:sns:us-east-2:111122223333:topic",
                "arn:*:*:*:*:*",
            ],
            Self::Bytes => &["Ymx1ZQ==", "cmVk", "AAEC"],
            Self::Date => &[
                "2026-01-01T00:00:00Z",
                "2026-06-15T12:30:00Z",
                "1767225600",
                "2026-03-01",
            ],
            Self::Flag => &["true", "false"],
            Self::Number => &["0", "10", "10.0", "3600", "-5", "1.5", "1"],
            Self::Text => &[
                "blue",
                "Blue",
                "red",
                "b*",
                "*",
                "?lue",
                "*LUE",
                "bl${*}e",
                "bl${?}e",
                "${aws:username}",
                "${aws:PrincipalTag/team}",
                "${aws:PrincipalTag/team, 'blue'}",
                "${aws:TagKeys}",
                "b.ue",
                "a$b",
            ],
            Self::Texts => &["blue", "Blue", "red", "green", "*", "b*", "${aws:username}"],
        }
    }
}

pub(crate) const TEXT_OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];

/// Keys that both evaluators take for every action of [`ACTIONS`].
pub(crate) const KEYS: [(&str, Kind); 42] = [
    ("aws:CalledVia", Kind::Texts),
    ("aws:CalledViaFirst", Kind::Text),
    ("aws:CalledViaLast", Kind::Text),
    ("aws:CurrentTime", Kind::Date),
    ("aws:EpochTime", Kind::Date),
    ("aws:MultiFactorAuthAge", Kind::Number),
    ("aws:MultiFactorAuthPresent", Kind::Flag),
    ("aws:PrincipalAccount", Kind::Text),
    ("aws:PrincipalArn", Kind::Arn),
    ("aws:PrincipalIsAWSService", Kind::Flag),
    ("aws:PrincipalOrgID", Kind::Text),
    ("aws:PrincipalOrgPaths", Kind::Texts),
    ("aws:PrincipalServiceName", Kind::Text),
    ("aws:PrincipalServiceNamesList", Kind::Texts),
    ("aws:PrincipalTag/team", Kind::Text),
    ("aws:PrincipalType", Kind::Text),
    ("aws:RequestTag/team", Kind::Text),
    ("aws:RequestedRegion", Kind::Text),
    ("aws:ResourceAccount", Kind::Text),
    ("aws:ResourceOrgID", Kind::Text),
    ("aws:ResourceOrgPaths", Kind::Texts),
    ("aws:ResourceTag/team", Kind::Text),
    ("aws:SecureTransport", Kind::Flag),
    ("aws:SourceAccount", Kind::Text),
    ("aws:SourceArn", Kind::Arn),
    ("aws:SourceIdentity", Kind::Bytes),
    ("aws:SourceIp", Kind::Address),
    ("aws:SourceOrgID", Kind::Text),
    ("aws:SourceOrgPaths", Kind::Texts),
    ("aws:SourceVpc", Kind::Text),
    ("aws:SourceVpce", Kind::Text),
    ("aws:TagKeys", Kind::Texts),
    ("aws:TokenIssueTime", Kind::Date),
    ("aws:UserAgent", Kind::Text),
    ("aws:ViaAWSService", Kind::Flag),
    ("aws:VpcSourceIp", Kind::Address),
    ("aws:userid", Kind::Text),
    ("aws:username", Kind::Text),
    ("ec2:RoleDelivery", Kind::Number),
    ("kms:CallerAccount", Kind::Text),
    ("kms:EncryptionContextKeys", Kind::Texts),
    ("kms:ViaService", Kind::Text),
];

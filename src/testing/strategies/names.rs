//! Names: accounts, Regions, keys and aliases.

use core::str::FromStr;

use proptest::prelude::*;
use proptest::sample::select;

use crate::key::{AccountId, AliasArn, AliasName, KeyArn, KeyId, KeyIdentifier, Place, Region};

/// An account: mostly `111122223333` or `444455556666`, so that accounts often match, otherwise any twelve digits. Shrinks
/// to the first.
pub fn account_id() -> BoxedStrategy<AccountId> {
    parsed(prop_oneof![
        4 => one_of(&["111122223333", "444455556666"]),
        1 => "[0-9]{12}",
    ])
}

/// A Region: mostly one of six that AWS has, in four partitions, otherwise any name that has the form of one. Shrinks to
/// `us-east-2`.
pub fn region() -> BoxedStrategy<Region> {
    parsed(prop_oneof![
        4 => one_of(&[
            "us-east-2",
            "eu-west-1",
            "ap-southeast-1",
            "us-gov-west-1",
            "cn-north-1",
            "eusc-de-east-1",
        ]),
        1 => "[a-z]{1,8}(-[a-z]{1,8}){1,2}-[0-9]{1,2}",
    ])
}

/// A key id, one in four that of a multi-Region key. Shrinks to a UUID of zeros.
pub fn key_id() -> BoxedStrategy<KeyId> {
    // A number shrinks to zero, a text of a pattern to whatever it began with.
    parsed((any::<u128>(), 0..4_u8).prop_map(|(number, kind)| {
        let digits = format!("{number:032x}");
        let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        match kind {
            3 => format!("mrk-{digits}"),
            _ => [
                group(0, 8),
                group(8, 12),
                group(12, 16),
                group(16, 20),
                group(20, 32),
            ]
            .join("-"),
        }
    }))
}

/// An alias name that CreateAlias accepts. Shrinks to `alias/app`.
pub fn alias_name() -> BoxedStrategy<AliasName> {
    parsed(prop_oneof![
        1 => one_of(&["alias/app", "alias/tokens"]),
        2 => "alias/[b-zA-Z0-9_-][a-zA-Z0-9:/_-]{0,30}",
        1 => "alias/[b-zA-Z0-9_-][a-zA-Z0-9:/_-]{240,249}",
    ])
}

/// A key ARN. Shrinks as its parts do.
pub fn key_arn() -> BoxedStrategy<KeyArn> {
    (place(), key_id())
        .prop_map(|(place, id)| KeyArn::new(place, id))
        .boxed()
}

/// An alias ARN. Shrinks as its parts do.
pub fn alias_arn() -> BoxedStrategy<AliasArn> {
    (place(), alias_name())
        .prop_map(|(place, name)| AliasArn::new(place, name))
        .boxed()
}

/// A key as a request may name it: one of the four forms, and one in six a text that is almost one, or any text of up to 40
/// characters. All are within what the service model allows, and few are names of a key that exists. Shrinks to a key ARN.
pub fn key_identifier() -> BoxedStrategy<KeyIdentifier> {
    let malformed = prop_oneof![
        "[0-9a-f]{8}-[0-9a-f]{4}",
        "mrk-[0-9a-f]{31}",
        "arn:aws:kms:us-east-2:111122223333:(key|alias|kex)/[0-9a-f-]{0,40}",
        "arn:aws:(s3|iam)::111122223333:[a-z/]{1,20}",
        "[ -~]{1,40}",
    ];
    prop_oneof![
        5 => key_arn().prop_map(KeyIdentifier::from),
        5 => key_id().prop_map(KeyIdentifier::from),
        5 => alias_arn().prop_map(KeyIdentifier::from),
        5 => alias_name().prop_map(KeyIdentifier::from),
        4 => malformed.prop_map(KeyIdentifier::from),
    ]
    .boxed()
}

fn place() -> impl Strategy<Value = Place> {
    (account_id(), region()).prop_map(|(account, region)| Place::new(account, region))
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_map(str::to_owned)
}

fn parsed<T: FromStr + core::fmt::Debug + 'static>(
    texts: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<T> {
    texts
        .prop_filter_map("no text of the pattern is malformed", |text| {
            text.parse().ok()
        })
        .boxed()
}

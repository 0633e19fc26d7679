//! Identifiers and enums as serde writes and reads them: as the texts that AWS uses.
#![cfg(feature = "json")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::fmt::{Debug, Display};
use std::collections::BTreeMap;

use kms_reencrypt::access::{Action, GrantId, GrantOperation};
use kms_reencrypt::iam::PrincipalArn;
use kms_reencrypt::keyring::{KeyMaterialState, WrappingAlgorithm, WrappingKeySpec};
use kms_reencrypt::{
    AccountId, AliasArn, AliasName, DataKeyPairSpec, DataKeySpec, DryRunModifier,
    EncryptionAlgorithm, ExpirationModel, KeyArn, KeyId, KeyIdentifier, KeyManager, KeyMaterialId,
    KeyOrigin, KeySpec, KeyState, KeyUsage, MultiRegionKeyType, Operation, Region,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes and reads a text as a value of the type.
#[track_caller]
fn round_trip<T: Serialize + DeserializeOwned + Display + Debug>(text: &str) {
    let json = serde_json::to_string(text).unwrap();
    let value: T = serde_json::from_str(&json).unwrap();
    assert_eq!(value.to_string(), text);
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    // From a reader, which lends no text.
    let value: T = serde_json::from_reader(json.as_bytes()).unwrap();
    assert_eq!(value.to_string(), text);
}

#[track_caller]
fn refused<T: DeserializeOwned + Debug>(json: &str) -> String {
    serde_json::from_str::<T>(json).unwrap_err().to_string()
}

#[test]
fn names_are_their_own_texts() {
    round_trip::<AccountId>("111122223333");
    round_trip::<Region>("us-gov-west-1");
    round_trip::<KeyId>("1234abcd-12ab-34cd-56ef-1234567890ab");
    round_trip::<KeyId>("mrk-1234abcd12ab34cd56ef1234567890ab");
    round_trip::<KeyMaterialId>(&"0a".repeat(32));
    round_trip::<AliasName>("alias/app");
    round_trip::<AliasArn>("arn:aws:kms:us-east-2:111122223333:alias/app");
    let arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    round_trip::<KeyArn>(arn);
    for identifier in [arn, "alias/app", "mrk-1234", ""] {
        round_trip::<KeyIdentifier>(identifier);
    }
    round_trip::<GrantId>("0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60");
    round_trip::<PrincipalArn>("arn:aws:sts::111122223333:assumed-role/app/session");
}

#[test]
fn values_of_enums_are_those_of_the_service_model() {
    macro_rules! all {
        ($($name:ident),+) => {$(
            for value in $name::ALL {
                round_trip::<$name>(value.as_str());
            }
            refused::<$name>("\"\"");
        )+};
    }
    all!(
        Action,
        DataKeyPairSpec,
        DataKeySpec,
        DryRunModifier,
        EncryptionAlgorithm,
        ExpirationModel,
        GrantOperation,
        KeyManager,
        KeyMaterialState,
        KeyOrigin,
        KeySpec,
        KeyState,
        KeyUsage,
        MultiRegionKeyType,
        Operation,
        WrappingAlgorithm,
        WrappingKeySpec
    );
}

#[test]
fn what_a_constructor_refuses_is_not_read() {
    let message = refused::<AccountId>("\"1111\"");
    assert!(message.contains("12 decimal digits"), "{message}");
    refused::<AccountId>("111122223333");
    refused::<Region>("\"nowhere\"");
    refused::<KeyId>("\"alias/app\"");
    refused::<KeyArn>("\"arn:aws:kms:us-east-2:111122223333:key/app\"");
    refused::<KeyMaterialId>("\"0a\"");
    refused::<AliasName>("\"app\"");
    refused::<GrantId>("\"\"");
    refused::<PrincipalArn>("\"arn:aws:iam::111122223333:alice\"");
    refused::<KeySpec>("\"AES_256\"");
    refused::<KeySpec>("null");
}

#[test]
fn an_arn_is_the_key_of_a_map() {
    let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let json = format!("{{\"{arn}\":\"ENCRYPT_DECRYPT\"}}");
    let usages: BTreeMap<KeyArn, KeyUsage> = serde_json::from_str(&json).unwrap();
    assert_eq!(usages[&arn.parse().unwrap()], KeyUsage::EncryptDecrypt);
    assert_eq!(serde_json::to_string(&usages).unwrap(), json);
}

//! What a caller sees while changes spread through KMS, and after.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kms_reencrypt::access::{Caller, GrantOperation};
use kms_reencrypt::iam::Policy;
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Keyring, Kms, KmsError};

fn encrypt_under(key: impl Into<kms_reencrypt::KeyIdentifier>) -> EncryptRequest {
    EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .unwrap()
}

#[test]
fn a_new_grant_counts_with_its_token_at_once_and_without_it_later() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.make_changes_slow();
    let account = "111122223333".parse().unwrap();
    let alice = Caller::user(account, "alice")
        .unwrap()
        .with_identity_policy(Policy::new());
    let kms = Kms::new(keyring.clone()).as_caller(alice.clone());
    let created = keyring
        .create_grant(key, alice.to_string(), |grant| {
            grant.operation(GrantOperation::Encrypt)
        })
        .unwrap();

    let without_token = kms.encrypt(&encrypt_under(key)).unwrap_err();
    assert!(
        matches!(without_token, KmsError::AccessDenied(_)),
        "{without_token}"
    );
    let with_token = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .grant_tokens(created.grant_token.as_str())
        .build()
        .unwrap();
    assert!(kms.encrypt(&with_token).is_ok());

    keyring.settle();
    assert!(kms.encrypt(&encrypt_under(key)).is_ok());

    keyring.revoke_grant(key, &created.grant_id).unwrap();
    assert!(keyring.grants(key).unwrap().is_empty());
    assert!(
        kms.encrypt(&encrypt_under(key)).is_ok(),
        "still allowed for a moment"
    );
    keyring.settle();
    assert!(matches!(
        kms.encrypt(&encrypt_under(key)),
        Err(KmsError::AccessDenied(_))
    ));
}

#[test]
fn a_new_key_is_not_found_until_it_is_known() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    keyring.make_changes_slow();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring.clone());
    let error = kms.encrypt(&encrypt_under(key)).unwrap_err();
    assert_eq!(error.to_string(), format!("Key '{key}' does not exist"));
    keyring.settle();
    assert!(kms.encrypt(&encrypt_under(key)).is_ok());
}

#[test]
fn an_alias_points_where_it_pointed_until_its_change_is_known() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let old = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let new = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.create_alias("alias/app", old).unwrap();
    keyring.make_changes_slow();
    let kms = Kms::new(keyring.clone());
    let target = || {
        let response = kms.encrypt(&encrypt_under("alias/app"));
        response.map(|response| *response.key_id())
    };

    keyring.update_alias("alias/app", new).unwrap();
    assert_eq!(*keyring.describe_key("alias/app").unwrap().arn(), new);
    assert_eq!(target(), Ok(old));
    keyring.settle();
    assert_eq!(target(), Ok(new));

    keyring.delete_alias("alias/app").unwrap();
    assert_eq!(target(), Ok(new));
    keyring.settle();
    assert!(matches!(target(), Err(KmsError::NotFound(_))));

    keyring.create_alias("alias/app", old).unwrap();
    assert!(matches!(target(), Err(KmsError::NotFound(_))));
    keyring.make_changes_fast();
    assert_eq!(target(), Ok(old));
}

#[test]
fn a_blob_of_a_key_that_is_not_known_yet_is_refused_as_any_unknown_key() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    let blob = kms
        .encrypt(&encrypt_under(key))
        .unwrap()
        .into_ciphertext_blob();
    let other = Keyring::new("111122223333", "us-east-2").unwrap();
    let request = DecryptRequest::builder()
        .ciphertext_blob(blob)
        .build()
        .unwrap();
    assert!(kms.decrypt(&request).is_ok());
    let error = Kms::new(other).decrypt(&request).unwrap_err();
    assert_eq!(
        error.to_string(),
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:Decrypt on the \
         resource associated with this ciphertext because the resource does not exist in this \
         Region, no resource-based policies allow access, or a resource-based policy explicitly \
         denies access",
    );
}

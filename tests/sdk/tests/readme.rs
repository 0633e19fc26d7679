use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::{Client, Config};
use kms_reencrypt::{KeySpec, Keyring, Kms};

#[tokio::test]
async fn a_blob_under_a_disabled_key_is_not_moved() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let old = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let new = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-2"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .http_client(Kms::new(keyring.clone()).http_client())
        .build();
    let client = Client::from_conf(config);

    let encrypt = client.encrypt().key_id(old.to_string());
    let sealed = encrypt
        .plaintext(Blob::new("attack at dawn"))
        .send()
        .await
        .unwrap();
    let re_encrypt = client
        .re_encrypt()
        .ciphertext_blob(sealed.ciphertext_blob.unwrap())
        .destination_key_id(new.to_string());
    let moved = re_encrypt.clone().send().await.unwrap();
    assert_eq!(moved.key_id, Some(new.to_string()));

    keyring.disable_key(old).unwrap();
    let error = re_encrypt.send().await.unwrap_err().into_service_error();
    assert!(error.is_disabled_exception());
}

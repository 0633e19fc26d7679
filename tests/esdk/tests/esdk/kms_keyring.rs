//! Keyrings of one Region: strict ones, several keys, and discovery.

use aws_esdk::material_providers::types::DiscoveryFilter;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use kms_reencrypt::KeyArn;
use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};

use crate::world::{ACCOUNT, World, decrypt, encrypt, material_providers};

async fn kms_keyring(client: aws_sdk_kms::Client, key: KeyArn) -> KeyringRef {
    material_providers()
        .create_aws_kms_keyring()
        .kms_key_id(key.to_string())
        .kms_client(client)
        .send()
        .await
        .unwrap()
}

async fn discovery_keyring(client: aws_sdk_kms::Client, account: &str) -> KeyringRef {
    let filter = DiscoveryFilter::builder()
        .account_ids([account.to_owned()])
        .partition("aws")
        .build()
        .unwrap();
    material_providers()
        .create_aws_kms_discovery_keyring()
        .discovery_filter(filter)
        .kms_client(client)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_message_is_opened_with_the_key_that_wrapped_its_data_key() {
    let world = World::new();
    let (key, other) = (world.key(), world.key());
    let client = || world.client_in("us-east-1");
    let keyring = kms_keyring(client(), key).await;
    let message = encrypt(&keyring, "blue", "attack at dawn").await;
    let opened = decrypt(&keyring, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");
    let calls = world.recorder.calls();
    let with_context = calls.generated_data_keys().with_key(&key);
    let with_context = with_context.with_destination_context("tenant", "blue");
    assert_eq!(with_context.count(), 1);
    assert_eq!(
        world
            .recorder
            .decrypts()
            .with_source(&key)
            .with_source_context("tenant", "blue")
            .count(),
        1
    );

    let wrong = kms_keyring(client(), other).await;
    assert!(decrypt(&wrong, "blue", &message).await.is_err());
    assert!(decrypt(&keyring, "green", &message).await.is_err());

    world.ring.disable_key(key).unwrap();
    let error = decrypt(&keyring, "blue", &message).await.unwrap_err();
    let disabled = format!("DisabledException {{ message: Some(\"{key} is disabled.\")");
    assert!(error.to_string().contains(&disabled), "{error}");
}

#[tokio::test]
async fn each_key_of_a_multi_keyring_opens_the_message() {
    let world = World::new();
    let (generator, second) = (world.key(), world.key());
    let client = || world.client_in("us-east-1");
    let both = material_providers()
        .create_multi_keyring()
        .generator(kms_keyring(client(), generator).await)
        .child_keyrings([kms_keyring(client(), second).await])
        .send()
        .await
        .unwrap();
    let message = encrypt(&both, "blue", "attack at dawn").await;
    for key in [generator, second] {
        let keyring = kms_keyring(client(), key).await;
        let opened = decrypt(&keyring, "blue", &message).await.unwrap();
        assert_eq!(opened, "attack at dawn");
    }
}

#[tokio::test]
async fn a_discovery_keyring_opens_the_messages_of_the_accounts_in_its_filter() {
    let world = World::new();
    let client = || world.client_in("us-east-1");
    let keyring = kms_keyring(client(), world.key()).await;
    let message = encrypt(&keyring, "blue", "attack at dawn").await;
    let ours = discovery_keyring(client(), ACCOUNT).await;
    let opened = decrypt(&ours, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");

    let asked = world.recorder.calls().count();
    let theirs = discovery_keyring(client(), "444455556666").await;
    assert!(decrypt(&theirs, "blue", &message).await.is_err());
    assert_eq!(world.recorder.calls().count(), asked, "KMS is not asked");
}

#[tokio::test]
async fn who_may_only_generate_data_keys_writes_and_cannot_read() {
    let world = World::new();
    let key = world.key();
    let allowed = Statement::allow()
        .action("kms:GenerateDataKey")
        .resource("*");
    let writer = Caller::user(ACCOUNT.parse().unwrap(), "writer").unwrap();
    let writer = writer.with_identity_policy(Policy::new().statement(allowed));
    let writer = kms_keyring(world.client_of(writer), key).await;
    let message = encrypt(&writer, "blue", "attack at dawn").await;

    let error = decrypt(&writer, "blue", &message).await.unwrap_err();
    let denial = "user/writer is not authorized to perform: kms:Decrypt";
    assert!(error.to_string().contains(denial), "{error}");
    let reader = kms_keyring(world.client_in("us-east-1"), key).await;
    let opened = decrypt(&reader, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");
}

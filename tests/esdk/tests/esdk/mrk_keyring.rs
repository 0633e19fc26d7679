//! A message crosses Regions: wrapped by a multi-Region key, opened by its replica.

use aws_esdk::material_providers::types::DiscoveryFilter;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use kms_reencrypt::KeyArn;

use crate::world::{ACCOUNT, World, decrypt, encrypt, material_providers};

async fn mrk_keyring(client: aws_sdk_kms::Client, key: KeyArn) -> KeyringRef {
    material_providers()
        .create_aws_kms_mrk_keyring()
        .kms_key_id(key.to_string())
        .kms_client(client)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_message_of_one_region_is_opened_by_the_replica_in_another() {
    let world = World::new();
    let (primary, replica) = world.multi_region_key();
    let east = mrk_keyring(world.client_in("us-east-1"), primary).await;
    let west = mrk_keyring(world.client_in("us-west-2"), replica).await;
    let message = encrypt(&east, "blue", "attack at dawn").await;
    world.ring.disable_key(primary).unwrap();
    let opened = decrypt(&west, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");
    let decrypts = world.recorder.decrypts().succeeded();
    assert_eq!(decrypts.with_source(&replica).count(), 1);

    let back = encrypt(&west, "blue", "retreat").await;
    assert!(decrypt(&east, "blue", &back).await.is_err());
    world.ring.enable_key(primary).unwrap();
    assert_eq!(decrypt(&east, "blue", &back).await.unwrap(), "retreat");
}

#[tokio::test]
async fn without_a_replica_there_the_message_stays_closed() {
    let world = World::new();
    let (primary, _) = world.multi_region_key();
    let (_, other) = world.multi_region_key();
    let east = mrk_keyring(world.client_in("us-east-1"), primary).await;
    let message = encrypt(&east, "blue", "attack at dawn").await;
    let west = mrk_keyring(world.client_in("us-west-2"), other).await;
    assert!(decrypt(&west, "blue", &message).await.is_err());
}

#[tokio::test]
async fn discovery_finds_the_replica_of_its_own_region() {
    let world = World::new();
    let (primary, replica) = world.multi_region_key();
    let east = mrk_keyring(world.client_in("us-east-1"), primary).await;
    let message = encrypt(&east, "blue", "attack at dawn").await;
    let filter = DiscoveryFilter::builder()
        .account_ids([ACCOUNT.to_owned()])
        .partition("aws")
        .build()
        .unwrap();
    let discovery = |region| {
        material_providers()
            .create_aws_kms_mrk_discovery_keyring()
            .discovery_filter(filter.clone())
            .kms_client(world.client_in(region))
            .region(region)
            .send()
    };
    let west = discovery("us-west-2").await.unwrap();
    let opened = decrypt(&west, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");
    assert_eq!(world.recorder.decrypts().with_source(&replica).count(), 1);
    let ireland = discovery("eu-west-1").await.unwrap();
    assert!(decrypt(&ireland, "blue", &message).await.is_err());
}

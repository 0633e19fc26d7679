//! The branch key store: CreateKey and VersionKey move branch keys by ReEncrypt, from one encryption context to another.

use aws_esdk::key_store::client::Client as KeyStore;
use aws_esdk::key_store::types::error::Error;
use aws_esdk::key_store::types::key_store_config::KeyStoreConfig;
use aws_esdk::key_store::types::{BranchKeyMaterials, KmsConfiguration};
use aws_esdk::material_providers::types::keyring::KeyringRef;
use kms_reencrypt::KeyArn;
use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};

use crate::world::{ACCOUNT, World, decrypt, encrypt, material_providers};

fn key_store(world: &World, client: aws_sdk_kms::Client, key: KeyArn) -> KeyStore {
    let config = KeyStoreConfig::builder()
        .kms_client(client)
        .ddb_client(world.tables())
        .ddb_table_name("branch-keys")
        .logical_key_store_name("branch-keys")
        .kms_configuration(KmsConfiguration::KmsKeyArn(key.to_string()))
        .build()
        .unwrap();
    KeyStore::from_conf(config).unwrap()
}

/// The store of an administrator, with its table.
async fn new_key_store(world: &World, key: KeyArn) -> KeyStore {
    let store = key_store(world, world.client_in("us-east-1"), key);
    store.create_key_store().send().await.unwrap();
    store
}

async fn new_branch_key(store: &KeyStore) -> Result<String, Error> {
    let created = store.create_key().send().await?;
    Ok(created.branch_key_identifier.unwrap())
}

async fn active(store: &KeyStore, branch_key: &str) -> BranchKeyMaterials {
    let active = store
        .get_active_branch_key()
        .branch_key_identifier(branch_key);
    let active = active.send().await.unwrap();
    active.branch_key_materials.unwrap()
}

async fn hierarchical_keyring(store: &KeyStore, branch_key: &str) -> KeyringRef {
    material_providers()
        .create_aws_kms_hierarchical_keyring()
        .key_store(store.clone())
        .branch_key_id(branch_key)
        .ttl_seconds(600)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_new_version_of_a_branch_key_leaves_the_old_one_to_be_read() {
    let world = World::new();
    let key = world.key();
    let store = new_key_store(&world, key).await;
    let branch_key = new_branch_key(&store).await.unwrap();
    let first = active(&store, &branch_key).await;
    let version = format!(
        "branch:version:{}",
        first.branch_key_version.as_ref().unwrap()
    );
    let moved = world.recorder.re_encrypts().succeeded();
    let moved = moved.with_source_context("type", &version);
    let moved = moved.with_destination_context("type", "branch:ACTIVE");
    assert_eq!(moved.with_source(&key).with_destination(&key).count(), 1);

    let keyring = hierarchical_keyring(&store, &branch_key).await;
    let message = encrypt(&keyring, "blue", "attack at dawn").await;
    let version = store.version_key().branch_key_identifier(&branch_key);
    version.send().await.unwrap();
    assert_eq!(world.recorder.re_encrypts().succeeded().count(), 3);

    let second = active(&store, &branch_key).await;
    assert_ne!(first.branch_key, second.branch_key);
    let old = store
        .get_branch_key_version()
        .branch_key_identifier(&branch_key)
        .branch_key_version(first.branch_key_version.clone().unwrap());
    let old = old.send().await.unwrap().branch_key_materials.unwrap();
    assert_eq!(old.branch_key, first.branch_key);

    // A keyring with an empty cache.
    let keyring = hierarchical_keyring(&store, &branch_key).await;
    let opened = decrypt(&keyring, "blue", &message).await.unwrap();
    assert_eq!(opened, "attack at dawn");
    let message = encrypt(&keyring, "blue", "retreat").await;
    assert_eq!(
        decrypt(&keyring, "blue", &message).await.unwrap(),
        "retreat"
    );
}

#[tokio::test]
async fn the_branch_key_of_one_tenant_does_not_open_the_messages_of_another() {
    let world = World::new();
    let store = new_key_store(&world, world.key()).await;
    let blue = new_branch_key(&store).await.unwrap();
    let green = new_branch_key(&store).await.unwrap();
    let blue = hierarchical_keyring(&store, &blue).await;
    let green = hierarchical_keyring(&store, &green).await;
    let message = encrypt(&blue, "blue", "attack at dawn").await;
    assert!(decrypt(&green, "blue", &message).await.is_err());
    assert!(decrypt(&blue, "blue", &message).await.is_ok());
}

#[tokio::test]
async fn a_branch_key_in_the_place_of_another_is_an_invalid_ciphertext() {
    let world = World::new();
    let store = new_key_store(&world, world.key()).await;
    let blue = new_branch_key(&store).await.unwrap();
    let green = new_branch_key(&store).await.unwrap();
    let tables = world.tables();
    let row = |branch_key: &str| {
        [
            ("branch-key-id".to_owned(), text(branch_key)),
            ("type".to_owned(), text("branch:ACTIVE")),
        ]
    };
    let get = tables.get_item().table_name("branch-keys");
    let get = get.set_key(Some(row(&blue).into()));
    let stolen = get.send().await.unwrap().item.unwrap();
    let get = tables.get_item().table_name("branch-keys");
    let get = get.set_key(Some(row(&green).into()));
    let mut item = get.send().await.unwrap().item.unwrap();
    item.insert("enc".to_owned(), stolen["enc"].clone());
    let put = tables.put_item().table_name("branch-keys");
    put.set_item(Some(item)).send().await.unwrap();

    let active = store.get_active_branch_key().branch_key_identifier(green);
    let error = active.send().await.unwrap_err();
    assert!(
        error.to_string().contains("InvalidCiphertextException"),
        "{error}"
    );
}

fn text(text: &str) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned())
}

#[tokio::test]
async fn create_key_names_the_permissions_that_were_forgotten_one_by_one() {
    let world = World::new();
    let key = world.key();
    let administrator = new_key_store(&world, key).await;
    let store_of = |actions: &[&str]| {
        let statement = actions
            .iter()
            .fold(Statement::allow().resource("*"), |statement, action| {
                statement.action(*action)
            });
        let user = Caller::user(ACCOUNT.parse().unwrap(), "keeper").unwrap();
        let user = user.with_identity_policy(Policy::new().statement(statement));
        key_store(&world, world.client_of(user), key)
    };
    let generate = "kms:GenerateDataKeyWithoutPlaintext";
    for (allowed, missing) in [
        (&[generate][..], "kms:ReEncryptFrom"),
        (&[generate, "kms:ReEncryptFrom"], "kms:ReEncryptTo"),
        (&[generate, "kms:ReEncryptTo"], "kms:ReEncryptFrom"),
    ] {
        let error = new_branch_key(&store_of(allowed)).await.unwrap_err();
        let denial = format!(
            "User: arn:aws:iam::{ACCOUNT}:user/keeper is not authorized to perform: {missing} on resource: {key}"
        );
        assert!(error.to_string().contains(&denial), "{allowed:?}: {error}");
    }
    let all = [generate, "kms:ReEncryptFrom", "kms:ReEncryptTo"];
    let branch_key = new_branch_key(&store_of(&all)).await.unwrap();
    let materials = active(&administrator, &branch_key).await;
    assert_eq!(materials.branch_key.unwrap().into_inner().len(), 32);
}

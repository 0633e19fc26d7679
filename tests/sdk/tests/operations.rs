//! Every operation, called with the official SDK.

mod common;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::{Blob, DateTime};
use aws_sdk_kms::types::{
    AlgorithmSpec, DataKeySpec, EncryptionAlgorithmSpec, ExpirationModelType, GrantConstraints,
    GrantOperation, IncludeKeyMaterial, KeySpec, KeyState, KeyUsageType, OriginType, Tag,
    WrappingKeySpec,
};
use kms_reencrypt::{Keyring, Kms};
use rsa::pkcs8::DecodePublicKey;

use common::{client, ring, rsa_key};

fn start(name: &'static str) -> (Keyring, Client) {
    let ring = ring();
    let client = client(Kms::new(ring.clone()).http_client(), name);
    (ring, client)
}

async fn new_key(client: &Client) -> String {
    let created = client.create_key().send().await.unwrap();
    created.key_metadata.unwrap().arn.unwrap()
}

#[tokio::test]
async fn the_example_of_the_documentation_runs() {
    use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
    use kms_reencrypt::{KeySpec, Keyring, Kms};

    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let source = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let destination = keyring.create_key(KeySpec::SymmetricDefault).unwrap();

    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-2"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .http_client(Kms::new(keyring).http_client())
        .build();
    let client = aws_sdk_kms::Client::from_conf(config);

    let sealed = client
        .encrypt()
        .key_id(source.to_string())
        .plaintext(Blob::new("attack at dawn"))
        .send()
        .await
        .unwrap();
    let moved = client
        .re_encrypt()
        .ciphertext_blob(sealed.ciphertext_blob.unwrap())
        .destination_key_id(destination.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(moved.source_key_id(), Some(source.to_string().as_str()));
    assert_eq!(moved.key_id(), Some(destination.to_string().as_str()));
}

#[tokio::test]
async fn data_moves_between_symmetric_and_asymmetric_keys() {
    let (ring, client) = start("move");
    let symmetric = new_key(&client).await;
    let rsa = rsa_key(&ring).to_string();
    let data_key = client
        .generate_data_key()
        .key_id(&symmetric)
        .key_spec(DataKeySpec::Aes256)
        .encryption_context("tenant", "blue")
        .send()
        .await
        .unwrap();
    assert!(data_key.key_material_id().is_some());
    let moved = client
        .re_encrypt()
        .ciphertext_blob(data_key.ciphertext_blob.unwrap())
        .source_encryption_context("tenant", "blue")
        .destination_key_id(&rsa)
        .destination_encryption_algorithm(EncryptionAlgorithmSpec::RsaesOaepSha256)
        .send()
        .await
        .unwrap();
    assert!(moved.source_key_material_id().is_some());
    assert_eq!(moved.destination_key_material_id(), None);
    let opened = client
        .decrypt()
        .ciphertext_blob(moved.ciphertext_blob.unwrap())
        .key_id(&rsa)
        .encryption_algorithm(EncryptionAlgorithmSpec::RsaesOaepSha256)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext, data_key.plaintext);

    let blind = client
        .generate_data_key_without_plaintext()
        .key_id(&symmetric)
        .number_of_bytes(24)
        .send()
        .await
        .unwrap();
    let opened = client
        .decrypt()
        .ciphertext_blob(blind.ciphertext_blob.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().into_inner().len(), 24);

    let public = client.get_public_key().key_id(&rsa).send().await.unwrap();
    assert_eq!(public.key_usage(), Some(&KeyUsageType::EncryptDecrypt));
    let public = rsa::PublicKey::from_public_key_der(public.public_key.unwrap().as_ref()).unwrap();
    let sealed = public
        .oaep_encrypt::<sha2::Sha256>(b"from outside")
        .unwrap();
    let opened = client
        .decrypt()
        .ciphertext_blob(Blob::new(sealed))
        .key_id(&rsa)
        .encryption_algorithm(EncryptionAlgorithmSpec::RsaesOaepSha256)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().into_inner(), b"from outside");
}

#[tokio::test]
async fn keys_are_created_described_and_listed() {
    let (_, client) = start("keys");
    let created = client
        .create_key()
        .description("the blue tenant's")
        .key_spec(KeySpec::Hmac256)
        .key_usage(KeyUsageType::GenerateVerifyMac)
        .tags(
            Tag::builder()
                .tag_key("tenant")
                .tag_value("blue")
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    let key = created.key_metadata.unwrap();
    assert_eq!(
        key.creation_date(),
        Some(&DateTime::from_secs(1_767_225_600))
    );
    let described = client
        .describe_key()
        .key_id(key.key_id())
        .send()
        .await
        .unwrap();
    assert_eq!(described.key_metadata.as_ref(), Some(&key));
    for _ in 0..4 {
        new_key(&client).await;
    }
    let mut pages = client.list_keys().into_paginator().page_size(2).send();
    let mut lengths = Vec::new();
    while let Some(page) = pages.next().await {
        lengths.push(page.unwrap().keys().len());
    }
    assert_eq!(lengths, [2, 2, 1]);
}

#[tokio::test]
async fn a_key_goes_through_its_states() {
    let (_, client) = start("states");
    let key = new_key(&client).await;
    let state = async || {
        let described = client.describe_key().key_id(&key).send().await.unwrap();
        described.key_metadata.unwrap().key_state.unwrap()
    };
    client.disable_key().key_id(&key).send().await.unwrap();
    assert_eq!(state().await, KeyState::Disabled);
    client.enable_key().key_id(&key).send().await.unwrap();
    assert_eq!(state().await, KeyState::Enabled);
    let scheduled = client
        .schedule_key_deletion()
        .key_id(&key)
        .pending_window_in_days(7);
    let scheduled = scheduled.send().await.unwrap();
    assert_eq!(scheduled.key_state(), Some(&KeyState::PendingDeletion));
    assert!(scheduled.deletion_date().is_some());
    client
        .cancel_key_deletion()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(state().await, KeyState::Disabled);
}

#[tokio::test]
async fn aliases_come_and_go() {
    let (_, client) = start("aliases");
    let (one, other) = (new_key(&client).await, new_key(&client).await);
    let create = client.create_alias().alias_name("alias/app");
    create.target_key_id(&one).send().await.unwrap();
    let again = client
        .create_alias()
        .alias_name("alias/app")
        .target_key_id(&one);
    let again = again.send().await.unwrap_err().into_service_error();
    assert!(again.is_already_exists_exception());
    let update = client.update_alias().alias_name("alias/app");
    update.target_key_id(&other).send().await.unwrap();
    let listed = client.list_aliases().key_id(&other).send().await.unwrap();
    assert_eq!(listed.aliases()[0].alias_name(), Some("alias/app"));
    client
        .delete_alias()
        .alias_name("alias/app")
        .send()
        .await
        .unwrap();
    let left = client.list_aliases().key_id(&other).send().await.unwrap();
    assert_eq!(left.aliases(), []);
    let all = client.list_aliases().send().await.unwrap();
    let reserved = |name: &str| name.starts_with("alias/aws/");
    assert!(
        all.aliases()
            .iter()
            .all(|alias| alias.alias_name().is_some_and(reserved))
    );
}

#[tokio::test]
async fn a_key_is_rotated() {
    let (_, client) = start("rotation");
    let key = new_key(&client).await;
    client
        .rotate_key_on_demand()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    let rotations = client
        .list_key_rotations()
        .key_id(&key)
        .include_key_material(IncludeKeyMaterial::AllKeyMaterial)
        .send()
        .await
        .unwrap();
    assert_eq!(rotations.rotations().len(), 2);
}

#[tokio::test]
async fn a_key_is_replicated() {
    let (_, client) = start("replica");
    let created = client.create_key().multi_region(true).send().await.unwrap();
    let key = created.key_metadata.unwrap().arn.unwrap();
    let replica = client
        .replicate_key()
        .key_id(&key)
        .replica_region("us-west-2");
    let replica = replica.send().await.unwrap();
    let metadata = replica.replica_key_metadata.unwrap();
    assert_eq!(metadata.arn.unwrap(), key.replace("us-east-2", "us-west-2"));
    let configuration = metadata.multi_region_configuration.unwrap();
    assert_eq!(configuration.primary_key.unwrap().arn.unwrap(), key);
}

#[tokio::test]
async fn a_grant_lives_and_ends() {
    let (_, client) = start("grants");
    let key = new_key(&client).await;
    let create = async || {
        let constraints = GrantConstraints::builder().encryption_context_subset("tenant", "blue");
        let created = client
            .create_grant()
            .key_id(&key)
            .grantee_principal("arn:aws:iam::444455556666:role/Auditor")
            .operations(GrantOperation::ReEncryptFrom)
            .constraints(constraints.build())
            .send();
        created.await.unwrap()
    };
    let grant = create().await;
    let listed = client.list_grants().key_id(&key).send().await.unwrap();
    assert_eq!(listed.grants()[0].grant_id(), grant.grant_id());
    let revoke = client.revoke_grant().key_id(&key);
    revoke.set_grant_id(grant.grant_id).send().await.unwrap();
    let grant = create().await;
    let retire = client.retire_grant().set_grant_token(grant.grant_token);
    retire.send().await.unwrap();
    let listed = client.list_grants().key_id(&key).send().await.unwrap();
    assert_eq!(listed.grants(), []);
}

#[tokio::test]
async fn a_key_policy_is_put_and_got() {
    let (_, client) = start("policies");
    let key = new_key(&client).await;
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    client
        .put_key_policy()
        .key_id(&key)
        .policy(policy)
        .send()
        .await
        .unwrap();
    let got = client.get_key_policy().key_id(&key).send().await.unwrap();
    let layout = r#"{
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"#;
    assert_eq!(got.policy(), Some(layout));
    let malformed = client.put_key_policy().key_id(&key).policy("no policy");
    let malformed = malformed.send().await.unwrap_err().into_service_error();
    assert!(malformed.is_malformed_policy_document_exception());
}

#[tokio::test]
async fn key_material_is_imported_and_deleted() {
    let (_, client) = start("import");
    let created = client
        .create_key()
        .origin(OriginType::External)
        .send()
        .await
        .unwrap();
    let key = created.key_metadata.unwrap().arn.unwrap();
    let parameters = client
        .get_parameters_for_import()
        .key_id(&key)
        .wrapping_algorithm(AlgorithmSpec::RsaesOaepSha256)
        .wrapping_key_spec(WrappingKeySpec::Rsa2048)
        .send()
        .await
        .unwrap();
    let public = parameters.public_key.unwrap();
    let public = rsa::PublicKey::from_public_key_der(public.as_ref()).unwrap();
    let wrapped = public.oaep_encrypt::<sha2::Sha256>(&[7; 32]).unwrap();
    let imported = client
        .import_key_material()
        .key_id(&key)
        .set_import_token(parameters.import_token)
        .encrypted_key_material(Blob::new(wrapped))
        .expiration_model(ExpirationModelType::KeyMaterialExpires)
        .valid_to(DateTime::from_secs(1_767_225_600 + 3600))
        .send()
        .await
        .unwrap();
    let described = client.describe_key().key_id(&key).send().await.unwrap();
    let metadata = described.key_metadata.unwrap();
    assert_eq!(metadata.key_state(), Some(&KeyState::Enabled));
    assert_eq!(
        metadata.valid_to(),
        Some(&DateTime::from_secs(1_767_225_600 + 3600))
    );
    assert_eq!(
        metadata.current_key_material_id(),
        imported.key_material_id()
    );
    let deleted = client
        .delete_imported_key_material()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.key_material_id(), imported.key_material_id());
}

//! An application over `aws_sdk_kms::Client`, tested as it is: a token vault that rotates its key.

#[path = "../common/mod.rs"]
mod common;
mod vault;

use kms_reencrypt::testing::{Fault, Faults, FaultyProvider, ProviderCall};
use kms_reencrypt::wire::Service;
use kms_reencrypt::{KeyArn, KeySpec, Keyring, Kms};

use vault::{Token, Unfinished, Vault, VaultError};

/// A vault with secrets of two tenants, the ring under it, and what goes wrong there.
struct Scene {
    ring: Keyring,
    faults: Faults,
    vault: Vault,
    old: KeyArn,
    new: KeyArn,
    stored: Vec<(&'static str, Token, String)>,
}

impl Scene {
    async fn set(name: &'static str) -> Self {
        let ring = common::ring();
        let old = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let new = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let provider = FaultyProvider::new(ring.clone());
        let faults = provider.faults();
        let service = Service::new(Kms::new(provider)).with_keyring(ring.clone());
        let client = common::client(service.http_client(), name);
        let mut vault = Vault::new(client, old.to_string());
        let mut stored = Vec::new();
        for number in 0..10 {
            let tenant = if number % 2 == 0 { "blue" } else { "green" };
            let secret = format!("4000 0000 0000 000{number}");
            let token = vault.store(tenant, &secret).await.unwrap();
            stored.push((tenant, token, secret));
        }
        Self {
            ring,
            faults,
            vault,
            old,
            new,
            stored,
        }
    }

    /// Nothing is lost: each tenant gets each secret back.
    async fn assert_whole(&self) {
        for (tenant, token, secret) in &self.stored {
            let revealed = self.vault.reveal(tenant, token).await;
            assert_eq!(revealed.as_ref(), Ok(secret), "{token}");
        }
    }

    async fn rotate(&mut self) -> Result<usize, Unfinished> {
        self.vault.rotate_to(&self.new.to_string()).await
    }

    /// How many rows are under the new key.
    fn rotated(&mut self) -> usize {
        let new = self.new.to_string();
        let rows = self.vault.rows().values();
        rows.filter(|row| row.key == new).count()
    }
}

#[tokio::test]
async fn what_goes_in_comes_out_for_its_tenant_only() {
    let scene = Scene::set("tenants").await;
    scene.assert_whole().await;
    for (tenant, token, _) in &scene.stored {
        let other = if *tenant == "blue" { "green" } else { "blue" };
        let refused = scene.vault.reveal(other, token).await;
        assert_eq!(refused, Err(VaultError::WrongTenant), "{token}");
    }
}

#[tokio::test]
async fn a_row_that_was_given_to_another_tenant_neither_opens_nor_moves() {
    let mut scene = Scene::set("given away").await;
    let (_, token, _) = &scene.stored[0];
    scene.vault.rows().get_mut(token).unwrap().tenant = "green".to_owned();
    let refused = scene.vault.reveal("green", token).await;
    assert_eq!(refused, Err(VaultError::WrongTenant));

    let unfinished = scene.rotate().await.unwrap_err();
    assert_eq!(unfinished.cause, VaultError::WrongTenant);
    assert_eq!((unfinished.moved, unfinished.left), (0, 10));
    scene.assert_whole().await;
}

#[tokio::test]
async fn after_a_rotation_the_old_key_is_needed_no_more() {
    let mut scene = Scene::set("rotation").await;
    assert_eq!(scene.rotate().await, Ok(10));
    assert_eq!(scene.rotated(), 10);
    scene.ring.delete_key(scene.old).unwrap();
    scene.assert_whole().await;

    // What comes in now goes under the new key, and there is nothing left to move.
    scene.vault.store("blue", "late").await.unwrap();
    assert_eq!(scene.rotated(), 11);
    assert_eq!(scene.rotate().await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_of_a_key_is_not_noticed() {
    let mut scene = Scene::set("short outage").await;
    let unavailable = Fault::key_unavailable().on_destination().on_key(scene.new);
    scene.faults.inject(unavailable.after(3).times(2));
    assert_eq!(scene.rotate().await, Ok(10));
    assert_eq!(scene.faults.strikes(), 2);
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_outage_stops_a_rotation_that_goes_on_later() {
    let mut scene = Scene::set("long outage").await;
    let unavailable = Fault::key_unavailable().on_destination().on_key(scene.new);
    scene.faults.inject(unavailable.after(3));
    let unfinished = scene.rotate().await.unwrap_err();
    let expected = Unfinished {
        moved: 3,
        left: 7,
        cause: VaultError::Unavailable,
    };
    assert_eq!(unfinished, expected);
    assert_eq!(scene.rotated(), 3);
    // Three attempts, and each of them was refused.
    assert_eq!(scene.faults.strikes(), 3);

    scene.faults.clear();
    scene.assert_whole().await;
    assert_eq!(scene.rotate().await, Ok(7));
    scene.ring.delete_key(scene.old).unwrap();
    scene.assert_whole().await;
}

#[tokio::test(start_paused = true)]
async fn a_blob_that_cannot_be_tried_out_does_not_replace_the_old_one() {
    let mut scene = Scene::set("tried out").await;
    // `ReEncrypt` decrypts under the old key: this strikes only the trial.
    let trial = Fault::key_unavailable()
        .at(ProviderCall::Decrypt)
        .on_key(scene.new);
    scene.faults.inject(trial);
    let unfinished = scene.rotate().await.unwrap_err();
    assert_eq!((unfinished.moved, unfinished.left), (0, 10));
    assert_eq!(unfinished.cause, VaultError::Unavailable);
    assert_eq!(scene.rotated(), 0);
    scene.assert_whole().await;
}

#[tokio::test]
async fn a_refusal_says_why() {
    let mut scene = Scene::set("refusal").await;
    scene.ring.disable_key(scene.new).unwrap();
    let unfinished = scene.rotate().await.unwrap_err();
    let VaultError::Refused(words) = unfinished.cause else {
        panic!("{:?}", unfinished.cause);
    };
    assert!(words.contains("DisabledException"), "{words}");
    scene.assert_whole().await;
    assert_eq!(
        scene.vault.reveal("blue", &scene.stored[1].1).await,
        Err(VaultError::WrongTenant)
    );
}

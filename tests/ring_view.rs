//! A provider that takes everything from a ring but the arithmetic.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::{Arc, Weak};

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use common::{chinese_ring, encrypting, fixed_pem};
use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyView, MessageNonces};
use kms_reencrypt::{AliasArn, KeyArn, KeyMaterialId, KeyOrigin, KeySpec, Keyring};
use rsa::pkcs8::DecodePrivateKey;

const NONCES: MessageNonces = MessageNonces {
    derivation: [1; 16],
    iv: [2; 12],
};

/// Seals a message by a key of the ring, in both ways: by itself, and by another AES-GCM under the lent message key.
fn sealed(keyring: &Keyring, arn: &KeyArn) -> [Vec<u8>; 2] {
    keyring.view_keys(|view| {
        let key = view.ring_key(arn).unwrap();
        let mut own = b"attack at dawn".to_vec();
        let tag = key.as_key().seal(&NONCES, b"aad", &mut own).unwrap();
        own.extend_from_slice(&tag);
        let mut other = b"attack at dawn".to_vec();
        let material = key.current_material().unwrap();
        let tag = material.with_message_key(&NONCES, |key| {
            let cipher = Aes256Gcm::new(key.into());
            let nonce = Nonce::from(NONCES.iv);
            cipher.encrypt_inout_detached(&nonce, b"aad", other.as_mut_slice().into())
        });
        other.extend_from_slice(&tag.unwrap());
        [own, other]
    })
}

#[test]
fn under_the_lent_message_key_the_same_ciphertext_comes_out() {
    let keyring = chinese_ring();
    let arn = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let [own, other] = sealed(&keyring, &arn);
    assert_eq!(own, other);

    let former = keyring.describe_key(arn).unwrap();
    let former = former.current_key_material_id().unwrap();
    keyring.rotate_key_on_demand(arn).unwrap();
    let [rotated, other] = sealed(&keyring, &arn);
    assert_eq!(rotated, other);
    assert_ne!(rotated, own);
    keyring.view_keys(|view| {
        let key = view.ring_key_with_material(arn.place(), former).unwrap();
        assert_eq!(key.as_key().metadata().arn(), &arn);
        assert_eq!(key.material(former).unwrap().id(), former);
        assert_ne!(key.current_material().unwrap().id(), former);
        let unknown = KeyMaterialId::from_bytes([7; 32]);
        assert!(key.material(&unknown).is_none());
        let absent = view.ring_key_with_material(arn.place(), &unknown);
        assert_eq!(absent.unwrap_err(), KeyProviderError::NotFound);
    });
}

#[test]
fn the_lent_private_key_is_that_of_the_public_key() {
    let keyring = chinese_ring();
    let arn = keyring.create_key(encrypting(KeySpec::Rsa2048)).unwrap();
    let public_key = keyring.public_key(arn).unwrap();
    keyring.view_keys(|view| {
        let key = view.ring_key(&arn).unwrap();
        assert!(key.current_material().is_none());
        let der = key.key_pair().unwrap().to_pkcs8_der().unwrap();
        let given = rsa::PrivateKey::from_pkcs8_pem(fixed_pem(KeySpec::Rsa2048)).unwrap();
        assert!(rsa::PrivateKey::from_pkcs8_der(&der).unwrap() == given);
        let same = KeyPair::from_pkcs8_der(KeySpec::Rsa2048, &der).unwrap();
        assert_eq!(same.public_key(), public_key);
    });
}

#[test]
fn what_a_provider_keeps_beside_a_pair_goes_with_the_pair() {
    let keyring = chinese_ring();
    let external = NewKey::from(KeySpec::Rsa2048).origin(KeyOrigin::External);
    let arn = keyring.create_key(external).unwrap();
    let import = || {
        let material = ImportedMaterial::pkcs8_pem(fixed_pem(KeySpec::Rsa2048));
        keyring.import_key_material(arn, material).unwrap();
    };
    let kept = || -> Option<Weak<()>> {
        keyring.view_keys(|view| {
            let pair = view.ring_key(&arn).unwrap().key_pair()?;
            Some(Arc::downgrade(pair.extension(|_| Arc::new(())).unwrap()))
        })
    };
    assert!(kept().is_none());
    import();
    let first = kept().unwrap();
    assert!(first.ptr_eq(&kept().unwrap()), "it is made once");
    // A change of anything else leaves the pair, and what is beside it.
    keyring.update_key_description(arn, "changed").unwrap();
    assert!(first.ptr_eq(&kept().unwrap()));
    keyring.delete_imported_key_material(arn, None).unwrap();
    assert!(first.upgrade().is_none());
    assert!(kept().is_none());
    import();
    let second = kept().unwrap();
    assert!(second.upgrade().is_some());
    keyring.delete_key(arn).unwrap();
    assert!(second.upgrade().is_none());
}

#[test]
fn it_shows_what_the_rings_own_view_shows() {
    let keyring = chinese_ring();
    let seen = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    keyring.create_alias("alias/app", seen).unwrap();
    keyring.make_changes_slow();
    let unseen = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let grant = keyring
        .create_grant(seen, "arn:aws-cn:iam::111122223333:role/app", |grant| {
            grant.operation(kms_reencrypt::access::GrantOperation::Encrypt)
        })
        .unwrap();
    let alias = |name: &str| AliasArn::new(*seen.place(), name.parse().unwrap());
    let compared = |ours: &dyn KeyView, theirs: &dyn KeyView| {
        for arn in [&seen, &unseen] {
            let [one, other] =
                [ours, theirs].map(|view| view.key(arn).map(|key| key.metadata().clone()));
            assert_eq!(one, other);
        }
        for name in ["alias/app", "alias/none"] {
            let [one, other] = [ours, theirs].map(|view| view.alias_target(&alias(name)));
            assert_eq!(one, other);
        }
        for token in [grant.grant_token.as_str(), "none"] {
            let [one, other] = [ours, theirs].map(|view| view.grant_of_token(token));
            assert_eq!(one, other);
        }
    };
    keyring.view_keys(|ours| {
        assert_eq!(
            ours.ring_key(&unseen).unwrap_err(),
            KeyProviderError::NotFound
        );
        assert_eq!(
            ours.ring_key(&seen).unwrap().as_key().metadata().arn(),
            &seen
        );
        keyring.view(&mut |theirs| compared(ours, theirs)).unwrap();
    });
}

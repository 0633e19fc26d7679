//! The values that a seed produces, which are the same on every platform and in every version of this crate.
#![cfg(feature = "testing")]

use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::random::RandomSource;
use kms_reencrypt::testing::seeded_random;
use kms_reencrypt::{EncryptRequest, GenerateDataKeyRequest, KeySpec, Keyring, Kms};
use sha2::{Digest, Sha256};

#[test]
fn the_stream_of_a_seed_is_pinned() {
    let random = seeded_random(42);
    let mut bytes = [0; 40];
    random.fill(&mut bytes).unwrap();
    assert_eq!(
        hex(&bytes),
        "5767756ebfb6f766695fd9e5a7206c861d2b92f8a9540004c001ca24783ffe70f758c84297dc1552"
    );
}

#[test]
fn rsa_keys_of_a_seed_are_pinned_and_ready_at_once() {
    let ring = |seed| {
        Keyring::builder("111122223333", "us-east-2")
            .random_source(seeded_random(seed))
            .build()
            .unwrap()
    };
    let keyring = ring(42);
    // Each has the public key that its place in the ring gives it.
    let public_keys = |keyring: &Keyring| {
        [KeySpec::Rsa4096, KeySpec::Rsa2048, KeySpec::Rsa2048].map(|spec| {
            let key = keyring.create_key(spec).unwrap();
            keyring.public_key(key).unwrap()
        })
    };
    let own = public_keys(&keyring);
    assert_eq!(own, public_keys(&ring(42)));
    assert_ne!(own, public_keys(&ring(43)));
    let [_, one, other] = own;
    assert_ne!(one, other);
    let digest: [u8; 32] = Sha256::digest(&one).into();
    assert_eq!(
        hex(&digest),
        "2cb4f607baf259e76c45f8530069c0d44e4dfa574ee331e37a1a604c984a8a35"
    );
}

#[test]
fn key_ids_materials_tokens_and_blobs_of_a_seed_are_pinned() {
    let random = seeded_random(42);
    let keyring = Keyring::builder("111122223333", "us-east-2")
        .random_source(random.clone())
        .build()
        .unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    assert_eq!(
        key.key_id().as_str(),
        "5767756e-bfb6-4766-a95f-d9e5a7206c86"
    );
    let metadata = keyring.describe_key(key).unwrap();
    let material = metadata.current_key_material_id().unwrap();
    assert_eq!(
        material.to_string(),
        "167d0151d172955c19138eb8f0de78b1256942f71aaea98187d6590a5528032a"
    );

    let grantee = "arn:aws:iam::444455556666:role/Auditor";
    let created = keyring
        .create_grant(key, grantee, |grant| {
            grant.operation(GrantOperation::Decrypt)
        })
        .unwrap();
    assert_eq!(
        created.grant_id.as_str(),
        "f43205395d4aaa5e1c6c354071bb2e40299b25dd1a3f3f81e065f4053b146c81"
    );

    let kms = Kms::new(keyring).with_random_source(random);
    let encrypt = EncryptRequest::builder()
        .key_id(key)
        .plaintext("attack at dawn")
        .encryption_context("tenant", "blue")
        .build()
        .unwrap();
    let blob = kms.encrypt(&encrypt).unwrap().into_ciphertext_blob();
    assert_eq!(
        hex(&blob),
        "0102020078167d0151d172955c19138eb8f0de78b1256942f71aaea98187d6590a5528032a0146864c748e6d905814a1e81ed547cc3f0000006c306a06092a864886f70d010706a05d305b020100305606092a864886f70d010701301e060960864801650304012e3011040c40381f2fd290403e06e3fd010201108029fc9b5b943139e54827b79a384306dbde8d6de27ecf6ce5fc3ca2887738f8771d120f3e45f1de7ae0d4"
    );

    let request = GenerateDataKeyRequest::builder()
        .key_id(key)
        .number_of_bytes(16)
        .build()
        .unwrap();
    let data_key = kms.generate_data_key(&request).unwrap();
    assert_eq!(
        hex(data_key.plaintext().expose()),
        "19738f832699895d59b82aea1556dd18"
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

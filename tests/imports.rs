//! Imported key material: how it is wrapped, and the lives of asymmetric keys that get their private keys by an import.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use core::time::Duration;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};
use common::fixed_pem;
use kms_reencrypt::keyring::{
    Clock, ImportedMaterial, ManualClock, NewKey, WrappingAlgorithm, WrappingKeySpec,
};
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::random::rand_core::UnwrapErr;
use kms_reencrypt::random::{OsRandom, Random};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, ExpirationModel, KeyArn, KeyMaterialId,
    KeyOrigin, KeySpec, KeyState, KeyUsage, Keyring, Kms, KmsError, ReEncryptRequest,
};
use rsa::pkcs8::{DecodePublicKey, SecretDocument};
use sha1::Sha1;
use sha2::Sha256;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const OHIO: &str = "us-east-2";
const BEIJING: &str = "cn-north-1";

fn ring(region: &str, clock: &ManualClock) -> Keyring {
    Keyring::builder("111122223333", region)
        .clock(clock.clone())
        .build()
        .unwrap()
}

fn external(keyring: &Keyring, spec: KeySpec) -> KeyArn {
    let key = NewKey::from(spec).origin(KeyOrigin::External);
    keyring.create_key(key).unwrap()
}

fn der_of(pem: &str) -> Vec<u8> {
    let (_, der) = SecretDocument::from_pem(pem).unwrap();
    der.as_bytes().to_vec()
}

/// RFC 5649 section 4.1, for more than one block.
fn wrapped_by_aes(key: &[u8; 32], data: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new_from_slice(key).unwrap();
    let mut padded = data.to_vec();
    padded.resize(data.len().next_multiple_of(8), 0);
    let (blocks, _) = padded.as_chunks_mut::<8>();
    let len = u32::try_from(data.len()).unwrap();
    let mut integrity = (0xa659_59a6_u64 << 32) | u64::from(len);
    let mut step = 0_u64;
    for _ in 0..6 {
        for block in &mut *blocks {
            step += 1;
            let both = [integrity.to_be_bytes(), *block].concat();
            let mut both = Block::try_from(both.as_slice()).unwrap();
            cipher.encrypt_block(&mut both);
            let (left, right) = both.split_at(8);
            integrity = u64::from_be_bytes(left.try_into().unwrap()) ^ step;
            block.copy_from_slice(right);
        }
    }
    [integrity.to_be_bytes().as_slice(), &padded].concat()
}

/// Wraps material for a public key, as another program does.
fn wrapped(algorithm: WrappingAlgorithm, public_key: &[u8], material: &[u8]) -> Vec<u8> {
    use WrappingAlgorithm::{
        RsaAesKeyWrapSha1, RsaAesKeyWrapSha256, RsaesOaepSha1, RsaesOaepSha256,
    };
    if algorithm == WrappingAlgorithm::Sm2Pke {
        let public = sm2::PublicKey::from_public_key_der(public_key).unwrap();
        let random = Random::new(&OsRandom);
        return sm2::pke::EncryptingKey::new(public)
            .encrypt_der(&mut UnwrapErr(random), material)
            .unwrap();
    }
    let public = rsa::PublicKey::from_public_key_der(public_key).unwrap();
    let oaep = |data: &[u8]| match algorithm {
        RsaesOaepSha1 | RsaAesKeyWrapSha1 => public.oaep_encrypt::<Sha1>(data).unwrap(),
        _ => public.oaep_encrypt::<Sha256>(data).unwrap(),
    };
    match algorithm {
        RsaesOaepSha1 | RsaesOaepSha256 => oaep(material),
        RsaAesKeyWrapSha1 | RsaAesKeyWrapSha256 => {
            let key = [9; 32];
            [oaep(&key), wrapped_by_aes(&key, material)].concat()
        }
        other => panic!("{other}"),
    }
}

/// Imports material as another program does, wrapped and with a token.
fn import(
    keyring: &Keyring,
    key: KeyArn,
    (algorithm, spec): (WrappingAlgorithm, WrappingKeySpec),
    material: &[u8],
) -> Result<(), KmsError> {
    let parameters = keyring.parameters_for_import(key, algorithm, spec)?;
    let wrapped = wrapped(algorithm, &parameters.public_key, material);
    let material = keyring.unwrap_key_material(key, &parameters.import_token, &wrapped)?;
    keyring.import_key_material(key, material).map(|_| ())
}

#[test]
fn material_comes_in_by_every_algorithm_that_is_for_its_kind() {
    use WrappingAlgorithm::*;
    use WrappingKeySpec as Wrapping;
    let mut cases = vec![
        (
            OHIO,
            KeySpec::SymmetricDefault,
            RsaesOaepSha1,
            Wrapping::Rsa2048,
        ),
        (
            OHIO,
            KeySpec::SymmetricDefault,
            RsaesOaepSha256,
            Wrapping::Rsa2048,
        ),
        (OHIO, KeySpec::Hmac224, RsaesOaepSha1, Wrapping::Rsa2048),
        (OHIO, KeySpec::Hmac512, RsaesOaepSha256, Wrapping::Rsa2048),
        (OHIO, KeySpec::Rsa2048, RsaAesKeyWrapSha1, Wrapping::Rsa2048),
        (
            OHIO,
            KeySpec::Rsa4096,
            RsaAesKeyWrapSha256,
            Wrapping::Rsa2048,
        ),
        (BEIJING, KeySpec::Rsa3072, Sm2Pke, Wrapping::Sm2),
        (BEIJING, KeySpec::Sm2, RsaesOaepSha1, Wrapping::Rsa2048),
        (BEIJING, KeySpec::Sm2, RsaesOaepSha256, Wrapping::Rsa2048),
        (BEIJING, KeySpec::Sm2, Sm2Pke, Wrapping::Sm2),
    ];
    if cfg!(feature = "data-key-pairs") {
        cases.extend([
            (
                OHIO,
                KeySpec::EccNistP256,
                RsaesOaepSha256,
                Wrapping::Rsa2048,
            ),
            (
                OHIO,
                KeySpec::EccNistP521,
                RsaAesKeyWrapSha256,
                Wrapping::Rsa2048,
            ),
            (BEIJING, KeySpec::EccNistEdwards25519, Sm2Pke, Wrapping::Sm2),
        ]);
    }
    for (region, spec, algorithm, wrapping) in cases {
        let keyring = ring(region, &ManualClock::new());
        let key = external(&keyring, spec);
        let (material, pair) = match spec {
            KeySpec::SymmetricDefault => (vec![7; 32], None),
            KeySpec::Hmac224 => (vec![7; 28], None),
            KeySpec::Hmac512 => (vec![7; 128], None),
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 | KeySpec::Sm2 => {
                let der = der_of(fixed_pem(spec));
                let pair = KeyPair::from_pkcs8_der(spec, &der).unwrap();
                (der, Some(pair))
            }
            _ => {
                let pem = match spec {
                    KeySpec::EccNistP256 => include_str!("../src/testing/keys/curves/p256.pem"),
                    KeySpec::EccNistP521 => include_str!("../src/testing/keys/curves/p521.pem"),
                    _ => include_str!("../src/testing/keys/curves/ed25519.pem"),
                };
                let der = der_of(pem);
                let pair = KeyPair::from_pkcs8_der(spec, &der).unwrap();
                (der, Some(pair))
            }
        };
        let case = format!("{spec} by {algorithm} under {wrapping}");
        import(&keyring, key, (algorithm, wrapping), &material)
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        let described = keyring.describe_key(key).unwrap();
        assert_eq!(described.key_state(), KeyState::Enabled, "{case}");
        if let Some(pair) = pair {
            assert_eq!(
                keyring.public_key(key).unwrap(),
                pair.public_key(),
                "{case}"
            );
        }
    }
}

#[test]
fn an_algorithm_for_other_keys_is_refused() {
    use WrappingAlgorithm::*;
    use WrappingKeySpec as Wrapping;
    let mismatch = ("ValidationException", "MISMATCH");
    let unsupported = ("UnsupportedOperationException", "");
    let mut cases = vec![
        (
            OHIO,
            KeySpec::Rsa2048,
            RsaesOaepSha256,
            Wrapping::Rsa4096,
            mismatch,
        ),
        (
            BEIJING,
            KeySpec::Rsa2048,
            RsaesOaepSha1,
            Wrapping::Rsa4096,
            mismatch,
        ),
        (
            OHIO,
            KeySpec::SymmetricDefault,
            RsaAesKeyWrapSha256,
            Wrapping::Rsa2048,
            mismatch,
        ),
        (
            BEIJING,
            KeySpec::SymmetricDefault,
            Sm2Pke,
            Wrapping::Sm2,
            mismatch,
        ),
        (
            OHIO,
            KeySpec::Rsa2048,
            RsaAesKeyWrapSha256,
            Wrapping::Sm2,
            mismatch,
        ),
        (BEIJING, KeySpec::Sm2, Sm2Pke, Wrapping::Rsa2048, mismatch),
        (OHIO, KeySpec::Rsa2048, Sm2Pke, Wrapping::Sm2, unsupported),
        (
            BEIJING,
            KeySpec::Rsa2048,
            RsaAesKeyWrapSha256,
            Wrapping::Rsa2048,
            unsupported,
        ),
        (
            OHIO,
            KeySpec::Hmac256,
            RsaAesKeyWrapSha256,
            Wrapping::Rsa2048,
            mismatch,
        ),
        (BEIJING, KeySpec::Hmac512, Sm2Pke, Wrapping::Sm2, mismatch),
        (
            OHIO,
            KeySpec::MlDsa44,
            RsaesOaepSha256,
            Wrapping::Rsa2048,
            unsupported,
        ),
        (
            OHIO,
            KeySpec::Rsa2048,
            RsaesPkcs1V15,
            Wrapping::Rsa2048,
            (
                "UnsupportedOperationException",
                "WrappingAlgorithm RSAES_PKCS1_V1_5 is not supported",
            ),
        ),
    ];
    if cfg!(feature = "data-key-pairs") {
        let p521 = KeySpec::EccNistP521;
        cases.push((OHIO, p521, RsaesOaepSha256, Wrapping::Rsa2048, mismatch));
    } else {
        let p256 = KeySpec::EccNistP256;
        cases.push((OHIO, p256, RsaesOaepSha256, Wrapping::Rsa2048, unsupported));
    }
    for (region, spec, algorithm, wrapping, expected) in cases {
        let keyring = ring(region, &ManualClock::new());
        let key = external(&keyring, spec);
        let refused = keyring
            .parameters_for_import(key, algorithm, wrapping)
            .unwrap_err();
        let (code, message) = expected;
        let message = match message {
            "MISMATCH" => format!(
                "Wrapping algorithm {algorithm} and wrapping key spec {wrapping} cannot be used to import a {spec} key."
            ),
            other => other.to_owned(),
        };
        assert_eq!(
            (refused.code(), refused.to_string()),
            (code, message),
            "{region} {spec} {algorithm} {wrapping}"
        );
    }
}

#[test]
fn wrapped_material_has_a_length_that_fits_its_wrapping_key() {
    use WrappingAlgorithm::{RsaAesKeyWrapSha256, RsaesOaepSha256};
    let keyring = ring(OHIO, &ManualClock::new());
    for (spec, algorithm, fitting, others) in [
        (KeySpec::SymmetricDefault, RsaesOaepSha256, 256, [255, 257]),
        (
            KeySpec::Rsa2048,
            RsaAesKeyWrapSha256,
            256 + 16,
            [256, 256 + 17],
        ),
    ] {
        let key = external(&keyring, spec);
        let parameters = keyring
            .parameters_for_import(key, algorithm, WrappingKeySpec::Rsa2048)
            .unwrap();
        let refusal = |len: usize| {
            let token = &parameters.import_token;
            let refused = keyring.unwrap_key_material(key, token, &vec![1; len]);
            let error = refused.unwrap_err();
            (error.code(), error.to_string())
        };
        assert_eq!(refusal(fitting).0, "InvalidCiphertextException");
        for len in others {
            let size = "Invalid encrypted key size.".to_owned();
            assert_eq!(refusal(len), ("ValidationException", size), "{len}");
        }
    }
}

#[test]
fn every_call_makes_a_wrapping_key_and_its_token_is_for_that_one_and_for_one_key() {
    let (algorithm, spec) = (WrappingAlgorithm::Sm2Pke, WrappingKeySpec::Sm2);
    let clock = ManualClock::new();
    let keyring = ring(BEIJING, &clock);
    let [key, other] = [(); 2].map(|()| external(&keyring, KeySpec::Sm2));
    let ask = |key| keyring.parameters_for_import(key, algorithm, spec).unwrap();
    let [first, second, of_other] = [ask(key), ask(key), ask(other)];
    assert_ne!(first.public_key, second.public_key);
    let material = der_of(fixed_pem(KeySpec::Sm2));
    let wrapped = |public_key: &[u8]| wrapped(algorithm, public_key, &material);
    for (token, public_key, expected) in [
        (&first, &first, None),
        // A token may serve again, and the older one still does.
        (&first, &first, None),
        (&second, &second, None),
        (&first, &second, Some("InvalidCiphertextException")),
        (&second, &first, Some("InvalidCiphertextException")),
        (&of_other, &of_other, Some("InvalidImportTokenException")),
    ] {
        let wrapped = wrapped(&public_key.public_key);
        let answer = keyring.unwrap_key_material(key, &token.import_token, &wrapped);
        assert_eq!(answer.err().map(|error| error.code()), expected);
    }
    let foreign = ring(BEIJING, &clock);
    let of_foreign = external(&foreign, KeySpec::Sm2);
    let foreign = foreign
        .parameters_for_import(of_foreign, algorithm, spec)
        .unwrap();
    let mut garbled = first.import_token.clone();
    *garbled.last_mut().unwrap() ^= 1;
    for token in [&foreign.import_token, &garbled, &vec![0; 100], &vec![]] {
        let refused = keyring.unwrap_key_material(key, token, &wrapped(&first.public_key));
        assert_eq!(refused.unwrap_err().code(), "InvalidImportTokenException");
    }
    clock.advance(DAY);
    let late = keyring.unwrap_key_material(key, &first.import_token, &wrapped(&first.public_key));
    assert_eq!(late.unwrap_err().code(), "ExpiredImportTokenException");
}

#[test]
fn a_private_key_is_imported_taken_away_and_imported_again_and_no_other_takes_its_place() {
    let clock = ManualClock::new();
    let keyring = ring(OHIO, &clock);
    let kms = Kms::new(keyring.clone());
    let key = external(&keyring, KeySpec::Rsa2048);
    let algorithm = EncryptionAlgorithm::RsaesOaepSha256;
    let state = || keyring.describe_key(key).unwrap().key_state();
    let encrypt = || {
        let request = EncryptRequest::builder()
            .key_id(key)
            .encryption_algorithm(algorithm)
            .plaintext("data");
        kms.encrypt(&request.build().unwrap())
    };
    let code = |error: KmsError| error.code();
    assert_eq!(state(), KeyState::PendingImport);
    let pending = keyring.public_key(key).unwrap_err();
    assert_eq!(pending.to_string(), format!("{key} is pending import."));
    assert_eq!(encrypt().unwrap_err().code(), "KMSInvalidStateException");

    let own = || ImportedMaterial::pkcs8_pem(fixed_pem(KeySpec::Rsa2048));
    let id = keyring.import_key_material(key, own()).unwrap();
    assert_eq!((id, state()), (None, KeyState::Enabled));
    let described = keyring.describe_key(key).unwrap();
    assert_eq!(described.current_key_material_id(), None);
    assert_eq!(
        described.expiration_model(),
        Some(ExpirationModel::KeyMaterialDoesNotExpire)
    );
    let public_key = keyring.public_key(key).unwrap();
    let blob = encrypt().unwrap().into_ciphertext_blob();

    let other = include_str!("../src/testing/keys/rsa_2048_other.pem");
    for (wrong, expected) in [
        (
            ImportedMaterial::pkcs8_pem(other),
            "IncorrectKeyMaterialException",
        ),
        (
            ImportedMaterial::pkcs8_pem(fixed_pem(KeySpec::Rsa3072)),
            "IncorrectKeyMaterialException",
        ),
        (
            ImportedMaterial::pkcs8_der([7; 32]),
            "IncorrectKeyMaterialException",
        ),
        (
            ImportedMaterial::new([7; 32]),
            "IncorrectKeyMaterialException",
        ),
        (own().as_new_key_material(), "ValidationException"),
        (own().description("from the vault"), "ValidationException"),
        (
            own().key_material_id("0".repeat(64).parse().unwrap()),
            "ValidationException",
        ),
    ] {
        let refused = keyring.import_key_material(key, wrong);
        assert_eq!(refused.map_err(code), Err(expected));
    }

    keyring.delete_imported_key_material(key, None).unwrap();
    assert_eq!(state(), KeyState::PendingImport);
    assert_eq!(keyring.public_key(key).unwrap(), public_key);
    let refused = keyring.import_key_material(key, ImportedMaterial::pkcs8_pem(other));
    assert_eq!(refused.map_err(code), Err("IncorrectKeyMaterialException"));

    let until = clock.now() + DAY;
    keyring
        .import_key_material(key, own().valid_to(until))
        .unwrap();
    assert_eq!(keyring.describe_key(key).unwrap().valid_to(), Some(until));
    let decrypt = DecryptRequest::builder()
        .ciphertext_blob(blob.clone())
        .key_id(key)
        .encryption_algorithm(algorithm);
    let opened = kms.decrypt(&decrypt.build().unwrap()).unwrap();
    assert_eq!(opened.plaintext().expose(), b"data");
    clock.advance(DAY);
    assert_eq!(state(), KeyState::PendingImport);
    assert_eq!(keyring.describe_key(key).unwrap().valid_to(), None);

    // ReEncrypt moves what was encrypted before.
    keyring.import_key_material(key, own()).unwrap();
    let moved = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_key_id(key)
        .source_encryption_algorithm(algorithm)
        .destination_key_id(keyring.create_key(KeySpec::SymmetricDefault).unwrap());
    assert!(kms.re_encrypt(&moved.build().unwrap()).is_ok());
    let rotated = keyring.rotate_key_on_demand(key).unwrap_err();
    assert_eq!(rotated.code(), "UnsupportedOperationException");
}

#[test]
fn a_replica_takes_the_private_key_of_its_primary_only() {
    let keyring = ring(OHIO, &ManualClock::new());
    let primary = NewKey::new(KeySpec::Rsa2048)
        .key_usage(KeyUsage::SignVerify)
        .origin(KeyOrigin::External)
        .multi_region(true);
    let primary = keyring.create_key(primary).unwrap();
    let own = || ImportedMaterial::pkcs8_pem(fixed_pem(KeySpec::Rsa2048));
    keyring.import_key_material(primary, own()).unwrap();
    let replica = keyring.replicate_key(primary, "eu-west-1").unwrap();
    let ireland = keyring.in_region(*replica.region());
    let state = || ireland.describe_key(replica).unwrap().key_state();
    assert_eq!(state(), KeyState::PendingImport);
    let other = include_str!("../src/testing/keys/rsa_2048_other.pem");
    let refused = ireland.import_key_material(replica, ImportedMaterial::pkcs8_pem(other));
    assert_eq!(refused.unwrap_err().code(), "IncorrectKeyMaterialException");
    ireland.import_key_material(replica, own()).unwrap();
    assert_eq!(state(), KeyState::Enabled);
    assert_eq!(
        ireland.public_key(replica).unwrap(),
        keyring.public_key(primary).unwrap()
    );
}

#[test]
fn the_material_of_an_hmac_key_is_imported_taken_away_and_imported_again_and_no_other() {
    let clock = ManualClock::new();
    let keyring = ring(OHIO, &clock);
    let key = external(&keyring, KeySpec::Hmac256);
    let state = || keyring.describe_key(key).unwrap().key_state();
    let code = |error: KmsError| error.code();
    assert_eq!(state(), KeyState::PendingImport);
    keyring.delete_imported_key_material(key, None).unwrap();
    for wrong in [
        ImportedMaterial::mac_key([7; 31]),
        ImportedMaterial::mac_key([7; 129]),
        ImportedMaterial::mac_key([]),
        ImportedMaterial::new([7; 32]),
        ImportedMaterial::pkcs8_pem(fixed_pem(KeySpec::Rsa2048)),
    ] {
        let refused = keyring.import_key_material(key, wrong);
        assert_eq!(refused.map_err(code), Err("IncorrectKeyMaterialException"));
    }
    assert_eq!(state(), KeyState::PendingImport);

    let own = || ImportedMaterial::mac_key([7; 100]);
    let id = keyring.import_key_material(key, own()).unwrap();
    assert_eq!((id, state()), (None, KeyState::Enabled));
    let described = keyring.describe_key(key).unwrap();
    assert_eq!(described.current_key_material_id(), None);
    assert_eq!(
        described.expiration_model(),
        Some(ExpirationModel::KeyMaterialDoesNotExpire)
    );
    let id: KeyMaterialId = "0".repeat(64).parse().unwrap();
    for (wrong, expected) in [
        (
            ImportedMaterial::mac_key([7; 99]),
            "IncorrectKeyMaterialException",
        ),
        (
            ImportedMaterial::mac_key([8; 100]),
            "IncorrectKeyMaterialException",
        ),
        (own().as_new_key_material(), "ValidationException"),
        (own().description("from the vault"), "ValidationException"),
        (own().key_material_id(id), "ValidationException"),
    ] {
        let refused = keyring.import_key_material(key, wrong);
        assert_eq!(refused.map_err(code), Err(expected));
    }
    let refused = keyring.delete_imported_key_material(key, Some(id));
    assert_eq!(refused.map_err(code), Err("ValidationException"));
    let rotated = keyring.rotate_key_on_demand(key).map(|_| ());
    assert_eq!(rotated.map_err(code), Err("UnsupportedOperationException"));

    keyring.delete_imported_key_material(key, None).unwrap();
    assert_eq!(state(), KeyState::PendingImport);
    let refused = keyring.import_key_material(key, ImportedMaterial::mac_key([8; 100]));
    assert_eq!(refused.map_err(code), Err("IncorrectKeyMaterialException"));

    let until = clock.now() + DAY;
    let expiring = own().valid_to(until);
    keyring.import_key_material(key, expiring).unwrap();
    assert_eq!(keyring.describe_key(key).unwrap().valid_to(), Some(until));
    clock.advance(DAY);
    assert_eq!(state(), KeyState::PendingImport);
    keyring.import_key_material(key, own()).unwrap();
    assert_eq!(state(), KeyState::Enabled);

    // A key whose material KMS made takes none.
    let ours = keyring.create_key(KeySpec::Hmac256).unwrap();
    let refused = keyring.import_key_material(ours, own()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("{ours} origin is AWS_KMS which is not valid for this operation.")
    );
}

#[test]
fn a_replica_of_an_hmac_key_takes_the_material_of_its_primary_only() {
    let keyring = ring(OHIO, &ManualClock::new());
    let primary = NewKey::from(KeySpec::Hmac384)
        .origin(KeyOrigin::External)
        .multi_region(true);
    let primary = keyring.create_key(primary).unwrap();
    let own = || ImportedMaterial::mac_key([7; 48]);
    keyring.import_key_material(primary, own()).unwrap();
    let replica = keyring.replicate_key(primary, "eu-west-1").unwrap();
    let ireland = keyring.in_region(*replica.region());
    let state = || ireland.describe_key(replica).unwrap().key_state();
    assert_eq!(state(), KeyState::PendingImport);
    let other = ImportedMaterial::mac_key([8; 48]);
    let refused = ireland.import_key_material(replica, other);
    assert_eq!(refused.unwrap_err().code(), "IncorrectKeyMaterialException");
    ireland.import_key_material(replica, own()).unwrap();
    assert_eq!(state(), KeyState::Enabled);
}

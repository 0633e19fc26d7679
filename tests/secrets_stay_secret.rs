//! A type that holds a secret does not print it, and cannot be copied or compared by accident.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use core::error::Error;
use core::fmt::Debug;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Keys, chinese_ring, fixed_pem};
use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::keyring::{ImportedMaterial, KeyringBuilder, NewKey};
use kms_reencrypt::primitives::{KeyPair, SymmetricMaterial};
use kms_reencrypt::provider::KeyProvider;
use kms_reencrypt::{
    DataKeyPairSpec, DecryptRequest, DecryptResponse, EncryptRequest, EncryptRequestBuilder,
    GenerateDataKeyPairRequest, GenerateDataKeyPairResponse, GenerateDataKeyRequest,
    GenerateDataKeyResponse, KeyOrigin, KeySpec, Keyring, Kms, KmsError, Plaintext,
};

const SECRET: &[u8; 32] = b"7-Uy2.secret,kQ9!of_32(bytes)Z+1";

/// Finds a secret in a text, in whatever form somebody may print bytes.
#[track_caller]
fn assert_mute(secret: &[u8], text: &str) {
    for piece in secret.chunks_exact(8) {
        let hex = |separator: &str| {
            let digits: Vec<String> = piece.iter().map(|byte| format!("{byte:02x}")).collect();
            digits.join(separator)
        };
        let forms = [
            format!("{piece:?}"),
            format!("{piece:x?}"),
            piece.escape_ascii().to_string(),
            hex(""),
            hex(", "),
            hex(" "),
            hex(":"),
        ];
        let lower = text.to_lowercase();
        for form in forms {
            let form = form.trim_matches(['[', ']']).to_lowercase();
            assert!(!lower.contains(&form), "{form} is in {text}");
        }
    }
    for start in 0..3 {
        // Without the last characters, which depend on what follows.
        let base64 = STANDARD.encode(&secret[start..secret.len() - 2 + start]);
        let piece = &base64[..base64.len() - 4];
        assert!(!text.contains(piece), "{piece} is in {text}");
    }
}

#[track_caller]
fn assert_prints_nothing(secret: &[u8], value: &impl Debug) {
    assert_mute(secret, &format!("{value:?}"));
    assert_mute(secret, &format!("{value:#?}"));
    assert_mute(secret, &format!("{value:x?}"));
}

#[track_caller]
fn assert_error_prints_nothing(secret: &[u8], error: &KmsError) {
    assert_prints_nothing(secret, error);
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        assert_mute(secret, &error.to_string());
        assert_mute(secret, &format!("{error:?}"));
        next = error.source();
    }
}

#[test]
fn the_search_finds_every_form() {
    let printed = [
        format!("{SECRET:?}"),
        format!("{SECRET:02x?}"),
        format!("{SECRET:02X?}"),
        String::from_utf8(SECRET.to_vec()).unwrap(),
        STANDARD.encode(SECRET),
        STANDARD.encode([&b"x"[..], SECRET].concat()),
        STANDARD.encode([&b"xy"[..], SECRET].concat()),
    ];
    for text in printed {
        let found = std::panic::catch_unwind(|| assert_mute(SECRET, &text));
        assert!(found.is_err(), "{text}");
    }
}

#[test]
fn requests_responses_and_plaintexts_print_no_plaintext() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    assert_prints_nothing(SECRET, &Plaintext::from_slice(SECRET));

    let builder = EncryptRequest::builder().key_id(key).plaintext(SECRET);
    assert_prints_nothing(SECRET, &builder);
    let request = builder.build().unwrap();
    assert_prints_nothing(SECRET, &request);
    let encrypted = kms.encrypt(&request).unwrap();
    assert_prints_nothing(SECRET, &encrypted);

    let request = DecryptRequest::builder().ciphertext_blob(encrypted.ciphertext_blob());
    let decrypted = kms.decrypt(&request.build().unwrap()).unwrap();
    assert_eq!(decrypted.plaintext().expose(), SECRET);
    assert_prints_nothing(SECRET, &decrypted);

    let request = GenerateDataKeyRequest::builder()
        .key_id(key)
        .number_of_bytes(32);
    let data_key = kms.generate_data_key(&request.build().unwrap()).unwrap();
    assert_prints_nothing(data_key.plaintext().expose(), &data_key);

    let keyring = chinese_ring();
    let request = GenerateDataKeyPairRequest::builder()
        .key_id(keyring.create_key(KeySpec::SymmetricDefault).unwrap())
        .key_pair_spec(DataKeyPairSpec::Sm2);
    let pair = Kms::new(keyring)
        .generate_data_key_pair(&request.build().unwrap())
        .unwrap();
    // The scalar: the rest is the algorithm and the public key.
    let (_, behind) = pair.private_key_plaintext().expose().split_at(36);
    assert_prints_nothing(behind.first_chunk::<32>().unwrap(), &pair);
}

#[test]
fn keys_to_be_and_keys_that_are_print_no_material() {
    let der = |spec| {
        let pem = fixed_pem(spec);
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(base64).unwrap()
    };
    // Behind algorithm and modulus; around the scalar.
    let rsa = &der(KeySpec::Rsa2048)[320..];
    let sm2 = &der(KeySpec::Sm2)[36..68];
    let given = [
        (
            SECRET.as_slice(),
            NewKey::from(KeySpec::SymmetricDefault).symmetric_material(*SECRET),
        ),
        (
            rsa,
            NewKey::from(KeySpec::Rsa2048).pkcs8_pem(fixed_pem(KeySpec::Rsa2048)),
        ),
        (
            rsa,
            NewKey::from(KeySpec::Rsa2048).pkcs8_der(der(KeySpec::Rsa2048)),
        ),
        (
            sm2,
            NewKey::from(KeySpec::Sm2).pkcs8_pem(fixed_pem(KeySpec::Sm2)),
        ),
        (sm2, NewKey::from(KeySpec::Sm2).pkcs8_der(der(KeySpec::Sm2))),
    ];
    for (secret, new_key) in given {
        assert_prints_nothing(secret, &new_key);
        // But that there is something.
        assert!(format!("{new_key:?}").contains("(..)"));
        let keyring = chinese_ring();
        let key = keyring.create_key(new_key).unwrap();
        assert_prints_nothing(secret, &keyring);
        assert_prints_nothing(secret, &keyring.describe_key(key).unwrap());
        let mut seen = false;
        keyring
            .view(&mut |view| {
                assert_prints_nothing(secret, &view.key(&key).unwrap());
                seen = true;
            })
            .unwrap();
        assert!(seen);
        keyring.view_keys(|view| {
            assert_prints_nothing(secret, view);
            assert_prints_nothing(secret, &view.ring_key(&key).unwrap());
        });
        assert_prints_nothing(secret, &Kms::new(keyring));
    }
    let imported = ImportedMaterial::new(*SECRET);
    assert_prints_nothing(SECRET, &imported);
    assert!(format!("{imported:?}").contains("bytes: .."));

    let key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    assert_prints_nothing(SECRET, &SymmetricMaterial::new(&key_id, SECRET));
    for (secret, spec) in [(rsa, KeySpec::Rsa2048), (sm2, KeySpec::Sm2)] {
        let pair = KeyPair::from_pkcs8_pem(spec, fixed_pem(spec)).unwrap();
        assert_prints_nothing(secret, &pair);
    }
}

#[test]
fn errors_print_neither_plaintext_nor_material() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let kms = Kms::new(keyring.clone());

    // A plaintext that is too long for the service, and one that is too long for the key.
    let long = SECRET.repeat(200);
    let request = EncryptRequest::builder().key_id("alias/x").plaintext(&long);
    assert_error_prints_nothing(SECRET, &request.build().unwrap_err());
    let request = EncryptRequest::builder()
        .key_id(keys.of(KeySpec::Rsa2048))
        .encryption_algorithm("RSAES_OAEP_SHA_256")
        .plaintext(&long[..320]);
    let error = kms.encrypt(&request.build().unwrap()).unwrap_err();
    assert_error_prints_nothing(SECRET, &error);

    // Keys that are refused: of another spec, cut off, not PKCS#8 at all.
    let pem = fixed_pem(KeySpec::Sm2);
    let line = pem.lines().nth(1).unwrap();
    for new_key in [
        NewKey::from(KeySpec::Rsa2048).symmetric_material(*SECRET),
        NewKey::from(KeySpec::Rsa2048).pkcs8_pem(pem),
        NewKey::from(KeySpec::Sm2).pkcs8_pem(&pem[..pem.len() / 2]),
        NewKey::from(KeySpec::Sm2).pkcs8_pem(line),
        NewKey::from(KeySpec::Sm2).pkcs8_der(SECRET.as_slice()),
    ] {
        let error = keyring.create_key(new_key).unwrap_err();
        assert_error_prints_nothing(SECRET, &error);
        assert!(!format!("{error} {error:?}").contains(line));
    }
    let symmetric = keys.of(KeySpec::SymmetricDefault);
    let import = keyring.import_key_material(symmetric, ImportedMaterial::new(*SECRET));
    assert_error_prints_nothing(SECRET, &import.unwrap_err());
    for material in [
        ImportedMaterial::new(*SECRET),
        ImportedMaterial::mac_key(SECRET.as_slice()),
        ImportedMaterial::pkcs8_der(SECRET.as_slice()),
        ImportedMaterial::pkcs8_pem(line),
    ] {
        assert_prints_nothing(SECRET, &material);
        assert!(!format!("{material:?}").contains(line));
        let external = NewKey::from(KeySpec::Rsa2048).origin(KeyOrigin::External);
        let key = keyring.create_key(external).unwrap();
        let error = keyring.import_key_material(key, material).unwrap_err();
        assert_error_prints_nothing(SECRET, &error);
    }
}

/// Fails to compile if a type has the trait: the inference would not know which of two functions is meant.
macro_rules! assert_not_impl {
    ($trait:path: $($type:ty)+) => {
        $(const _: fn() = || {
            struct HasTheTrait;
            trait Either<Which> {
                fn which() {}
            }
            impl<T: ?Sized> Either<()> for T {}
            impl<T: ?Sized + $trait> Either<HasTheTrait> for T {}
            let _ = <$type as Either<_>>::which;
        };)+
    };
}

macro_rules! assert_nothing_secret_is {
    ($($trait:path)+) => {
        $(assert_not_impl! { $trait:
            DecryptResponse EncryptRequest EncryptRequestBuilder GenerateDataKeyPairResponse
            GenerateDataKeyResponse ImportedMaterial
            KeyPair KeyringBuilder NewKey Plaintext SymmetricMaterial
        })+
    };
}

assert_nothing_secret_is!(Clone PartialEq PartialOrd core::fmt::Display core::hash::Hash);

#[cfg(feature = "json")]
assert_nothing_secret_is!(serde::Serialize);

#[test]
fn a_grant_token_is_no_secret_and_is_shown() {
    let keyring = chinese_ring();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let grantee = "arn:aws-cn:iam::444455556666:role/Auditor";
    let created = keyring.create_grant(key, grantee, |grant| {
        grant.operation(GrantOperation::Decrypt)
    });
    let created = created.unwrap();
    assert!(format!("{created:?}").contains(&created.grant_token));
}

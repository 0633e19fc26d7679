//! The memory that the crate frees contains no secret: after every operation, after errors and after panics.
//!
//! Three secrets are known to stay behind. The `rsa` crate leaves the primes of an RSA key, and the padded block of a
//! decrypted OAEP message in Montgomery form. `serde_json` leaves the PEM of a seed file. The last tests here and in
//! `ring_files` check that the documentation is right about them.

mod ring_files;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::keyring::{ImportedMaterial, NewKey, WrappingAlgorithm, WrappingKeySpec};
use kms_reencrypt::provider::MessageNonces;
use kms_reencrypt::{
    DataKeyPairSpec, DecryptRequest, EncryptRequest, GenerateDataKeyPairRequest,
    GenerateDataKeyRequest, KeyArn, KeyOrigin, KeySpec, Keyring, Kms, KmsError, ReEncryptRequest,
};
use kms_reencrypt_secrets::{Scanner, Secret, watch};
use support::{
    ALGORITHMS, DATA_KEY, MATERIAL, NONCE, PLAINTEXT, Panics, Ring, Scripted, material_states,
    message_key, padded_block, rsa_numbers, sm2_scalar,
};

#[global_allocator]
static ALLOCATOR: Scanner = Scanner;

fn plaintext() -> [Secret; 1] {
    [Secret::new("plaintext", PLAINTEXT)]
}

/// The material and what HMAC makes of it, which is as good as the material.
fn material() -> Vec<Secret> {
    let states = material_states().map(|state| Secret::new("HMAC state of the material", &state));
    let mut secrets = Vec::from(states);
    secrets.push(Secret::new("material", MATERIAL));
    secrets
}

#[track_caller]
fn assert_nothing_found(secrets: &[Secret], what: &str, operation: impl FnOnce()) {
    let found = watch(secrets, operation);
    assert_eq!(found, [], "{what}");
}

fn encrypted(kms: &Kms<Keyring>, key: KeyArn, algorithm: &str) -> Vec<u8> {
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext(PLAINTEXT)
        .encryption_algorithm(algorithm);
    let response = kms.encrypt(&request.build().expect("a request"));
    response.expect("encrypted").into_ciphertext_blob()
}

fn re_encrypt(
    source: (KeyArn, &str),
    blob: &[u8],
    destination: (KeyArn, &str),
) -> ReEncryptRequest {
    ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .source_key_id(source.0)
        .source_encryption_algorithm(source.1)
        .destination_key_id(destination.0)
        .destination_encryption_algorithm(destination.1)
        .build()
        .expect("a request")
}

fn decrypt(key: KeyArn, algorithm: &str, blob: &[u8]) -> DecryptRequest {
    DecryptRequest::builder()
        .ciphertext_blob(blob)
        .key_id(key)
        .encryption_algorithm(algorithm)
        .build()
        .expect("a request")
}

#[test]
fn encrypt_frees_no_plaintext_under_any_key() {
    let ring = Ring::new();
    for (spec, algorithm) in ALGORITHMS {
        assert_nothing_found(&plaintext(), algorithm, || {
            encrypted(&ring.kms, ring.key(spec), algorithm);
        });
    }
}

#[test]
fn a_request_that_is_refused_or_never_sent_frees_no_plaintext() {
    let ring = Ring::new();
    assert_nothing_found(&plaintext(), "a builder", || {
        drop(EncryptRequest::builder().plaintext(PLAINTEXT));
    });
    assert_nothing_found(&plaintext(), "a builder that is refused", || {
        let refused = EncryptRequest::builder().plaintext(PLAINTEXT).build();
        assert!(refused.is_err());
    });
    assert_nothing_found(&plaintext(), "a plaintext that is replaced", || {
        let request = EncryptRequest::builder()
            .plaintext(PLAINTEXT)
            .plaintext(b"another");
        drop(request.key_id("alias/x").build());
    });
    assert_nothing_found(&plaintext(), "an unknown key", || {
        let request = EncryptRequest::builder()
            .plaintext(PLAINTEXT)
            .key_id("alias/unknown");
        let refused = ring.kms.encrypt(&request.build().expect("a request"));
        assert!(matches!(refused, Err(KmsError::NotFound(_))));
    });
    assert_nothing_found(&plaintext(), "a plaintext that is too long", || {
        let request = EncryptRequest::builder()
            .plaintext([PLAINTEXT, &[1; 1000]].concat().leak())
            .key_id(ring.key(KeySpec::Rsa2048))
            .encryption_algorithm("RSAES_OAEP_SHA_256");
        let refused = ring.kms.encrypt(&request.build().expect("a request"));
        assert!(matches!(refused, Err(KmsError::Validation(_))));
    });
}

#[test]
fn a_request_on_the_wire_frees_no_plaintext_however_it_is_written() {
    let ring = Ring::new();
    let service = ring.kms.service();
    let key = ring.key(KeySpec::SymmetricDefault);
    let base64 = BASE64_STANDARD.encode(PLAINTEXT);
    let secrets = [
        Secret::new("plaintext", PLAINTEXT),
        Secret::new("plaintext in base64", base64.as_bytes()),
    ];
    // In the middle: a buffer that grew there would leave the first half behind.
    let escaped = base64.replacen('q', r"\u0071", 1);
    assert_ne!(escaped, base64);
    let member = |name: &str, text: &str| format!("{name:?}: \"{text}\"");
    let plain = member("Plaintext", &base64);
    let escaped = member("Plaintext", &escaped);
    let id = member("KeyId", &key.to_string());
    let unknown = member("KeyId", "alias/unknown");
    for (body, code) in [
        (format!("{{{plain}, {id}}}"), None),
        (format!("{{{escaped}, {id}}}"), None),
        (format!("{{{plain}, {id}, {escaped}}}"), None),
        (format!("{{{plain}, {id}, {plain}}}"), None),
        (format!("{{{plain}, {unknown}}}"), Some("NotFoundException")),
        (format!("{{{escaped}}}"), Some("ValidationException")),
        (
            format!("{{{plain}, {escaped}, {id}, \"Plaintext\": 1}}"),
            Some("SerializationException"),
        ),
        (
            format!("{{{plain}, {escaped}, {id}"),
            Some("SerializationException"),
        ),
        (
            format!("{{{}, {id}}}", member("Plaintext", &format!("{base64}!"))),
            Some("SerializationException"),
        ),
        (
            format!("{{{}", member("Plaintext", &format!("{base64}\\n\n"))),
            Some("SerializationException"),
        ),
    ] {
        assert_nothing_found(&secrets, &body, || {
            let response = service.call("TrentService.Encrypt", body.as_bytes());
            assert_eq!(response.error_code(), code, "{body}");
        });
    }
}

#[test]
fn decrypt_frees_no_plaintext_whether_it_succeeds_or_not() {
    let ring = Ring::new();
    for (spec, algorithm) in ALGORITHMS {
        let key = ring.key(spec);
        let blob = encrypted(&ring.kms, key, algorithm);
        let request = decrypt(key, algorithm, &blob);
        assert_nothing_found(&plaintext(), algorithm, || {
            let response = ring.kms.decrypt(&request).expect("decrypted");
            assert_eq!(response.plaintext().expose(), PLAINTEXT);
            drop(response.into_plaintext());
        });
        // The last byte: of a tag, of an RSA number, of what SM2 masks. The last gives plaintext before it is refused.
        let mut altered = blob;
        *altered.last_mut().expect("a byte") ^= 1;
        let request = decrypt(key, algorithm, &altered);
        assert_nothing_found(&plaintext(), algorithm, || {
            let refused = ring.kms.decrypt(&request);
            assert!(matches!(refused, Err(KmsError::InvalidCiphertext)));
        });
    }
}

#[test]
fn re_encrypt_frees_no_plaintext_between_any_two_keys() {
    let ring = Ring::new();
    for (source_spec, source_algorithm) in ALGORITHMS {
        let source = (ring.key(source_spec), source_algorithm);
        let blob = encrypted(&ring.kms, source.0, source.1);
        for (spec, algorithm) in ALGORITHMS {
            let request = re_encrypt(source, &blob, (ring.key(spec), algorithm));
            assert_nothing_found(
                &plaintext(),
                &format!("{source_algorithm} to {algorithm}"),
                || drop(ring.kms.re_encrypt(&request).expect("encrypted again")),
            );
        }
    }
}

#[test]
fn a_panic_or_a_failure_between_the_halves_frees_no_plaintext() {
    let ring = Ring::new();
    for (source_spec, source_algorithm) in ALGORITHMS {
        let source = (ring.key(source_spec), source_algorithm);
        let blob = encrypted(&ring.kms, source.0, source.1);
        for (spec, algorithm) in ALGORITHMS {
            let request = re_encrypt(source, &blob, (ring.key(spec), algorithm));
            let what = format!("{source_algorithm} to {algorithm}");
            let provider = Kms::new(Panics(ring.keyring.clone()));
            assert_nothing_found(&plaintext(), &what, || {
                let panicked = catch_unwind(AssertUnwindSafe(|| provider.re_encrypt(&request)));
                assert!(panicked.is_err(), "{what}");
            });
            // A source that fails or panics at each of its draws in turn: nonces, blinding, padding, ephemeral scalars.
            for draw in 0..8 {
                let fails = ring
                    .kms
                    .clone()
                    .with_random_source(Scripted::failing_at(draw));
                assert_nothing_found(&plaintext(), &what, || drop(fails.re_encrypt(&request)));
                let panics = ring
                    .kms
                    .clone()
                    .with_random_source(Scripted::panicking_at(draw));
                assert_nothing_found(&plaintext(), &what, || {
                    drop(catch_unwind(AssertUnwindSafe(|| {
                        panics.re_encrypt(&request)
                    })));
                });
            }
        }
    }
}

#[test]
fn data_keys_are_not_freed_unwiped() {
    let ring = Ring::new();
    let kms = ring.kms.clone().with_random_source(Scripted::default());
    let request = GenerateDataKeyRequest::builder()
        .key_id(ring.key(KeySpec::SymmetricDefault))
        .number_of_bytes(32)
        .build()
        .expect("a request");
    let data_key = [Secret::new("data key", DATA_KEY)];
    assert_nothing_found(&data_key, "GenerateDataKey", || {
        let response = kms.generate_data_key(&request).expect("a data key");
        assert_eq!(response.plaintext().expose(), DATA_KEY);
    });
    assert_nothing_found(&data_key, "GenerateDataKeyWithoutPlaintext", || {
        drop(kms.generate_data_key_without_plaintext(&request));
    });
    for draw in 0..3 {
        let kms = ring
            .kms
            .clone()
            .with_random_source(Scripted::panicking_at(draw));
        assert_nothing_found(&data_key, "a panic", || {
            drop(catch_unwind(AssertUnwindSafe(|| {
                kms.generate_data_key(&request)
            })));
        });
    }
}

#[test]
fn private_keys_of_data_key_pairs_are_not_freed_unwiped() {
    let ring = Ring::new();
    let kms = ring.kms.clone().with_random_source(Scripted::default());
    // The private key of both curves is what was drawn.
    let private_key = [Secret::new("private key", DATA_KEY)];
    for spec in [DataKeyPairSpec::Sm2, DataKeyPairSpec::EccNistEdwards25519] {
        let request = GenerateDataKeyPairRequest::builder()
            .key_id(ring.key(KeySpec::SymmetricDefault))
            .key_pair_spec(spec)
            .build()
            .expect("a request");
        assert_nothing_found(&private_key, &format!("GenerateDataKeyPair {spec}"), || {
            let response = kms.generate_data_key_pair(&request).expect("a pair");
            let private = response.private_key_plaintext().expose();
            assert!(private.windows(32).any(|window| window == DATA_KEY));
        });
        assert_nothing_found(&private_key, &format!("WithoutPlaintext {spec}"), || {
            drop(kms.generate_data_key_pair_without_plaintext(&request));
        });
    }
}

#[test]
fn message_keys_are_not_freed_unwiped() {
    let ring = Ring::new();
    // The nonce is known, and so is the key that is derived with it.
    let kms = ring.kms.clone().with_random_source(Scripted::default());
    let key = ring.key(KeySpec::SymmetricDefault);
    let message_key = [Secret::new("message key", &message_key())];
    assert_nothing_found(&message_key, "Encrypt and Decrypt", || {
        let blob = encrypted(&kms, key, "SYMMETRIC_DEFAULT");
        let response = kms.decrypt(&decrypt(key, "SYMMETRIC_DEFAULT", &blob));
        assert!(response.is_ok());
    });
}

#[test]
fn symmetric_material_is_wiped_with_its_key() {
    let secrets = material();
    assert_nothing_found(&secrets, "given material", || {
        drop(NewKey::new(KeySpec::SymmetricDefault).symmetric_material(*MATERIAL));
        drop(ImportedMaterial::new(*MATERIAL));
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let key = NewKey::new(KeySpec::SymmetricDefault).symmetric_material(*MATERIAL);
        let key = keyring.create_key(key).expect("a key");
        let kms = Kms::new(keyring.clone());
        encrypted(&kms, key, "SYMMETRIC_DEFAULT");
        keyring.rotate_key_on_demand(key).expect("rotated");
        keyring.schedule_key_deletion(key, 7).expect("scheduled");
    });
    assert_nothing_found(&secrets, "generated material", || {
        let keyring = Keyring::builder("111122223333", "us-east-2")
            .random_source(Scripted::default())
            .build()
            .expect("a ring");
        let key = keyring
            .create_key(KeySpec::SymmetricDefault)
            .expect("a key");
        keyring.rotate_key_on_demand(key).expect("rotated");
    });
    assert_nothing_found(&secrets, "imported material", || {
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
        let key = keyring.create_key(external).expect("a key");
        let import = || keyring.import_key_material(key, ImportedMaterial::new(*MATERIAL));
        import().expect("imported");
        keyring
            .delete_imported_key_material(key, None)
            .expect("deleted");
        import().expect("imported again");
        keyring.schedule_key_deletion(key, 7).expect("scheduled");
        assert!(import().is_err());
    });
    assert_nothing_found(&secrets, "imported material of an HMAC key", || {
        drop(ImportedMaterial::mac_key(MATERIAL.as_slice()));
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let external = NewKey::from(KeySpec::Hmac256).origin(KeyOrigin::External);
        let key = keyring.create_key(external).expect("a key");
        let material = ImportedMaterial::mac_key(MATERIAL.as_slice());
        keyring
            .import_key_material(key, material)
            .expect("imported");
    });
    assert_nothing_found(&secrets, "material of another spec", || {
        let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let key = NewKey::from(KeySpec::Rsa2048).symmetric_material(*MATERIAL);
        assert!(keyring.create_key(key).is_err());
    });
}

#[test]
fn an_sm2_scalar_is_wiped_on_import_in_use_and_with_its_key() {
    let (pem, der, scalar) = sm2_scalar();
    let secrets = [
        Secret::new("scalar", &scalar),
        Secret::new(
            "PEM of the scalar",
            pem.lines().nth(1).expect("a line").as_bytes(),
        ),
    ];
    assert_nothing_found(&secrets, "PEM", || {
        let ring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
        let key = NewKey::from(KeySpec::Sm2).pkcs8_pem(pem);
        let key = ring.create_key(key).expect("a key");
        ring.public_key(key).expect("public");
        let kms = Kms::new(ring);
        let blob = encrypted(&kms, key, "SM2PKE");
        let response = kms.decrypt(&decrypt(key, "SM2PKE", &blob));
        assert!(response.is_ok());
    });
    assert_nothing_found(&secrets, "DER", || {
        let ring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
        let given = NewKey::from(KeySpec::Sm2).pkcs8_der(der.as_slice());
        ring.create_key(given).expect("a key");
        // Of another spec, cut off, and never used.
        let given = NewKey::from(KeySpec::Rsa2048).pkcs8_der(der.as_slice());
        assert!(ring.create_key(given).is_err());
        let given = NewKey::from(KeySpec::Sm2).pkcs8_der(&der[..der.len() - 1]);
        assert!(ring.create_key(given).is_err());
        drop(NewKey::from(KeySpec::Sm2).pkcs8_pem(pem));
    });
    assert_nothing_found(&secrets, "import", || {
        let ring = Keyring::new("111122223333", "cn-north-1").expect("a ring");
        let external = NewKey::from(KeySpec::Sm2).origin(KeyOrigin::External);
        let key = ring.create_key(external).expect("a key");
        for material in [
            ImportedMaterial::pkcs8_pem(pem),
            ImportedMaterial::pkcs8_der(der.as_slice()),
        ] {
            ring.import_key_material(key, material).expect("imported");
            ring.delete_imported_key_material(key, None)
                .expect("deleted");
        }
        let cut_off = ImportedMaterial::pkcs8_der(&der[..der.len() - 1]);
        assert!(ring.import_key_material(key, cut_off).is_err());
    });
    let wrapping = [Secret::new("scalar of a wrapping key", DATA_KEY)];
    assert_nothing_found(&wrapping, "a wrapping key", || {
        let ring = Keyring::builder("111122223333", "cn-north-1")
            .random_source(Scripted::default())
            .build()
            .expect("a ring");
        let external = NewKey::from(KeySpec::Sm2).origin(KeyOrigin::External);
        let key = ring.create_key(external).expect("a key");
        let (algorithm, spec) = (WrappingAlgorithm::Sm2Pke, WrappingKeySpec::Sm2);
        let parameters = ring
            .parameters_for_import(key, algorithm, spec)
            .expect("parameters");
        assert!(
            ring.unwrap_key_material(key, &parameters.import_token, b"no ciphertext")
                .is_err()
        );
    });
    let generated = [Secret::new("generated scalar", DATA_KEY)];
    assert_nothing_found(&generated, "a generated key", || {
        let ring = Keyring::builder("111122223333", "cn-north-1")
            .random_source(Scripted::default())
            .build()
            .expect("a ring");
        ring.create_key(KeySpec::Sm2).expect("a key");
    });
}

#[test]
fn a_private_exponent_of_rsa_is_wiped_on_import_in_use_and_with_its_key() {
    let (pem, numbers) = rsa_numbers();
    let secrets = [Secret::new("private exponent", &numbers.exponent)];
    assert_nothing_found(&secrets, "import and use", || {
        let ring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let key = ring.create_key(NewKey::from(KeySpec::Rsa2048).pkcs8_pem(pem));
        let key = key.expect("a key");
        ring.public_key(key).expect("public");
        let kms = Kms::new(ring.clone());
        for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
            let blob = encrypted(&kms, key, algorithm);
            let response = kms.decrypt(&decrypt(key, algorithm, &blob));
            assert!(response.is_ok());
        }
        let other = NewKey::from(KeySpec::Rsa4096).pkcs8_pem(pem);
        assert!(ring.create_key(other).is_err());
    });
}

#[test]
fn what_a_ring_lends_to_a_provider_is_wiped() {
    let ring = Ring::new();
    let expected = message_key();
    let nonces: [u8; 28] = [&NONCE[..], &[0; 12]]
        .concat()
        .try_into()
        .expect("28 bytes");
    let key = ring.key(KeySpec::SymmetricDefault);
    let message_key = [Secret::new("message key", &expected)];
    assert_nothing_found(&message_key, "a message key", || {
        ring.keyring.view_keys(|view| {
            let key = view.ring_key(&key).expect("a key");
            let material = key.current_material().expect("its material");
            let lent = |lent: &[u8; 32]| assert!(*lent == expected);
            material.with_message_key(&MessageNonces::from_bytes(&nonces), lent);
        });
    });
    let (_, numbers) = rsa_numbers();
    let (_, _, scalar) = sm2_scalar();
    for (spec, secret) in [
        (KeySpec::Rsa2048, &numbers.exponent),
        (KeySpec::Sm2, &scalar),
    ] {
        let key = ring.key(spec);
        let secrets = [Secret::new("private key", secret)];
        assert_nothing_found(&secrets, spec.as_str(), || {
            ring.keyring.view_keys(|view| {
                let pair = view.ring_key(&key).expect("a key").key_pair();
                let der = pair.expect("a pair").to_pkcs8_der().expect("its DER");
                assert!(der.windows(secret.len()).any(|window| window == secret));
            });
        });
    }
}

#[test]
fn padded_blocks_of_oaep_are_not_freed_unwiped_by_encryption() {
    let ring = Ring::new();
    let key = ring.key(KeySpec::Rsa2048);
    // The seed is the same every time, and so is the block.
    let kms = ring.kms.clone().with_random_source(Scripted::default());
    let blob = encrypted(&kms, key, "RSAES_OAEP_SHA_256");
    let [block, multiplied] = padded_block(&blob);
    let secrets = [
        Secret::new("padded block", &block),
        Secret::new("its Montgomery form", &multiplied),
    ];
    let mut again = Vec::new();
    assert_nothing_found(&secrets, "Encrypt", || {
        again = encrypted(&kms, key, "RSAES_OAEP_SHA_256");
    });
    assert_eq!(again, blob, "these are the secrets of another ciphertext");
}

// If one of these two fails, the `rsa` crate has improved: then say so in SECURITY.md and in `src/primitives/rsa_oaep.rs`.

#[test]
fn primes_of_rsa_stay_behind_as_documented() {
    let (pem, numbers) = rsa_numbers();
    let [p, q] = &numbers.primes;
    let secrets = [Secret::new("p", p), Secret::new("q", q)];
    let found = watch(&secrets, || {
        let ring = Keyring::new("111122223333", "us-east-2").expect("a ring");
        let key = ring.create_key(NewKey::from(KeySpec::Rsa2048).pkcs8_pem(pem));
        key.expect("a key");
    });
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn padded_blocks_of_oaep_stay_behind_as_documented() {
    let ring = Ring::new();
    let key = ring.key(KeySpec::Rsa2048);
    let blob = encrypted(&ring.kms, key, "RSAES_OAEP_SHA_256");
    let [block, multiplied] = padded_block(&blob);
    let secrets = [
        Secret::new("padded block", &block),
        Secret::new("its Montgomery form", &multiplied),
    ];
    let request = decrypt(key, "RSAES_OAEP_SHA_256", &blob);
    let found = watch(&secrets, || drop(ring.kms.decrypt(&request)));
    let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["its Montgomery form"]);
}

//! Pairs of data keys: what is in them, and that ReEncrypt moves their private keys.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::chinese_ring;
use kms_reencrypt::primitives::KeyPair;
use kms_reencrypt::{
    DataKeyPairSpec, DecryptRequest, GenerateDataKeyPairRequest, GetPublicKeyRequest, KeySpec,
    KeyUsage, Keyring, Kms, ReEncryptRequest,
};

/// The types of which this build makes pairs, but for the longer RSA keys, whose generation takes seconds.
fn specs() -> Vec<DataKeyPairSpec> {
    let mut specs = vec![DataKeyPairSpec::Rsa2048, DataKeyPairSpec::Sm2];
    if cfg!(feature = "data-key-pairs") {
        specs.extend([
            DataKeyPairSpec::EccNistP256,
            DataKeyPairSpec::EccNistP384,
            DataKeyPairSpec::EccNistP521,
            DataKeyPairSpec::EccSecgP256K1,
            DataKeyPairSpec::EccNistEdwards25519,
        ]);
    }
    specs
}

#[test]
fn a_private_key_is_the_one_of_its_public_key_and_re_encrypt_moves_it() {
    let keyring = chinese_ring();
    let [source, destination] =
        [(); 2].map(|()| keyring.create_key(KeySpec::SymmetricDefault).unwrap());
    let kms = Kms::new(keyring);
    for spec in specs() {
        let request = GenerateDataKeyPairRequest::builder()
            .key_id(source)
            .key_pair_spec(spec)
            .encryption_context("tenant", "blue")
            .build()
            .unwrap();
        let pair = kms.generate_data_key_pair(&request).unwrap();
        assert_eq!((pair.key_id(), pair.key_pair_spec()), (&source, spec));
        let private = pair.private_key_plaintext().expose();
        let read = KeyPair::from_pkcs8_der(spec.into(), private).unwrap();
        assert_eq!(read.public_key(), pair.public_key(), "{spec}");

        let blind = kms
            .generate_data_key_pair_without_plaintext(&request)
            .unwrap();
        assert_eq!(blind.key_material_id(), pair.key_material_id());
        assert_ne!(blind.public_key(), pair.public_key());

        for (blob, public) in [
            (pair.private_key_ciphertext_blob(), pair.public_key()),
            (blind.private_key_ciphertext_blob(), blind.public_key()),
        ] {
            let moved = ReEncryptRequest::builder()
                .ciphertext_blob(blob)
                .source_encryption_context("tenant", "blue")
                .destination_key_id(destination);
            let moved = kms.re_encrypt(&moved.build().unwrap()).unwrap();
            assert_eq!(moved.source_key_id(), &source);
            let opened = DecryptRequest::builder().ciphertext_blob(moved.into_ciphertext_blob());
            let opened = kms.decrypt(&opened.build().unwrap()).unwrap();
            let read = KeyPair::from_pkcs8_der(spec.into(), opened.plaintext().expose()).unwrap();
            assert_eq!(read.public_key(), public, "{spec}");
        }
    }
}

#[test]
fn a_kms_key_of_every_asymmetric_spec_has_a_public_key_or_says_why_not() {
    let keyring = chinese_ring();
    let kms = Kms::new(keyring.clone());
    let mut asked = 0;
    for spec in KeySpec::ALL {
        for usage in spec.key_usages() {
            // The others would take seconds: RSA keys of 2048 bits stand for them.
            if spec.modulus_len().is_some_and(|len| len > 256) {
                continue;
            }
            let new = kms_reencrypt::keyring::NewKey::new(*spec).key_usage(*usage);
            let key = keyring.create_key(new).unwrap();
            let request = GetPublicKeyRequest::builder().key_id(key).build().unwrap();
            let answer = kms.get_public_key(&request);
            assert_eq!(
                answer.clone().map(|answer| answer.public_key().to_vec()),
                keyring.public_key(key)
            );
            let is_curve = spec.as_str().starts_with("ECC_");
            let no_pair = match spec.as_str() {
                "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" => {
                    Some(String::new())
                }
                name if name.starts_with("ML_") => Some(format!(
                    "The public key of {key} is not here: kms-reencrypt has no key pairs of {name}."
                )),
                name if is_curve && cfg!(not(feature = "data-key-pairs")) => Some(format!(
                    "The public key of {key} is not here: this build of kms-reencrypt has no key pairs of {name}. \
                     Its feature data-key-pairs adds them."
                )),
                _ => None,
            };
            match (answer, no_pair) {
                (Ok(answer), None) => {
                    asked += 1;
                    assert_eq!((answer.key_spec(), answer.key_usage()), (*spec, *usage));
                    let lists = [
                        answer.encryption_algorithms().is_empty(),
                        answer.signing_algorithms().is_empty(),
                        answer.key_agreement_algorithms().is_empty(),
                    ];
                    assert_eq!(lists.iter().filter(|empty| !**empty).count(), 1, "{spec}");
                }
                (Err(error), Some(message)) => {
                    assert_eq!(error.code(), "UnsupportedOperationException");
                    assert_eq!(error.to_string(), message);
                }
                (answer, _) => panic!("{spec} {usage}: {answer:?}"),
            }
        }
    }
    // RSA with two usages, SM2 with three; P256, P384 and P521 with two each, and two curves that only sign.
    let curves = if cfg!(feature = "data-key-pairs") {
        8
    } else {
        0
    };
    assert_eq!(asked, 5 + curves);
}

#[test]
fn a_pair_that_is_asked_for_late_stays_the_same_in_every_region() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let signing = kms_reencrypt::keyring::NewKey::new(KeySpec::Rsa2048)
        .key_usage(KeyUsage::SignVerify)
        .multi_region(true);
    let key = keyring.create_key(signing).unwrap();
    let replica = keyring.replicate_key(key, "eu-west-1").unwrap();
    keyring.disable_key(key).unwrap();
    let first = keyring.public_key(key).unwrap();
    assert_eq!(keyring.public_key(key).unwrap(), first);
    assert_eq!(
        keyring
            .in_region(*replica.region())
            .public_key(replica)
            .unwrap(),
        first
    );
}

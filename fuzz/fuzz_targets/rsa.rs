//! An RSA ciphertext opens if and only if the block in it is well-formed OAEP with a message in it.
//!
//! The fuzzer writes the block before it is masked and encrypted: otherwise it would never get past the first check.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use kms_reencrypt::{
    DecryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms, KmsError, keyring::NewKey,
};
use kms_reencrypt_fuzz::fixed_pem;
use libfuzzer_sys::fuzz_target;
use rsa::hazmat::rsa_encrypt;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{BoxedUint, PrivateKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const LEN: usize = 256;

static KMS: LazyLock<(KeyArn, Kms<Keyring>)> = LazyLock::new(|| {
    let keyring = Keyring::new("111122223333", "us-east-2").expect("a ring");
    let key = NewKey::from(KeySpec::Rsa2048).pkcs8_pem(fixed_pem(KeySpec::Rsa2048));
    (keyring.create_key(key).expect("a key"), Kms::new(keyring))
});

static PUBLIC: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::from_pkcs8_pem(fixed_pem(KeySpec::Rsa2048)).expect("a key"));

#[derive(Arbitrary, Debug)]
enum Input {
    Ciphertext(Vec<u8>),
    Block {
        sha_256: bool,
        first: u8,
        label: Option<Vec<u8>>,
        zeros: u8,
        padded: Vec<u8>,
    },
}

fn decrypt(algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> Result<Vec<u8>, KmsError> {
    let (key, kms) = &*KMS;
    let request = DecryptRequest::builder()
        .key_id(*key)
        .encryption_algorithm(algorithm)
        .ciphertext_blob(ciphertext);
    let response = kms.decrypt(&request.build()?)?;
    Ok(response.plaintext().expose().to_vec())
}

fn mask<D: Digest>(target: &mut [u8], seed: &[u8]) {
    let stream = (0_u32..).flat_map(|counter| {
        D::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
            .finalize()
    });
    target
        .iter_mut()
        .zip(stream)
        .for_each(|(octet, mask)| *octet ^= mask);
}

/// A data block with this padding, filled up with zeros, masked under a seed of sevens.
fn block<D: Digest>(
    first: u8,
    label: &Option<Vec<u8>>,
    zeros: u8,
    padded: &[u8],
) -> (Vec<u8>, Option<Vec<u8>>) {
    let hash_len = <D as Digest>::output_size();
    let label_hash = D::digest(label.as_deref().unwrap_or_default());
    let mut data = label_hash.to_vec();
    data.extend(vec![0; zeros.into()]);
    data.extend(padded);
    data.resize(LEN - 1 - hash_len, 0);

    let rest = &data[hash_len..];
    let separator = rest
        .iter()
        .position(|octet| *octet != 0)
        .filter(|at| rest[*at] == 1);
    let message = separator.map(|at| rest[at + 1..].to_vec());
    let plain_label = label.as_ref().is_none_or(Vec::is_empty);
    let message = message.filter(|message| !message.is_empty() && plain_label && first == 0);

    let mut seed = vec![7; hash_len];
    mask::<D>(&mut data, &seed);
    mask::<D>(&mut seed, &data);
    ([&[first][..], &seed, &data].concat(), message)
}

fuzz_target!(|input: Input| {
    match input {
        Input::Ciphertext(bytes) => {
            for algorithm in EncryptionAlgorithm::ALL {
                assert!(decrypt(*algorithm, &bytes).is_err());
            }
        }
        Input::Block {
            sha_256,
            first,
            label,
            zeros,
            padded,
        } => {
            let (algorithm, (block, message)) = if sha_256 {
                let block = block::<Sha256>(first, &label, zeros, &padded);
                (EncryptionAlgorithm::RsaesOaepSha256, block)
            } else {
                let block = block::<Sha1>(first, &label, zeros, &padded);
                (EncryptionAlgorithm::RsaesOaepSha1, block)
            };
            let number = BoxedUint::from_be_slice(&block, 2048).expect("2048 bits");
            // A block that is not less than the modulus has no ciphertext.
            let Ok(ciphertext) = rsa_encrypt(&*PUBLIC, &number) else {
                return;
            };
            let answer = decrypt(algorithm, &ciphertext.to_be_bytes());
            assert_eq!(answer, message.ok_or(KmsError::InvalidCiphertext));
        }
    }
});

//! Measures whether the time of a refusal reveals why a ciphertext was refused. It uses the method of dudect (Reparaz,
//! Balasch, Verbauwhede 2017): two classes of wrong ciphertexts in random order, and Welch's t-test over the times of
//! both.
//!
//! `cargo run --release --example timing [ROUNDS]`, on a quiet machine. A |t| that stays below 4.5 shows no difference;
//! one that grows with the number of rounds beyond 10 is a leak. The program reports the result and asserts nothing,
//! since machines are noisy.

use core::error::Error;
use core::hint::black_box;
use std::time::Instant;

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::random::{OsRandom, RandomSource};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyArn, KeySpec, Keyring, Kms, KmsError,
};
use rsa::hazmat::rsa_encrypt;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{BoxedUint, PrivateKey};
use sha2::{Digest, Sha256};

/// The fixed key of the tests.
const RSA_PEM: &str = include_str!("../src/testing/keys/rsa_2048.pem");
const SM2_PEM: &str = include_str!("../src/testing/keys/sm2.pem");
const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaesOaepSha256;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let rounds = std::env::args().nth(1).map_or(Ok(1), |text| text.parse())?;
    let keyring = Keyring::new("111122223333", "cn-north-1")?;
    let symmetric = keyring.create_key(KeySpec::SymmetricDefault)?;
    let rsa = keyring.create_key(NewKey::from(KeySpec::Rsa2048).pkcs8_pem(RSA_PEM))?;
    let sm2 = keyring.create_key(NewKey::from(KeySpec::Sm2).pkcs8_pem(SM2_PEM))?;
    let kms = Kms::new(keyring);

    println!("{:<62} {:>9} {:>9} {:>8}", "", "µs", "µs", "max |t|");
    let blocks = |wrong| {
        (0..200)
            .map(|_| oaep_ciphertext(wrong))
            .collect::<Result<Vec<_>, _>>()
    };
    for (what, one, other) in [
        (
            "OAEP: the first octet, or the last of the padding",
            Wrong::FirstOctet,
            Wrong::LastOfPadding,
        ),
        (
            "OAEP: the label's hash, or the last of the padding",
            Wrong::Label,
            Wrong::LastOfPadding,
        ),
        (
            "OAEP: the first or the last of the padding",
            Wrong::FirstOfPadding,
            Wrong::LastOfPadding,
        ),
        (
            "OAEP: the same twice, for comparison",
            Wrong::Label,
            Wrong::Label,
        ),
    ] {
        let classes = [blocks(one)?, blocks(other)?];
        report(what, &kms, (rsa, OAEP), &classes, 3_000 * rounds)?;
    }

    let default = EncryptionAlgorithm::SymmetricDefault;
    let blob = sealed(&kms, symmetric, default)?;
    let tag = blob.len() - 16;
    for (what, one, other) in [
        (
            "AES-GCM: the first or the last octet of the tag",
            tag,
            tag + 15,
        ),
        ("AES-GCM: the same twice, for comparison", tag, tag),
    ] {
        let classes = [vec![changed(&blob, one)], vec![changed(&blob, other)]];
        report(what, &kms, (symmetric, default), &classes, 200_000 * rounds)?;
    }

    let sm2pke = EncryptionAlgorithm::Sm2Pke;
    let ciphertext = sealed(&kms, sm2, sm2pke)?;
    // C3 comes before C2: 32 octets, and then the two octets of C2's header.
    let c2 = ciphertext.len() - PLAINTEXT.len();
    let (first, last) = (c2 - 2 - 32, c2 - 2 - 1);
    let classes = [
        vec![changed(&ciphertext, first)],
        vec![changed(&ciphertext, last)],
    ];
    report(
        "SM2: the first or the last octet of C3",
        &kms,
        (sm2, sm2pke),
        &classes,
        10_000 * rounds,
    )
}

const PLAINTEXT: &[u8] = b"attack at dawn";

fn sealed(
    kms: &Kms<Keyring>,
    key: KeyArn,
    algorithm: EncryptionAlgorithm,
) -> Result<Vec<u8>, KmsError> {
    let request = EncryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(algorithm)
        .plaintext(PLAINTEXT)
        .build()?;
    Ok(kms.encrypt(&request)?.into_ciphertext_blob())
}

fn changed(ciphertext: &[u8], at: usize) -> Vec<u8> {
    let mut ciphertext = ciphertext.to_vec();
    if let Some(octet) = ciphertext.get_mut(at) {
        *octet ^= 0x55;
    }
    ciphertext
}

/// The fault of a block.
#[derive(Clone, Copy)]
enum Wrong {
    FirstOctet,
    Label,
    FirstOfPadding,
    LastOfPadding,
}

/// A ciphertext under the RSA key whose block has one fault.
fn oaep_ciphertext(wrong: Wrong) -> Result<Vec<u8>, Failure> {
    let key = PrivateKey::from_pkcs8_pem(RSA_PEM)?;
    let label_hash = Sha256::digest([]);
    let mut data = [
        &label_hash[..],
        &[0; 255 - 64 - 1 - PLAINTEXT.len()],
        &[1],
        PLAINTEXT,
    ]
    .concat();
    let wrong_at = match wrong {
        Wrong::FirstOctet => None,
        Wrong::Label => Some(0),
        Wrong::FirstOfPadding => Some(32),
        Wrong::LastOfPadding => Some(data.len() - PLAINTEXT.len() - 2),
    };
    if let Some(octet) = wrong_at.and_then(|at| data.get_mut(at)) {
        *octet ^= 0x80;
    }
    let mut seed = [0; 32];
    OsRandom.fill(&mut seed)?;
    mask(&mut data, &seed);
    mask(&mut seed, &data);
    let first = [u8::from(wrong_at.is_none())];
    let block = [&first[..], &seed, &data].concat();
    let number = BoxedUint::from_be_slice(&block, 2048)?;
    Ok(rsa_encrypt(&key, &number)?.to_be_bytes().into_vec())
}

/// MGF1 with SHA-256.
fn mask(target: &mut [u8], seed: &[u8]) {
    for (counter, chunk) in (0_u32..).zip(target.chunks_mut(32)) {
        let hash = Sha256::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes());
        for (octet, mask) in chunk.iter_mut().zip(hash.finalize()) {
            *octet ^= mask;
        }
    }
}

/// Measures both classes in random order and prints how different they are.
fn report(
    what: &str,
    kms: &Kms<Keyring>,
    (key, algorithm): (KeyArn, EncryptionAlgorithm),
    classes: &[Vec<Vec<u8>>; 2],
    measurements: usize,
) -> Result<(), Failure> {
    let [one, other] = classes;
    let (mut one, mut other) = (one.iter().cycle(), other.iter().cycle());
    let mut times = [Vec::new(), Vec::new()];
    let mut order = vec![0; measurements];
    OsRandom.fill(&mut order)?;
    for draw in order {
        let first = draw & 1 == 0;
        let ciphertext = if first { one.next() } else { other.next() };
        // Created each time in the same place: the address of a request affects its time more than its content does.
        let request = DecryptRequest::builder()
            .key_id(key)
            .encryption_algorithm(algorithm)
            .ciphertext_blob(ciphertext.ok_or("a class without ciphertexts")?.as_slice())
            .build()?;
        let start = Instant::now();
        let answer = black_box(kms.decrypt(black_box(&request)));
        let time = start.elapsed().as_secs_f64() * 1e6;
        if !matches!(answer, Err(KmsError::InvalidCiphertext)) {
            return Err("a ciphertext was not refused".into());
        }
        let [ones, others] = &mut times;
        if first {
            ones.push(time)
        } else {
            others.push(time)
        }
    }

    // Interrupts cause the longest times, so the test is repeated without them, for cut-offs from half of all times
    // upwards.
    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let [ones, others] = &times;
    let t = [50, 75, 90, 95, 99, 100].map(|percent| {
        let limit = all.get((all.len() * percent / 100).saturating_sub(1));
        let limit = limit.copied().unwrap_or(f64::MAX);
        let below = |times: &[f64]| Moments::of(times.iter().filter(|time| **time <= limit));
        below(ones).t(&below(others)).abs()
    });
    let t = t.into_iter().fold(0.0, f64::max);
    let mean = |times: &[f64]| Moments::of(times.iter()).mean;
    println!(
        "{what:<62} {:>9.3} {:>9.3} {t:>8.2}",
        mean(ones),
        mean(others)
    );
    Ok(())
}

/// Count, mean and the sum of squared deviations (Welford).
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of<'a>(times: impl Iterator<Item = &'a f64>) -> Self {
        times.fold(
            Self::default(),
            |Self {
                 count,
                 mean,
                 squares,
             },
             time| {
                let count = count + 1.0;
                let deviation = time - mean;
                let mean = mean + deviation / count;
                let squares = squares + deviation * (time - mean);
                Self {
                    count,
                    mean,
                    squares,
                }
            },
        )
    }

    /// Welch's t.
    fn t(&self, other: &Self) -> f64 {
        let variance_of_mean = |of: &Self| of.squares / (of.count - 1.0) / of.count;
        (self.mean - other.mean) / (variance_of_mean(self) + variance_of_mean(other)).sqrt()
    }
}

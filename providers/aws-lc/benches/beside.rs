//! AWS-LC's keys beside bare aws-lc-rs, and beside the ring's own arithmetic, each measured in turns.

use core::hint::black_box;

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, SamplingMode};
use kms_reencrypt::primitives::{KeyPair, SymmetricMaterial};
use kms_reencrypt::provider::{KeyProvider, MessageNonces};
use kms_reencrypt::random::{OsRandom, Random};
use kms_reencrypt::{
    EncryptionAlgorithm, KeyArn, KeySpec, Kms, ReEncryptRequest, ReEncryptRequestBuilder,
};
use kms_reencrypt_aws_lc::AwsLc;
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};
use kms_reencrypt_benches::ring;

const RSA_SPECS: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];

const ALGORITHM: EncryptionAlgorithm = EncryptionAlgorithm::RsaesOaepSha256;

/// The length of a data key.
const LEN: usize = 32;

type Group<'c> = BenchmarkGroup<'c, WallTime>;

fn main() {
    let mut criterion = criterion();
    let mut group = criterion.benchmark_group("aws-lc");
    group.sampling_mode(SamplingMode::Flat);
    let bare = against_bare(&mut group);
    let own = against_own(&mut group);
    let derivation = derivation(&mut group);
    group.finish();
    criterion.final_summary();
    bare.finish("aws-lc, bare");
    own.finish("aws-lc, own");
    derivation.finish("aws-lc, derivation");
}

/// The private operation of a key, and a whole ReEncrypt from it, against aws-lc-rs alone.
fn against_bare(group: &mut Group<'_>) -> Ratios {
    let mut ratios = Ratios::to("RSAES-OAEP decryption by bare aws-lc-rs");
    let keyring = ring::ring();
    let symmetric = ring::symmetric(&keyring);
    let own = Kms::new(keyring.clone());
    let provider = AwsLc::over(keyring.clone());
    let kms = Kms::new(provider.clone());
    for spec in RSA_SPECS {
        let key = ring::asymmetric(&keyring, spec);
        let ciphertext = ring::encrypted(&own, key, "RSAES_OAEP_SHA_256", LEN, 0);
        let bare = bare(spec);
        let mut buffer = vec![0; bare.min_output_size()];
        let mut reference = || {
            let opened = bare.decrypt(
                &OAEP_SHA256_MGF1SHA256,
                black_box(&ciphertext),
                &mut buffer,
                None,
            );
            black_box(opened.expect("it opens"));
        };
        ratios.measure(
            group,
            &format!("Decrypt by a key of {spec}"),
            Some(Target::AtMost(1.05)),
            || decrypt(&provider, &key, &ciphertext),
            &mut reference,
        );
        let request = from_rsa(&ciphertext, key, symmetric);
        ratios.measure(
            group,
            &format!("ReEncrypt from {spec} to symmetric"),
            Some(Target::AtMost(1.05)),
            || re_encrypt(&kms, &request),
            &mut reference,
        );
    }
    ratios
}

/// A ReEncrypt against the same over the ring itself.
fn against_own(group: &mut Group<'_>) -> Ratios {
    let mut ratios = Ratios::to("the same ReEncrypt by the ring's own arithmetic");
    let keyring = ring::ring();
    let (source, destination) = (ring::symmetric(&keyring), ring::symmetric(&keyring));
    let own = Kms::new(keyring.clone());
    let kms = Kms::new(AwsLc::over(keyring.clone()));
    let seeding = Kms::new(AwsLc::over(keyring.clone()).with_aws_lc_seeds());
    for len in [32, 1024, 4096] {
        let request = ring::symmetric_request(&own, source, destination, len, 2);
        let request = request.build().expect("a request");
        let target = (len == 4096).then_some(Target::AtMost(0.7));
        ratios.measure(
            group,
            &format!("symmetric, {len} bytes"),
            target,
            || re_encrypt(&kms, &request),
            || re_encrypt(&own, &request),
        );
    }
    for spec in RSA_SPECS {
        let key = ring::asymmetric(&keyring, spec);
        let ciphertext = ring::encrypted(&own, key, "RSAES_OAEP_SHA_256", LEN, 0);
        let from = from_rsa(&ciphertext, key, source);
        ratios.measure(
            group,
            &format!("{spec} to symmetric, {LEN} bytes"),
            None,
            || re_encrypt(&kms, &from),
            || re_encrypt(&own, &from),
        );
        let to = ring::symmetric_request(&own, source, key, LEN, 0);
        let to = without_context(to).build().expect("a request");
        for (kms, seeds) in [(&kms, ""), (&seeding, ", seeds of AWS-LC")] {
            ratios.measure(
                group,
                &format!("symmetric to {spec}, {LEN} bytes{seeds}"),
                None,
                || re_encrypt(kms, &to),
                || re_encrypt(&own, &to),
            );
        }
    }
    ratios
}

/// The key of a message as the library derives it, against HMAC-SHA-256 of aws-lc-rs over a kept state.
fn derivation(group: &mut Group<'_>) -> Ratios {
    let mut ratios = Ratios::to("HMAC-SHA-256 of aws-lc-rs with a kept state");
    let key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse();
    let material = SymmetricMaterial::new(&key_id.expect("a key id"), &[7; 32]);
    let nonces = MessageNonces::from_bytes(&[1; 28]);
    let mut kept = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]));
    kept.update(b"\0\0\0\x01kms-reencrypt:SYMMETRIC_DEFAULT\0");
    ratios.measure(
        group,
        "the key of a message",
        None,
        || {
            material.with_message_key(black_box(&nonces), |key| {
                black_box(key);
            });
        },
        || {
            let mut state = kept.clone();
            state.update(black_box(&nonces.derivation));
            state.update(&[0, 0, 1, 0]);
            black_box(state.sign());
        },
    );
    ratios
}

fn bare(spec: KeySpec) -> OaepPrivateDecryptingKey {
    let pair = KeyPair::from_pkcs8_pem(spec, ring::fixed_pem(spec)).expect("a fixed key");
    let der = pair.to_pkcs8_der().expect("it can be encoded");
    let key = PrivateDecryptingKey::from_pkcs8(&der).expect("a fixed key");
    OaepPrivateDecryptingKey::new(key).expect("a fixed key")
}

fn decrypt(provider: &AwsLc, key: &KeyArn, ciphertext: &[u8]) {
    let viewed = provider.view(&mut |view| {
        let key = view.key(key).expect("it is there");
        let opened = key.decrypt(ALGORITHM, black_box(ciphertext), Random::new(&OsRandom));
        drop(black_box(opened.expect("it opens")));
    });
    viewed.expect("a ring has a view");
}

fn re_encrypt<P: KeyProvider>(kms: &Kms<P>, request: &ReEncryptRequest) {
    drop(black_box(
        kms.re_encrypt(black_box(request)).expect("it is allowed"),
    ));
}

fn from_rsa(ciphertext: &[u8], source: KeyArn, destination: KeyArn) -> ReEncryptRequest {
    ReEncryptRequest::builder()
        .ciphertext_blob(ciphertext)
        .source_key_id(source)
        .source_encryption_algorithm(ALGORITHM)
        .destination_key_id(destination)
        .build()
        .expect("a request")
}

/// RSA keys take no context, and need their algorithm.
fn without_context(request: ReEncryptRequestBuilder) -> ReEncryptRequestBuilder {
    request
        .set_destination_encryption_context(None)
        .destination_encryption_algorithm(ALGORITHM)
}

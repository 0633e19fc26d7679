//! ReEncrypt to and from RSA and SM2 keys, against the bare operations of the `rsa` and `sm2` crates: exponentiation or
//! scalar multiplication on one side, the symmetric floor on the other.

use core::hint::black_box;

use criterion::SamplingMode;
use kms_reencrypt::{KeyArn, KeySpec, Keyring, Kms, ReEncryptRequest};
use kms_reencrypt_benches::floor::{Floor, RsaFloor, Sm2Floor};
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};
use kms_reencrypt_benches::ring;

const ALGORITHMS: [(KeySpec, &str); 4] = [
    (KeySpec::Rsa2048, "RSAES_OAEP_SHA_256"),
    (KeySpec::Rsa3072, "RSAES_OAEP_SHA_256"),
    (KeySpec::Rsa4096, "RSAES_OAEP_SHA_256"),
    (KeySpec::Sm2, "SM2PKE"),
];

/// The length of a data key.
const LEN: usize = 32;

fn main() {
    let ring = ring::ring();
    let symmetric = ring::symmetric(&ring);
    let keys = ALGORITHMS.map(|(spec, _)| ring::asymmetric(&ring, spec));
    let kms = Kms::new(ring);
    let mut criterion = criterion();
    let mut ratios = Ratios::to(
        "the bare operation of the `rsa` or `sm2` crate, and half of the symmetric cryptography",
    );
    let mut group = criterion.benchmark_group("asymmetric");
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    for ((spec, algorithm), key) in ALGORITHMS.into_iter().zip(keys) {
        let (mut public, mut private) = bare(spec);
        let to = request(&kms, (symmetric, "SYMMETRIC_DEFAULT"), (key, algorithm));
        let from = request(&kms, (key, algorithm), (symmetric, "SYMMETRIC_DEFAULT"));
        let mut re_encrypt = |name: &str, request: &ReEncryptRequest, floor: &mut dyn FnMut()| {
            ratios.measure(
                &mut group,
                name,
                Some(Target::AtMost(1.02)),
                || {
                    drop(black_box(
                        kms.re_encrypt(black_box(request)).expect("it is allowed"),
                    ))
                },
                floor,
            );
        };
        let (mut opening, mut sealing) = (Floor::new(LEN, 0), Floor::new(LEN, 0));
        re_encrypt(&format!("symmetric to {spec}"), &to, &mut || {
            opening.open_first();
            public();
        });
        re_encrypt(&format!("{spec} to symmetric"), &from, &mut || {
            private();
            sealing.seal();
        });
    }
    group.finish();
    criterion.final_summary();
    ratios.finish("asymmetric");
}

/// One bare operation.
type Operation = Box<dyn FnMut()>;

/// The public and the private operation of the fixed key of a spec.
fn bare(spec: KeySpec) -> (Operation, Operation) {
    let pem = ring::fixed_pem(spec);
    if spec == KeySpec::Sm2 {
        let floor = Sm2Floor::new(pem);
        let same = floor.clone();
        return (
            Box::new(move || floor.public()),
            Box::new(move || same.private()),
        );
    }
    let floor = RsaFloor::new(pem);
    let same = floor.clone();
    (
        Box::new(move || floor.public()),
        Box::new(move || same.private()),
    )
}

fn request(
    kms: &Kms<Keyring>,
    (source, source_algorithm): (KeyArn, &str),
    (destination, destination_algorithm): (KeyArn, &str),
) -> ReEncryptRequest {
    ReEncryptRequest::builder()
        .ciphertext_blob(ring::encrypted(kms, source, source_algorithm, LEN, 0))
        .source_key_id(source)
        .source_encryption_algorithm(source_algorithm)
        .destination_key_id(destination)
        .destination_encryption_algorithm(destination_algorithm)
        .build()
        .expect("a request")
}

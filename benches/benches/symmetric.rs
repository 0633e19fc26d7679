//! ReEncrypt from one symmetric key to another, against the bare cryptography of it.

use core::hint::black_box;

use kms_reencrypt::Kms;
use kms_reencrypt_benches::floor::Floor;
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};
use kms_reencrypt_benches::ring;

fn main() {
    let ring = ring::ring();
    let (source, destination) = (ring::symmetric(&ring), ring::symmetric(&ring));
    let kms = Kms::new(ring);
    let mut criterion = criterion();
    for by in ["blob", "SourceKeyId"] {
        let mut ratios = Ratios::to("the bare cryptography");
        let mut group = criterion.benchmark_group(format!("symmetric by {by}"));
        for pairs in [0, 2, 10] {
            for len in [16, 32, 256, 1024, 4096] {
                let request = ring::symmetric_request(&kms, source, destination, len, pairs);
                let request = match by {
                    "blob" => request,
                    _ => request.source_key_id(source),
                };
                let request = request.build().expect("a request");
                let mut floor = Floor::new(len, ring::context_len(pairs));
                ratios.measure(
                    &mut group,
                    &format!("{len} bytes, {pairs} pairs"),
                    target(len, pairs),
                    || {
                        drop(black_box(
                            kms.re_encrypt(black_box(&request)).expect("it is allowed"),
                        ))
                    },
                    || floor.re_encrypt(),
                );
            }
        }
        group.finish();
        ratios.finish(&format!("symmetric by {by}"));
    }
    criterion.final_summary();
}

/// The targets are for what most requests are: a data key or a page of data, without a context or with a small one.
fn target(len: usize, pairs: usize) -> Option<Target> {
    match (len, pairs) {
        (32, 0 | 2) => Some(Target::AtMost(1.15)),
        (4096, 0 | 2) => Some(Target::AtMost(1.04)),
        _ => None,
    }
}

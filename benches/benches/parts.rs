//! The parts of a ReEncrypt that are not cryptography, each alone, against the whole cryptography of 32 bytes.

use core::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::blob::CiphertextBlob;
use kms_reencrypt::{KeyArn, Kms, ReEncryptRequest};
use kms_reencrypt_benches::floor::Floor;
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};
use kms_reencrypt_benches::ring;

/// The length of a data key. Its blob has 184 bytes.
const LEN: usize = 32;

fn main() {
    let ring = ring::ring();
    let (source, destination) = (ring::symmetric(&ring), ring::symmetric(&ring));
    let kms = Kms::new(ring);
    let bytes = ring::encrypted(&kms, source, "SYMMETRIC_DEFAULT", LEN, 0);
    let mut floor = Floor::new(LEN, 0);
    let mut criterion = criterion();
    let mut ratios = Ratios::to("the bare cryptography of a ReEncrypt of 32 bytes");
    let mut group = criterion.benchmark_group("parts");
    let mut measure = |name: &str, target, subject: &mut dyn FnMut()| {
        ratios.measure(&mut group, name, target, subject, || floor.re_encrypt());
    };
    measure(
        "parse a blob of 184 bytes",
        Some(Target::AtMost(0.08)),
        &mut || {
            black_box(CiphertextBlob::parse(black_box(&bytes)).is_ok());
        },
    );
    for pairs in [0, 2, 10] {
        let context = ring::context(pairs);
        let name = format!("build a request, {pairs} pairs");
        measure(&name, None, &mut || {
            black_box(request(&bytes, destination, &context));
        });
    }
    json(&kms, &bytes, destination, &mut measure);
    group.finish();
    criterion.final_summary();
    ratios.finish("parts");
}

fn request(blob: &[u8], destination: KeyArn, context: &[(String, String)]) -> ReEncryptRequest {
    let context = Some(context.iter().cloned().collect());
    ReEncryptRequest::builder()
        .ciphertext_blob(black_box(blob))
        .destination_key_id(black_box(destination))
        .set_source_encryption_context(context)
        .build()
        .expect("a request")
}

/// The same ReEncrypt as JSON in and JSON out. Subtract the call itself to see what JSON costs.
fn json(
    kms: &Kms<kms_reencrypt::Keyring>,
    blob: &[u8],
    destination: KeyArn,
    measure: &mut impl FnMut(&str, Option<Target>, &mut dyn FnMut()),
) {
    let service = kms.service();
    let body = serde_json::json!({
        "CiphertextBlob": BASE64_STANDARD.encode(blob),
        "DestinationKeyId": destination.to_string(),
    });
    let body = body.to_string();
    measure("the whole call, JSON in and out", None, &mut || {
        let answer = service.call("TrentService.ReEncrypt", black_box(body.as_bytes()));
        assert_eq!(black_box(answer).status(), 200);
    });
    let built = request(blob, destination, &[]);
    measure("the whole call, without JSON", None, &mut || {
        drop(black_box(
            kms.re_encrypt(black_box(&built)).expect("it is allowed"),
        ));
    });
}

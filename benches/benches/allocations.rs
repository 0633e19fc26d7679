//! The allocations of a ReEncrypt once its request is built, and of all calls as JSON in and out: counted, not timed.

use allocation_counter::AllocationInfo;
use kms_reencrypt::Kms;
use kms_reencrypt_benches::calls::calls;
use kms_reencrypt_benches::ratio::{Ratios, Row, Target};
use kms_reencrypt_benches::ring;

fn main() {
    let ring = ring::ring();
    let (source, destination) = (ring::symmetric(&ring), ring::symmetric(&ring));
    let kms = Kms::new(ring);
    let mut counts = Ratios::to("one allocation");
    let mut bytes = Ratios::to("the length of the new blob");
    for pairs in [0, 2, 10] {
        for len in [16, 32, 256, 1024, 4096] {
            let request = ring::symmetric_request(&kms, source, destination, len, pairs);
            let request = request.build().expect("a request");
            let mut blob_len = 0;
            // The first call of a thread allocates what the thread keeps.
            let AllocationInfo {
                count_total,
                bytes_total,
                ..
            } = (0..2)
                .map(|_| {
                    allocation_counter::measure(|| {
                        let response = kms.re_encrypt(&request).expect("it is allowed");
                        blob_len = response.ciphertext_blob().len();
                    })
                })
                .last()
                .expect("two calls");
            let name = format!("{len} bytes, {pairs} pairs");
            counts
                .rows
                .push(row(&name, count_total, "allocation a call", 1, 2.0));
            bytes
                .rows
                .push(row(&name, bytes_total, "bytes", blob_len, 1.5));
        }
    }
    counts.finish("allocations");
    bytes.finish("allocated bytes");
    let mut wire = Ratios::to("one allocation");
    for mut call in calls() {
        let name = call.name();
        // The first call of a thread allocates what the thread keeps.
        (call.wire)();
        let count = allocation_counter::measure(call.wire).count_total;
        wire.rows
            .push(row(&name, count, "allocations a call", 1, 8.0));
    }
    wire.finish("wire, allocations");
}

fn row(name: &str, amount: u64, unit: &str, reference: usize, most: f64) -> Row {
    let number = |number: u64| f64::from(u32::try_from(number).expect("a small number"));
    let amount = number(amount);
    Row {
        name: name.to_owned(),
        amount,
        unit: unit.to_owned(),
        ratio: amount / number(reference.try_into().expect("a small number")),
        target: Some(Target::AtMost(most)),
    }
}

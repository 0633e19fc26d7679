//! A symmetric ReEncrypt allocates almost nothing once its request is built.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::{AllocationInfo, measure};
use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms, ReEncryptRequest};

/// The allocations of one ReEncrypt, and the length of its blob.
fn taken(len: usize, pairs: usize) -> (AllocationInfo, u64) {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let source = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let destination = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    let context = || Some((0..pairs).map(|pair| (format!("pair {pair}"), "a value".repeat(10))));
    let encrypt = EncryptRequest::builder()
        .key_id(source)
        .plaintext(vec![7; len])
        .set_encryption_context(context().map(Iterator::collect))
        .build()
        .unwrap();
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(kms.encrypt(&encrypt).unwrap().into_ciphertext_blob())
        .set_source_encryption_context(context().map(Iterator::collect))
        .destination_key_id(destination)
        .set_destination_encryption_context(context().map(Iterator::collect))
        .build()
        .unwrap();
    // The first call of a thread allocates what the thread keeps.
    let response = kms.re_encrypt(&request).unwrap();
    let taken = measure(|| drop(kms.re_encrypt(&request).unwrap()));
    (
        taken,
        u64::try_from(response.ciphertext_blob().len()).unwrap(),
    )
}

#[test]
fn a_re_encrypt_allocates_at_most_twice_and_little_more_than_its_blob() {
    for len in [1, 16, 32, 256, 1024, 4096] {
        for pairs in [0, 2, 10, 80] {
            let (taken, blob) = taken(len, pairs);
            let AllocationInfo {
                count_total,
                bytes_total,
                count_current,
                ..
            } = taken;
            let what = format!("{len} bytes, {pairs} pairs: {count_total} for {bytes_total} bytes");
            assert!((1..=2).contains(&count_total), "{what}");
            assert!(
                (blob..=blob * 3 / 2).contains(&bytes_total),
                "{what} of {blob}"
            );
            assert_eq!(count_current, 0, "{what}");
        }
    }
}

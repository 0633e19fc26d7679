//! A blob that parses has exactly one encoding: rewritten from its parts, it has the same bytes.
#![no_main]

use kms_reencrypt::blob::CiphertextBlob;
use kms_reencrypt_fuzz::{Envelope, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let inspection = CiphertextBlob::inspect(data);
    assert_eq!(inspection.len, data.len());
    assert!(!inspection.to_string().is_empty());
    if let Ok(blob) = CiphertextBlob::parse(data) {
        assert!(data.starts_with(blob.header()));
        assert!(data.ends_with(&[blob.ciphertext(), blob.tag()].concat()));
        let parts = Envelope::of(data).expect("it has parsed");
        assert!(parts.is_well_formed());
        assert_eq!(parts.to_bytes(), data);
    }
});

//! The scanner finds secrets in freed memory.

use kms_reencrypt_secrets::{Scanner, Secret, watch};

#[global_allocator]
static ALLOCATOR: Scanner = Scanner;

const SECRET: &[u8; 32] = b"0123456789 a secret of 32 bytes.";

#[track_caller]
fn assert_found(operation: impl FnOnce()) {
    let found = watch(&[Secret::new("secret", SECRET)], operation);
    assert!(!found.is_empty());
}

#[test]
fn a_copy_that_is_dropped_is_found() {
    assert_found(|| drop(SECRET.to_vec()));
}

#[test]
fn a_copy_at_an_odd_place_or_in_the_opposite_order_is_found() {
    assert_found(|| drop([b"x", &SECRET[..], b"yz"].concat()));
    assert_found(|| drop(SECRET.iter().rev().copied().collect::<Vec<u8>>()));
}

#[test]
fn a_copy_that_a_growing_vector_leaves_behind_is_found() {
    assert_found(|| {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend_from_slice(SECRET);
        bytes.extend_from_slice(&[0; 4096]);
        std::mem::forget(bytes);
    });
}

#[test]
fn a_part_of_a_copy_is_found_after_a_panic_too() {
    assert_found(|| {
        let panicked = std::panic::catch_unwind(|| {
            let _part = SECRET[7..24].to_vec();
            panic!("on purpose");
        });
        assert!(panicked.is_err());
    });
}

#[test]
fn what_is_wiped_or_kept_is_not_found() {
    let found = watch(&[Secret::new("secret", SECRET)], || {
        let mut bytes = SECRET.to_vec();
        bytes.fill(0);
        drop(std::hint::black_box(bytes));
        std::mem::forget(SECRET.to_vec());
    });
    assert_eq!(found, []);
}

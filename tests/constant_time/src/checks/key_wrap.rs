//! The unwrapping of RFC 5649.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};

use super::{Check, Expected, LENGTH, Place};
use crate::{key_wrap, memcheck, twins};

const KEY: [u8; 32] = [0x5a; 32];

/// Two blocks of data and one octet.
const DATA: [u8; 17] = [7; 17];

const VERDICT: &[Place] = &[Place::verdict(
    "src/primitives/key_wrap.rs",
    "if !bool::from(valid) {",
)];

const END: &[Place] = &[Place::new(
    "src/primitives/key_wrap.rs",
    ".get(..usize::try_from(length).ok()?)",
    "the length of the message",
)];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "key-wrap-refused",
        run: refused,
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "key-wrap-accepted",
        run: accepted,
        expected: Expected::Only(&[VERDICT, END, LENGTH]),
    },
    Check {
        name: "key-wrap-twin",
        run: || {
            let mut unwrapped = [&integrity(17)[..], &padded(0)].concat();
            memcheck::hide(&mut unwrapped);
            drop(twins::key_wrap(&unwrapped));
        },
        expected: Expected::Caught,
    },
];

/// The integrity value for data of a length.
fn integrity(len: u8) -> [u8; 8] {
    [0xa6, 0x59, 0x59, 0xa6, 0, 0, 0, len]
}

/// The data, and a last octet of the padding, which should be zero.
fn padded(last: u8) -> [u8; 24] {
    let mut padded = [0; 24];
    padded[..17].copy_from_slice(&DATA);
    padded[23] = last;
    padded
}

/// The wrapping, with an integrity value and a padding that may be wrong.
fn wrapped(integrity: [u8; 8], padded: &[u8; 24]) -> Vec<u8> {
    let cipher = Aes256::new(&KEY.into());
    let (mut left, mut blocks) = (integrity, padded.as_chunks::<8>().0.to_vec());
    let mut step = 0_u64;
    for _ in 0..6 {
        for block in &mut blocks {
            step += 1;
            let mut both = Block::default();
            both[..8].copy_from_slice(&left);
            both[8..].copy_from_slice(block);
            cipher.encrypt_block(&mut both);
            left.copy_from_slice(&both[..8]);
            left = (u64::from_be_bytes(left) ^ step).to_be_bytes();
            block.copy_from_slice(&both[8..]);
        }
    }
    [&left, blocks.as_flattened()].concat()
}

fn unwrapped(wrapped: &[u8]) -> Option<kms_reencrypt::Plaintext> {
    let mut key = KEY.to_vec();
    memcheck::hide(&mut key);
    key_wrap::unwrap(&key, wrapped)
}

fn refused() {
    let mut other_constant = integrity(17);
    other_constant[3] ^= 1;
    for wrapped in [
        wrapped(other_constant, &padded(0)),
        wrapped(integrity(16), &padded(0)),
        wrapped(integrity(25), &padded(0)),
        wrapped(integrity(17), &padded(1)),
        vec![0; 32],
    ] {
        assert!(unwrapped(&wrapped).is_none());
    }
}

fn accepted() {
    let data = unwrapped(&wrapped(integrity(17), &padded(0)));
    // That there is data, and how long it is.
    memcheck::publish_value(&data);
    let data = data.expect("well-formed");
    assert!(memcheck::are_hidden(data.expose()));
    memcheck::publish(data.expose());
    assert_eq!(data.expose(), DATA);
}

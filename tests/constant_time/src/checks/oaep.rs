//! OAEP's unpadding, from the raw block to the verdict, and its padding.

use kms_reencrypt::random::Random;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::fixtures::HiddenRandom;
use super::{Check, Expected, LENGTH, Place, mask};
use crate::{memcheck, oaep, twins};

/// The octets of a modulus.
const LEN: usize = 256;

const MESSAGE: &[u8] = b"a message";

pub(super) const VERDICT: &[Place] = &[Place::verdict(
    "src/primitives/oaep.rs",
    "if !bool::from(valid) {",
)];

pub(super) const START: &[Place] = &[Place::new(
    "src/primitives/oaep.rs",
    ".get(usize::from(message_start)..)",
    "the length of the message",
)];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "oaep-refused",
        run: || {
            refused::<Sha1>();
            refused::<Sha256>();
        },
        expected: Expected::Only(&[VERDICT]),
    },
    Check {
        name: "oaep-accepted",
        run: || {
            accepted::<Sha1>();
            accepted::<Sha256>();
        },
        expected: Expected::Only(&[VERDICT, START, LENGTH]),
    },
    Check {
        name: "oaep-encode",
        run: encoded,
        expected: Expected::Only(&[]),
    },
    Check {
        name: "oaep-twin",
        run: || drop(twins::oaep(&mut hidden(block::<Sha256>(|_| ())))),
        expected: Expected::Caught,
    },
];

/// The block of [`MESSAGE`] after something was changed in its data before it was masked. The seed is of no importance.
fn block<D: Digest>(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let hash_len = <D as Digest>::output_size();
    let mut data = D::digest([]).to_vec();
    data.resize(LEN - 1 - hash_len - MESSAGE.len() - 1, 0);
    data.push(1);
    data.extend_from_slice(MESSAGE);
    change(&mut data);
    let mut seed = D::digest(b"seed").to_vec();
    mask::<D>(&mut data, &seed);
    mask::<D>(&mut seed, &data);
    [&[0], &seed[..], &data[..]].concat()
}

fn hidden(mut block: Vec<u8>) -> Vec<u8> {
    memcheck::hide(&mut block);
    block
}

/// Every way in which a block is wrong.
fn refused<D: Digest>() {
    let hash_len = <D as Digest>::output_size();
    let mut first_octet = block::<D>(|_| ());
    first_octet[0] = 1;
    let blocks = [
        first_octet,
        block::<D>(|data| data[0] ^= 1),
        block::<D>(|data| data[hash_len - 1] ^= 0x80),
        block::<D>(|data| data[hash_len] = 7),
        block::<D>(|data| data[LEN - 1 - hash_len - MESSAGE.len() - 2] = 7),
        block::<D>(|data| data[LEN - 1 - hash_len - MESSAGE.len() - 1] = 7),
        block::<D>(|data| data[hash_len..].fill(0)),
        block::<D>(|data| {
            data[hash_len..].fill(0);
            data[LEN - 2 - hash_len] = 1;
        }),
    ];
    for block in blocks {
        assert!(oaep::decode::<D>(&mut hidden(block)).is_none());
    }
}

fn accepted<D: Digest>() {
    let opened = oaep::decode::<D>(&mut hidden(block::<D>(|_| ())));
    // That there is a message, and how long it is.
    memcheck::publish_value(&opened);
    let opened = opened.expect("well-formed");
    assert!(memcheck::are_hidden(opened.expose()));
    memcheck::publish(opened.expose());
    assert_eq!(opened.expose(), MESSAGE);
}

fn encoded() {
    let message = hidden(MESSAGE.to_vec());
    let block = oaep::encode::<Sha256>(&message, LEN, Random::new(&HiddenRandom)).expect("encoded");
    assert!(memcheck::are_hidden(&block[1..]));
}

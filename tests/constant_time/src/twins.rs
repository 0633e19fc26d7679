//! Code that leaks on purpose, as one would write it who does not think of time. If memcheck did not report it, a clean check
//! would show nothing.
//!
//! Nothing else is in this file, so a report from here is of a twin.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use sha2::Sha256;

use crate::checks::mask;

/// Compares octet by octet, and stops at the first that differs: C3 of SM2, and tags.
#[inline(never)]
pub(crate) fn comparison(computed: &[u8], received: &[u8]) -> bool {
    let mut pairs = computed.iter().zip(received);
    pairs.all(|(one, other)| one == other)
}

/// Stops at the first octet that is not zero: the key stream of SM2.
#[inline(never)]
pub(crate) fn is_zero(stream: &[u8]) -> bool {
    stream.iter().all(|octet| *octet == 0)
}

/// Removes the padding of OAEP, and looks for the separator until it has found it.
#[inline(never)]
pub(crate) fn oaep(block: &mut [u8]) -> Option<Vec<u8>> {
    let (seed, data) = block.split_first_mut()?.1.split_at_mut_checked(32)?;
    mask::<Sha256>(seed, data);
    mask::<Sha256>(data, seed);
    let (_, padded) = data.split_at_checked(32)?;
    let start = padded.iter().position(|octet| *octet != 0)?;
    let message = padded.get(start..)?.strip_prefix(&[1])?;
    Some(message.to_vec())
}

/// Removes the padding of RFC 5649 by the length that it finds, before that length is proven.
#[inline(never)]
pub(crate) fn key_wrap(unwrapped: &[u8]) -> Option<Vec<u8>> {
    let (integrity, padded) = unwrapped.split_first_chunk::<8>()?;
    let (data, padding) = padded.split_at_checked(usize::from(*integrity.last()?))?;
    let is_padding = padding.iter().all(|octet| *octet == 0);
    is_padding.then(|| data.to_vec())
}

/// A power by square and multiply, which multiplies only where the exponent has a one.
#[inline(never)]
pub(crate) fn square_and_multiply(exponent: &[u8]) -> BoxedMontyForm {
    let (mut power, base) = one_and_base();
    for octet in exponent {
        for bit in (0..8).rev() {
            power = power.square();
            if octet >> bit & 1 == 1 {
                power *= &base;
            }
        }
    }
    power
}

/// A power from a table, of which it reads the entries that the digits of the exponent name.
#[inline(never)]
pub(crate) fn table_of_powers(exponent: &[u8]) -> BoxedMontyForm {
    let (mut power, base) = one_and_base();
    let mut table = vec![power.clone()];
    for at in 0..15 {
        let next = &table[at] * &base;
        table.push(next);
    }
    for octet in exponent {
        for digit in [octet >> 4, octet & 15] {
            for _ in 0..4 {
                power = power.square();
            }
            power *= &table[usize::from(digit)];
        }
    }
    power
}

fn one_and_base() -> (BoxedMontyForm, BoxedMontyForm) {
    let modulus = Odd::new(BoxedUint::max(256)).expect("odd");
    let params = BoxedMontyParams::new(modulus);
    let base = BoxedUint::from_be_slice(&[7; 32], 256).expect("it fits");
    let one = BoxedMontyForm::one(&params);
    (one, BoxedMontyForm::new(base, &params))
}

/// Euclid's algorithm, as in an inversion that takes as many steps as the number needs.
#[inline(never)]
pub(crate) fn euclid(factor: u64) -> u64 {
    let (mut a, mut b) = (u64::MAX, factor);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

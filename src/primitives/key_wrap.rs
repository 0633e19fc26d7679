//! AES Key Wrap with Padding (RFC 5649): the inner layer of `RSA_AES_KEY_WRAP_SHA_1` and `RSA_AES_KEY_WRAP_SHA_256`.

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes256, Block};
use subtle::{ConstantTimeEq, ConstantTimeGreater};
use zeroize::{Zeroize, Zeroizing};

use crate::secret::Plaintext;

/// The constant half of the alternative initial value (RFC 5649 section 3).
const AIV: [u8; 4] = [0xa6, 0x59, 0x59, 0xa6];

/// The rounds of AES Key Wrap (RFC 3394 section 2.2.2).
const ROUNDS: u64 = 6;

/// Unwraps data under an AES-256 key. `None` if the length, the integrity value or the padding is wrong.
///
/// Wrapped data of a single block (RFC 5649 section 4.2, at most 8 bytes) is refused: no key material is so short.
pub(crate) fn unwrap(key: &[u8], wrapped: &[u8]) -> Option<Plaintext> {
    let cipher = Aes256::new_from_slice(key).ok()?;
    let (chunks, rest) = wrapped.as_chunks::<8>();
    let (first, padded) = chunks.split_first()?;
    if padded.len() < 2 || !rest.is_empty() {
        return None;
    }
    let mut integrity = *first;
    let mut blocks = Zeroizing::new(padded.to_vec());
    let steps_per_round = u64::try_from(blocks.len()).ok()?;
    let mut step = ROUNDS.checked_mul(steps_per_round)?;
    for _ in 0..ROUNDS {
        for block in blocks.iter_mut().rev() {
            let masked = u64::from_be_bytes(integrity) ^ step;
            step -= 1;
            let mut both = Block::default();
            let (left, right) = both.split_at_mut(8);
            left.copy_from_slice(&masked.to_be_bytes());
            right.copy_from_slice(block);
            cipher.decrypt_block(&mut both);
            let (left, right) = both.split_at(8);
            integrity.copy_from_slice(left);
            block.copy_from_slice(right);
            both.zeroize();
        }
    }
    unpad(integrity, blocks.as_flattened())
}

/// Removes the padding, after checking it against the integrity value, which holds a constant and the length of the
/// data.
fn unpad(integrity: [u8; 8], padded: &[u8]) -> Option<Plaintext> {
    let [a, b, c, d, length @ ..] = integrity;
    let length = u32::from_be_bytes(length);
    let padded_len = u32::try_from(padded.len()).ok()?;
    let mut valid = [a, b, c, d].ct_eq(&AIV)
        & !length.ct_gt(&padded_len)
        & length.ct_gt(&padded_len.saturating_sub(8));
    for (position, byte) in (0_u32..).zip(padded) {
        let is_data = length.ct_gt(&position);
        valid &= is_data | byte.ct_eq(&0);
    }
    if !bool::from(valid) {
        return None;
    }
    padded
        .get(..usize::try_from(length).ok()?)
        .map(Plaintext::from_slice)
}

#[cfg(test)]
mod tests {
    use super::{unpad, unwrap};
    use crate::primitives::fixtures::{flipped, unhex};

    /// Made by Python's `cryptography` (OpenSSL), as `key` and `data` below say.
    const WRAPPED: [(usize, &str); 5] = [
        (9, "1e5e9788f3cb61478ed161035e3c7493a3f6ceebbbb0cc57"),
        (16, "f70f3f76bd54a670401e3cac6731b688f90a96a1d6c6829a"),
        (
            31,
            "e5c8a40a59e25b8b390671f7bbec5d684b910eb9eb9685a88dabec760f541b9b2250ad7df2726c75",
        ),
        (
            32,
            "684efd5d9597d8ad519a62e447d1bfbb4e5d6a30d7ced426a706852c6f669410253149a1027d7a37",
        ),
        (
            33,
            "1338586f0d6207a5691991cf245f9b1543671b96c7391c72bad3ad5536a558632e0ac0880cc918bcb595fcd65770f78c",
        ),
    ];

    fn key() -> Vec<u8> {
        (0..32).collect()
    }

    fn data(len: usize) -> Vec<u8> {
        (0..len)
            .map(|position| u8::try_from((7 * position + 1) % 256).unwrap())
            .collect()
    }

    #[test]
    fn what_openssl_has_wrapped_is_unwrapped() {
        for (len, wrapped) in WRAPPED {
            let unwrapped = unwrap(&key(), &unhex(wrapped)).unwrap();
            assert_eq!(unwrapped.expose(), data(len));
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused() {
        for (_, wrapped) in WRAPPED {
            let wrapped = unhex(wrapped);
            for bit in 0..wrapped.len() * 8 {
                assert!(unwrap(&key(), &flipped(&wrapped, bit)).is_none());
            }
        }
    }

    #[test]
    fn another_key_and_every_other_length_are_refused() {
        let wrapped = unhex(WRAPPED[3].1);
        assert!(unwrap(&[7; 32], &wrapped).is_none());
        for key_len in [0, 16, 24, 31, 33] {
            assert!(unwrap(&vec![7; key_len], &wrapped).is_none());
        }
        for len in 0..wrapped.len() {
            assert!(unwrap(&key(), &wrapped[..len]).is_none());
        }
        assert!(unwrap(&key(), &[&*wrapped, &[0]].concat()).is_none());
    }

    #[test]
    fn the_length_and_the_padding_have_to_be_right() {
        let integrity = |len: u8| [0xa6, 0x59, 0x59, 0xa6, 0, 0, 0, len];
        let padded = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(unpad(integrity(9), &padded).unwrap().expose(), &padded[..9]);
        assert_eq!(unpad(integrity(16), &padded).unwrap().expose(), padded);
        // Too short for so many blocks, too long for so few, and data where padding should be.
        for len in [0, 8, 17, 255] {
            assert!(unpad(integrity(len), &padded).is_none(), "{len}");
        }
        let mut dirty = padded;
        dirty[15] = 1;
        assert!(unpad(integrity(9), &dirty).is_none());
        assert!(unpad([0, 0, 0, 0, 0, 0, 0, 9], &padded).is_none());
        // Zeros that could be padding, but are one block too many.
        let [first, second] = [[1, 2, 3, 4, 5, 6, 7, 8], [0; 8]];
        assert!(unpad(integrity(8), &[first, second].concat()).is_none());
    }
}

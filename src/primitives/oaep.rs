//! EME-OAEP (RFC 8017 sections 7.1.1 and 7.1.2) with an empty label, and with the same hash for the label and for MGF1,
//! as in KMS.
//!
//! The `rsa` crate's padding is not used, for three reasons: it accepts a block whose first octet is not zero, it
//! accepts an empty message, and it leaves the message behind in memory that it frees.

use rand_core::TryRng;
use sha2::Digest;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use crate::random::{Random, RandomnessUnavailable};
use crate::secret::Plaintext;

/// The encoded message, `len` octets long: `00 || maskedSeed || maskedDB`.
///
/// The caller has checked that the message fits: `message.len() + 2 * hash + 2 <= len`.
pub(crate) fn encode<D: Digest>(
    message: &[u8],
    len: usize,
    mut random: Random<'_>,
) -> Result<Zeroizing<Vec<u8>>, RandomnessUnavailable> {
    let hash_len = <D as Digest>::output_size();
    // Allocated in its full size, since a vector that grows leaves copies behind.
    let mut block = Zeroizing::new(Vec::with_capacity(len));
    block.resize(1 + hash_len, 0);
    block.extend_from_slice(&D::digest([]));
    block.resize(len.saturating_sub(message.len() + 1), 0);
    block.push(1);
    block.extend_from_slice(message);

    if let Some((_, seed, data)) = split::<D>(&mut block) {
        random.try_fill_bytes(seed)?;
        mask::<D>(data, seed);
        mask::<D>(seed, data);
    }
    Ok(block)
}

/// Decodes a message from its encoded message, which is unmasked in place. `None` if the encoded message is not
/// well-formed, or the message is empty.
///
/// Neither the result nor the time reveals which condition failed, or where. The time does reveal that a block was
/// well-formed, and the length of its message: the caller learns both anyway.
pub(crate) fn decode<D: Digest>(block: &mut [u8]) -> Option<Plaintext> {
    let (first, seed, data) = split::<D>(block)?;
    mask::<D>(seed, data);
    mask::<D>(data, seed);
    let (label_hash, padded) = data.split_at_checked(<D as Digest>::output_size())?;

    let mut valid = first.ct_eq(&0) & label_hash.ct_eq(&D::digest([]));
    let mut in_padding = Choice::from(1);
    let mut message_start = 0_u16;
    for (next, octet) in (1_u16..).zip(padded) {
        let is_separator = octet.ct_eq(&1);
        message_start.conditional_assign(&next, in_padding & is_separator);
        valid &= !in_padding | is_separator | octet.ct_eq(&0);
        in_padding &= !is_separator;
    }
    // Refuses a block without a separator, or with nothing after it.
    valid &= !in_padding & !usize::from(message_start).ct_eq(&padded.len());

    if !bool::from(valid) {
        return None;
    }
    padded
        .get(usize::from(message_start)..)
        .map(Plaintext::from_slice)
}

/// Splits a block into its first octet, its seed and its data block.
fn split<D: Digest>(block: &mut [u8]) -> Option<(&u8, &mut [u8], &mut [u8])> {
    let (first, rest) = block.split_first_mut()?;
    let (seed, data) = rest.split_at_mut_checked(<D as Digest>::output_size())?;
    Some((first, seed, data))
}

/// MGF1 (RFC 8017 appendix B.2.1): masks or unmasks `target` by `seed`.
fn mask<D: Digest>(target: &mut [u8], seed: &[u8]) {
    let chunks = target.chunks_mut(<D as Digest>::output_size());
    for (counter, chunk) in (0_u32..).zip(chunks) {
        let mut hash = D::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (octet, mask) in chunk.iter_mut().zip(&hash) {
            *octet ^= mask;
        }
        hash.as_mut_slice().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use sha1::Sha1;
    use sha2::{Digest, Sha256};

    use super::{decode, encode, mask, split};
    use crate::random::{OsRandom, Random};

    const LEN: usize = 256;

    fn encoded<D: Digest>(message: &[u8]) -> Vec<u8> {
        encode::<D>(message, LEN, Random::new(&OsRandom))
            .unwrap()
            .to_vec()
    }

    /// A block that was tampered with before it was masked.
    fn tampered<D: Digest>(message: &[u8], tamper: impl Fn(&mut [u8])) -> Vec<u8> {
        let mut block = encoded::<D>(message);
        let (_, seed, data) = split::<D>(&mut block).unwrap();
        mask::<D>(seed, data);
        mask::<D>(data, seed);
        tamper(data);
        mask::<D>(data, seed);
        mask::<D>(seed, data);
        block
    }

    fn opens<D: Digest>(mut block: Vec<u8>) -> bool {
        decode::<D>(&mut block).is_some()
    }

    #[test]
    fn what_was_encoded_is_decoded_at_every_length() {
        for len in 1..=LEN - 2 * 32 - 2 {
            let message = vec![0x5a; len];
            let mut block = encoded::<Sha256>(&message);
            assert_eq!(block.len(), LEN);
            assert_eq!(block.first(), Some(&0));
            assert_eq!(decode::<Sha256>(&mut block).unwrap().expose(), message);
        }
    }

    #[test]
    fn a_message_may_look_like_padding() {
        for message in [&[0_u8][..], &[1], &[0, 0, 1], &[1, 1], &[0; 190], &[1; 190]] {
            let mut block = encoded::<Sha256>(message);
            assert_eq!(decode::<Sha256>(&mut block).unwrap().expose(), message);
        }
    }

    #[test]
    fn the_first_octet_is_zero_or_the_block_is_refused() {
        for octet in 1..=u8::MAX {
            let mut block = encoded::<Sha1>(b"message");
            *block.first_mut().unwrap() = octet;
            assert!(!opens::<Sha1>(block), "{octet:02x}");
        }
    }

    #[test]
    fn every_other_condition_of_the_standard_is_checked() {
        let last = LEN - 32 - 2;
        let message = [7_u8; 40];
        let separator = last - message.len();
        let untouched = tampered::<Sha256>(&message, |_| ());
        assert!(opens::<Sha256>(untouched));

        let cases: [(&str, usize, u8); 6] = [
            ("first octet of the label's hash", 0, 0),
            ("last octet of the label's hash", 31, 0),
            ("padding that is not zero, at its start", 32, 2),
            ("padding that is not zero, at its end", separator - 1, 0xff),
            ("a separator that is not one", separator, 2),
            ("no separator before a message without a one", separator, 0),
        ];
        for (what, position, octet) in cases {
            let block = tampered::<Sha256>(&message, |data| {
                let target = data.get_mut(position).unwrap();
                assert_ne!(*target, octet);
                *target = octet;
            });
            assert!(!opens::<Sha256>(block), "{what}");
        }
    }

    #[test]
    fn an_empty_message_and_none_at_all_are_refused() {
        let empty = tampered::<Sha256>(b"x", |data| {
            let end = data.len();
            data.get_mut(end - 2..).unwrap().copy_from_slice(&[0, 1]);
        });
        assert!(!opens::<Sha256>(empty));

        let only_padding = tampered::<Sha256>(b"x", |data| {
            data.get_mut(32..).unwrap().fill(0);
        });
        assert!(!opens::<Sha256>(only_padding));
    }

    #[test]
    fn another_hash_or_a_block_that_is_too_short_is_refused() {
        assert!(!opens::<Sha256>(encoded::<Sha1>(b"message")));
        assert!(!opens::<Sha1>(encoded::<Sha256>(b"message")));
        for len in [0, 1, 20, 32, 33, 64, 65, 66] {
            assert!(!opens::<Sha256>(vec![0; len]), "{len}");
        }
    }
}

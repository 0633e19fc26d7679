//! [`CowMap`]: a hash map that is cheap to copy and to change, since copies share what they have in common.

use core::fmt;
use core::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

use crate::access::GrantId;
use crate::key::{AliasArn, KeyArn, KeyMaterialId};

/// The number of buckets of a map. In a map of 100,000 entries, a change of one copies about 400.
const BUCKETS: usize = 256;

/// A key of a [`CowMap`], and how it is hashed.
pub(super) trait Bucketed: Clone + Eq + Hash {
    /// A keyed hash if an attacker may choose the keys, a faster one if they are random.
    type State: BuildHasher + Clone + Default + fmt::Debug;

    /// A byte that differs between most keys, and that an attacker who chooses keys cannot predict.
    fn bucket(&self, state: &Self::State) -> u8;
}

/// A hash map in buckets that are shared between copies until one of them changes.
#[derive(Debug)]
pub(super) struct CowMap<K: Bucketed, V> {
    buckets: Arc<[SharedBucket<K, V>]>,
    /// The hash state of all buckets. Its random key, if it has one, is drawn when the map is created, and not when a
    /// bucket is added, which happens under the ring's lock.
    state: K::State,
}

/// `None` is an empty bucket.
type SharedBucket<K, V> = Option<Arc<Bucket<K, V>>>;

type Bucket<K, V> = HashMap<K, V, <K as Bucketed>::State>;

impl<K: Bucketed, V: Clone> CowMap<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.buckets
            .get(usize::from(key.bucket(&self.state)))?
            .as_ref()?
            .get(key)
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.buckets
            .iter()
            .flatten()
            .flat_map(|bucket| bucket.iter())
    }

    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.bucket_mut(&key)?.insert(key, value)
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.bucket_mut(key)?.remove(key)
    }

    fn bucket_mut(&mut self, key: &K) -> Option<&mut Bucket<K, V>> {
        let buckets = Arc::make_mut(&mut self.buckets);
        let bucket = buckets.get_mut(usize::from(key.bucket(&self.state)))?;
        let empty = || Arc::new(HashMap::with_hasher(self.state.clone()));
        Some(Arc::make_mut(bucket.get_or_insert_with(empty)))
    }
}

impl<K: Bucketed, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self {
            buckets: core::iter::repeat_with(|| None).take(BUCKETS).collect(),
            state: K::State::default(),
        }
    }
}

impl<K: Bucketed, V> Clone for CowMap<K, V> {
    fn clone(&self) -> Self {
        Self {
            buckets: Arc::clone(&self.buckets),
            state: self.state.clone(),
        }
    }
}

/// Uses the last two digits of the key id, which are random unless the id was chosen.
impl Bucketed for KeyArn {
    type State = BuildHasherDefault<MixingHasher>;

    fn bucket(&self, _: &Self::State) -> u8 {
        match self.key_id().as_bytes() {
            [.., high, low] => digit(*high) << 4 | digit(*low),
            _ => 0,
        }
    }
}

/// Uses any byte of the id, since it is the output of a MAC.
impl Bucketed for KeyMaterialId {
    type State = BuildHasherDefault<MixingHasher>;

    fn bucket(&self, _: &Self::State) -> u8 {
        let [first, ..] = self.as_bytes();
        *first
    }
}

/// Uses a keyed hash: every caller who may create aliases chooses names.
impl Bucketed for AliasArn {
    type State = RandomState;

    fn bucket(&self, state: &Self::State) -> u8 {
        keyed_bucket(self, state)
    }
}

/// Uses a keyed hash, since the ids may come from a file.
impl Bucketed for GrantId {
    type State = RandomState;

    fn bucket(&self, state: &Self::State) -> u8 {
        keyed_bucket(self, state)
    }
}

/// Grant tokens. Uses a keyed hash, since the tokens may come from a file.
impl Bucketed for String {
    type State = RandomState;

    fn bucket(&self, state: &Self::State) -> u8 {
        keyed_bucket(self, state)
    }
}

/// A hasher that mixes eight bytes at a time, at a tenth of the cost of the standard library's. It is only for random
/// keys: an attacker who chooses keys can make them collide.
#[derive(Default)]
pub(super) struct MixingHasher(u64);

impl Hasher for MixingHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words
            .iter()
            .for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.write_u64(u64::from_le_bytes(last));
    }

    fn write_u64(&mut self, word: u64) {
        /// 2^64 divided by the golden ratio.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }

    fn finish(&self) -> u64 {
        // The upper half of the product depends on more of the input than the lower half, and a map uses both.
        self.0 ^ self.0 >> 32
    }
}

/// The value of a hexadecimal digit.
const fn digit(byte: u8) -> u8 {
    (byte & 0x0f) + 9 * (byte >> 6 & 1)
}

/// A middle byte of a key's hash, since a bucket's own map uses the lowest and the highest bits.
fn keyed_bucket(key: &impl Hash, state: &impl BuildHasher) -> u8 {
    let [_, _, _, byte, ..] = state.hash_one(key).to_be_bytes();
    byte
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher};

    use std::hash::RandomState;

    use super::{Bucketed, CowMap, MixingHasher, digit};
    use crate::access::GrantId;
    use crate::key::{AliasArn, KeyArn, KeyMaterialId};

    thread_local! {
        /// How often a [`Chosen`] was compared or copied.
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    fn count_step() {
        STEPS.set(STEPS.get() + 1);
    }

    /// A text key that counts what is done to it.
    #[derive(Eq)]
    struct Chosen(String);

    impl Hash for Chosen {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    impl PartialEq for Chosen {
        fn eq(&self, other: &Self) -> bool {
            count_step();
            self.0 == other.0
        }
    }

    impl Clone for Chosen {
        fn clone(&self) -> Self {
            count_step();
            Self(self.0.clone())
        }
    }

    impl Bucketed for Chosen {
        type State = <String as Bucketed>::State;

        fn bucket(&self, state: &Self::State) -> u8 {
            self.0.bucket(state)
        }
    }

    /// 2^`doublings` texts with one [`MixingHasher`] hash and one sum modulo 256 of their bytes times powers of 31, by which
    /// buckets were once chosen: each block of 16 bytes has a twin that leaves hash and sum as it does.
    fn colliding(doublings: u32) -> Vec<String> {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mix = |state: u64, word: u64| (state.rotate_left(5) ^ word).wrapping_mul(FACTOR);
        let sum = |first: u64, second: u64| {
            let bytes = [first.to_le_bytes(), second.to_le_bytes()].concat();
            let add = |sum: u8, byte: u8| sum.wrapping_mul(31).wrapping_add(byte);
            bytes.into_iter().fold(0, add)
        };
        let text = |first: u64, second: u64| {
            let bytes = [first.to_le_bytes(), second.to_le_bytes()].concat();
            String::from_utf8(bytes).unwrap()
        };
        let letters = u64::from_le_bytes(*b"AAAAAAAA");
        let ascii = 0x7f7f_7f7f_7f7f_7f7f;
        let mut texts = vec![String::new()];
        let mut state = 0;
        for _ in 0..doublings {
            let [one, second] = [letters, letters];
            let after_one = mix(state, one).rotate_left(5);
            let twin = (1..).find_map(|number: u64| {
                let other = letters ^ (number.wrapping_mul(FACTOR) & ascii);
                // What makes the second words undo the difference of the first.
                let other_second = second ^ after_one ^ mix(state, other).rotate_left(5);
                let fits = other_second & ascii == other_second
                    && sum(other, other_second) == sum(one, second);
                fits.then_some((other, other_second))
            });
            let (other, other_second) = twin.unwrap();
            assert_eq!(
                mix(mix(state, one), second),
                mix(mix(state, other), other_second)
            );
            state = mix(mix(state, one), second);
            let blocks = [text(one, second), text(other, other_second)];
            texts = texts
                .iter()
                .flat_map(|start| blocks.each_ref().map(|block| format!("{start}{block}")))
                .collect();
        }
        texts
    }

    #[test]
    fn texts_that_were_chosen_to_collide_cost_no_more_than_others() {
        let texts = colliding(10);
        let old = BuildHasherDefault::<MixingHasher>::default();
        let hash = old.hash_one(&texts[0]);
        assert!(texts.iter().all(|text| old.hash_one(text) == hash));

        let mut map = CowMap::default();
        STEPS.set(0);
        for text in &texts {
            // As a reader of the ring keeps it: the bucket that changes is copied.
            let before = map.clone();
            map.insert(Chosen(text.clone()), ());
            drop(before);
        }
        assert_eq!(map.iter().count(), 1024);
        // Copying buckets of four entries at the most of the time; in one bucket it would be half a million.
        let steps = STEPS.get();
        assert!(steps < 16 * 1024, "{steps}");
    }

    #[test]
    fn a_changed_copy_leaves_the_original_as_it_was() {
        let mut original: CowMap<String, u32> = CowMap::default();
        for number in 0..1000 {
            assert_eq!(original.insert(number.to_string(), number), None);
        }
        let mut copy = original.clone();
        assert_eq!(copy.insert("7".to_owned(), 70), Some(7));
        assert_eq!(copy.remove(&"8".to_owned()), Some(8));
        assert_eq!(original.get(&"7".to_owned()), Some(&7));
        assert_eq!(original.get(&"8".to_owned()), Some(&8));
        assert_eq!(copy.get(&"7".to_owned()), Some(&70));
        assert_eq!(copy.get(&"8".to_owned()), None);
        assert_eq!((original.iter().count(), copy.iter().count()), (1000, 999));
    }

    /// Numbers that look random and are the same in each run.
    fn numbers() -> impl Iterator<Item = u64> {
        let mut state = 0_u64;
        core::iter::repeat_with(move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed ^ mixed >> 27
        })
    }

    /// Of 4,096 keys in 256 buckets, each bucket gets about 16.
    #[track_caller]
    fn assert_spread(buckets: impl Iterator<Item = u8>, what: &str) {
        let mut sizes = [0; 256];
        buckets
            .take(4_096)
            .for_each(|bucket| sizes[usize::from(bucket)] += 1);
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(*least > 0 && *most < 64, "{what}: {least} to {most}");
    }

    #[test]
    fn keys_of_every_kind_are_spread_over_the_buckets() {
        let place = "arn:aws:kms:us-east-2:111122223333";
        let arns = numbers().map(|number| {
            let arn = format!("{place}:key/mrk-{number:016x}{number:016x}");
            arn.parse::<KeyArn>().unwrap().bucket(&Default::default())
        });
        assert_spread(arns, "keys");
        let materials = numbers().map(|number| {
            let id = format!("{number:016x}").repeat(4);
            let id = id.parse::<KeyMaterialId>().unwrap();
            id.bucket(&Default::default())
        });
        assert_spread(materials, "materials");
        let state = RandomState::new();
        let aliases = (0..).map(|number| {
            let arn = format!("{place}:alias/{number}");
            arn.parse::<AliasArn>().unwrap().bucket(&state)
        });
        assert_spread(aliases, "aliases");
        let grants = (0..).map(|number| {
            number
                .to_string()
                .parse::<GrantId>()
                .unwrap()
                .bucket(&state)
        });
        assert_spread(grants, "grants");
        assert_spread(
            (0..).map(|number| number.to_string().bucket(&state)),
            "tokens",
        );
    }

    #[test]
    fn hashes_of_random_keys_differ_in_the_bits_that_a_map_uses() {
        let hasher = BuildHasherDefault::<MixingHasher>::default();
        let hash = |bytes: [u8; 8]| {
            let mut hasher = hasher.build_hasher();
            hasher.write(&bytes);
            hasher.finish().to_be_bytes()
        };
        // The last row differs in the upper bytes of a word only.
        let rows: [(&str, fn(u64) -> u64); 2] =
            [("all", |number| number), ("upper", |number| number << 24)];
        for (what, bytes) in rows {
            let hashes: Vec<[u8; 8]> = numbers()
                .take(4_096)
                .map(|number| hash(bytes(number).to_le_bytes()))
                .collect();
            assert_spread(hashes.iter().map(|[first, ..]| *first), what);
            assert_spread(hashes.iter().map(|[.., last]| *last), what);
        }
    }

    #[test]
    fn every_digit_has_its_value() {
        for (value, text) in (0..16).zip("0123456789abcdef".bytes()) {
            assert_eq!(digit(text), value);
            assert_eq!(digit(text.to_ascii_uppercase()), value);
        }
    }
}

//! [`Map`]: a hash map that is cheap to copy and to change, since copies share what they have in common.

use core::fmt;
use core::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::hash::RandomState;

use rpds::HashTrieMapSync;

use crate::access::{GrantId, GranteeKey};
use crate::key::{AliasArn, KeyArn, KeyId, KeyMaterialId};

/// The number of children of a node. With more children, a look-up and a change in place read fewer nodes, but a change that
/// copies a path of nodes increments the reference counts of more children.
const DEGREE: u8 = 64;

/// A key of a [`Map`], and how it is hashed.
pub(super) trait MapKey: Eq + Hash {
    /// A keyed hash if an attacker may choose the keys, a faster one if they are random.
    type State: BuildHasher + Clone + Default;
}

/// A hash map whose copies share all nodes of the trie that have not changed. So a copy costs nothing. A change of a map
/// that shares nothing is made in place; otherwise it copies a path of nodes, which is longer in a large map, and whose
/// children are not in the processor's caches.
pub(super) struct Map<K: MapKey, V>(HashTrieMapSync<K, V, K::State>);

impl<K: MapKey, V> Map<K, V> {
    #[inline]
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.size()
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.0.insert_mut(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.0.remove_mut(key);
    }
}

impl<K: MapKey + Clone, V: Clone> Map<K, V> {
    /// The value of a key, to be changed in place. What copies of the map share is copied first.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }
}

impl<K: MapKey, V> Default for Map<K, V> {
    fn default() -> Self {
        let state = K::State::default();
        Self(HashTrieMapSync::new_with_hasher_and_degree_and_ptr_kind(
            state, DEGREE,
        ))
    }
}

impl<K: MapKey, V> Clone for Map<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: MapKey + fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Key ids are random unless the owner of the ring chose them.
impl MapKey for KeyArn {
    type State = BuildHasherDefault<MixingHasher>;
}

/// The ids are the output of a MAC.
impl MapKey for KeyMaterialId {
    type State = BuildHasherDefault<MixingHasher>;
}

/// Every caller who may create aliases chooses their names.
impl MapKey for AliasArn {
    type State = RandomState;
}

/// The ids may come from a file.
impl MapKey for GrantId {
    type State = RandomState;
}

/// Every caller who may create grants chooses their grantees.
impl MapKey for GranteeKey {
    type State = RandomState;
}

/// The ids may come from a file.
impl MapKey for KeyId {
    type State = RandomState;
}

/// Grant tokens, which may come from a file, and the names of grants, which callers choose.
impl MapKey for String {
    type State = RandomState;
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
        // The upper half of the product depends on more of the input than the lower half, which the map uses first.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher};

    use std::hash::RandomState;

    use super::{Map, MapKey, MixingHasher};
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

    impl MapKey for Chosen {
        type State = <String as MapKey>::State;
    }

    /// 2^`doublings` texts that all have the same [`MixingHasher`] hash, and the same sum modulo 256 of their bytes
    /// times powers of 31, by which buckets were once chosen. Each block of 16 bytes has a twin that leads to the same
    /// hash and sum.
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
                // Chosen so that the difference of the second words cancels that of the first.
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

        let mut map = Map::default();
        STEPS.set(0);
        for text in &texts {
            // A reader of the ring keeps the old map like this, so a change copies what it changes.
            let before = map.clone();
            map.insert(Chosen(text.clone()), ());
            drop(before);
        }
        assert_eq!(map.iter().count(), 1024);
        // In one bucket it would be half a million.
        let steps = STEPS.get();
        assert!(steps < 16 * 1024, "{steps}");
    }

    #[test]
    fn a_changed_copy_leaves_the_original_as_it_was() {
        let mut original: Map<String, u32> = Map::default();
        for number in 0..1000 {
            original.insert(number.to_string(), number);
        }
        let mut copy = original.clone();
        copy.insert("7".to_owned(), 70);
        copy.remove(&"8".to_owned());
        assert_eq!(original.get(&"7".to_owned()), Some(&7));
        assert_eq!(original.get(&"8".to_owned()), Some(&8));
        assert_eq!(copy.get(&"7".to_owned()), Some(&70));
        assert_eq!(copy.get(&"8".to_owned()), None);
        assert_eq!((original.iter().count(), copy.iter().count()), (1000, 999));
        assert_eq!((original.len(), copy.len()), (1000, 999));
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

    /// Checks that of 4,096 keys, about 16 have each value of the lowest byte of a hash, with which a look-up begins.
    #[track_caller]
    fn assert_spread(bytes: impl Iterator<Item = u8>, what: &str) {
        let mut sizes = [0; 256];
        bytes
            .take(4_096)
            .for_each(|byte| sizes[usize::from(byte)] += 1);
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(*least > 0 && *most < 64, "{what}: {least} to {most}");
    }

    #[test]
    fn keys_of_every_kind_are_spread_over_the_nodes_of_a_map() {
        let place = "arn:aws:kms:us-east-2:111122223333";
        let arns = numbers().map(|number| {
            let arn = format!("{place}:key/mrk-{number:016x}{number:016x}");
            lowest(&arn.parse::<KeyArn>().unwrap(), &Default::default())
        });
        assert_spread(arns, "keys");
        let materials = numbers().map(|number| {
            let id = format!("{number:016x}").repeat(4);
            lowest(&id.parse::<KeyMaterialId>().unwrap(), &Default::default())
        });
        assert_spread(materials, "materials");
        let state = RandomState::new();
        let aliases = (0..).map(|number| {
            let arn = format!("{place}:alias/{number}");
            lowest(&arn.parse::<AliasArn>().unwrap(), &state)
        });
        assert_spread(aliases, "aliases");
        let grants = (0..).map(|number| {
            let id = number.to_string();
            lowest(&id.parse::<GrantId>().unwrap(), &state)
        });
        assert_spread(grants, "grants");
        let tokens = (0..).map(|number| lowest(&number.to_string(), &state));
        assert_spread(tokens, "tokens");
    }

    /// The lowest byte of a key's hash.
    fn lowest<K: MapKey>(key: &K, state: &K::State) -> u8 {
        let [.., lowest] = state.hash_one(key).to_be_bytes();
        lowest
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
        for (what, shift) in [("all", 0), ("upper", 24)] {
            let hashes: Vec<[u8; 8]> = numbers()
                .take(4_096)
                .map(|number| hash((number << shift).to_le_bytes()))
                .collect();
            assert_spread(hashes.iter().map(|[.., second, _]| *second), what);
            assert_spread(hashes.iter().map(|[.., last]| *last), what);
        }
    }
}

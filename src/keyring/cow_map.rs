//! [`CowMap`]: a map that is cheap to copy and change, as copies share what stays the same.

use core::hash::{BuildHasherDefault, Hash, Hasher};
use std::collections::HashMap;
use std::sync::Arc;

use crate::access::GrantId;
use crate::key::{AliasArn, KeyArn, KeyMaterialId};

/// How many buckets a map has. With 100,000 entries, changing one copies some 400.
const BUCKETS: usize = 256;

/// A key whose bucket is read off it, without hashing it twice.
pub(super) trait Bucketed: Clone + Eq + Hash {
    /// A byte that differs between most keys.
    fn bucket(&self) -> u8;
}

/// A hash map in buckets that are shared between copies until one of them changes.
#[derive(Debug)]
pub(super) struct CowMap<K, V> {
    buckets: Arc<[SharedBucket<K, V>]>,
}

/// No bucket stands for an empty one.
type SharedBucket<K, V> = Option<Arc<Bucket<K, V>>>;

type Bucket<K, V> = HashMap<K, V, BuildHasherDefault<MixingHasher>>;

impl<K: Bucketed, V: Clone> CowMap<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.buckets
            .get(usize::from(key.bucket()))?
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
        let bucket = buckets.get_mut(usize::from(key.bucket()))?;
        Some(Arc::make_mut(bucket.get_or_insert_default()))
    }
}

impl<K, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self {
            buckets: core::iter::repeat_with(|| None).take(BUCKETS).collect(),
        }
    }
}

impl<K, V> Clone for CowMap<K, V> {
    fn clone(&self) -> Self {
        Self {
            buckets: Arc::clone(&self.buckets),
        }
    }
}

/// By the last two digits of the key id, which are random unless the id was chosen.
impl Bucketed for KeyArn {
    fn bucket(&self) -> u8 {
        match self.key_id().as_bytes() {
            [.., high, low] => digit(*high) << 4 | digit(*low),
            _ => 0,
        }
    }
}

/// Any byte of it: it is the output of a MAC.
impl Bucketed for KeyMaterialId {
    fn bucket(&self) -> u8 {
        let [first, ..] = self.as_bytes();
        *first
    }
}

impl Bucketed for AliasArn {
    fn bucket(&self) -> u8 {
        sum(self.name().as_str())
    }
}

impl Bucketed for GrantId {
    fn bucket(&self) -> u8 {
        sum(self.as_str())
    }
}

/// Grant tokens.
impl Bucketed for String {
    fn bucket(&self) -> u8 {
        sum(self)
    }
}

/// Mixes eight bytes at a time: a tenth of what the standard library's hasher costs.
///
/// SipHash guards against keys that an attacker chooses. Only the owner of a ring inserts here; requests look up.
#[derive(Default)]
struct MixingHasher(u64);

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
        // A product's upper half has seen more of the input than its lower half, and a map looks at both.
        self.0 ^ self.0 >> 32
    }
}

/// The value of a hexadecimal digit.
const fn digit(byte: u8) -> u8 {
    (byte & 0x0f) + 9 * (byte >> 6 & 1)
}

fn sum(text: &str) -> u8 {
    text.bytes()
        .fold(0, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte))
}

#[cfg(test)]
mod tests {
    use super::{CowMap, digit};

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

    #[test]
    fn every_digit_has_its_value() {
        for (value, text) in (0..16).zip("0123456789abcdef".bytes()) {
            assert_eq!(digit(text), value);
            assert_eq!(digit(text.to_ascii_uppercase()), value);
        }
    }
}

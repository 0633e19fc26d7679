//! [`KeyIndex`]: the keys that have an id in common, by that id.

use core::slice;
use std::sync::Arc;

use crate::key::KeyArn;

use super::map::{Map, MapKey};

/// The keys of each id.
#[derive(Clone, Debug)]
pub(super) struct KeyIndex<I: MapKey>(Map<I, Keys>);

/// The keys of one id. There is nearly always one, which is stored in place, so that a look-up needs no further step.
#[derive(Debug)]
enum Keys {
    One(KeyArn),
    Many(Arc<[KeyArn]>),
}

impl Keys {
    fn as_slice(&self) -> &[KeyArn] {
        match self {
            Self::One(key) => slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

impl<I: MapKey + Copy> KeyIndex<I> {
    /// The keys of an id, in the order in which they came.
    pub(super) fn get(&self, id: &I) -> &[KeyArn] {
        self.0.get(id).map_or(&[], Keys::as_slice)
    }

    /// Adds a key to those of an id.
    pub(super) fn enter(&mut self, id: &I, key: &KeyArn) {
        let keys = match self.get(id) {
            [] => Keys::One(*key),
            others => Keys::Many(others.iter().chain([key]).copied().collect()),
        };
        self.0.insert(*id, keys);
    }

    /// Removes a key from those of an id.
    pub(super) fn leave(&mut self, id: &I, key: &KeyArn) {
        let rest = self.get(id).iter().filter(|other| *other != key);
        let rest: Vec<KeyArn> = rest.copied().collect();
        match *rest {
            [] => self.0.remove(id),
            [key] => self.0.insert(*id, Keys::One(key)),
            _ => self.0.insert(*id, Keys::Many(rest.into())),
        }
    }

    /// The number of ids, and of the keys of all ids.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        let keys = self.0.iter().map(|(_, keys)| keys.as_slice().len()).sum();
        (self.0.len(), keys)
    }
}

impl<I: MapKey> Default for KeyIndex<I> {
    fn default() -> Self {
        Self(Map::default())
    }
}

#[cfg(test)]
mod tests {
    use super::KeyIndex;
    use crate::key::{KeyArn, KeyId};

    fn arn(account: &str, id: &KeyId) -> KeyArn {
        let arn = format!("arn:aws:kms:us-east-2:{account}:key/{id}");
        arn.parse().unwrap()
    }

    #[test]
    fn the_keys_of_an_id_come_and_go() {
        let id: KeyId = "mrk-1234abcd12ab34cd56ef1234567890ab".parse().unwrap();
        let keys =
            ["111122223333", "444455556666", "777788889999"].map(|account| arn(account, &id));
        let mut index = KeyIndex::default();
        assert_eq!(index.get(&id), &[]);
        for count in 1..=keys.len() {
            index.enter(&id, &keys[count - 1]);
            assert_eq!(index.get(&id), &keys[..count]);
        }
        assert_eq!(index.sizes(), (1, 3));
        index.leave(&id, &keys[0]);
        assert_eq!(index.get(&id), &keys[1..]);
        index.leave(&id, &keys[2]);
        assert_eq!(index.get(&id), &keys[1..2]);
        // Removing a key that is not there changes nothing.
        index.leave(&id, &keys[0]);
        assert_eq!(index.get(&id), &keys[1..2]);
        index.leave(&id, &keys[1]);
        assert_eq!((index.get(&id), index.sizes()), (&[][..], (0, 0)));
    }
}

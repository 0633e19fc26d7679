//! [`CallerContext`]: the values of condition keys that were set for a caller.

use std::collections::BTreeMap;

/// Values of condition keys, by the names of the keys in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallerContext(BTreeMap<String, Vec<String>>);

impl CallerContext {
    /// Sets the values of a key, replacing earlier ones. Without values, the key is absent.
    pub(super) fn set(&mut self, key: &str, values: Vec<String>) {
        let key = key.to_ascii_lowercase();
        if values.is_empty() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, values);
        }
    }

    /// The values of a key, by its name in lower case.
    pub(super) fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }
}

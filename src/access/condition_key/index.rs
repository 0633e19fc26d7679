//! [`find`]: looks up the row of a condition key. Every evaluated condition needs one, so it takes only a few nanoseconds.

use std::sync::LazyLock;

use crate::iam::ContextKey;

use super::key::ConditionKey;
use super::table::TABLE;

/// More than twice as many as the table has rows, so that few rows share a bucket.
const BUCKETS: usize = 256;

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(TABLE));

/// The row that a key belongs to.
pub(super) fn find(key: &ContextKey) -> Option<&'static ConditionKey> {
    INDEX.find(key)
}

/// The rows, by the hashes of their families.
struct Index(Vec<Vec<Entry>>);

struct Entry {
    family: Box<str>,
    /// Whether the author of a policy completes the name.
    is_completed: bool,
    row: &'static ConditionKey,
}

impl Index {
    fn of(rows: &'static [ConditionKey]) -> Self {
        let mut buckets: Vec<_> = (0..BUCKETS).map(|_| Vec::new()).collect();
        for row in rows {
            let key = ContextKey::new(row.name);
            if let Some(bucket) = buckets.get_mut(bucket_of(&key)) {
                bucket.push(Entry {
                    family: key.family().into(),
                    is_completed: row.name.ends_with([':', '/']),
                    row,
                });
            }
        }
        Self(buckets)
    }

    fn find(&self, key: &ContextKey) -> Option<&'static ConditionKey> {
        let family = key.family();
        let mut bucket = self.0.get(bucket_of(key))?.iter();
        let entry = bucket.find(|entry| *entry.family == *family)?;
        (entry.is_completed != key.member().is_empty()).then_some(entry.row)
    }
}

fn bucket_of(key: &ContextKey) -> usize {
    key.family_hash() % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::{INDEX, TABLE};

    #[test]
    fn a_bucket_holds_few_rows_so_that_one_is_found_at_once() {
        let rows: usize = INDEX.0.iter().map(Vec::len).sum();
        assert_eq!(rows, TABLE.len());
        assert!(INDEX.0.iter().all(|bucket| bucket.len() <= 4));
    }
}

//! The tags that a key may have.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::{KmsError, TagError};

/// The maximum number of tags of one key (DOC: quotas of the developer guide).
const TAGS_MAX: usize = 50;

/// The prefix of tag keys that are reserved for AWS, in upper or lower case.
const RESERVED_PREFIX: &[u8] = b"aws:";

/// Refuses tags that no key can have together. Their lengths are constraints of the service model, and not checked
/// here.
pub(super) fn check(tags: &[(String, String)]) -> Result<(), KmsError> {
    if tags.len() > TAGS_MAX {
        return Err(KmsError::Tag(TagError::TooMany));
    }
    let mut seen = HashSet::new();
    for (key, _) in tags {
        refuse_reserved(key)?;
        if !seen.insert(key.as_str()) {
            return Err(KmsError::Tag(TagError::DuplicateKeys));
        }
    }
    Ok(())
}

/// The tags of a key after it was given `given`, which replace its tags with the same tag keys.
pub(super) fn with(
    tags: &[(String, String)],
    given: Vec<(String, String)>,
) -> Result<Arc<[(String, String)]>, KmsError> {
    check(&given)?;
    let is_kept =
        |(key, _): &&(String, String)| !given.iter().any(|(given_key, _)| given_key == key);
    let kept: Vec<(String, String)> = tags.iter().filter(is_kept).cloned().collect();
    let tags: Arc<[(String, String)]> = kept.into_iter().chain(given).collect();
    if tags.len() > TAGS_MAX {
        return Err(KmsError::Tag(TagError::TooMany));
    }
    Ok(tags)
}

/// The tags of a key without those that have these tag keys. A tag key that the key does not have is no error (DOC).
pub(super) fn without(
    tags: &[(String, String)],
    keys: &[String],
) -> Result<Arc<[(String, String)]>, KmsError> {
    for key in keys {
        refuse_reserved(key)?;
    }
    let is_kept = |(key, _): &&(String, String)| !keys.contains(key);
    Ok(tags.iter().filter(is_kept).cloned().collect())
}

fn refuse_reserved(key: &str) -> Result<(), KmsError> {
    let prefix = key.as_bytes().get(..RESERVED_PREFIX.len());
    if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX)) {
        return Err(KmsError::Tag(TagError::ReservedKey));
    }
    Ok(())
}

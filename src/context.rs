//! [`EncryptionContext`] and its one canonical encoding.

use core::fmt;

/// An encryption context: non-secret key-value pairs that a symmetric ciphertext is bound to.
///
/// It is kept in the canonical form in which it is authenticated: the pairs sorted by the UTF-8 bytes of their keys,
/// and each key and each value after its length (four bytes, big-endian). So equal contexts have equal encodings
/// whatever order they were written in, different ones never do (`{"a":"bc"}` is not `{"ab":"c"}`), and each context is
/// encoded only once. An empty context is the same as no context.
///
/// ```
/// use kms_reencrypt::EncryptionContext;
///
/// let context = EncryptionContext::from([("tenant", "blue"), ("app", "web")]);
/// assert_eq!(context, EncryptionContext::from([("app", "web"), ("tenant", "blue")]));
/// assert_eq!(context.get("tenant"), Some("blue"));
/// assert_ne!(
///     EncryptionContext::from([("a", "bc")]),
///     EncryptionContext::from([("ab", "c")]),
/// );
/// ```
///
/// The number and the length of the pairs are not limited (GUESS 13: AWS documents no limit). If a key is given twice,
/// its last value counts, as in a map.
#[doc(alias("AAD", "additional authenticated data"))]
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct EncryptionContext {
    encoded: Box<[u8]>,
}

impl EncryptionContext {
    /// The canonical encoding, which is authenticated after a blob's header. Empty for an empty context.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }

    /// The context with these pairs, in UTF-8. If several have the same key, the last of them counts.
    pub(crate) fn of_pairs<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Self {
        if pairs.clone().is_sorted_by(|(a, _), (b, _)| a < b) {
            return Self::of_sorted(pairs);
        }
        let mut sorted: Vec<_> = pairs.collect();
        // Reversed, because the sort is stable and `dedup_by_key` keeps the first of equal keys: the last one given.
        sorted.reverse();
        sorted.sort_by_key(|(key, _)| *key);
        sorted.dedup_by_key(|(key, _)| *key);
        Self::of_sorted(sorted.into_iter())
    }

    fn of_sorted<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Self {
        let lens = pairs
            .clone()
            .map(|(key, value)| 8 + key.len() + value.len());
        let mut encoded = Vec::with_capacity(lens.sum());
        for text in pairs.flat_map(|(key, value)| [key, value]) {
            // No request carries a text of 4 GiB or more, so every length fits.
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            encoded.extend_from_slice(&len.to_be_bytes());
            encoded.extend_from_slice(text);
        }
        Self {
            encoded: encoded.into_boxed_slice(),
        }
    }

    /// Whether the context has no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.encoded.is_empty()
    }

    /// The value of a key, compared case-sensitively.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter()
            .find_map(|(k, value)| (k == key).then_some(value))
    }

    /// The pairs, sorted by the UTF-8 bytes of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let mut rest = self.as_bytes();
        core::iter::from_fn(move || {
            let (key, behind) = split_text(rest)?;
            let (value, behind) = split_text(behind)?;
            rest = behind;
            Some((key, value))
        })
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for EncryptionContext {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let owned = pairs
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        Self::of_pairs(texts(&owned.collect::<Vec<_>>()))
    }
}

/// The encryption context of a request under construction: a context that was set as a whole, and the pairs that were
/// added to it since.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContextBuilder {
    whole: EncryptionContext,
    added: Vec<(String, String)>,
}

impl ContextBuilder {
    pub(crate) fn add(&mut self, key: String, value: String) {
        self.added.push((key, value));
    }

    pub(crate) fn build(self) -> EncryptionContext {
        if self.added.is_empty() {
            return self.whole;
        }
        let whole = self.whole.iter();
        let whole = whole.map(|(key, value)| (key.as_bytes(), value.as_bytes()));
        EncryptionContext::of_pairs(whole.chain(texts(&self.added)))
    }
}

impl From<EncryptionContext> for ContextBuilder {
    fn from(whole: EncryptionContext) -> Self {
        let added = Vec::new();
        Self { whole, added }
    }
}

fn texts(pairs: &[(String, String)]) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    pairs
        .iter()
        .map(|(key, value)| (key.as_bytes(), value.as_bytes()))
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for EncryptionContext {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl fmt::Debug for EncryptionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The length-prefixed text at the front, and the bytes after it.
fn split_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
    Some((core::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::{ContextBuilder, EncryptionContext};

    #[test]
    fn the_last_value_of_a_key_counts_and_what_was_added_comes_last() {
        let pairs = [("b", "1"), ("a", "2"), ("b", "3"), ("a", "4"), ("b", "5")];
        let context = EncryptionContext::from(pairs);
        assert_eq!(context, EncryptionContext::from([("a", "4"), ("b", "5")]));
        let sorted = [("a", "1"), ("a", "2")];
        assert_eq!(EncryptionContext::from(sorted).get("a"), Some("2"));

        let mut builder = ContextBuilder::from(context);
        builder.add("b".to_owned(), "6".to_owned());
        builder.add("0".to_owned(), "7".to_owned());
        let expected = [("0", "7"), ("a", "4"), ("b", "6")];
        assert_eq!(builder.build(), EncryptionContext::from(expected));
    }

    #[test]
    fn pairs_come_back_sorted_and_whole() {
        let context = EncryptionContext::from([("b", ""), ("", "x"), ("ä", "ö"), ("B", "1")]);
        let pairs: Vec<_> = context.iter().collect();
        assert_eq!(pairs, [("", "x"), ("B", "1"), ("b", ""), ("ä", "ö")]);
    }

    #[test]
    fn a_value_is_found_by_its_whole_key_only() {
        let context = EncryptionContext::from([("tenant", "blue"), ("empty", "")]);
        assert_eq!(context.get("tenant"), Some("blue"));
        assert_eq!(context.get("empty"), Some(""));
        for other in ["", "ten", "tenants", "Tenant"] {
            assert_eq!(context.get(other), None, "{other:?}");
        }
    }

    #[test]
    fn it_prints_as_the_map_that_it_is() {
        let context = EncryptionContext::from([("tenant", "blue")]);
        assert_eq!(format!("{context:?}"), r#"{"tenant": "blue"}"#);
    }

    #[test]
    fn the_encoding_is_that_of_the_format() {
        let context = EncryptionContext::from([("tenant", "blue")]);
        assert_eq!(context.as_bytes(), b"\0\0\0\x06tenant\0\0\0\x04blue");
        assert_eq!(EncryptionContext::default().as_bytes(), b"");
    }
}

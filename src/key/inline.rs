//! [`InlineText`] and [`FixedText`]: short texts stored in their owner, so that a copy neither allocates nor touches a shared
//! counter.

use core::fmt;

/// Up to `N` bytes (`N` is at most 255) of UTF-8 text, followed by zeros.
///
/// Comparisons include the zeros, because a comparison of constant length needs no call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct InlineText<const N: usize> {
    len: u8,
    bytes: [u8; N],
}

impl<const N: usize> InlineText<N> {
    /// A text of ASCII characters. What does not fit is cut off: the caller has checked that all does.
    #[inline(always)]
    pub(super) fn of_ascii(text: &[u8]) -> Self {
        let mut bytes = [0; N];
        let len = text.len().min(N);
        bytes
            .iter_mut()
            .zip(text)
            .for_each(|(to, from)| *to = *from);
        Self {
            len: u8::try_from(len).unwrap_or(u8::MAX),
            bytes,
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> &str {
        // Always UTF-8, since callers give ASCII characters.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Debug for InlineText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> core::hash::Hash for InlineText<N> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<const N: usize> PartialOrd for InlineText<N> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for InlineText<N> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

/// Exactly `N` bytes of UTF-8 text. Unlike a text whose length varies, it is copied without a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FixedText<const N: usize>([u8; N]);

impl<const N: usize> FixedText<N> {
    /// A text of ASCII characters.
    #[inline(always)]
    pub(super) const fn of_ascii(text: &[u8; N]) -> Self {
        Self(*text)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    pub(super) fn as_str(&self) -> &str {
        // Always UTF-8, since callers give ASCII characters.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Debug for FixedText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{FixedText, InlineText};

    fn text(text: &str) -> InlineText<4> {
        InlineText::of_ascii(text.as_bytes())
    }

    #[test]
    fn it_is_shown_sorted_and_collected_as_its_text_is() {
        let texts = ["b", "", "ab", "abcd", "a"];
        let shown = texts.map(|it| format!("{:?}", text(it)));
        assert_eq!(shown, texts.map(|it| format!("{it:?}")));

        let (mut sorted, mut expected) = (texts.map(text), texts);
        sorted.sort();
        expected.sort();
        assert_eq!(sorted, expected.map(text));
        assert!(text("a") < text("ab"));

        let set: HashSet<_> = texts.map(text).into_iter().chain(texts.map(text)).collect();
        assert_eq!(set.len(), texts.len());
    }

    #[test]
    fn a_fixed_text_is_shown_as_it_is() {
        let text = FixedText::of_ascii(b"a\"b");
        assert_eq!(text.as_str(), "a\"b");
        assert_eq!(format!("{text:?}"), format!("{:?}", "a\"b"));
    }
}

//! [`InlineText`]: a short text stored in its owner, so that a copy neither allocates nor touches a shared counter.

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
    /// The concatenation of `parts`, or `None` if it is too long.
    pub(super) fn concat(parts: &[&str]) -> Option<Self> {
        let mut bytes = [0; N];
        let mut len = 0_usize;
        for part in parts {
            let end = len.checked_add(part.len())?;
            bytes.get_mut(len..end)?.copy_from_slice(part.as_bytes());
            len = end;
        }
        Some(Self {
            len: u8::try_from(len).ok()?,
            bytes,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> &str {
        // Always UTF-8: `concat` is the only constructor and takes whole strings.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::InlineText;

    fn text(text: &str) -> InlineText<4> {
        InlineText::concat(&[text]).unwrap()
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
    fn what_is_longer_than_its_room_is_refused() {
        assert!(InlineText::<4>::concat(&["ab", "cd"]).is_some());
        assert!(InlineText::<4>::concat(&["abc", "de"]).is_none());
    }
}

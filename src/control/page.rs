//! [`Page`]: pagination of lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::constraints::Constraints;
use crate::error::KmsError;

use super::model::MARKER;

/// The maximum of `Limit` (service model).
const LIMIT_MAX: i64 = 1000;

/// The page that a request asks for: `Limit` and `Marker`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageRequest<'a> {
    pub(crate) limit: Option<i64>,
    pub(crate) marker: Option<&'a str>,
}

/// One page of a list, and the marker of the next page.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_marker: Option<String>,
}

/// The lengths of the pages of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLen {
    /// The length if the request has no `Limit` (API reference).
    pub(super) default: usize,
    /// The maximum length, whatever the request says (API reference).
    pub(super) max: usize,
}

impl PageRequest<'_> {
    pub(super) fn check(&self, constraints: &mut Constraints) {
        if let Some(limit) = self.limit {
            constraints.number::<usize>("limit", limit, 1, LIMIT_MAX);
        }
        constraints.optional_text("marker", self.marker, &MARKER);
    }

    /// The page of items in the order of their keys, which are unique.
    ///
    /// A marker holds the key of the last item of the previous page. So no item appears twice, and no item that existed
    /// all along is missing, whatever is added or removed between two pages.
    ///
    /// # Errors
    ///
    /// [`KmsError::InvalidMarker`] if no list issued the marker.
    pub(super) fn of<T>(
        &self,
        mut items: Vec<T>,
        len: PageLen,
        key: impl Fn(&T) -> String,
    ) -> Result<Page<T>, KmsError> {
        items.sort_by_cached_key(&key);
        if let Some(marker) = self.marker {
            let last_shown = URL_SAFE_NO_PAD
                .decode(marker)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or(KmsError::InvalidMarker)?;
            items.retain(|item| key(item) > last_shown);
        }
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(len.default).min(len.max);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_marker = items
            .last()
            .filter(|_| more)
            .map(|last| URL_SAFE_NO_PAD.encode(key(last)));
        Ok(Page { items, next_marker })
    }
}

#[cfg(test)]
mod tests {
    use super::{PageLen, PageRequest};
    use crate::error::KmsError;

    const LEN: PageLen = PageLen { default: 3, max: 4 };

    fn page(limit: Option<i64>, marker: Option<&str>) -> (String, Option<String>) {
        let letters: Vec<char> = "gbfadec".chars().collect();
        let page = PageRequest { limit, marker }
            .of(letters, LEN, char::to_string)
            .unwrap();
        (page.items.into_iter().collect(), page.next_marker)
    }

    #[test]
    fn pages_follow_each_other_and_the_last_has_no_marker() {
        let (first, marker) = page(None, None);
        assert_eq!(first, "abc");
        let (second, marker) = page(Some(2), marker.as_deref());
        assert_eq!(second, "de");
        let (third, marker) = page(Some(2), marker.as_deref());
        assert_eq!((third.as_str(), marker), ("fg", None));
    }

    #[test]
    fn a_page_is_never_longer_than_the_list_allows() {
        assert_eq!(page(Some(1000), None).0, "abcd");
    }

    #[test]
    fn a_marker_that_no_list_gave_out_is_refused() {
        for marker in ["!", "a", "_w"] {
            let request = PageRequest {
                limit: None,
                marker: Some(marker),
            };
            let refused = request.of(vec!['a'], LEN, char::to_string).unwrap_err();
            assert_eq!(refused, KmsError::InvalidMarker, "{marker}");
        }
    }
}
